"""A case's way: each step of its flow, whether it was walked, and why one was passed over."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from fpa.access.models import Level, Unit
from fpa.approval.conditions import judge
from fpa.approval.kinds import kind_of
from fpa.approval.models import Case, CaseState, Task, TaskState
from fpa.approval.steps import units_above
from fpa.core.chinese import date_cn
from fpa.core.lists import Status

STEPS_HEAD = ("环节", "由谁办理", "情况")
_NOW = {CaseState.OPEN: Status("正在办理", "waiting"), CaseState.RETURNED: Status("已退回修改", "returned")}


class StepOfCase(NamedTuple):
    """A step of a case's flow: what it is called, who does it, how it stands, and why it is passed over
    or to whom it is delegated."""

    label: str
    doer: str
    status: Status
    reason: str = ""


def course_of(case: Case) -> list[StepOfCase]:
    """Every step of the case's flow in order; none for a case of 补录. Two queries."""
    if case.flow is None:
        return []
    above = units_above(case.unit)
    tasks = list(Task.objects.filter(case=case).select_related("delegated_to").order_by("id"))
    return [
        _step(case, n, step, above, [task for task in tasks if task.step == n])
        for n, step in enumerate(case.flow.steps)
    ]


def _step(
    case: Case, n: int, step: Mapping[str, Any], above: Mapping[int, Unit], tasks: list[Task]
) -> StepOfCase:
    unit = above.get(step["level"])
    name = unit.name if unit else f"{Level(step['level']).label}计生协"
    doer = f"{step['body']}（{name}登记）" if step.get("body") else name
    if n == case.step and case.state in _NOW:
        return StepOfCase(step["label"], doer, _NOW[CaseState(case.state)], _delegations(tasks))
    if tasks:
        return StepOfCase(step["label"], doer, Status("已办", "done"))
    if unit is None:
        reason = f"{case.unit.name}的事项从上一级办起"
        return StepOfCase(step["label"], doer, Status("跳过", "off"), reason)
    return StepOfCase(step["label"], doer, *_still_to_come(case, n, step))


def _delegations(tasks: Sequence[Task]) -> str:
    """To whom the open tasks of a step are delegated, and until when."""
    return "；".join(
        f"已委托{task.delegated_to.title}办理，至{date_cn(task.delegated_until)}"
        for task in tasks
        if task.state == TaskState.OPEN and task.delegated_to and task.delegated_until
    )


def _still_to_come(case: Case, n: int, step: Mapping[str, Any]) -> tuple[Status, str]:
    """How a step stands that has not been walked: passed over by its condition, to come, or not any more."""
    told = judge(step["when"], case.facts, kind_of(case.kind).terms) if step.get("when") else None
    if told and told.value is False:
        return Status("跳过", "off"), f"条件不成立，跳过：{told.reason}"
    if n < case.step:  # the facts have changed since
        return Status("跳过", "off"), "条件不成立，跳过：当时的内容不符合这一环节的条件"
    if case.state in _NOW:
        return Status("待办", "plain"), ""
    return Status("没有办理", "off"), "事项已结束"
