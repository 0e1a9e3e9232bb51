"""How a training plan goes up: the kind of its cases, its flows, and what follows each decision."""

from fpa.approval.kinds import CaseKind, register
from fpa.approval.models import Verdict
from fpa.approval.subjects import amendment_of, ensure_flows_above, flow_above, hooks_of, told_of
from fpa.training.models import Plan

NUMBERS = ("sessions", "participants")


def ensure_flows() -> None:
    """A unit's plan is approved by the level above it. Needs the scope of the whole province."""
    ensure_flows_above("training_plan", "培训计划", "training.review")


PLAN = CaseKind(
    code="training_plan",
    label="培训计划",
    subject="training.plan",
    view="training.view",
    flow=flow_above("training_plan"),
    enter="training.edit",
    verbs={
        Verdict.SUBMIT: "plan.submitted",
        Verdict.APPROVE: "plan.approved",
        Verdict.RETURN: "plan.returned",
        Verdict.REJECT: "plan.rejected",
        Verdict.WITHDRAW: "plan.withdrawn",
    },
    **told_of(Plan, "year", numbers=NUMBERS),
    **hooks_of(Plan),
)
register(
    PLAN,
    amendment_of(
        PLAN, code="training_plan_change", label="培训计划变更", changes=NUMBERS, verb="plan.amended"
    ),
)
