"""Reads of approval that other modules ask for by name."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from fpa.access.models import Post
from fpa.approval.models import (
    Case,
    CaseState,
    Decision,
    Dossier,
    Task,
    TaskKind,
    TaskQuerySet,
    Verdict,
)
from fpa.audit.words import Change
from fpa.core.actor import Actor
from fpa.pages.history import changes_since
from fpa.threads.models import Thread
from fpa.threads.queries import threads_at


def threads_of(case: Case) -> QuerySet[Thread]:
    """The threads on a case's subject, open ones first, with their messages."""
    return threads_at(case.subject_type, case.subject_id)


def mended_since_return(case: Case, subject: Any) -> list[Change]:
    """What was changed in a case's subject since it was last returned, field by field: who decides again sees both
    values. Its state follows the case, and is left out."""
    last = (
        case.decisions.filter(verdict=Verdict.RETURN).order_by("-at", "-id").first()
        if case.round > 1
        else None
    )
    if last is None:
        return []
    return changes_since(subject, last.at, without="state")


def tasks_for(actor: Actor) -> TaskQuerySet:
    """What a seat has to do now: its unit's tasks by its rights, and those that its post was asked to stand in for;
    without those that the person has stepped aside from. Opinions of named experts are `dossiers_for`."""
    by_right = Q(assignee=actor.unit_id, permission__in=actor.permissions)
    stands_in = Q(delegated_to=actor.post_id, delegated_until__gte=timezone.localdate())
    mine = by_right | stands_in if actor.post_id else by_right
    return Task.objects.open().filter(mine, user_id=None).exclude(recused__contains=[actor.user_id or 0])


def posts_beside(actor: Actor) -> QuerySet[Post]:
    """The other posts of the seat's unit, to which it may delegate a task."""
    return Post.objects.filter(unit=actor.unit_id).exclude(pk=actor.post_id or 0)


def open_cases_for(actor: Actor) -> QuerySet[Any]:
    """Cases on which the seat has a task, oldest first; with `task_due_on`, by when, and `task_fault`."""
    tasks = tasks_for(actor)
    first = tasks.filter(case=OuterRef("pk")).order_by("due_on")
    waiting = Case.objects.filter(state=CaseState.OPEN, pk__in=tasks.values("case"))
    return waiting.whole().annotate(
        task_due_on=Subquery(first.values("due_on")[:1]), task_fault=Subquery(first.values("fault")[:1])
    ).order_by("submitted_at", "id")  # fmt: skip


def next_case_for(actor: Actor, after: Case) -> Case | None:
    """The case that is next in the seat's queue, after one; from the start again where that was the last."""
    waiting = open_cases_for(actor).exclude(pk=after.pk)
    later = Q(submitted_at__gt=after.submitted_at) | Q(submitted_at=after.submitted_at, pk__gt=after.pk)
    return waiting.filter(later).first() or waiting.first()


def escalated_to(actor: Actor) -> QuerySet[Task]:
    """Tasks of the units below that are overdue by days and so are listed at the actor's unit, oldest first."""
    late = Task.objects.open().filter(escalated_to=actor.unit_id)
    return late.select_related("case__flow", "case__unit", "case__reviewer", "assignee").order_by(
        "due_on", "id"
    )


def dossiers_for(user_id: int | None, today: date) -> QuerySet[Dossier]:
    """What an account was named to review and has not answered yet, the most urgent first."""
    return (
        dossiers_granted_to(user_id, today)
        .exclude(answered__contains=[user_id or 0])
        .order_by("granted_until", "id")
    )


def dossiers_granted_to(user_id: int | None, today: date) -> QuerySet[Dossier]:
    """What an account was named to review and may still see, answered or not."""
    return Dossier.objects.filter(grantees__contains=[user_id or 0], granted_until__gte=today)


def opinions_on(case: Case) -> QuerySet[Task]:
    """The named experts' tasks of the step at which a case stands, in the order in which they were named."""
    return Task.objects.of_turn(case).filter(kind=TaskKind.OPINION).order_by("id")


def faults_on(case: Case) -> QuerySet[Task, str]:
    """Why the day could not close the step at which a case stands; mostly nothing."""
    waiting = Task.objects.of_turn(case).open().exclude(fault="")
    return waiting.order_by("id").values_list("fault", flat=True)


def returned_cases_for(actor: Actor) -> QuerySet[Any]:
    """Cases of the actor's own unit that were returned and have no cell left that names what to mend; with
    `last_reason`. Those that have are met by `threads_awaiting`."""
    cells = Thread.objects.open().filter(case=OuterRef("pk"), awaiting=actor.unit_id)
    reason = Decision.objects.filter(case=OuterRef("pk"), verdict="return").order_by("-at", "-id")
    returned = Case.objects.filter(~Exists(cells), state=CaseState.RETURNED, unit=actor.unit_id)
    return returned.annotate(last_reason=Subquery(reason.values("reason")[:1])).order_by("due_on", "id")


def was_sent_by(case: Case, actor: Actor) -> bool:
    """Whether the person is one who sent the case up, and so does not approve it."""
    sent = Decision.objects.filter(case=case, verdict=Verdict.SUBMIT, actor_id=actor.user_id)
    return actor.user_id is not None and sent.exists()


def decisions_of(case: Case) -> QuerySet[Decision]:
    """A case's history, first to last."""
    return (
        Decision.objects.filter(case=case)
        .select_related("document__attachment", "task")
        .prefetch_related("files__attachment")
    )
