"""Pages of those who ask: the form of a collection, the list with each one's stage, and the lock exceptions."""

from datetime import timedelta

import pytest
from lxml import html

from fpa.access.scope import whole_province
from fpa.audit.models import Event
from fpa.core.chinese import date_cn
from fpa.core.periods import Period
from fpa.reporting.actions.collections import CannotExempt
from fpa.reporting.actions.submitting import CannotSubmit
from fpa.reporting.models import Collection, LockException, Submission
from fpa.reporting.standard_forms import ensure_forms
from fpa.reporting.tests.conftest import in_days

TODAY = in_days(0)


@pytest.fixture
def asked(forms):
    """What the form of a collection is posted with: `asked(title="…")`."""

    def act(**changes):
        given = {
            "form": forms["visit"].pk, "period": str(Period.of(TODAY, "half")), "title": "走访慰问情况",
            "fill_level": 5, "opens_on": TODAY.isoformat(), "due_on": in_days(9).isoformat(),
            "locks_on": in_days(20).isoformat(), "confirmed": "1",
        }  # fmt: skip
        return given | changes

    return act


WRONG = [
    ("title", "  "),
    ("title", "长" * 101),
    ("form", 0),
    ("form", "走访"),
    ("period", "1999H1"),
    ("fill_level", 3),
    ("fill_level", "村"),
    ("opens_on", ""),
    ("due_on", "明天"),
    ("locks_on", "2026-02-30"),
]


@pytest.mark.parametrize(("field", "value"), WRONG)
def test_issue_form_leads_to_the_field_that_is_wrong_and_keeps_the_rest(client_as, asked, field, value):
    page = client_as("county").post("/collections/issue/", asked(**{field: value}))
    root = html.fromstring(page.content.decode())
    (summary,) = root.find_class("fault-summary")
    assert summary.xpath(".//a/@href") == [f"#id_{field}"]
    kept = "due_on" if field != "due_on" else "locks_on"
    assert root.get_element_by_id(f"id_{kept}").get("value") == asked()[kept]
    with whole_province():
        assert not Collection.objects.exists()


ORDERS = [
    ({"due_on": in_days(20).isoformat()}, "锁定日期至少比截止日期晚一天"),
    ({"opens_on": in_days(10).isoformat()}, "日期应依次为：开始日期、截止日期、锁定日期"),
]


@pytest.mark.parametrize(("changes", "refusal"), ORDERS)
def test_issue_form_refuses_days_out_of_order(client_as, asked, changes, refusal):
    assert refusal in client_as("county").post("/collections/issue/", asked(**changes)).content.decode()


def test_issue_form_proposes_the_usual_days(client_as, forms):
    root = html.fromstring(client_as("county").get("/collections/issue/").content.decode())
    days = [root.get_element_by_id(f"id_{name}").get("value") for name in ("opens_on", "due_on", "locks_on")]
    assert days == [day.isoformat() for day in (TODAY, in_days(14), in_days(21))]


@pytest.mark.parametrize(("name", "seen"), [("province", True), ("county", True), ("sibling", False)])
def test_issue_form_offers_the_forms_that_are_published_to_the_seat(client_as, forms, unit_of, name, seen):
    own = next(form for form in ensure_forms(unit_of("county")) if form.code == "visit")
    page = client_as(name).get("/collections/issue/").content.decode()
    assert f'<option value="{forms["visit"].pk}">' in page
    assert (f'<option value="{own.pk}">' in page) is seen


def test_issue_form_refuses_the_province_a_countys_form(client_as, asked, unit_of):
    own = next(form for form in ensure_forms(unit_of("county")) if form.code == "visit")
    page = client_as("province").post("/collections/issue/", asked(form=own.pk)).content.decode()
    assert "报表“走访慰问”不是发给您单位的，不能下发。" in page


def test_issue_form_tells_what_follows_before_it_asks(client_as, asked, unit_of):
    page = client_as("county").post("/collections/issue/", asked(confirmed="")).content.decode()
    assert f"{unit_of('county').association}以下的填报单位都会在“今天要办”里看到这项任务。" in page
    assert "下发后不能修改报表和报告期" in page
    with whole_province():
        assert not Collection.objects.exists()


def test_issued_collection_asks_the_villages_of_the_county_alone(client_as, asked):
    assert client_as("county").post("/collections/issue/", asked()).status_code == 302
    for name, seen in [("village", True), ("township", True), ("city", True), ("sibling", False)]:
        assert ("走访慰问情况" in client_as(name).get("/collections/").content.decode()) is seen


STAGES = [
    ({"opens_on": 1, "due_on": 2, "locks_on": 3}, "未开始"),
    ({"opens_on": 0, "due_on": 0, "locks_on": 1}, "填报中"),
    ({"opens_on": -3, "due_on": -1, "locks_on": 1}, "已过截止"),
    ({"opens_on": -3, "due_on": -1, "locks_on": 0}, "已锁定"),
]


@pytest.mark.parametrize(("days", "stage"), STAGES)
def test_list_and_board_tell_the_stage_by_the_same_word(client_as, course, days, stage):
    course.move(**days)
    client = client_as("province")
    rows = client.get("/collections/").content.decode().split("<tbody>")[1]
    facts = client.get(f"/collections/{course.collection.pk}/").content.decode()
    assert stage in rows
    assert stage in facts.split('class="sheet-facts"')[1].split("</p>")[0]


def test_list_says_what_to_do_where_nothing_is_asked(client_as, forms):
    page = client_as("village").get("/collections/").content.decode()
    assert "现在没有采集任务。上级下发后会显示在这里，也会出现在“今天要办”。" in page


@pytest.mark.parametrize(("name", "offered"), [("county", True), ("township", False), ("village", False)])
def test_list_offers_issuing_to_offices(client_as, forms, name, offered):
    assert ("/collections/issue/" in client_as(name).get("/collections/").content.decode()) is offered


def test_queries_of_the_list_do_not_grow_with_collections(
    client_as, course, issue, django_assert_max_num_queries
):
    client = client_as("township")
    client.get("/collections/")
    with django_assert_max_num_queries(20) as one:
        client.get("/collections/")
    with whole_province():
        for year in range(2010, 2018):
            issue(period=f"{year}H1", title=f"{year}年走访慰问")
    with django_assert_max_num_queries(len(one)):
        assert "2017年走访慰问" in client.get("/collections/").content.decode()


DAYS = [(11, "不早于锁定日期"), (12, ""), (400, "")]


@pytest.mark.parametrize(("until", "refusal"), DAYS)
def test_lock_exception_begins_where_the_lock_does(course, village, actor, until, refusal):
    if refusal:
        with pytest.raises(CannotExempt, match=f"{refusal}{date_cn(in_days(12))}"):
            course.exempt(village, actor("province"), until=until)
    else:
        assert course.exempt(village, actor("province"), until=until).until == in_days(until)


GRANTERS = [("province", True), ("city", True), ("county", True), ("township", False)]


@pytest.mark.parametrize(("name", "may"), GRANTERS)
def test_lock_exception_of_a_countys_collection_is_granted_from_the_county_up(
    course, issue, actor, village, name, may
):
    course.collection = issue(by=actor("county"), period="2023H2")
    if may:
        assert course.exempt(village, actor(name), until=20).granted_by == actor(name).name
    else:
        with pytest.raises(CannotExempt, match="延期由发布单位鹤城区计生协办理"):
            course.exempt(village, actor(name), until=20)


def test_lock_exception_keeps_its_reason_without_blanks(course, village, actor):
    assert course.exempt(village, actor("province"), until=20, reason=" 村里停电 ").reason == "村里停电"


def test_lock_exception_lets_the_late_report_in_as_late_and_ends_with_its_day(course, village, actor):
    course.fill(village, households=30, value=30000)
    course.move(opens_on=-20, due_on=-5, locks_on=-2)
    course.exempt(village, actor("province"), until=0)
    assert course.of(course.submit(village)).is_late
    submission = course.withdraw(course.sheet(village).submission)
    with whole_province():
        LockException.objects.update(until=in_days(-1))
    with pytest.raises(CannotSubmit, match="办理延期"):
        course.submit(village)
    assert course.of(submission).state == "draft"


PAGES = [
    ("province", "village", 200), ("province", "county", 200), ("county", "sibling", 404),
    ("township", "village", 403), ("village", "village", 403), ("auditor", "village", 403),
]  # fmt: skip


@pytest.mark.parametrize(("name", "whose", "status"), PAGES)
def test_lock_exception_page_is_for_offices_over_the_unit(client_as, course, unit_of, name, whose, status):
    url = f"/collections/{course.collection.pk}/units/{unit_of(whose).code}/exempt/"
    assert client_as(name).get(url).status_code == status


def test_lock_exception_page_refuses_an_office_below_the_publisher(client_as, course, unit_of):
    url = f"/collections/{course.collection.pk}/units/{unit_of('village').code}/exempt/"
    posted = {"until": in_days(30).isoformat(), "reason": "停电"}
    page = client_as("county").post(url, posted).content.decode()
    assert "延期由发布单位湖南省计生协办理。" in page
    assert 'value="停电"' in page
    with whole_province():
        assert not LockException.objects.exists()
        assert not Event.objects.filter(verb="lock_exception.granted").exists()


@pytest.mark.parametrize(("at", "is_late"), [(-1, False), (0, True), (1, True)])
def test_report_is_late_from_midnight_after_the_due_day(course, village, at, is_late):
    """Beijing's midnight, to the microsecond."""
    submission = Submission(collection=course.collection, unit=village)
    assert submission.is_late is None
    midnight = course.collection.late_from
    assert (midnight.date(), midnight.isoformat()[10:]) == (in_days(6), "T00:00:00+08:00")
    submission.first_submitted_at = midnight + timedelta(microseconds=at)
    assert submission.is_late is is_late
