"""What each page says and offers in each state of a report, to each seat, in words that people act on."""

import pytest
from lxml import html

from fpa.access.scope import whole_province
from fpa.core.chinese import date_cn
from fpa.reporting.models import Submission
from fpa.reporting.tests.conftest import HOUSEHOLDS, VALUE, in_days, seat_at

OPEN = {"opens_on": -5, "due_on": 5, "locks_on": 12}
LATE = {"opens_on": -9, "due_on": -1, "locks_on": 5}
LOCKED = {"opens_on": -9, "due_on": -5, "locks_on": -1}
EARLY = {"opens_on": 1, "due_on": 5, "locks_on": 12}


def shown(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def words_of(page):
    """The page's text, each run of blanks as one."""
    return " ".join(html.fromstring(page).text_content().split())


SHEETS = [
    (OPEN, "nothing", 2, "待填报", ["已填 0/2 项"], ["检查并上报"]),
    (OPEN, "draft", 2, "填报中", ["已填 2/2 项"], ["检查并上报"]),
    (OPEN, "submitted", 0, "待审核", ["已上报，正在等待", "需要修改请先撤回"], ["撤回修改"]),
    (OPEN, "returned", 1, "已退回", ["退回了 1 格，只需要改这些，其余已锁定"], ["检查并上报"]),
    (OPEN, "approved", 0, "已通过", ["需要更正请联系"], []),
    (EARLY, "nothing", 0, "待填报", ["开始填报。"], []),
    (LOCKED, "draft", 0, "填报中", ["锁定，不能再修改。确需补报，请联系湖南省计生协办理延期。"], []),
]


@pytest.mark.parametrize(("days", "state", "inputs", "word", "said", "buttons"), SHEETS)
def test_fill_page_says_its_state_and_offers_what_can_be_done(
    client_as, course, bring, days, state, inputs, word, said, buttons
):
    bring(state)
    course.move(**days)
    page = shown(client_as("village"), f"/collections/{course.collection.pk}/fill/")
    assert page.count("data-cell") == inputs
    text = words_of(page)
    for words in (word, *said):
        assert words in text
    offered = ("检查并上报", "撤回修改")
    assert [b for b in offered if f">{b}</button>" in page] == buttons


@pytest.mark.parametrize(
    ("days", "state", "lock_day"), [(LOCKED, "draft", -1), (LOCKED, "nothing", -1), (EARLY, "nothing", 1)]
)
@pytest.mark.parametrize("tail", ["fill/", "check/", "submit/"])
def test_closed_pages_name_the_day(client_as, course, bring, tail, days, state, lock_day):
    bring(state)
    course.move(**days)
    answer = client_as("village").get(f"/collections/{course.collection.pk}/{tail}")
    assert date_cn(in_days(lock_day)) in answer.content.decode()
    assert "确认上报" not in answer.content.decode()


@pytest.mark.parametrize(("days", "is_late"), [(OPEN, False), (LATE, True)])
def test_submit_page_warns_of_lateness_before_the_first_time_only(
    client_as, course, village, bring, days, is_late
):
    bring("draft")
    course.move(**days)
    client, url = client_as("village"), f"/collections/{course.collection.pk}/submit/"
    assert ("本次上报记为迟报" in shown(client, url)) is is_late
    submission = course.submit(village)
    course.give_back(submission, HOUSEHOLDS)
    assert "本次上报记为迟报" not in shown(client, url)


def test_submit_page_marks_what_a_return_has_locked(client_as, course, bring):
    bring("returned")
    page = shown(client_as("village"), f"/collections/{course.collection.pk}/submit/")
    assert page.count("已锁定</span>") == 1
    assert f"/fill/#in-{VALUE}" in page
    assert f"/fill/#in-{HOUSEHOLDS}" not in page


def test_late_report_is_called_late_on_every_page(client_as, course, village):
    course.move(**LATE)
    submission = course.report(village)
    township, pk = client_as("township"), course.collection.pk
    for client, url in (
        (client_as("village"), f"/collections/{pk}/fill/"),
        (township, f"/submissions/{submission.pk}/"),
        (township, f"/collections/{pk}/submissions/"),
        (township, f"/collections/{pk}/units/?standing=late"),
    ):
        text = words_of(shown(client, url))
        assert "迟报" in text.replace("按时上报＋迟报", "")
        assert village.name in text


REVIEWS = [
    ("township", "submitted", True, True),
    ("township", "approved", False, True),
    ("township", "returned", False, False),
    ("township", "draft", False, False),
    ("county", "submitted", False, False),
    ("province", "approved", False, False),
]


@pytest.mark.parametrize(("name", "state", "may_approve", "may_return"), REVIEWS)
def test_review_page_offers_deeds_to_the_reviewer_in_their_time(
    client_as, bring, name, state, may_approve, may_return
):
    page = shown(client_as(name), f"/submissions/{bring(state).pk}/")
    assert (">整张表都没有问题时点这里" in page) is may_approve
    assert ('id="return-cells"' in page) is may_return
    assert page.count("退回这一格") == (2 if may_return else 0)


def test_review_page_tells_others_who_reviews(client_as, village, bring):
    page = shown(client_as("county"), f"/submissions/{bring('submitted').pk}/")
    assert f"由{village.parent.association}审核。" in page


def test_review_page_of_a_returned_cell_leads_to_its_thread_with_its_day(client_as, bring):
    page = words_of(shown(client_as("township"), f"/submissions/{bring('returned').pk}/"))
    assert f"退回意见（{date_cn(in_days(3))}前改好）" in page


@pytest.mark.parametrize(("name", "says"), [("township", False), ("village", True)])
def test_withdraw_from_above_is_refused_in_words(client_as, course, bring, name, says):
    submission = bring("submitted")
    answer = client_as(name).post(f"/submissions/{submission.pk}/withdraw/", follow=True)
    text = words_of(answer.content.decode())
    assert ("已撤回，可以修改后重新上报。" in text) is says
    assert ("只有上报单位可以在审核之前撤回。已审核的，请联系审核单位退回。" in text) is not says


def test_withdraw_after_approval_says_whom_to_ask(client_as, bring):
    submission = bring("approved")
    answer = client_as("village").post(f"/submissions/{submission.pk}/withdraw/", follow=True)
    assert "已审核的，请联系审核单位退回" in answer.content.decode()


def test_approve_page_says_what_has_become_of_a_withdrawn_report(client_as, course, village, bring):
    submission = bring("submitted")
    course.withdraw(submission)
    answer = client_as("township").post(f"/submissions/{submission.pk}/approve/", follow=True)
    assert f"{village.name}的数据现在是“填报中”，不需要审核。" in answer.content.decode()


def test_return_page_says_why_an_approved_report_awaiting_the_own_summary(client_as, course, village, bring):
    submission = bring("approved")
    course.sum_up(village.parent)
    posted = {f"tick-{VALUE}": "1", f"reason-{VALUE}": "票据不符", "due_on": in_days(2).isoformat()}
    answer = client_as("township").post(f"/submissions/{submission.pk}/return/", posted)
    assert "请先撤回本单位的汇总，或由上级退回汇总后再办理" in answer.content.decode()
    assert 'value="票据不符"' in answer.content.decode()
    assert course.of(submission).state == "approved"


SUMMARIES = [
    ("draft", "待汇总上报", ["下一步：核对"]),
    ("submitted", "待审核", ["撤回汇总"]),
    ("returned", "已退回", ["下一步：核对"]),
    ("approved", "已通过", []),
]


@pytest.mark.parametrize(("state", "word", "buttons"), SUMMARIES)
def test_summary_page_says_its_state_and_offers_what_can_be_done(
    client_as, course, village, bring, state, word, buttons
):
    bring("approved")
    if state != "draft":
        summary = course.sum_up(village.parent)
        deeds = {
            "returned": lambda: course.give_back(summary, HOUSEHOLDS),
            "approved": lambda: course.approve(summary),
        }
        deeds.get(state, bool)()
    page = shown(client_as("township"), f"/collections/{course.collection.pk}/summary/")
    assert word in words_of(page.split('class="sheet-facts"')[1].split("</p>")[0] + "</p>")
    assert [b for b in ("下一步：核对", "撤回汇总") if f"{b}</button>" in page] == buttons
    assert ("汇总数不能直接改" in page) is (state == "returned")


def test_summary_page_shows_live_sums_beside_what_was_sent(client_as, course, villages):
    course.approve(course.report(villages[0], households=10, value=1000))
    summary = course.sum_up(villages[0].parent)
    course.withdraw(summary)
    course.approve(course.report(villages[1], households=5, value=500))
    page = shown(client_as("township"), f"/collections/{course.collection.pk}/summary/")
    line = html.fromstring(page).xpath(f"//tr[@id='cell-{HOUSEHOLDS}']/td")
    assert [cell.text_content().strip() for cell in line] == ["户", "—", "15", "10"]


def test_explanations_and_reasons_are_shown_and_never_run(client_as, course, village):
    evil = "<script>alert(1)</script>"
    course.fill(village, households=3, value=90)
    course.explain(village, VALUE, 90, why=evil)
    submission = course.submit(village)
    posted = {f"tick-{VALUE}": "1", f"reason-{VALUE}": evil, "due_on": in_days(2).isoformat()}
    client_as("township").post(f"/submissions/{submission.pk}/return/", posted)
    assert course.of(submission).state == "returned"
    for name, url in (
        ("township", f"/submissions/{submission.pk}/"),
        ("village", f"/collections/{course.collection.pk}/fill/"),
        ("village", f"/collections/{course.collection.pk}/print/"),
        ("village", f"/submissions/{submission.pk}/cells/{VALUE}/"),
    ):
        page = shown(client_as(name), url)
        assert "&lt;script&gt;alert(1)" in page
        assert evil not in page


def test_cell_history_tells_who_saved_what_with_its_explanation(client_as, course, village):
    course.fill(village, households=7)
    course.explain(village, HOUSEHOLDS, 8, why="漏登一户")
    course.fill(village, version=2, households=None)
    submission = course.sheet(village).submission
    page = shown(client_as("county"), f"/submissions/{submission.pk}/cells/{HOUSEHOLDS}/")
    lines = [
        [line[n].text_content() for n in (0, 1, 2, 4)] for line in html.fromstring(page).xpath("//tbody/tr")
    ]
    who = seat_at(village).name
    assert lines == [["3", "空白", who, ""], ["2", "8", who, "漏登一户"], ["1", "7", who, ""]]
    assert "以前没有报过这一项。" in page


@pytest.mark.parametrize(
    ("name", "tail", "status"),
    [("village", HOUSEHOLDS, 200), ("sibling", HOUSEHOLDS, 404), ("village", "visit.unknown", 404)],
)
def test_cell_history_is_of_ones_own_scope_and_form(client_as, bring, name, tail, status):
    submission = bring("draft")
    assert client_as(name).get(f"/submissions/{submission.pk}/cells/{tail}/").status_code == status


POST_ONLY = ["approve", "return", "withdraw"]


@pytest.mark.parametrize("deed", POST_ONLY)
def test_deeds_are_not_done_by_following_a_link(client_as, course, bring, deed):
    submission = bring("submitted")
    name = "village" if deed == "withdraw" else "township"
    assert client_as(name).get(f"/submissions/{submission.pk}/{deed}/").status_code == 405
    assert course.of(submission).state == "submitted"


def test_check_page_does_not_explain_a_locked_cell(client_as, course, village):
    course.fill(village, households=3, value=90)
    course.explain(village, VALUE, 90)
    course.give_back(course.submit(village), HOUSEHOLDS)
    client, url = client_as("village"), f"/collections/{course.collection.pk}/check/"
    assert "说明：物资由县里统一配送，户均较低" in shown(client, url)
    answer = client.post(url, {f"explanation-{VALUE}": "改写说明"}, follow=True)
    assert "这一格没有被退回，已锁定，不能修改。" in answer.content.decode()
    assert course.cell(course.sheet(village).submission, VALUE).explanation == "物资由县里统一配送，户均较低"


def test_check_page_refuses_an_explanation_that_is_too_long(client_as, course, village):
    course.fill(village, households=3, value=90)
    client, url = client_as("village"), f"/collections/{course.collection.pk}/check/"
    page = client.post(url, {f"explanation-{VALUE}": "长" * 301}).content.decode()
    assert "说明最多 300 个字，现有 301 个字，请精简。" in page
    assert client.post(url, {f"explanation-{VALUE}": "长" * 300}).status_code == 302


def test_check_page_asks_for_every_odd_value(client_as, course, issue, village):
    course.approve(course.report(village, households=2, value=2000))
    course.collection = issue(period="2023H2", title="下半年")
    course.fill(village, households=50, value=100)
    client, url = client_as("village"), f"/collections/{course.collection.pk}/check/"
    assert "有 3 处需要看一看" in shown(client, url)
    assert client.post(url, {f"explanation-{VALUE}": "以物资为主"}).status_code == 200
    both = {f"explanation-{VALUE}": "以物资为主", f"explanation-{HOUSEHOLDS}": "新增三个村民小组"}
    assert client.post(url, both).status_code == 302
    with whole_province():
        assert Submission.objects.get(collection=course.collection).state == "draft"
