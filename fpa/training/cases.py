"""How a training plan goes up: the kind of its cases, its flows, and what follows each decision."""

from fpa.access.models import Level, Unit
from fpa.approval.actions import Step, ensure_flow
from fpa.approval.kinds import CaseKind, ReturnablePlace, register
from fpa.approval.models import Verdict
from fpa.approval.states import hooks_of
from fpa.core.expressions import Term
from fpa.training.models import Plan


def ensure_flows() -> None:
    """A unit's plan is approved by the level above it. Needs the scope of the whole province."""
    for level in (Level.CITY, Level.COUNTY, Level.TOWNSHIP):
        above = Level(level - 1)
        step: Step = {"level": int(above), "permission": "training.review", "label": f"{above.label}审核"}
        ensure_flow(f"training_plan.{level}", f"{level.label}培训计划", [step])


def _summary(plan: Plan) -> list[tuple[str, str]]:
    planned = (("计划场次", f"{plan.sessions:,} 场"), ("计划人次", f"{plan.participants:,} 人次"))
    return [("年度", f"{plan.year} 年"), *planned]


def _flow(unit: Unit) -> str:
    return f"training_plan.{unit.level}"


PLAN = CaseKind(
    code="training_plan",
    label="培训计划",
    subject="training.plan",
    view="training.view",
    flow=_flow,
    summary=_summary,
    facts=lambda plan: {"sessions": plan.sessions, "participants": plan.participants},
    terms=(Term("sessions", "计划场次", "场"), Term("participants", "计划人次", "人次")),
    enter="training.edit",
    places=lambda plan: [
        ReturnablePlace("sessions", "计划场次"),
        ReturnablePlace("participants", "计划人次"),
    ],
    verbs={
        Verdict.SUBMIT: "plan.submitted",
        Verdict.APPROVE: "plan.approved",
        Verdict.RETURN: "plan.returned",
        Verdict.REJECT: "plan.rejected",
        Verdict.WITHDRAW: "plan.withdrawn",
    },
    **hooks_of(Plan),
)

PLAN_CHANGE = CaseKind(
    code="training_plan_change",
    label="培训计划变更",
    subject="training.plan",
    view="training.view",
    flow=_flow,
    summary=_summary,
    enter="training.edit",
    amends="training_plan",
    changes=("sessions", "participants"),
    verbs={Verdict.APPROVE: "plan.amended"},
)

register(PLAN, PLAN_CHANGE)
