"""Summaries: what goes into the sums, what zero means, what is kept when one is sent again, and who may send."""

from dataclasses import replace
from decimal import Decimal

import pytest

from fpa.access.models import Kind, Unit
from fpa.access.scope import scoped, whole_province
from fpa.approval.models import Case
from fpa.core.periods import Period
from fpa.figures import queries as figures
from fpa.figures.freshness import refresh
from fpa.reporting.actions.reviewing import CannotReview
from fpa.reporting.actions.submitting import CannotSubmit, submit_summary
from fpa.reporting.figures import coverage_of
from fpa.reporting.models import Cell, CellHistory, State, Submission
from fpa.reporting.queries import children_of, sums_below
from fpa.reporting.tests.conftest import HOUSEHOLDS, VALUE, seat_at

H1 = Period.parse("2023H1")


def sums(course, unit):
    with whole_province():
        return sums_below(course.collection, unit)


def versions(summary):
    with whole_province():
        history = CellHistory.objects.filter(cell__submission=summary)
        return sorted(history.values_list("cell__key", "version", "value"))


def test_sums_are_none_before_anything_is_approved(course, village):
    course.report(village)
    assert sums(course, village.parent) == {HOUSEHOLDS: None, VALUE: None}


def test_sums_are_zero_where_nothing_happened(course, few_villages):
    for village in few_villages:
        course.approve(course.report(village, households=0, value=0))
    assert sums(course, few_villages[0].parent) == {HOUSEHOLDS: 0, VALUE: 0}
    summary = course.sum_up(few_villages[0].parent, explanation="")
    assert course.cell(summary).value == 0


def test_zero_needs_no_explanation_and_counts_as_a_report(course, village):
    submission = course.report(village, households=0, value=0)
    course.approve(submission)
    assert course.cell(submission).counted
    refresh()
    with whole_province():
        reading = figures.read([HOUSEHOLDS], village, H1)[HOUSEHOLDS]
        assert str(coverage_of("visit", village.parent, H1)).startswith("1/")
    assert reading.value == 0


def test_zero_is_shown_as_zero_on_every_page(client_as, course, villages):
    for village in villages:
        course.approve(course.report(village, households=0, value=0))
    client, at = client_as("township"), f"/collections/{course.collection.pk}"
    assert "上报：走访慰问户数 0 户。" in client.post(f"{at}/summary/", {"explanation": ""}).content.decode()
    for url in (f"{at}/summary/", f"{at}/totals/"):
        assert ">0<" in client.get(url).content.decode().split("<tbody>")[1]
    summary = course.sum_up(villages[0].parent, explanation="")
    page = client_as("county").get(f"/submissions/{summary.pk}/").content.decode()
    assert "<b>0</b>" in page.split(f'id="cell-{HOUSEHOLDS}"')[1].split("</tr>")[0]


def test_sums_keep_cents(course, villages):
    for village, value in zip(villages[:3], ("100.10", "200.20", "300.33"), strict=False):
        course.approve(course.report(village, households=1, value=value))
    assert sums(course, villages[0].parent)[VALUE] == Decimal("600.63")
    assert course.cell(course.sum_up(villages[0].parent), VALUE).value == Decimal("600.63")


def test_sums_of_a_county_take_approved_summaries_only(course, village, whole_unit):
    county = whole_unit("county")
    course.approve(course.report(village))
    assert sums(course, county) == {HOUSEHOLDS: None, VALUE: None}
    summary = course.sum_up(village.parent)
    assert sums(course, county) == {HOUSEHOLDS: None, VALUE: None}
    course.approve(summary)
    assert sums(course, county) == {HOUSEHOLDS: 30, VALUE: 30000}


def test_sums_leave_other_periods_out(course, issue, village):
    course.approve(course.report(village))
    course.collection = issue(period="2023H2", title="下半年走访慰问")
    assert sums(course, village.parent) == {HOUSEHOLDS: None, VALUE: None}


@pytest.mark.parametrize(
    ("has_report", "refusal"),
    [(False, "还没有审核通过的数据"), (True, "请在情况说明中写明原因后上报")],
)
def test_refused_summary_leaves_nothing_behind(course, village, has_report, refusal):
    if has_report:
        course.approve(course.report(village))
    with pytest.raises(CannotSubmit, match=refusal):
        course.sum_up(village.parent, explanation="")
    with whole_province():
        assert not Submission.objects.filter(is_summary=True).exists()


def test_summary_names_how_many_villages_are_missing_at_each_level(course, village, whole_unit):
    course.approve(course.report(village))
    course.approve(course.sum_up(village.parent))
    county = whole_unit("county")
    villages = Unit.objects.current().under(county.path).filter(level=5).count()
    with pytest.raises(CannotSubmit, match=f"还有 {villages - 1} 个填报单位的数据没有审核通过"):
        course.sum_up(county, explanation="")


def test_summary_with_odd_sums_wants_an_explanation(course, few_villages):
    for village in few_villages:
        course.fill(village, households=3, value=90)
        course.explain(village, VALUE, 90)
        course.approve(course.submit(village))
    with pytest.raises(CannotSubmit, match=r"^有 1 处数据存疑，请在情况说明中写明原因后上报。$"):
        course.sum_up(few_villages[0].parent, explanation="")
    assert course.sum_up(few_villages[0].parent, explanation="全乡以物资为主").explanation == "全乡以物资为主"


def test_summary_sent_again_takes_the_new_sums(course, villages):
    township = villages[0].parent
    course.approve(course.report(villages[0], households=10, value=1000))
    summary = course.sum_up(township, explanation="第一次")
    assert course.withdraw(summary).state == "draft"
    course.approve(course.report(villages[1], households=0, value=0))
    course.sum_up(township, explanation="第二次")
    assert versions(summary) == [(HOUSEHOLDS, 1, 10), (VALUE, 1, 1000)]
    course.withdraw(summary)
    course.approve(course.report(villages[2], households=2, value=2000))
    again = course.sum_up(township, explanation="第三次")
    assert versions(summary) == [
        (HOUSEHOLDS, 1, 10), (HOUSEHOLDS, 2, 12), (VALUE, 1, 1000), (VALUE, 2, 3000),
    ]  # fmt: skip
    assert (again.pk, course.of(again).explanation) == (summary.pk, "第三次")


def test_summary_may_be_sent_after_the_lock(course, village):
    course.approve(course.report(village))
    course.move(opens_on=-9, due_on=-5, locks_on=-1)
    summary = course.sum_up(village.parent)
    assert (summary.state, course.of(summary).is_late) == ("submitted", True)


def test_summary_sent_twice_after_the_lock_is_told_its_state_not_the_lock(course, village):
    course.approve(course.report(village))
    course.move(opens_on=-9, due_on=-5, locks_on=-1)
    course.sum_up(village.parent)
    with pytest.raises(CannotSubmit, match="正在等待鹤城区计生协审核"):
        course.sum_up(village.parent)


def test_summary_that_is_approved_stays_until_it_is_returned(course, village):
    course.approve(course.report(village))
    summary = course.approve(course.sum_up(village.parent))
    for again in (course.sum_up, lambda unit: course.withdraw(summary)):
        with pytest.raises(CannotSubmit):
            again(village.parent)
    assert course.of(summary).state == "approved"


def test_summary_never_counts_by_itself(course, village, whole_unit):
    course.approve(course.report(village))
    for unit in (village.parent, whole_unit("county"), whole_unit("city")):
        course.approve(course.sum_up(unit))
    with whole_province():
        assert [c.path for c in Cell.objects.filter(counted=True, key=HOUSEHOLDS)] == [village.path]


@pytest.mark.parametrize("publisher", ["county", "city"])
def test_publisher_sends_no_summary_of_its_own(course, issue, actor, whole_unit, publisher):
    course.collection = issue(by=actor(publisher), period="2023H2")
    with pytest.raises(CannotSubmit, match="只能上报本单位的汇总"):
        course.sum_up(whole_unit(publisher))


def test_summary_of_another_unit_is_refused(course, village, whole_unit):
    course.approve(course.report(village))
    seat = seat_at(whole_unit("county"))
    with scoped(seat.path), pytest.raises(CannotSubmit, match="只能上报本单位的汇总"):
        submit_summary(collection=course.collection, unit=village.parent, explanation="代报", by=seat)


def test_summary_needs_a_second_person_to_approve(course, village, whole_unit):
    course.approve(course.report(village))
    summary = course.sum_up(village.parent)
    same = replace(seat_at(whole_unit("county")), user_id=seat_at(village.parent).user_id)
    with pytest.raises(CannotReview, match="双人复核"):
        course.approve(summary, by=same)


def test_summary_case_goes_to_the_unit_above_and_no_further(course, village, whole_unit):
    course.approve(course.report(village))
    summary = course.approve(course.sum_up(village.parent))
    with whole_province():
        case = Case.objects.of(summary).get()
    assert (case.reviewer, case.state) == (whole_unit("county"), "approved")


def test_children_tell_what_the_sum_has_and_what_it_has_not(course, villages):
    course.approve(course.report(villages[0]))
    course.report(villages[1])
    course.give_back(course.report(villages[2]), HOUSEHOLDS)
    course.fill(villages[3], households=1)
    with whole_province():
        children = children_of(course.collection, villages[0].parent)
    assert [c.unit for c in children] == villages
    assert [(c.word, c.is_in) for c in children[:5]] == [
        ("已通过", True), ("待审核", False), ("已退回", False), ("填报中", False), ("待填报", False),
    ]  # fmt: skip
    assert [[value for _, value in c.lines] for c in children[2:5]] == [["30", "30,000"], ["1", ""], ["", ""]]


def test_children_that_sum_up_have_words_of_their_own(course, village, whole_unit):
    with whole_province():
        words = {c.unit: c.word for c in children_of(course.collection, whole_unit("county"))}
    assert words[village.parent] == "待汇总上报"


def approved(course, unit):
    """A unit's approved report, straight into the table."""
    when = course.collection.issued_at
    Submission.objects.create(
        collection=course.collection,
        unit=unit,
        is_summary=True,
        state=State.APPROVED,
        first_submitted_at=when,
    )


def test_coverage_keeps_functional_zones_apart(course, whole_unit):
    zone = Unit.objects.filter(kind=Kind.FUNCTIONAL_ZONE).order_by("path")[0]
    province = whole_unit("province")
    with whole_province():
        approved(course, zone)
        assert str(coverage_of("visit", province, H1)) == "0/122 个县"
        approved(course, whole_unit("county"))
        assert str(coverage_of("visit", province, H1)) == "1/122 个县"
        assert str(coverage_of("visit", whole_unit("city"), H1)).startswith("1/")
        assert str(coverage_of("visit", whole_unit("sibling"), H1)).startswith("0/")
