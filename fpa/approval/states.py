"""The state of a thing that goes up the levels, where it has no other: what each decision makes of it."""

from typing import Any, TypedDict

from django.db import models

from fpa.approval.kinds import Hook
from fpa.approval.models import Case, Decision
from fpa.core.actor import Actor
from fpa.core.lists import Status, Tone


class ReviewState(models.TextChoices):
    DRAFT = "draft", "未报送"
    SUBMITTED = "submitted", "审核中"
    RETURNED = "returned", "退回修改"
    APPROVED = "approved", "已批准"
    REJECTED = "rejected", "未批准"


OPEN_TO_CHANGE = (ReviewState.DRAFT, ReviewState.RETURNED)
TONES: dict[str, Tone] = {
    ReviewState.DRAFT: "plain",
    ReviewState.SUBMITTED: "waiting",
    ReviewState.RETURNED: "returned",
    ReviewState.APPROVED: "done",
    ReviewState.REJECTED: "off",
}


def status_of(state: str) -> Status:
    """A state by word and shape."""
    return Status(ReviewState(state).label, TONES[state])


class Hooks(TypedDict):
    """The hooks of a `CaseKind`."""

    on_submitted: Hook
    on_approved: Hook
    on_returned: Hook
    on_rejected: Hook
    on_withdrawn: Hook


def hooks_of(model: type[models.Model]) -> Hooks:
    """The hooks of a `CaseKind` after which its subject's `state` is what the decision makes of it."""

    def to(state: ReviewState) -> Hook:
        def turn(case: Case, _decision: Decision, _by: Actor) -> dict[str, Any]:
            row: Any = model._default_manager.select_for_update().get(pk=case.subject_id)
            before, row.state = row.state, state
            row.save()
            return {"state": [before, state]}

        return turn

    return {
        "on_submitted": to(ReviewState.SUBMITTED),
        "on_approved": to(ReviewState.APPROVED),
        "on_returned": to(ReviewState.RETURNED),
        "on_rejected": to(ReviewState.REJECTED),
        "on_withdrawn": to(ReviewState.DRAFT),
    }
