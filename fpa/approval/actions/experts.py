"""Named reviewers: whom the unit in charge names, what they see, and the opinions that they give.

An expert's scope does not reach the case (design §4, *granted*): the dossier is what they see. So what an opinion does
to the case runs over the whole province; it is the expert's own task alone that is done, and nothing of the case is
shown by it.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from fpa.access.models import User
from fpa.access.scope import whole_province
from fpa.approval.actions import dossiers, turns
from fpa.approval.actions.cases import checked_answers, move_on, told, written
from fpa.approval.actions.refusals import CannotDecide
from fpa.approval.models import Case, Dossier, Task, TaskKind, TaskState, Verdict
from fpa.approval.steps import needed
from fpa.audit.record import record
from fpa.core.actor import Actor
from fpa.core.chinese import date_cn


@transaction.atomic
def name_experts(*, case: Case, users: Sequence[User], until: date, by: Actor) -> Dossier:
    """Name who reviews a case at its step for experts, or more of them, until a day; each gets a task and sees the
    dossier. A day named anew holds for all.

    Raises CannotDecide where the case does not stand at such a step, the seat is not in charge of it, the day has
    passed, nobody is named, or one named sent the case up, is switched off, or has stepped aside.
    """
    case, task = turns.lock_for_review(case, by)
    if task.kind != TaskKind.NAME:
        raise CannotDecide("这件事项现在不在专家评审环节，不需要选定评审人。")
    if until < timezone.localdate():
        raise CannotDecide(f"评审期限{date_cn(until)}已过，请选今天或以后的日期。")
    known = {t.user_id: t for t in Task.objects.of_turn(case).filter(kind=TaskKind.OPINION)}
    fresh = [user for user in users if user.pk not in known]
    _check_experts(case, users, fresh, known)
    Task.objects.bulk_create(_opinion(case, task, user, until) for user in fresh)
    Task.objects.of_turn(case).open().update(due_on=until)
    dossier = dossiers.grant(case, [user.pk for user in fresh], until)
    names = [user.name for user in users]
    record("expert.named", case, by=by, changes={"experts": names, "until": until})
    return dossier


def _check_experts(
    case: Case, users: Sequence[User], fresh: Sequence[User], known: dict[int | None, Task]
) -> None:
    if not users:
        raise CannotDecide("请至少选定一位评审人。")
    senders = set(case.decisions.filter(verdict=Verdict.SUBMIT).values_list("actor_id", flat=True))
    for user in users:
        if not user.is_active or user.pk in senders:
            raise CannotDecide(f"{user.name}的账号已停用，或者就是上报人，不能担任评审人。")
        if user.pk in known and known[user.pk].state == TaskState.RECUSED:
            raise CannotDecide(f"{user.name}已经回避这件事项，请改选其他评审人。")


def _opinion(case: Case, task: Task, user: User, until: date) -> Task:
    return Task(
        case=case, unit_id=case.unit_id, path=case.path, step=case.step, round=case.round,
        kind=TaskKind.OPINION, assignee_id=task.assignee_id, user_id=user.pk, user_name=user.name, due_on=until,
    )  # fmt: skip


@transaction.atomic
def give_opinion(*, dossier: Dossier, agrees: bool, by: Actor, note: str = "", **answers: Any) -> Dossier:
    """Give the actor's opinion on a case as a named expert; once the step's rule is met the case moves on.

    Who disagrees says why. Where so many disagree that the rule can't be met, the unit in charge decides. Raises
    CannotDecide where the actor is not named, has answered, the day has passed, the step is over, or an answer that
    is asked for is missing.
    """
    if not agrees and not note.strip():
        raise CannotDecide("不同意的，请写明理由。")
    with whole_province():
        dossier, case, task = _own_task(dossier, by)
        fields = checked_answers(case, answers)
        turns.finish(task, by)
        dossier.answered = [*dossier.answered, _account(by)]
        dossier.save()
        verdict = Verdict.APPROVE if agrees else Verdict.REJECT
        decision = written(case, verdict, by, reason=note, task=task, **fields)
        if agrees and turns.step_is_over(case, task):
            move_on(case, decision, by, "opinion.given")
        else:
            told(case, decision, by, None, "opinion.given")
    return dossier


def _account(by: Actor) -> int:
    """The account of a named expert: whoever was named has one."""
    return by.user_id or 0


def _own_task(dossier: Dossier, by: Actor) -> tuple[Dossier, Case, Task]:
    """The dossier, its case and the actor's task on it, held until commit."""
    case = turns.locked(dossier.case)
    found = Dossier.objects.select_for_update().get(pk=dossier.pk)
    if by.user_id not in found.grantees or found.granted_until < timezone.localdate():
        raise CannotDecide("您没有被选定为这件事项的评审人，或者评审已经结束。")
    turns.check_open(case)
    task = Task.objects.of_turn(case).open().filter(user_id=by.user_id).select_for_update().first()
    if task is None or (found.step, found.round) != (case.step, case.round):
        raise CannotDecide("您已经提交过评审意见，或者这一环节已经结束。")
    return found, case, task


@transaction.atomic
def recuse_expert(*, dossier: Dossier, reason: str, by: Actor) -> None:
    """Step aside as a named expert: what was granted ends at once, and the closing rule counts one less.

    Raises CannotDecide as `give_opinion` does, or where no reason is given.
    """
    if not reason.strip():
        raise CannotDecide("请写明回避的理由。")
    with whole_province():
        dossier, case, task = _own_task(dossier, by)
        task.state = TaskState.RECUSED
        task.recused = [_account(by)]
        task.save()
        dossier.grantees = [user for user in dossier.grantees if user != by.user_id]
        dossier.save()
        decision = written(case, Verdict.RECUSE, by, reason=reason, task=task)
        if _rest_agree(case):
            move_on(case, decision, by, "case.recused")
        else:
            told(case, decision, by, None, "case.recused")


def _rest_agree(case: Case) -> bool:
    """Whether those who are left have agreed already, as the rule asks."""
    rule = case.current_step.get("closes", "all")
    asked = turns.asked_of(case).filter(kind=TaskKind.OPINION)
    count = asked.count()
    return bool(count) and rule != "day" and turns.agreed_of(asked) >= needed(rule, count)
