"""Approval: versioned flows, cases with their tasks and insert-only decisions, and threads that stand on a matter
(design §7)."""

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
    Signed,
    Task,
    TaskKind,
    TaskQuerySet,
    TaskState,
    Verdict,
)
from fpa.approval.models.flows import Flow, FlowQuerySet
from fpa.approval.models.threads import Message, Thread, ThreadQuerySet, ThreadState

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
    "Message",
    "Signed",
    "Task",
    "TaskKind",
    "TaskQuerySet",
    "TaskState",
    "Thread",
    "ThreadQuerySet",
    "ThreadState",
    "Verdict",
]
