"""The pages of the units above: board, names, sums, review, batch, summary."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fpa.access.models import Unit
from fpa.access.scope import scoped, whole_province
from fpa.core.lists import Status
from fpa.reporting.lists import state_of
from fpa.reporting.models import Submission
from fpa.reporting.progress import Progress, board_unit, children_with_summaries, progress_of, totals_of
from fpa.reporting.queries import due_collections
from fpa.reporting.tests.conftest import HOUSEHOLDS, VALUE, in_days, seat_at


@pytest.fixture
def spread(course, villages):
    """A township whose first villages stand at every stage: approved late, returned, waiting, a draft."""
    course.move(opens_on=-9, due_on=-1)
    late = course.report(villages[0])
    course.approve(late)
    course.move(due_on=5)
    with whole_province():
        Submission.objects.filter(pk=late.pk).update(first_submitted_at=course.collection.late_from)
    course.give_back(course.report(villages[1]), HOUSEHOLDS)
    course.report(villages[2])
    course.fill(villages[3], households=1)
    return villages


def board(course, unit):
    with scoped(unit.path):
        children = children_with_summaries(course.collection, unit)
        return progress_of(course.collection, unit, children)


def test_progress_tells_complete_on_time_and_approved_apart(course, spread, unit_of):
    wanted = Progress(expected=len(spread), started=4, complete=2, on_time=1, late=1, approved=1, returned=1)
    assert board(course, spread[0].parent)[spread[0].parent.path] == wanted
    assert wanted.missing == len(spread) - 2
    assert wanted.complete_share == pytest.approx(2 / len(spread))
    assert (wanted.on_time_share, wanted.approved_share) == (0.5, 0.5)
    assert wanted.on_time + wanted.late == wanted.complete
    nobody = Progress()
    assert (nobody.complete_share, nobody.on_time_share, nobody.approved_share) == (None, None, None)


def test_progress_is_the_same_from_every_level_above(course, spread, unit_of):
    township = spread[0].parent
    for name in ("county", "city", "province"):
        progress = board(course, unit_of(name))
        assert progress[unit_of(name).path].started == 4
        child = next(p for p in progress if township.path.startswith(p) and p != unit_of(name).path)
        assert progress[child].complete == 2


def test_progress_expects_every_current_village_of_the_province(course, unit_of):
    villages = Unit.objects.current().filter(level=5).count()
    progress = board(course, unit_of("province"))
    assert progress["/"].expected == villages > 29_000
    assert len(progress) == 15


def test_progress_never_reaches_above_the_publisher(issue, actor, unit_of):
    collection = issue(by=actor("county"))
    assert board_unit(collection, unit_of("province")) == unit_of("county")
    assert board_unit(collection, unit_of("township")) == unit_of("township")


def test_totals_sum_counted_cells_only(course, spread, unit_of):
    unit = spread[0].parent
    totals = totals_of(course.collection, unit, list(spread))
    assert totals == {
        unit.path: {HOUSEHOLDS: Decimal(30), VALUE: Decimal(30000)},
        spread[0].path: {HOUSEHOLDS: Decimal(30), VALUE: Decimal(30000)},
    }
    assert totals_of(course.collection, spread[0], [])[spread[0].path][HOUSEHOLDS] == 30


def test_collection_detail_shows_the_board_with_the_total_first(client_as, course, spread):
    page = client_as("township").get(f"/collections/{course.collection.pk}/").content.decode()
    assert page.index("合计") < page.index(spread[0].name)
    assert "已上报＝按时上报＋迟报" in page
    assert "占已上报 50%" in page
    assert f"/collections/{course.collection.pk}/units/{spread[0].parent.code}/?standing=missing" in page


def test_collection_detail_drills_down(client_as, course, unit_of):
    client, pk = client_as("province"), course.collection.pk
    assert (
        f"/collections/{pk}/board/{unit_of('city').code}/"
        in client.get(f"/collections/{pk}/").content.decode()
    )
    below = client.get(f"/collections/{pk}/board/{unit_of('county').code}/").content.decode()
    assert f"/collections/{pk}/board/{unit_of('township').code}/" in below


def test_collection_detail_links_no_zero(client_as, course, unit_of):
    page = client_as("county").get(f"/collections/{course.collection.pk}/").content.decode()
    rows = page.split("<tbody>")[1]
    assert "?standing=missing" in rows
    for none in ("complete", "on_time", "late", "approved", "returned"):
        assert f"?standing={none}" not in rows


def test_collections_that_townships_fill_in_do_not_concern_villages(client_as, issue, forms):
    collection = issue(fill_level=4, title="由乡镇填报的任务")
    village, at = client_as("village"), f"/collections/{collection.pk}/"
    assert collection.title not in village.get("/collections/").content.decode()
    for tail in ("", "units/", "totals/"):
        answer = village.get(f"{at}{tail}")
        assert answer.status_code == 404
        assert "您的单位不需要填报" in answer.content.decode()
    for name in ("township", "county", "province"):
        assert collection.title in client_as(name).get("/collections/").content.decode()


@pytest.mark.parametrize("tail", ["board", "units", "totals"])
def test_boards_of_foreign_units_are_not_there(client_as, course, unit_of, tail):
    foreign = f"/collections/{course.collection.pk}/{tail}/{unit_of('sibling').code}/"
    assert client_as("county").get(foreign).status_code == 404
    assert client_as("province").get(foreign).status_code == 200


STANDINGS = [
    ("approved", [0]), ("returned", [1]), ("submitted", [2]), ("draft", [3]),
    ("late", [0]), ("on_time", [2]), ("complete", [0, 2]),
]  # fmt: skip


@pytest.mark.parametrize(("standing", "wanted"), STANDINGS)
def test_collection_units_names_those_that_stand_so(client_as, course, spread, standing, wanted):
    page = client_as("township").get(f"/collections/{course.collection.pk}/units/?standing={standing}")
    shown = page.content.decode().split("<tbody>")[1].split("</tbody>")[0]
    assert [n for n, v in enumerate(spread) if f">{v.name}<" in shown] == wanted


@pytest.mark.parametrize("standing", ["missing", "not_started"])
def test_collection_units_names_the_missing(client_as, course, spread, standing):
    page = (
        client_as("township")
        .get(f"/collections/{course.collection.pk}/units/?standing={standing}")
        .content.decode()
    )
    assert (spread[3].name in page.split("<tbody>")[1]) is (standing == "missing")
    assert spread[-1].name in page


def test_collection_units_exports_the_names(client_as, course, spread):
    answer = client_as("township").get(
        f"/collections/{course.collection.pk}/units/?standing=missing&export=xlsx"
    )
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")


@pytest.mark.parametrize(("name", "may"), [("province", True), ("county", False)])
def test_grant_lock_exception_is_offered_to_the_publisher(client_as, course, unit_of, name, may):
    code = unit_of("village").code
    page = client_as(name).get(f"/collections/{course.collection.pk}/units/{unit_of('township').code}/")
    assert (f"/units/{code}/exempt/" in page.content.decode()) is may


def test_grant_lock_exception_page_grants_or_says_why_not(client_as, course, unit_of):
    course.move(opens_on=-9, due_on=-3, locks_on=-1)
    url = f"/collections/{course.collection.pk}/units/{unit_of('village').code}/exempt/"
    client = client_as("province")
    refused = client.post(url, {"until": in_days(-1).isoformat(), "reason": "停电"}).content.decode()
    assert "不早于今天" in refused
    assert client.post(url, {"until": in_days(3).isoformat(), "reason": "停电"}).status_code == 302
    page = client_as("village").get(f"/collections/{course.collection.pk}/fill/").content.decode()
    assert "本单位延期至" in page
    assert "data-cell" in page


def test_collection_totals_open_the_cells_behind_them(client_as, course, spread):
    client, unit = client_as("township"), spread[0].parent
    page = client.get(f"/collections/{course.collection.pk}/totals/").content.decode()
    link = f"/cells/{HOUSEHOLDS}/2023H1/{unit.code}/"
    assert link in page
    cells = client.get(link).content.decode()
    assert spread[0].name in cells
    assert spread[2].name not in cells.split("<tbody>")[1]


@pytest.mark.parametrize(("tail", "status"), [("visit.nothing/2023H1", 404), (f"{HOUSEHOLDS}/nonsense", 200)])
def test_cell_list_of_nonsense_is_empty_or_not_there(client_as, course, unit_of, tail, status):
    assert client_as("township").get(f"/cells/{tail}/{unit_of('township').code}/").status_code == status


def test_submission_list_batch_approves_and_names_each_failure(client_as, course, villages):
    course.report(villages[0])
    course.report(villages[1])
    course.fill(villages[2], households=30, value=30000)
    with whole_province():
        rows = [s.pk for s in Submission.objects.order_by("path")]
    url = f"/collections/{course.collection.pk}/submissions/"
    page = client_as("township").post(f"{url}approve/", {"row": [*rows, "x", "99999999"]}, follow=True)
    shown = page.content.decode()
    assert "办成 2 条" in shown
    assert f"{villages[2].name}：" in shown
    with whole_province():
        assert Submission.objects.filter(state="approved").count() == 2


def test_review_submission_shows_cells_findings_explanations(client_as, course, village):
    course.fill(village, households=3, value=90)
    client_as("village").post(
        f"/collections/{course.collection.pk}/check/", {f"explanation-{VALUE}": "以物资为主"}
    )
    submission = course.submit(village)
    page = client_as("township").get(f"/submissions/{submission.pk}/").content.decode()
    for words in (
        "低于 50，相差 20",
        "说明：以物资为主",
        "未见异常",
        "审核通过",
        "退回这一格",
        f"走访慰问：{village.name}</h1>",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("name", "status"), [("village", 302), ("county", 200), ("sibling", 404), ("auditor", 403)]
)
def test_review_submission_is_read_by_those_above(client_as, course, village, name, status):
    submission = course.report(village)
    page = client_as(name).get(f"/submissions/{submission.pk}/")
    assert page.status_code == status
    assert "退回这一格" not in page.content.decode()


@pytest.mark.parametrize("name", ["village", "county", "sibling"])
@pytest.mark.parametrize("deed", ["approve", "return", "withdraw"])
def test_deeds_on_a_submission_are_refused_to_others(client_as, course, village, name, deed):
    submission = course.report(village)
    if (name, deed) == ("village", "withdraw"):
        return
    posted = {f"tick-{HOUSEHOLDS}": "1", f"reason-{HOUSEHOLDS}": "有误", "due_on": in_days(2).isoformat()}
    client_as(name).post(f"/submissions/{submission.pk}/{deed}/", posted)
    assert course.of(submission).state == "submitted"


def test_approve_submission_page_goes_back_to_the_list(client_as, course, village):
    submission = course.report(village)
    answer = client_as("township").post(f"/submissions/{submission.pk}/approve/")
    assert answer.url == f"/collections/{course.collection.pk}/submissions/"
    assert course.of(submission).state == "approved"


RETURNS = [
    ({}, "请勾选要退回的格"),
    ({f"tick-{HOUSEHOLDS}": "1"}, "没有写明退回原因"),
    ({f"tick-{HOUSEHOLDS}": "1", f"reason-{HOUSEHOLDS}": "有误", "due_on": "昨天"}, "看不懂"),
    (
        {f"tick-{HOUSEHOLDS}": "1", f"reason-{HOUSEHOLDS}": "有误", "due_on": in_days(99).isoformat()},
        "不能晚于",
    ),
]


@pytest.mark.parametrize(("posted", "reason"), RETURNS)
def test_return_cells_page_keeps_what_was_typed_and_says_why_not(client_as, course, village, posted, reason):
    submission = course.report(village)
    posted = {"due_on": in_days(2).isoformat()} | posted
    page = client_as("township").post(f"/submissions/{submission.pk}/return/", posted).content.decode()
    assert reason in page or reason == "看不懂"
    assert ('value="有误"' in page) is (f"reason-{HOUSEHOLDS}" in posted)
    assert course.of(submission).state == "submitted"


def test_return_cells_page_returns_what_is_ticked(client_as, course, village):
    submission = course.report(village)
    posted = {
        f"tick-{VALUE}": "1",
        f"reason-{VALUE}": "票据不符",
        f"reason-{HOUSEHOLDS}": "没有勾选的不算",
        "due_on": in_days(2).isoformat(),
    }
    answer = client_as("township").post(f"/submissions/{submission.pk}/return/", posted, follow=True)
    assert "已退回 1 格" in answer.content.decode()
    assert course.sheet(village).editable == {VALUE}


def test_review_page_shows_what_a_mended_cell_held_when_it_was_returned(client_as, course, village):
    submission = course.report(village, households=30, value=48000)
    url = f"/submissions/{submission.pk}/"
    client = client_as("township")
    assert "退回时" not in client.get(url).content.decode()
    course.give_back(submission, VALUE)
    for value in (4, 2700):
        course.fill(village, version=course.cell(submission, VALUE).version, value=value)
    course.submit(village)
    page = client.get(url).content.decode()
    assert page.count("退回时") == 1
    assert "<s>48,000</s> → <b>2,700</b>" in page
    course.approve(submission)
    assert "退回时" not in client.get(url).content.decode()


def test_submit_summary_page_asks_once_more_and_sends(client_as, course, villages):
    course.approve(course.report(villages[0]))
    url = f"/collections/{course.collection.pk}/summary/"
    client = client_as("township")
    page = client.get(url).content.decode()
    assert "还有" in page
    assert villages[0].name in page
    assert "没有审核通过，请写明原因" in client.get(url).content.decode()
    assert 'class="fault-summary"' in client.post(url, {"explanation": ""}).content.decode()
    asked = client.post(url, {"explanation": "其余村下周上报"}).content.decode()
    assert "上报：走访慰问户数 30 户" in asked
    assert client.post(url, {"explanation": "其余村下周上报", "confirmed": "1"}).url == url
    assert "已上报，正在等待" in client.get(url).content.decode()


def test_submit_summary_page_passes_a_return_down(client_as, course, village):
    submission = course.report(village)
    course.approve(submission)
    course.give_back(course.sum_up(village.parent), HOUSEHOLDS)
    client = client_as("township")
    page = client.get(f"/collections/{course.collection.pk}/summary/").content.decode()
    link = f"/submissions/{submission.pk}/?cell={HOUSEHOLDS}&amp;reason="
    assert link in page
    form = client.get(
        f"/submissions/{submission.pk}/", {"cell": HOUSEHOLDS, "reason": "请核实"}
    ).content.decode()
    assert f'name="tick-{HOUSEHOLDS}" value="1" checked' in form
    assert 'value="请核实"' in form


@pytest.mark.parametrize(
    ("name", "status"), [("village", 404), ("province", 404), ("city", 200), ("auditor", 403)]
)
def test_submit_summary_page_is_for_the_levels_between(client_as, course, name, status):
    assert client_as(name).get(f"/collections/{course.collection.pk}/summary/").status_code == status


def test_collection_list_says_where_the_own_unit_stands(client_as, course, village):
    page = client_as("village").get("/collections/").content.decode()
    assert "待填报" in page
    assert "待汇总上报" in client_as("township").get("/collections/").content.decode()
    assert f"/collections/{course.collection.pk}/fill/" in page
    course.report(village)
    assert "待审核" in client_as("village").get("/collections/").content.decode()
    above = client_as("township").get("/collections/").content.decode()
    assert f"/collections/{course.collection.pk}/submissions/" in above


DUE = [("village", "待填报", "fill/"), ("township", "待汇总上报", "summary/"), ("province", None, None)]


@pytest.mark.parametrize(("name", "state", "tail"), DUE)
def test_due_collections_ask_each_level_its_part(course, actor, name, state, tail):
    by = actor(name)
    with scoped(by.path):
        found = due_collections(by, timezone.localdate())
    assert [d.state for d in found] == ([state] if state else [])
    if state:
        assert (found[0].title, found[0].due_on) == (course.collection.title, course.collection.due_on)
        assert found[0].url == f"/collections/{course.collection.pk}/{tail}"


def test_due_collections_follow_the_report(course, village, actor):
    def states(name):
        with scoped(actor(name).path):
            return [d.state for d in due_collections(actor(name), timezone.localdate())]

    course.fill(village, households=1)
    assert states("village") == ["填报中"]
    course.fill(village, version=1, households=30)
    course.fill(village, value=30000)
    submission = course.submit(village)
    assert (states("village"), states("township")) == ([], ["待汇总上报", "1 份待审核"])
    course.give_back(submission, HOUSEHOLDS)
    assert states("village") == ["已退回，请修改"]
    course.move(opens_on=-9, due_on=-3, locks_on=0)
    assert states("village") == []


def test_collection_list_says_that_a_collection_has_not_opened(client_as, course):
    course.move(opens_on=1, due_on=5)
    page = client_as("village").get("/collections/").content.decode()
    assert "待填报" not in page.split("<tbody>")[1]
    assert page.split("<tbody>")[1].count("未开始") == 2


WORDS = [
    (None, False, Status("待填报", "off")), (None, True, Status("待汇总上报", "off")),
    ("draft", False, Status("填报中", "plain")), ("draft", True, Status("待汇总上报", "plain")),
    ("submitted", True, Status("待审核", "waiting")), ("approved", False, Status("已通过", "done")),
]  # fmt: skip


@pytest.mark.parametrize(("state", "sums", "wanted"), WORDS)
def test_state_of_a_report_is_a_word_of_its_own(state, sums, wanted):
    assert state_of(state, sums=sums) == wanted


PAGES = ["", "units/", "totals/", "submissions/", "summary/"]


@pytest.mark.parametrize("tail", PAGES)
def test_queries_of_a_page_do_not_grow_with_reports(client_as, course, villages, tail):
    client, url = client_as("township"), f"/collections/{course.collection.pk}/{tail}"
    course.approve(course.report(villages[0]))
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as one:
        assert client.get(url).status_code == 200
    for village in villages[1:6]:
        course.approve(course.report(village))
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) <= len(one)


def test_submissions_of_a_unit_are_seen_by_its_seat_and_above_only(course, village, actor):
    course.report(village)
    for name, seen in [("village", 1), ("city", 1), ("sibling", 0)]:
        with scoped(actor(name).path):
            assert Submission.objects.count() == seen
    assert seat_at(village).may("submission.fill")
