"""How a training plan goes up: the kind of its cases, its flows, and what follows each decision."""

from fpa.access.models import Level
from fpa.approval.actions import Step, ensure_flow
from fpa.approval.kinds import CaseKind, PlaceOf, register
from fpa.approval.models import Verdict
from fpa.approval.states import hooks_of
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


PLAN = CaseKind(
    code="training_plan",
    label="培训计划",
    subject="training.plan",
    view="training.view",
    flow=lambda unit: f"training_plan.{unit.level}",
    summary=_summary,
    places=lambda plan: [PlaceOf("sessions", "计划场次"), PlaceOf("participants", "计划人次")],
    verbs={
        Verdict.SUBMIT: "plan.submitted",
        Verdict.APPROVE: "plan.approved",
        Verdict.RETURN: "plan.returned",
        Verdict.REJECT: "plan.rejected",
        Verdict.WITHDRAW: "plan.withdrawn",
    },
    **hooks_of(Plan),
)

register(PLAN)
