"""What the audit keeps of reporting: one event a deed, who did it, on what, from what to what, and why."""

from dataclasses import replace

import pytest
from django.db import DataError

from fpa.access.scope import scoped, whole_province
from fpa.audit.models import Event
from fpa.reporting.actions.collections import CannotExempt, CannotIssue
from fpa.reporting.actions.filling import CannotFill
from fpa.reporting.actions.reviewing import CannotReview
from fpa.reporting.actions.submitting import CannotSubmit
from fpa.reporting.models import Cell, LockException, Submission
from fpa.reporting.tests.conftest import HOUSEHOLDS, VALUE, in_days, seat_at


def last(verb):
    with whole_province():
        return Event.objects.filter(verb=verb).order_by("-at", "-id")[0]


def test_the_way_of_a_report_can_be_read_from_its_events(course, village):
    submission = course.report(village)
    course.withdraw(submission)
    course.submit(village)
    course.give_back(submission, HOUSEHOLDS)
    course.fill(village, version=1, households=31)
    course.submit(village)
    course.approve(submission)
    with whole_province():
        events = Event.objects.filter(object_type="reporting.submission", object_id=str(submission.pk))
        told = [(e.verb, e.unit_name, e.changes.get("state")) for e in events.order_by("at", "id")]
    below, above = village.association, village.parent.association
    assert told == [
        ("submission.saved", below, None),
        ("submission.submitted", below, ["draft", "submitted"]),
        ("submission.withdrawn", below, ["submitted", "draft"]),
        ("submission.submitted", below, ["draft", "submitted"]),
        ("submission.returned", above, ["submitted", "returned"]),
        ("submission.saved", below, None),
        ("submission.submitted", below, ["returned", "submitted"]),
        ("submission.approved", above, ["submitted", "approved"]),
    ]


def test_event_names_who_did_it_on_what_and_where(course, village):
    submission = course.report(village)
    event, seat = last("submission.submitted"), seat_at(village)
    assert (event.actor_id, event.actor_name, event.unit_name) == (
        seat.user_id,
        seat.name,
        village.association,
    )
    assert (event.object_id, event.path) == (str(submission.pk), village.path)
    assert event.object_name == f"2023年上半年走访慰问：{village.name}"


def test_event_of_a_save_holds_old_and_new_value_of_each_changed_cell(course, village):
    course.fill(village, households=30, value=900)
    course.fill(village, version=1, households=None, value=900)
    assert last("submission.saved").changes == {HOUSEHOLDS: ["30.00", None]}


def test_event_of_a_return_names_the_cells(course, village):
    submission = course.report(village)
    course.give_back(submission, VALUE, HOUSEHOLDS)
    assert last("submission.returned").changes["cells"] == [VALUE, HOUSEHOLDS]
    reasons = {p["place"]: p["reason"] for p in last("submission.returned").changes["places"]}
    assert reasons == dict.fromkeys([VALUE, HOUSEHOLDS], "与台账不符，请核对")


def test_event_of_an_approval_keeps_the_note(course, village):
    course.approve(course.report(village), note="与台账一致")
    assert last("submission.approved").reason == "与台账一致"


def test_event_of_a_lock_exception_stands_at_the_unit_that_got_it(course, village, actor):
    course.exempt(village, actor("province"), until=20)
    event = last("lock_exception.granted")
    assert (event.path, event.reason, event.changes) == (
        village.path,
        "村里停电",
        {"until": in_days(20).isoformat()},
    )
    assert (event.object_type, event.unit_name) == ("reporting.lockexception", "湖南省计生协")
    assert event.object_name == f"2023年上半年走访慰问：{village.name}延期"


def test_event_of_a_summary_is_the_sending_units(course, village):
    course.approve(course.report(village))
    summary = course.sum_up(village.parent)
    event = last("submission.submitted")
    assert (event.object_id, event.path) == (str(summary.pk), village.parent.path)
    assert event.changes == {"state": ["draft", "submitted"]}


def test_events_are_seen_where_the_report_is_seen(course, village, actor):
    course.report(village)
    for name, seen in [("village", 1), ("township", 1), ("county", 1), ("sibling", 0)]:
        with scoped(actor(name).path):
            assert Event.objects.filter(verb="submission.submitted").count() == seen


REFUSED = {
    "issue again": (CannotIssue, lambda c, v, s: c["issue"]()),
    "exempt from below": (CannotExempt, lambda c, v, s: c["course"].exempt(v, seat_at(v))),
    "fill for another": (
        CannotFill,
        lambda c, v, s: c["course"].fill(v, by=seat_at(v.parent.parent), value=1),
    ),
    "submit again": (CannotSubmit, lambda c, v, s: c["course"].submit(v)),
    "sum up nothing": (CannotSubmit, lambda c, v, s: c["course"].sum_up(v.parent)),
    "withdraw from above": (CannotSubmit, lambda c, v, s: c["course"].withdraw(s, by=seat_at(v.parent))),
    "approve one's own": (CannotReview, lambda c, v, s: c["course"].approve(s, by=seat_at(v))),
    "return nothing": (CannotReview, lambda c, v, s: c["course"].give_back(s)),
}


@pytest.mark.parametrize("deed", REFUSED)
def test_refused_deed_leaves_no_event_and_no_row(course, issue, village, deed):
    refusal, act = REFUSED[deed]
    submission = course.report(village)
    with whole_province():
        before = Event.objects.count()
    with pytest.raises(refusal):
        act({"course": course, "issue": issue}, village, submission)
    with whole_province():
        assert Event.objects.count() == before
        assert list(Submission.objects.values_list("state", flat=True)) == ["submitted"]
        assert not LockException.objects.exists()


def test_save_that_changes_nothing_or_is_refused_leaves_no_event(course, village):
    course.fill(village, households=30)
    first = last("submission.saved").pk
    course.fill(village, version=1, households=30)
    course.fill(village, version=1, households=-5)
    course.fill(village, version=7, households=8)
    assert last("submission.saved").pk == first


def test_deed_whose_event_cannot_be_written_is_undone(course, village):
    """A post's title that no event can hold: the audit refuses it, and the cells go with the event."""
    with pytest.raises(DataError):
        course.fill(village, by=replace(seat_at(village), post_title="长" * 61), households=30)
    with whole_province():
        assert (Submission.objects.count(), Cell.objects.count()) == (0, 0)


def test_batch_approval_leaves_an_event_for_each_approved_report(client_as, course, villages):
    rows = [course.report(village).pk for village in villages[:3]]
    course.withdraw(course.of(Submission(pk=rows[2])))
    client_as("township").post(f"/collections/{course.collection.pk}/submissions/approve/", {"row": rows})
    with whole_province():
        events = Event.objects.filter(verb="submission.approved").order_by("path")
        assert [(e.object_id, e.actor_name) for e in events] == [(str(r), "演员township") for r in rows[:2]]
