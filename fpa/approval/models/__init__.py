"""Approval: versioned flows, cases with their tasks and insert-only decisions (design §7)."""

from fpa.approval.models.cases import (
    PAST_STEP,
    SUBMISSION_KIND,
    TONES,
    Case,
    CaseQuerySet,
    CaseState,
    Decision,
    DecisionFile,
    Dossier,
    Task,
    TaskKind,
    TaskQuerySet,
    TaskState,
    Verdict,
)
from fpa.approval.models.flows import Flow, FlowQuerySet

__all__ = [
    "PAST_STEP",
    "SUBMISSION_KIND",
    "TONES",
    "Case",
    "CaseQuerySet",
    "CaseState",
    "Decision",
    "DecisionFile",
    "Dossier",
    "Flow",
    "FlowQuerySet",
    "Task",
    "TaskKind",
    "TaskQuerySet",
    "TaskState",
    "Verdict",
]
