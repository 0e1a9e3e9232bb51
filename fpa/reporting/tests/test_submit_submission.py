"""Submitting a typed report: what blocks, what goes through, what is late, and taking it back."""

import pytest

from fpa.access.scope import scoped, whole_province
from fpa.approval.models import Case, CaseState
from fpa.audit.models import Event
from fpa.reporting.actions.submitting import CannotSubmit, submit_submission
from fpa.reporting.models import Submission
from fpa.reporting.tests.conftest import HOUSEHOLDS, VALUE, seat_at

BLOCKED = [
    ({}, "必须填写"),
    ({"households": 3}, "“发放资金物资”必须填写"),
    ({"households": 0, "value": 900}, "“走访慰问户数”也应大于 0"),
    ({"households": 3, "value": 90}, "存疑，请先写明情况说明"),
]


@pytest.mark.parametrize(("values", "reason"), BLOCKED)
def test_submit_submission_blocks_errors_and_unexplained_values(course, village, values, reason):
    course.fill(village, **values)
    with pytest.raises(CannotSubmit, match=reason):
        course.submit(village)


def test_submit_submission_lets_an_odd_value_through_with_its_explanation(course, village):
    course.fill(village, households=3, value=90)
    course.explain(village, VALUE, 90)
    assert course.submit(village).state == "submitted"


def test_submit_submission_compares_with_the_last_period_of_the_unit(course, issue, village, villages):
    course.approve(course.report(village, households=2, value=2000))
    course.approve(course.report(villages[1], households=50, value=50000))
    course.collection = issue(period="2023H2", title="下半年")
    course.fill(village, households=50, value=50000)
    (finding,) = course.sheet(village).findings()
    assert (finding.key, finding.is_hard) == (HOUSEHOLDS, False)
    assert finding.difference == "上期 2，本期 50，增加 48 户"
    assert course.sheet(village).rows[0].last == "2"


def test_submit_submission_opens_a_case_with_the_unit_above(course, village):
    submission = course.report(village)
    with whole_province():
        case = Case.objects.of(submission).get()
        verbs = set(Event.objects.values_list("verb", flat=True))
    assert (case.state, case.reviewer_id, case.unit_id) == (CaseState.OPEN, village.parent_id, village.pk)
    assert case.subject_url == f"/submissions/{submission.pk}/"
    assert {"submission.saved", "submission.submitted"} <= verbs
    assert "case.submitted" not in verbs


@pytest.mark.parametrize(("due", "is_late"), [(0, False), (-1, True)])
def test_submit_submission_after_the_due_day_is_late_but_taken(course, village, due, is_late):
    course.move(opens_on=-9, due_on=due, locks_on=3)
    submission = course.of(course.report(village))
    assert (submission.state, submission.is_late) == ("submitted", is_late)


def test_submit_submission_keeps_its_first_time_and_so_stays_on_time(course, village):
    submission = course.report(village)
    course.give_back(submission, HOUSEHOLDS)
    course.move(due_on=-1)
    course.fill(village, version=1, households=31)
    again = course.of(course.submit(village))
    assert again.first_submitted_at == submission.first_submitted_at
    assert again.last_submitted_at > again.first_submitted_at


def test_submit_submission_after_the_lock_is_refused(course, village):
    course.fill(village, households=30, value=30000)
    course.move(opens_on=-9, due_on=-2, locks_on=0)
    with pytest.raises(CannotSubmit, match="办理延期"):
        course.submit(village)


def test_submit_submission_twice_is_refused(course, village):
    course.report(village)
    with pytest.raises(CannotSubmit, match="正在等待"):
        course.submit(village)


def test_submit_submission_for_another_unit_is_refused(course, village):
    course.fill(village, households=30, value=30000)
    county = village.parent.parent
    with scoped(county.path), pytest.raises(CannotSubmit, match="由所属乡镇（街道）代办"):
        submit_submission(collection=course.collection, unit=village, by=seat_at(county))


def test_submitted_cells_are_locked(course, village):
    course.report(village)
    assert "需要修改请先撤回" in course.fill(village, version=1, households=9)[HOUSEHOLDS].problem


def test_withdraw_submission_opens_the_cells_again(course, village):
    submission = course.report(village)
    assert course.withdraw(submission).state == "draft"
    course.fill(village, version=1, households=29)
    assert course.submit(village).state == "submitted"
    with whole_province():
        states = Case.objects.of(submission).values_list("state", flat=True)
        assert sorted(states) == [CaseState.OPEN, CaseState.WITHDRAWN]


def test_withdraw_submission_keeps_locked_what_was_not_returned(course, village):
    submission = course.report(village)
    course.give_back(submission, HOUSEHOLDS)
    course.fill(village, version=1, households=31)
    course.submit(village)
    assert course.withdraw(submission).state == "returned"
    assert course.sheet(village).editable == {HOUSEHOLDS}
    assert "没有被退回" in course.fill(village, version=1, value=1)[VALUE].problem


def test_withdraw_submission_is_for_the_reporter_before_review(course, village):
    submission = course.report(village)
    with pytest.raises(CannotSubmit, match="只有上报单位"):
        course.withdraw(submission, seat_at(village.parent))
    course.approve(submission)
    with pytest.raises(CannotSubmit, match="联系审核单位退回"):
        course.withdraw(submission)


def test_township_may_be_the_filling_level(course, issue, village):
    course.collection = issue(period="2023H2", fill_level=4)
    submission = course.report(village.parent)
    assert (submission.is_summary, submission.unit.level) == (False, 4)
    course.approve(submission)
    assert course.cell(submission).counted
    with whole_province():
        assert Submission.objects.count() == 1
