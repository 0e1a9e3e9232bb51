"""The way up: approval by the unit above, return of cells, summaries, and what the figures count."""

from dataclasses import replace
from decimal import Decimal

import pytest

from fpa.access.models import Unit
from fpa.access.scope import scoped, whole_province
from fpa.approval.models import Case, CaseState
from fpa.audit.models import Event
from fpa.core.periods import Period
from fpa.figures import queries as figures
from fpa.figures.freshness import refresh
from fpa.reporting.actions.reviewing import CannotReview, approve_submission
from fpa.reporting.actions.submitting import CannotSubmit
from fpa.reporting.figures import coverage_of
from fpa.reporting.models import Cell, Submission
from fpa.reporting.queries import sums_below
from fpa.reporting.tests.conftest import HOUSEHOLDS, VALUE, in_days, seat_at
from fpa.threads.models import Thread


def figure(key, unit, period="2023H1"):
    refresh()
    with whole_province():
        return figures.read([key], unit, Period.parse(period))[key].value


def test_the_whole_way_from_villages_to_the_province(course, villages, unit_of):
    for n, village in enumerate(villages[:2], 1):
        course.approve(course.report(village, households=10 * n, value=1000 * n))
    for name in ("township", "county", "city"):
        unit = Unit.objects.select_related("parent").get(pk=unit_of(name).pk)
        summary = course.approve(course.sum_up(unit))
        assert (summary.is_summary, course.cell(summary).value, course.cell(summary).counted) == (
            True,
            30,
            False,
        )
    with whole_province():
        sums = sums_below(course.collection, unit_of("province"))
    assert sums == {HOUSEHOLDS: Decimal(30), VALUE: Decimal(3000)}
    assert figure(HOUSEHOLDS, unit_of("province")) == 30
    assert figure(VALUE, unit_of("county")) == 3000


def test_approve_submission_counts_its_cells_and_no_sooner(course, village):
    submission = course.report(village)
    assert not course.cell(submission).counted
    assert figure(HOUSEHOLDS, village.parent) is None
    course.approve(submission)
    assert course.cell(submission).counted
    assert figure(HOUSEHOLDS, village.parent) == 30


def test_approve_submission_is_for_the_unit_above_alone(course, village, actor):
    submission = course.report(village)
    for name in ("village", "county", "province"):
        with pytest.raises(CannotReview, match="由它的上级审核"):
            course.approve(submission, by=actor(name))
    with pytest.raises(Submission.DoesNotExist):
        course.approve(submission, by=actor("sibling"))


def test_approve_submission_needs_the_permission(course, village):
    submission = course.report(village)
    with pytest.raises(CannotReview, match="由它的上级审核"):
        course.approve(submission, by=replace(seat_at(village.parent), permissions=frozenset()))


def test_approve_submission_needs_a_second_person(course, village):
    submission = course.report(village)
    same = replace(seat_at(village.parent), user_id=seat_at(village).user_id)
    with pytest.raises(CannotReview, match="双人复核"):
        course.approve(submission, by=same)


def test_approve_submission_twice_is_refused(course, village):
    submission = course.report(village)
    course.approve(submission)
    with pytest.raises(CannotReview, match="已通过"):
        course.approve(submission)


def test_approve_submission_of_a_batch_leaves_odd_ones(course, issue, village):
    course.approve(course.report(village, households=2, value=2000))
    course.collection = issue(period="2023H2", fill_level=5)
    course.fill(village, households=50, value=50000)
    course.fill(village, version=1)
    with whole_province():
        Cell.objects.filter(period="2023H2", key=HOUSEHOLDS).update(explanation="新增三个村民小组")
    submission = course.submit(village)
    by = seat_at(village.parent)
    with scoped(by.path), pytest.raises(CannotReview, match="有 1 处存疑数据（走访慰问户数"):
        approve_submission(submission=submission, by=by, only_clean=True)
    assert course.approve(submission).state == "approved"


def test_return_cells_opens_only_those_cells_and_a_thread_on_each(course, village):
    submission = course.report(village)
    course.give_back(submission, HOUSEHOLDS)
    sheet = course.sheet(village)
    assert (sheet.submission.state, sheet.editable) == ("returned", {HOUSEHOLDS})
    assert "没有被退回" in course.fill(village, version=1, value=1)[VALUE].problem
    with whole_province():
        thread = Thread.objects.get()
    assert (thread.place, thread.place_label, thread.due_on) == (HOUSEHOLDS, "走访慰问户数", in_days(3))
    assert thread.url == f"/submissions/{submission.pk}/#cell-{HOUSEHOLDS}"


def test_return_cells_comes_back_to_the_same_reviewer_and_settles_with_approval(course, village):
    submission = course.report(village)
    course.give_back(submission, HOUSEHOLDS)
    course.fill(village, version=1, households=28)
    course.submit(village)
    with whole_province():
        case = Case.objects.of(submission).get()
        assert (case.state, case.round, case.reviewer_id) == (CaseState.OPEN, 2, village.parent_id)
        assert Thread.objects.open().count() == 1
    course.approve(submission)
    with whole_province():
        assert Thread.objects.open().count() == 0
        assert course.cell(submission).value == 28


def test_return_cells_a_second_time_opens_only_the_newly_named(course, village):
    submission = course.report(village)
    course.give_back(submission, HOUSEHOLDS)
    course.fill(village, version=1, households=28)
    course.submit(village)
    course.give_back(submission, VALUE)
    assert course.sheet(village).editable == {VALUE}


RETURNS = [
    ((), 3, "请勾选要退回的格"),
    (("visit.unknown",), 3, "没有写明退回原因"),
    ((HOUSEHOLDS,), -1, "已过"),
    ((HOUSEHOLDS,), 30, "不能晚于填报的最后一天"),
]


@pytest.mark.parametrize(("keys", "due", "reason"), RETURNS)
def test_return_cells_refuses_what_makes_no_sense(course, village, keys, due, reason):
    submission = course.report(village)
    with pytest.raises(CannotReview, match=reason):
        course.give_back(submission, *keys, due=due)
    assert course.of(submission).state == "submitted"


def test_return_cells_of_a_draft_is_refused(course, village):
    course.fill(village, households=1)
    with pytest.raises(CannotReview, match="填报中"):
        course.give_back(course.sheet(village).submission, HOUSEHOLDS)


def test_return_cells_after_approval_counts_them_no_longer(course, village):
    submission = course.report(village)
    course.approve(submission)
    course.give_back(submission, HOUSEHOLDS)
    assert not course.cell(submission).counted
    assert not course.cell(submission, VALUE).counted
    assert figure(HOUSEHOLDS, village.parent) is None
    course.fill(village, version=1, households=28)
    course.submit(village)
    course.approve(submission)
    assert figure(HOUSEHOLDS, village.parent) == 28


def test_return_cells_after_approval_awaiting_the_own_summary(course, village):
    submission = course.report(village)
    course.approve(submission)
    summary = course.sum_up(village.parent)
    with pytest.raises(CannotReview, match="本单位的汇总已经上报"):
        course.give_back(submission, HOUSEHOLDS)
    course.give_back(summary, HOUSEHOLDS)
    assert course.give_back(submission, HOUSEHOLDS).state == "returned"


def test_return_of_a_summary_is_mended_below_and_sent_again(course, village):
    submission = course.report(village, households=30)
    course.approve(submission)
    summary = course.sum_up(village.parent)
    course.give_back(summary, HOUSEHOLDS)
    course.give_back(submission, HOUSEHOLDS)
    with pytest.raises(CannotSubmit, match="还没有审核通过的数据"):
        course.sum_up(village.parent)
    course.fill(village, version=1, households=25)
    course.submit(village)
    course.approve(submission)
    assert course.cell(course.sum_up(village.parent)).value == 25
    assert course.approve(summary).state == "approved"


def test_submit_summary_asks_for_an_explanation_of_what_is_missing(course, villages):
    course.approve(course.report(villages[0]))
    with pytest.raises(CannotSubmit, match=f"还有 {len(villages) - 1} 个填报单位"):
        course.sum_up(villages[0].parent, explanation=" ")


def test_submit_summary_of_a_whole_township_needs_none(course, villages):
    for village in villages:
        course.approve(course.report(village))
    summary = course.sum_up(villages[0].parent, explanation="")
    assert course.cell(summary).value == 30 * len(villages)


def test_submit_summary_sums_only_what_is_approved(course, villages):
    course.approve(course.report(villages[0]))
    course.report(villages[1])
    assert course.cell(course.sum_up(villages[0].parent)).value == 30


SUMMARIES = [
    ("township", "还没有审核通过的数据"),
    ("village", "填报单位"),
    ("province", "只能上报本单位的汇总"),
]


@pytest.mark.parametrize(("name", "reason"), SUMMARIES)
def test_submit_summary_refuses_what_makes_no_sense(course, unit_of, name, reason):
    unit = Unit.objects.select_related("parent").get(pk=unit_of(name).pk)
    with pytest.raises(CannotSubmit, match=reason):
        course.sum_up(unit)


def test_submit_summary_twice_is_refused(course, village):
    course.approve(course.report(village))
    course.sum_up(village.parent)
    with pytest.raises(CannotSubmit, match="正在等待"):
        course.sum_up(village.parent)


@pytest.mark.parametrize("verb", ["submission.submitted", "submission.approved", "submission.returned"])
def test_each_step_leaves_its_event(course, village, verb):
    submission = course.report(village)
    course.approve(submission)
    course.give_back(submission, HOUSEHOLDS)
    with whole_province():
        event = Event.objects.get(verb=verb)
    assert (event.object_id, event.path) == (str(submission.pk), village.path)


def test_coverage_is_told_by_counties_whose_report_is_approved(course, villages, unit_of):
    half, month = Period.parse("2023H1"), Period.parse("2023-05")
    course.approve(course.report(villages[0]))
    township, county = villages[0].parent, unit_of("county")
    county = Unit.objects.select_related("parent").get(pk=county.pk)
    with whole_province():
        assert str(coverage_of("visit", township, half)) == f"1/{len(villages)} 个村"
        assert str(coverage_of("visit", unit_of("province"), half)) == "0/122 个县"
    course.approve(course.sum_up(township))
    course.approve(course.sum_up(county))
    with whole_province():
        assert str(coverage_of("visit", unit_of("province"), half)) == "1/122 个县"
        assert str(coverage_of("visit", unit_of("province"), Period.parse("2023"))) == "1/122 个县"
        assert str(coverage_of("visit", unit_of("province"), month)) == "0/122 个县"
        assert str(coverage_of("campaign529", unit_of("province"), half)) == "0/122 个县"
        assert str(coverage_of("visit", villages[0], half)) == "1/1 个村"
        assert str(coverage_of("visit", villages[1], half)) == "0/1 个村"
