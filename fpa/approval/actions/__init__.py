"""Every write of approval (design §7): flows, cases, experts, tasks, batches, 补录."""

from fpa.approval.actions.batch import BatchResult, decide_cases
from fpa.approval.actions.cases import (
    Answers,
    ReturnedPlace,
    approve_case,
    record_objection,
    record_outside_result,
    reject_case,
    reopen_case,
    return_case,
    submit_case,
    withdraw_case,
)
from fpa.approval.actions.experts import give_opinion, name_experts, recuse_expert
from fpa.approval.actions.flows import ensure_flow, publish_flow
from fpa.approval.actions.past import amend_case, record_past_case
from fpa.approval.actions.refusals import (
    CannotDecide,
    CannotPublish,
)
from fpa.approval.actions.tasks import close_due_steps, delegate_task, escalate_tasks, recuse_case
from fpa.approval.steps import Step

__all__ = [
    "Answers",
    "BatchResult",
    "CannotDecide",
    "CannotPublish",
    "ReturnedPlace",
    "Step",
    "amend_case",
    "approve_case",
    "close_due_steps",
    "decide_cases",
    "delegate_task",
    "ensure_flow",
    "escalate_tasks",
    "give_opinion",
    "name_experts",
    "publish_flow",
    "record_objection",
    "record_outside_result",
    "record_past_case",
    "recuse_case",
    "recuse_expert",
    "reject_case",
    "reopen_case",
    "return_case",
    "submit_case",
    "withdraw_case",
]
