"""Whose turn it is: the tasks of a step, how they are found, done, closed and asked anew."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from fpa.approval.actions import dossiers
from fpa.approval.actions.refusals import CannotDecide
from fpa.approval.models import Case, CaseState, Decision, Task, TaskKind, TaskState, Verdict
from fpa.approval.steps import Turn, needed
from fpa.core.actor import Actor
from fpa.registers.working_days import add_working_days

KIND_OF_STEP = {
    "level": TaskKind.REVIEW,
    "persons": TaskKind.NAME,
    "outside": TaskKind.OUTSIDE,
    "time": TaskKind.PERIOD,
}
ASKED_AGAIN = (TaskState.OPEN, TaskState.DONE, TaskState.RETURNED)


def locked(case: Case) -> Case:
    """The case as it is now, held until commit. Without joins: PostgreSQL drops a locked row from its result where
    somebody else has just changed the key that the join goes by."""
    return Case.objects.select_for_update().get(pk=case.pk)


def check_open(case: Case) -> None:
    """Raise CannotDecide where the case is not under review."""
    if case.state != CaseState.OPEN:
        raise CannotDecide(f"“{case.title}”现在是“{case.get_state_display()}”，不在审核中，请刷新页面查看。")


def lock_for_review(case: Case, by: Actor) -> tuple[Case, Task]:
    """Hold the case until commit, with the task that this seat has on it.

    Raises CannotDecide where it is not under review, not this seat's turn, or the person stepped aside.
    """
    case = locked(case)
    check_open(case)
    open_tasks = list(Task.objects.of_turn(case).open().select_for_update())
    mine = [task for task in open_tasks if is_for(task, by)]
    if not mine:
        raise CannotDecide(out_of_turn(case, by))
    if by.user_id in mine[0].recused:
        raise CannotDecide("您已申请回避这件事项，请由本单位其他同事办理。")
    return case, mine[0]


def out_of_turn(case: Case, by: Actor) -> str:
    """Why a seat without a task on the case can't decide."""
    if by.unit_id != case.reviewer_id:
        return f"这件事项{case.standing}，还没有轮到您的单位，或者已经过了您的环节。"
    return "您的岗位没有审核权限，请由本单位有审核权限的同事办理。"


def is_for(task: Task, by: Actor) -> bool:
    """Whether a task is the actor's: by name, by right at its unit, or by delegation to the actor's post."""
    if task.user_id is not None:
        return task.user_id == by.user_id
    if task.delegated_to_id and task.delegated_to_id == by.post_id:
        return bool(task.delegated_until and task.delegated_until >= timezone.localdate())
    return task.assignee_id == by.unit_id and by.may(task.permission)


def tasks_of(case: Case, turn: Turn) -> list[Task]:
    """The tasks, not yet saved, that a step makes: one a reviewing unit and right."""
    rights = turn.rights if turn.kind == "level" else [turn.permission]
    return [
        Task(
            case=case, unit_id=case.unit_id, path=case.path, step=turn.index, round=case.round,
            kind=KIND_OF_STEP[turn.kind], assignee=turn.reviewer, permission=right, due_on=due_on_of(turn.step),
        )
        for right in dict.fromkeys(rights)
    ]  # fmt: skip


def due_on_of(step: Any) -> date | None:
    """The day by which a step that begins today is due; None where it has no term."""
    days = step.get("days")
    return add_working_days(timezone.localdate(), days) if days else None


def stand_at(case: Case, turn: Turn) -> None:
    """Put the case, not yet saved, to a step."""
    case.step, case.permission, case.reviewer = turn.index, turn.permission, turn.reviewer


def ask_again(case: Case) -> bool:
    """Ask everyone anew who was asked in the round before; tells whether anyone was. Nobody's task is lost."""
    before = Task.objects.filter(case=case, step=case.step, round=case.round - 1, state__in=ASKED_AGAIN)
    due_on = due_on_of(case.current_step)
    anew = [_copy(task, case.round, due_on) for task in before.order_by("id")]
    Task.objects.bulk_create(anew)
    if any(task.user_id for task in anew):
        dossiers.open_again(case)
    return bool(anew)


def _copy(task: Task, number: int, due_on: date | None) -> Task:
    return Task(
        case_id=task.case_id, unit_id=task.unit_id, path=task.path, step=task.step, round=number, kind=task.kind,
        assignee_id=task.assignee_id, permission=task.permission, user_id=task.user_id, user_name=task.user_name,
        due_on=due_on, recused=task.recused, delegated_to_id=task.delegated_to_id,
        delegated_until=task.delegated_until,
    )  # fmt: skip


def finish(task: Task, by: Actor) -> None:
    """Mark a task as done, claimed by the post that did it."""
    task.state, task.done_at, task.post_id = TaskState.DONE, timezone.now(), by.post_id
    task.save()


def close_open(case: Case, state: TaskState = TaskState.CLOSED) -> None:
    """Take the other open tasks of the step away, or leave them waiting for the case to come back."""
    Task.objects.of_turn(case).open().update(state=state)


def step_is_over(case: Case, task: Task) -> bool:
    """Whether the step's closing rule is met, after a task on it was done with approval."""
    if task.kind not in (TaskKind.REVIEW, TaskKind.OPINION):
        return True  # the unit in charge closes what it sees to
    rule = case.current_step.get("closes", "all")
    if rule == "day":
        return False
    asked = asked_of(case).filter(kind=task.kind)
    agreed = agreed_of(asked)
    return agreed >= needed(rule, asked.count())


def asked_of(case: Case) -> QuerySet[Task]:
    """Everyone whose answer counts on the step in this round."""
    return Task.objects.of_turn(case).filter(state__in=(TaskState.OPEN, TaskState.DONE))


def agreed_of(tasks: QuerySet[Task]) -> int:
    """How many of them have agreed."""
    return Decision.objects.filter(task__in=tasks, verdict=Verdict.APPROVE).values("task").distinct().count()


def check_may_close(case: Case, task: Task, note: str) -> None:
    """Raise CannotDecide where the unit in charge may not pass a step yet that others or time decide."""
    if task.kind == TaskKind.OUTSIDE:
        raise CannotDecide("这一环节由外部单位办理，请登记它的文号、日期和结论。")
    if task.kind == TaskKind.PERIOD:
        _check_period_over(case, task, note)
    if task.kind == TaskKind.NAME:
        _check_experts_done(case, task)


def _check_period_over(case: Case, task: Task, note: str) -> None:
    if task.due_on and timezone.localdate() <= task.due_on:
        raise CannotDecide(f"公示到{task.due_on.month}月{task.due_on.day}日才期满，期满后才能通过。")
    if has_objections(case) and not note.strip():
        raise CannotDecide("公示期间收到异议，请写明核实和处理的情况后再通过。")


def has_objections(case: Case) -> bool:
    """Whether an objection was recorded on the step in this round."""
    return Decision.objects.filter(
        case=case, step=case.step, round=case.round, verdict=Verdict.OBJECT
    ).exists()


def _check_experts_done(case: Case, task: Task) -> None:
    experts = asked_of(case).filter(kind=TaskKind.OPINION)
    if not experts.exists():
        raise CannotDecide("这一环节由专家评审，请先选定评审人。")
    waits = experts.filter(state=TaskState.OPEN).count()
    if waits and not (task.due_on and timezone.localdate() > task.due_on):
        raise CannotDecide(f"还有 {waits} 位评审人没有提交意见，请等待或先办理回避、更换。")


def bulk_tasks(pairs: Sequence[tuple[Case, Turn]]) -> None:
    """Make the tasks of many cases' steps at once."""
    Task.objects.bulk_create([task for case, turn in pairs for task in tasks_of(case, turn)])
