"""The steps of a flow: what kinds there are, what each must name, when it closes, and which one comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NotRequired, TypedDict

from fpa.access.models import Level, Unit
from fpa.access.roles import ROLES
from fpa.approval.conditions import check_condition, holds
from fpa.approval.models import Case, Flow
from fpa.core.expressions import BadExpression, Term
from fpa.core.refusals import Refusal

Closing = Literal["all", "any", "day"] | int
"""When the answers asked for are enough: all, any, so many of them, or those that came by the day due."""


class Step(TypedDict):
    """One step of a flow. The unit of `level` above the case's is in charge of it, by `permission`.

    kind `level` (the usual one): the unit reviews, and with `also` so do others of it by further rights, jointly;
    `persons`: experts or a third party whom the unit names; `outside`: `body` (财政厅) decides, the unit enters its
    document; `time`: 公示 for `days`, closed by its day. `days` are working days, `when` a condition
    (`fpa.core.expressions`) over the kind's terms, `closes` the closing rule (default all), `asks` what a decision
    here may carry beside what its kind asks.
    """

    level: int
    permission: str
    label: str
    kind: NotRequired[Literal["level", "persons", "outside", "time"]]
    also: NotRequired[list[str]]
    body: NotRequired[str]
    days: NotRequired[int]
    when: NotRequired[str]
    closes: NotRequired[Closing]
    asks: NotRequired[list[str]]


KINDS = frozenset({"level", "persons", "outside", "time"})
ASKS = frozenset({"score", "amount", "file"})
MAX_DAYS = 250
"""Working days that one step may take: a year."""


class CannotPublish(Refusal):
    """The flow's steps do not make a way up."""


def check_steps(steps: Sequence[Step], terms: Sequence[Term] = ()) -> None:
    """Raise CannotPublish where the steps are empty, go downwards, or one of them is not whole; `terms` are what their
    conditions may name."""
    levels = [step["level"] for step in steps]
    if not steps:
        raise CannotPublish("流程至少要有一个审核环节。")
    if not set(levels) <= set(Level.values) or levels != sorted(levels, reverse=True):
        raise CannotPublish("审核环节要从下级到上级依次排列：村 5、乡镇 4、县 3、市 2、省 1。")
    known = frozenset[str]().union(*(role.permissions for role in ROLES.values()))
    for step in steps:
        if fault := _fault(step, known) or _fault_of_condition(step, terms):
            raise CannotPublish(f"环节“{step['label']}”{fault}")


def _fault(step: Step, known: frozenset[str]) -> str:
    """What is wrong with one step; empty where it will do."""
    kind = step.get("kind", "level")
    rights = [step["permission"], *step.get("also", [])]
    unknown = [right for right in rights if right not in known]
    if unknown or not step["label"] or kind not in KINDS:
        return f"的权限“{(unknown or rights)[0]}”不存在，或环节没有名称、种类不对。"
    if kind == "outside" and not step.get("body"):
        return "要写明由哪个外部单位办理，如：财政厅。"
    if kind == "time" and not step.get("days"):
        return "要写明公示几个工作日。"
    return _fault_of_numbers(step)


def _fault_of_numbers(step: Step) -> str:
    closes, days = step.get("closes", "all"), step.get("days", 1)
    if not 1 <= days <= MAX_DAYS:
        return f"的办理时间应为 1 至 {MAX_DAYS} 个工作日。"
    if closes not in ("all", "any", "day") and not (isinstance(closes, int) and closes >= 1):
        return "的办结规则应为全部、任一、几人同意或到期。"
    if set(step.get("asks", [])) - ASKS:
        return "要求填写的内容只能是评分、金额、附件。"
    return ""


def _fault_of_condition(step: Step, terms: Sequence[Term]) -> str:
    if not step.get("when"):
        return ""
    try:
        check_condition(step["when"], terms)
    except BadExpression as error:
        return f"的条件有误：{error}"
    return ""


@dataclass(frozen=True)
class Turn:
    """A step that a case comes to, and the unit in charge of it."""

    index: int
    step: Mapping[str, Any]
    reviewer: Unit

    @property
    def kind(self) -> str:
        """level, persons, outside or time."""
        return str(self.step.get("kind", "level"))

    @property
    def permission(self) -> str:
        """The right by which the unit is in charge."""
        return str(self.step["permission"])

    @property
    def rights(self) -> list[str]:
        """All rights that review here, jointly where there are several."""
        return [self.permission, *self.step.get("also", [])]


def next_turn(
    flow: Flow | None,
    unit: Unit,
    after: int,
    facts: Mapping[str, Any],
    terms: Sequence[Term],
    above: Mapping[int, Unit] | None = None,
) -> Turn | None:
    """The next step after `after` that stands above the unit and whose condition holds; None where the way up is done.

    `facts` are the case's and `terms` its kind's, for the conditions. `above` gives the units above by level where
    the caller has read them already.
    """
    if flow is None:
        return None
    above = units_above(unit) if above is None else above
    turns = (
        Turn(n, step, above[step["level"]])
        for n, step in enumerate(flow.steps)
        if n > after and step["level"] in above and holds(step.get("when", ""), facts, terms)
    )
    return next(turns, None)


def units_above(unit: Unit) -> dict[int, Unit]:
    """The units above one, by level."""
    return {u.level: u for u in Unit.objects.above(unit.path) if u.level < unit.level}


def needed(closes: Closing, asked: int) -> int:
    """How many of `asked` answers must agree; recusals make the number asked smaller, and with it what is needed."""
    if closes == "any":
        return min(1, asked)
    return min(closes, asked) if isinstance(closes, int) else asked


def asks_of(case: Case, of_kind: frozenset[str]) -> frozenset[str]:
    """What a decision on the case's step may carry: score, amount, file."""
    return of_kind | frozenset(case.current_step.get("asks", []))
