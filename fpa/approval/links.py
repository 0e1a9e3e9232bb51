"""What may be done beside deciding with a case, or with a subject that no case has settled: links for their pages."""

from typing import Any

from django.urls import reverse

from fpa.approval.kinds import CaseKind, amending, kind_of
from fpa.approval.models import Case, CaseState
from fpa.core.actor import Actor
from fpa.core.lists import Link


def subject_links(kind: CaseKind, subject: Any, actor: Actor) -> list[Link]:
    """For a subject's page: 补录, where it needs a review, has no case under review or approved, and who looks may
    enter it."""
    if not (kind.enter and actor.may(kind.enter) and subject.path.startswith(actor.path)):
        return []
    if not kind.needs_review(subject.unit) or Case.objects.of(subject).of_kind(kind.code).in_force().exists():
        return []
    return [Link("补录", reverse("record_past_case", args=[kind.code, subject.pk]), "history")]


def case_links(case: Case, actor: Actor) -> list[Link]:
    """For a case's page: 申请变更 of what was approved, an amendment that came back, 撤回 by who sent it up."""
    if case.state == CaseState.APPROVED:
        kinds = [kind for kind in amending(case.kind) if actor.may(kind.enter)]
        return [
            Link(kind.label, reverse("amend_case", args=[case.pk, kind.code]), "pencil") for kind in kinds
        ]
    kind = kind_of(case.kind)
    if not (kind.enter and actor.may(kind.enter)):
        return []
    if case.amends_id and case.state == CaseState.RETURNED:
        return [Link("修改后重报", reverse("amend_case", args=[case.amends_id, kind.code]), "pencil")]
    if case.state == CaseState.OPEN and actor.unit_id == case.unit_id:
        return [Link("撤回", reverse("withdraw_case", args=[case.pk]), "arrow-back-up")]
    return []
