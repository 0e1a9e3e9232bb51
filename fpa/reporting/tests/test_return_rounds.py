"""A return of single cells: its day, its thread through all rounds, and what the form of a return takes."""

from dataclasses import replace

import pytest
from django.http import QueryDict
from django.utils import timezone

from fpa.access.scope import scoped, whole_province
from fpa.approval.models import Decision
from fpa.core.periods import Period
from fpa.reporting.actions.reviewing import CannotReview
from fpa.reporting.actions.submitting import CannotSubmit
from fpa.reporting.figures import coverage_of
from fpa.reporting.forms import ReturnForm
from fpa.reporting.models import Cell, Item
from fpa.reporting.progress import progress_of
from fpa.reporting.tests.conftest import HOUSEHOLDS, VALUE, in_days, seat_at
from fpa.threads.models import Message, Thread

OPEN = {"opens_on": -5, "due_on": 5, "locks_on": 12}
LOCKED = {"opens_on": -9, "due_on": -5, "locks_on": 0}
PERIOD = Period.parse("2023H1")


def threads():
    with whole_province():
        return list(Thread.objects.whole().order_by("id"))


def awaiting():
    (thread,) = threads()
    return thread.awaiting


DAYS = [
    (OPEN, None, 0, ""),
    (OPEN, None, 11, ""),
    (OPEN, None, 12, "不能晚于填报的最后一天"),
    (OPEN, 20, 20, ""),
    (OPEN, 20, 21, "不能晚于填报的最后一天"),
    (LOCKED, None, 0, "请湖南省计生协先为该单位办理延期"),
    (LOCKED, 3, 3, ""),
    (LOCKED, 3, 4, "不能晚于填报的最后一天"),
]


@pytest.mark.parametrize(("days", "exempt", "due", "refusal"), DAYS)
def test_day_of_a_return_lies_within_the_days_of_filling(course, village, actor, days, exempt, due, refusal):
    submission = course.report(village)
    course.move(**days)
    if exempt:
        course.exempt(village, actor("province"), until=exempt)
    if refusal:
        with pytest.raises(CannotReview, match=refusal):
            course.give_back(submission, HOUSEHOLDS, due=due)
    else:
        assert course.give_back(submission, HOUSEHOLDS, due=due).state == "returned"


def test_day_of_a_returned_summary_may_lie_beyond_the_lock(course, village):
    course.approve(course.report(village))
    summary = course.sum_up(village.parent)
    course.move(**LOCKED)
    assert course.give_back(summary, HOUSEHOLDS, due=30).state == "returned"


def test_return_of_two_cells_opens_both_with_a_thread_each(course, village):
    submission = course.report(village)
    course.give_back(submission, HOUSEHOLDS, VALUE)
    assert course.sheet(village).editable == {HOUSEHOLDS, VALUE}
    assert [(t.place_label, t.assignee, t.opened_unit) for t in threads()] == [
        ("走访慰问户数", village, village.parent),
        ("发放资金物资", village, village.parent),
    ]


def test_return_keeps_places_reason_and_day_in_its_decision(course, village):
    submission = course.report(village)
    course.give_back(submission, HOUSEHOLDS, due=2)
    with whole_province():
        decision = Decision.objects.get(verdict="return")
    assert decision.places == [{"place": HOUSEHOLDS, "label": "走访慰问户数", "reason": "与台账不符，请核对"}]
    assert (decision.reason, decision.due_on) == ("与台账不符，请核对", in_days(2))
    assert (decision.actor_unit, decision.round) == (village.parent, 1)


def test_thread_of_a_cell_awaiting_whose_turn_it_is_until_approval(course, village):
    submission = course.report(village)
    course.give_back(submission, HOUSEHOLDS)
    assert awaiting() == village
    course.fill(village, version=1, households=28)
    assert awaiting() == village
    course.submit(village)
    assert awaiting() == village.parent
    course.withdraw(submission)
    assert awaiting() == village
    course.submit(village)
    course.approve(submission)
    (thread,) = threads()
    assert (thread.state, thread.settled_by_name) == ("settled", seat_at(village.parent).name)


def test_thread_of_a_cell_goes_on_when_it_is_returned_again(course, village):
    submission = course.report(village)
    course.give_back(submission, HOUSEHOLDS, due=1)
    course.fill(village, version=1, households=28)
    course.submit(village)
    course.withdraw(submission)
    course.submit(village)
    course.give_back(submission, HOUSEHOLDS, due=4)
    (thread,) = threads()
    assert thread.due_on == in_days(4)
    with whole_province():
        assert Message.objects.filter(thread=thread).count() == 2


def test_thread_of_a_cell_stays_open_while_another_is_returned(course, village):
    submission = course.report(village)
    course.give_back(submission, HOUSEHOLDS)
    course.submit(village)
    course.give_back(submission, VALUE)
    assert [(t.place, t.state) for t in threads()] == [(HOUSEHOLDS, "open"), (VALUE, "open")]
    course.submit(village)
    course.approve(submission)
    assert {t.state for t in threads()} == {"settled"}


def test_thread_of_a_cell_is_hidden_from_units_beside(course, villages):
    course.give_back(course.report(villages[0]), HOUSEHOLDS)
    with scoped(villages[1].path):
        assert (Thread.objects.count(), Message.objects.count(), Decision.objects.count()) == (0, 0, 0)


def test_answer_in_a_thread_stands_on_the_reviewers_page(client_as, course, village):
    submission = course.report(village)
    course.give_back(submission, HOUSEHOLDS)
    (thread,) = threads()
    client_as("village").post(f"/threads/{thread.pk}/reply/", {"body": "已与台账核对，少登记两户"})
    page = client_as("township").get(f"/submissions/{submission.pk}/").content.decode()
    assert "已与台账核对，少登记两户" in page
    assert f"等{village.parent.association}答复" in page


def test_returned_cell_that_is_emptied_blocks_the_report(course, village):
    course.give_back(course.report(village), HOUSEHOLDS)
    assert not course.fill(village, version=1, households=None)[HOUSEHOLDS].problem
    with pytest.raises(CannotSubmit, match="“走访慰问户数”必须填写"):
        course.submit(village)


def test_returned_report_is_not_returned_again_before_it_comes_back(course, village):
    submission = course.report(village)
    course.give_back(submission, HOUSEHOLDS)
    with pytest.raises(CannotReview, match="现在是“已退回”，不能退回"):
        course.give_back(submission, VALUE)
    assert course.sheet(village).editable == {HOUSEHOLDS}


@pytest.mark.parametrize("name", ["village", "county", "city", "province"])
def test_return_cells_is_for_the_unit_above_alone(course, village, actor, name):
    submission = course.report(village)
    with pytest.raises(CannotReview, match=f"{village.name}的数据由它的上级审核，不由您的单位审核"):
        course.give_back(submission, HOUSEHOLDS, by=actor(name))


def test_return_cells_needs_the_permission(course, village):
    submission = course.report(village)
    seat = seat_at(village.parent)
    with pytest.raises(CannotReview, match="由它的上级审核"):
        course.give_back(
            submission, HOUSEHOLDS, by=replace(seat, permissions=seat.permissions - {"submission.review"})
        )


def test_return_after_approval_is_taken_out_of_sums_coverage_and_board(course, village):
    township = village.parent
    submission = course.report(village)
    course.approve(submission)

    def told():
        with whole_province():
            progress = progress_of(course.collection, township, [])[township.path]
            have = coverage_of("visit", township, PERIOD)
            return progress.complete, progress.approved, have.have if have else None

    assert told() == (1, 1, 1)
    course.give_back(submission, HOUSEHOLDS)
    assert told() == (0, 0, 0)
    course.submit(village)
    assert told() == (1, 0, 0)


def test_withdrawal_after_approval_was_taken_back_counts_nothing(course, village):
    submission = course.report(village)
    course.approve(submission)
    course.give_back(submission, HOUSEHOLDS)
    course.submit(village)
    course.withdraw(submission)
    with whole_province():
        assert not Cell.objects.filter(counted=True).exists()


ITEMS = [
    Item(key=HOUSEHOLDS, label="走访慰问户数", order=1),
    Item(key=VALUE, label="发放资金物资", order=2),
]


def return_form(**posted):
    data = QueryDict(mutable=True)
    data.update({"due_on": timezone.localdate().isoformat()} | posted)
    return ReturnForm(data, items=ITEMS)


def test_return_form_takes_ticked_cells_in_the_forms_order_and_nothing_else():
    posted = {
        f"tick-{VALUE}": "1", f"reason-{VALUE}": " 票据　不符 ", f"reason-{HOUSEHOLDS}": "没有勾选",
        "tick-visit.unknown": "1", "reason-visit.unknown": "表里没有",
    }  # fmt: skip
    form = return_form(**posted)
    assert form.is_valid()
    assert [(p["place"], p["reason"]) for p in form.places] == [(VALUE, "票据 不符")]


@pytest.mark.parametrize("reason", ["", "  ", "　"])
def test_return_form_wants_a_reason_for_each_ticked_cell(reason):
    form = return_form(
        **{
            f"tick-{VALUE}": "1", f"reason-{VALUE}": "票据不符",
            f"tick-{HOUSEHOLDS}": "1", f"reason-{HOUSEHOLDS}": reason,
        }
    )  # fmt: skip
    assert not form.is_valid()
    assert form.non_field_errors() == ["“走访慰问户数”没有写明退回原因，请写清楚要改什么。"]
    assert form.typed == {VALUE: "票据不符", HOUSEHOLDS: ""}


@pytest.mark.parametrize(("day", "error"), [("昨天", "看不懂日期“昨天”"), ("2026-02-30", "日期"), ("", "")])
def test_return_form_names_a_day_that_it_cannot_read(day, error):
    form = return_form(**{f"tick-{VALUE}": "1", f"reason-{VALUE}": "票据不符", "due_on": day})
    assert not form.is_valid()
    assert error in form.errors["due_on"][0]


def test_return_form_proposes_a_week_and_what_was_asked_from_above():
    form = ReturnForm(items=ITEMS, asked={HOUSEHOLDS: "请核实"})
    assert form.fields["due_on"].initial == in_days(7)
    assert form.typed == {HOUSEHOLDS: "请核实"}
