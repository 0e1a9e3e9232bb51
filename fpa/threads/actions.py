"""Talk about a matter: each has a thread until it is settled."""

from datetime import date
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from fpa.access.models import Unit
from fpa.audit.record import record
from fpa.core.actor import Actor
from fpa.core.refusals import Refusal
from fpa.threads.models import Message, Thread, ThreadState


class CannotOpen(Refusal):
    """A thread can't be opened so."""


class CannotReply(Refusal):
    """The thread takes no reply."""


class CannotSettle(Refusal):
    """The thread can't be settled by this seat, or is settled already."""


def url_of(subject: models.Model) -> str:
    """Where a subject stands; empty where it has no page."""
    return subject.get_absolute_url() if hasattr(subject, "get_absolute_url") else ""


@transaction.atomic
def open_thread(
    *,
    subject: models.Model,
    unit: Unit,
    title: str,
    body: str,
    by: Actor,
    assignee: Unit | None = None,
    place: str = "",
    place_label: str = "",
    url: str = "",
    due_on: date | None = None,
) -> Thread:
    """Open talk on a matter of `unit`, and ask a unit (the matter's own, unless named) to answer by a day.

    `url` is where the matter stands, by default the subject's page. Raises CannotOpen where nothing is said, or
    the asked unit would not see the matter: only the matter's unit and those above it do.
    """
    assignee = assignee or unit
    if not body.strip():
        raise CannotOpen("请写明要说的事。")
    if not unit.path.startswith(assignee.path):
        raise CannotOpen(
            f"{assignee.association}看不到{unit.association}的事项，请改为请{unit.association}或它的上级办理。"
        )
    thread = new_thread(
        subject._meta.label_lower, str(subject.pk), unit, assignee, by,
        place=place, place_label=place_label, title=title, url=url or url_of(subject), due_on=due_on,
    )  # fmt: skip
    thread.save()
    say(thread, body, by)
    return thread


def new_thread(
    subject_type: str, subject_id: str, unit: Unit, assignee: Unit, by: Actor, **rest: Any
) -> Thread:
    """A thread, not yet saved, that waits for a unit's word."""
    return Thread(
        subject_type=subject_type, subject_id=subject_id, unit=unit, assignee=assignee, awaiting=assignee,
        opened_by_id=by.user_id, opened_by_name=by.name, opened_unit=Unit.objects.of_actor(by), **rest,
    )  # fmt: skip


@transaction.atomic
def reply_thread(*, thread: Thread, body: str, by: Actor) -> Message:
    """Say a word in an open thread; the asked unit's answer turns the wait to the opener, and back.

    Raises CannotReply where nothing is said or the thread is settled.
    """
    thread = _locked_thread(thread)
    if not body.strip():
        raise CannotReply("请写明答复的内容。")
    if not thread.is_open:
        raise CannotReply("这件事已经办结，不能再答复。有新情况请另开一条讨论。")
    if by.unit_id in (thread.assignee_id, thread.opened_unit_id):
        thread.awaiting = thread.opened_unit if by.unit_id == thread.assignee_id else thread.assignee
        thread.save()
    return say(thread, body, by)


@transaction.atomic
def settle_thread(*, thread: Thread, by: Actor, note: str = "") -> Thread:
    """Close a thread whose matter is settled: by the unit that opened it, or one above that.

    The asked unit answers and does not settle. Raises CannotSettle otherwise, or where it is settled already.
    """
    thread = _locked_thread(thread)
    if not thread.is_open:
        raise CannotSettle("这件事已经办结。")
    if not may_settle(thread, by):
        raise CannotSettle(
            f"只有发起单位{thread.opened_unit.association}或它的上级可以办结，请先答复，由对方确认。"
        )
    return _settle(thread, by, note)


def may_settle(thread: Thread, by: Actor) -> bool:
    """Whether the seat is the opener's unit, or above it and not the one asked."""
    if by.unit_id == thread.opened_unit_id:
        return True
    return by.unit_id != thread.assignee_id and thread.opened_unit.path.startswith(by.path)


def _locked_thread(thread: Thread) -> Thread:
    return Thread.objects.select_for_update().get(pk=thread.pk)


def settle_all(threads: models.QuerySet[Thread], by: Actor, note: str) -> None:
    """Settle them all, with a last word."""
    for thread in threads.select_for_update(
        of=("self",)
    ):  # one that somebody settles meanwhile is not settled twice
        _settle(thread, by, note)


def _settle(thread: Thread, by: Actor, note: str) -> Thread:
    if note.strip():
        say(thread, note, by)
    thread.state, thread.settled_at = ThreadState.SETTLED, timezone.now()
    thread.settled_by_id, thread.settled_by_name = by.user_id, by.name
    thread.save()
    record("thread.settled", thread, by=by, reason=note)
    return thread


def say(thread: Thread, body: str, by: Actor) -> Message:
    """Write a message; the first one of a thread is its opening."""
    verb = "thread.replied" if thread.messages.exists() else "thread.opened"
    message = Message(thread=thread, unit=thread.unit, body=body.strip())
    message.sign(by)
    message.save()
    record(verb, thread, by=by)
    return message
