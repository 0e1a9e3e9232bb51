"""Reads of approval that other modules ask for by name."""

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from fpa.approval.models import Case, CaseState, Decision, Message, Thread, ThreadQuerySet
from fpa.core.actor import Actor


def threads_on(subject: models.Model) -> QuerySet[Thread]:
    """The threads on a subject, open ones first, with their messages."""
    return _with_words(Thread.objects.on(subject._meta.label_lower, str(subject.pk)))


def threads_of(case: Case) -> QuerySet[Thread]:
    """The threads on a case's subject, as `threads_on` gives them."""
    return _with_words(Thread.objects.on(case.subject_type, case.subject_id))


def _with_words(threads: ThreadQuerySet) -> QuerySet[Thread]:
    return threads.whole().prefetch_related("messages")


def open_cases_for(actor: Actor) -> QuerySet[Case]:
    """Cases whose review is the actor's turn, oldest first."""
    waiting = Case.objects.filter(
        state=CaseState.OPEN, reviewer=actor.unit_id, permission__in=actor.permissions
    )
    return waiting.whole().order_by("submitted_at", "id")


def returned_cases_for(actor: Actor) -> QuerySet[Any]:
    """Cases of the actor's own unit that were returned and have no cell left that names what to mend; with
    `last_reason`. Those that have are met by `threads_awaiting`."""
    cells = Thread.objects.open().filter(case=OuterRef("pk"), awaiting=actor.unit_id)
    reason = Decision.objects.filter(case=OuterRef("pk"), verdict="return").order_by("-at", "-id")
    returned = Case.objects.filter(~Exists(cells), state=CaseState.RETURNED, unit=actor.unit_id)
    return returned.annotate(last_reason=Subquery(reason.values("reason")[:1])).order_by("due_on", "id")


def threads_awaiting(actor: Actor) -> QuerySet[Any]:
    """Open threads that wait for the word of the actor's unit, the most urgent first; with `last_body`."""
    last = Message.objects.filter(thread=OuterRef("pk")).order_by("-at", "-id")
    waiting = Thread.objects.open().filter(awaiting=actor.unit_id)
    return waiting.annotate(last_body=Subquery(last.values("body")[:1])).order_by("due_on", "id")


def decisions_of(case: Case) -> QuerySet[Decision]:
    """A case's history, first to last."""
    return Decision.objects.filter(case=case)
