"""What may be done with a task beside deciding: hand it to a colleague, step aside; and what days do to tasks."""

import logging
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import cast

from django.db import transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from fpa.access.models import Post, Unit
from fpa.approval.actions import turns
from fpa.approval.actions.cases import move_on, told, written
from fpa.approval.actions.refusals import CannotDecide
from fpa.approval.models import Case, CaseState, Task, TaskKind, Verdict
from fpa.audit.record import record
from fpa.core.actor import SYSTEM, Actor
from fpa.core.chinese import date_cn
from fpa.core.refusals import Refusal
from fpa.registers.catalogue import LONGEST_TERM, ParameterKind, declare_parameter
from fpa.registers.queries import parameters
from fpa.registers.working_days import Calendar

log = logging.getLogger(__name__)

ESCALATE_AFTER = declare_parameter(
    ParameterKind(
        "approval.escalate_after",
        "逾期提请上级关注",
        "number",
        "个工作日",
        "任务逾期超过这些工作日，列入上一级的“下级逾期未办”。没有设定的按 3 个工作日。",
        places=0,
        most=LONGEST_TERM,
    )
)
USUAL_DAYS = 3
"""Working days of `ESCALATE_AFTER` where nobody has laid them down."""


@transaction.atomic
def delegate_task(*, case: Case, to_post: Post, until: date, reason: str, by: Actor) -> Task:
    """Let another post of the same unit do the seat's task on a case too, until a day (inclusive).

    Raises CannotDecide where the seat has no task there, the post is the actor's own or of another unit, no reason is
    given or the day has passed.
    """
    case, task = turns.lock_for_review(case, by)
    if to_post.unit_id != task.assignee_id or to_post.pk == by.post_id:
        raise CannotDecide("只能委托给本单位的其他岗位。")
    if until < timezone.localdate() or not reason.strip():
        raise CannotDecide(f"请写明委托的理由；委托期限{date_cn(until)}应为今天或以后。")
    task.delegated_to, task.delegated_until = to_post, until
    task.save()
    changes = {"delegated_to": [None, to_post.title], "delegated_until": [None, until]}
    record("task.delegated", task, by=by, reason=reason, changes=changes)
    return task


@transaction.atomic
def recuse_case(*, case: Case, reason: str, by: Actor) -> Case:
    """Step aside from a case whose review is the seat's turn: a colleague of the unit takes it.

    Raises CannotDecide where it is not, the person has stepped aside already, or no reason is given.
    """
    case, task = turns.lock_for_review(case, by)
    if not reason.strip():
        raise CannotDecide("请写明回避的理由。")
    if by.user_id:
        task.recused = [*task.recused, by.user_id]
    task.save()
    decision = written(case, Verdict.RECUSE, by, reason=reason, task=task)
    return told(case, decision, by, None)


@transaction.atomic
def escalate_tasks(*, today: date, by: Actor = SYSTEM) -> int:
    """List tasks that are overdue by more than `ESCALATE_AFTER`, as it holds for their unit this year, at the level
    above, once each; one event a unit that is told.

    Set-based; needs the scope of the whole province. Returns how many.
    """
    waiting = Task.objects.open().filter(due_on__lt=today, escalated_on=None, assignee__parent__isnull=False)
    late = waiting.filter(_overdue(waiting, today))
    by_unit = late.order_by().values_list("assignee__parent").annotate(n=Count("pk"))
    counts = dict(by_unit)
    for unit in Unit.objects.filter(pk__in=counts).order_by("path"):
        record("task.escalated", unit, by=by, changes={"tasks": counts[unit.pk]})
    parent = Unit.objects.filter(pk=OuterRef("assignee")).values("parent")
    return late.update(escalated_to=Subquery(parent), escalated_on=today)


def _overdue(waiting: QuerySet[Task], today: date) -> Q:
    """Which of these tasks are overdue by more than their units allow: one condition a number of days."""
    units = list(Unit.objects.filter(pk__in=waiting.values("assignee")))
    laid_down = parameters(ESCALATE_AFTER.key, units, today.year)
    by_days = defaultdict[int, list[int]](list)
    for unit in units:
        by_days[int(cast(Decimal, laid_down.get(unit.pk, USUAL_DAYS)))].append(unit.pk)
    calendar = Calendar.read()
    late = Q(pk__in=[])
    for days, pks in by_days.items():
        late |= Q(due_on__lte=_overdue_since(calendar, today, days), assignee__in=pks)
    return late


def _overdue_since(calendar: Calendar, today: date, days: int) -> date:
    """The last day of which what was due then is overdue by more than so many working days."""
    day = today - timedelta(days=1)
    while calendar.add_working_days(day, days) >= today:
        day -= timedelta(days=1)
    return day


@transaction.atomic
def close_due_steps(*, today: date) -> int:
    """Let cases move on whose step a day closes: 公示 that ended without objection, experts' steps that close by their
    day and where those who answered agree. What was objected to waits for the unit in charge.

    Each case is closed for itself: where what follows fails, it stays as it is, its task says why (`Task.fault`) to
    who is in charge, and the others go on; it is tried again at the next look. Needs the scope of the whole province.
    Returns how many moved on.
    """
    due = Task.objects.open().filter(due_on__lt=today, kind__in=(TaskKind.PERIOD, TaskKind.NAME))
    moved = 0
    for case_pk, task_pk in due.order_by("id").values_list("case", "id"):
        try:
            with transaction.atomic():
                moved += _close_by_day(case_pk, task_pk)
        except Exception as error:
            Task.objects.filter(pk=task_pk).update(fault=_words_of(error, case_pk))
    return moved


def _words_of(error: Exception, case_pk: int) -> str:
    """Why a case could not be closed by its day, for who is in charge of it; what is no rule's goes to the log."""
    if isinstance(error, Refusal):
        return f"期满自动办结没有办成：{error}"[:300]
    log.exception("审核事项 %s 期满自动办结没有办成，下次再试", case_pk)
    return f"期满自动办结时系统出错，将再次尝试。多日未办结的，请把事项编号 {case_pk} 告诉系统管理员。"


def _close_by_day(case_pk: int, task_pk: int) -> bool:
    case = Case.objects.select_for_update().get(pk=case_pk)
    task = Task.objects.of_turn(case).open().filter(pk=task_pk).select_for_update().first()
    if case.state != CaseState.OPEN or task is None or not _may_close(case, task):
        return False
    turns.finish(task, SYSTEM)
    words = "公示期满，无异议。" if task.kind == TaskKind.PERIOD else "评审期满，已评审的均同意。"
    move_on(case, written(case, Verdict.APPROVE, SYSTEM, reason=words, task=task), SYSTEM)
    return True


def _may_close(case: Case, task: Task) -> bool:
    if task.kind == TaskKind.PERIOD:
        return not turns.has_objections(case)
    if case.current_step.get("closes") != "day":
        return False
    answered = turns.asked_of(case).filter(kind=TaskKind.OPINION, state="done")
    count = answered.count()
    return count > 0 and turns.agreed_of(answered) == count
