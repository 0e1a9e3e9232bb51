"""补录 and amendments: what ran before the platform, and what changes a thing that was approved (design §7)."""

from collections.abc import Mapping
from typing import Any

from django.db import models, transaction

from fpa.access.models import Unit
from fpa.approval.actions import turns
from fpa.approval.actions.cases import decide, insert, new_case, submit_case
from fpa.approval.actions.refusals import CannotDecide
from fpa.approval.kinds import CaseKind
from fpa.approval.models import Case, CaseState, Task, TaskKind, Verdict
from fpa.core.actor import Actor
from fpa.files.actions import NewDocument, keep_document
from fpa.files.models import Document

CHECK_PAST = "case.check_past"
"""The right by which a second person of the unit checks what is entered afterwards."""


@transaction.atomic
def record_past_case(
    *,
    kind: CaseKind,
    subject: models.Model,
    title: str,
    unit: Unit,
    document: Document | NewDocument,
    by: Actor,
) -> Case:
    """Enter a subject that was approved before the platform ran (补录): no flow is walked; another person of the
    acting unit checks it against its basis document (`approve_case`), and `on_approved` follows.

    The case is marked for ever (`is_past`) and has no day due, so it is never late. A township may do so for its
    village; the check is then its own. Raises CannotDecide where the unit is not the actor's to act for, or the subject
    is under review or approved already; CannotKeepDocument where the basis can't be put on record.
    """
    if not unit.path.startswith(by.path) or by.unit_id is None:
        raise CannotDecide(f"“{title}”属于{unit.association}，不在您的管理范围内，不能由您补录。")
    if not kind.needs_review(unit):
        raise CannotDecide(f"{unit.association}的{kind.label}没有上级审核，不需要补录。")
    _check_unknown(kind, subject, title)
    kind.check_past(subject, by)
    checker = Unit.objects.get(pk=by.unit_id)
    case = new_case(
        kind, subject, title, unit, is_past=True, basis=keep_document(document=document, unit=unit, by=by), step=0,
        permission=CHECK_PAST, reviewer=checker, facts=dict(kind.facts(subject)),
    )  # fmt: skip
    insert(case)
    Task.objects.create(
        case=case, unit=unit, step=0, round=1, kind=TaskKind.REVIEW, assignee=checker, permission=CHECK_PAST
    )
    return decide(case, Verdict.SUBMIT, by, reason=f"补录，依据：{case.basis}")


def _check_unknown(kind: CaseKind, subject: models.Model, title: str) -> None:
    known = Case.objects.of(subject).of_kind(kind.code).in_force().order_by("id").last()
    if known and known.state == CaseState.APPROVED:
        raise CannotDecide(f"“{title}”已经审核通过，不需要补录；内容有变化的，请申请变更。")
    if known:
        raise CannotDecide(f"“{title}”正在审核（{known.standing}），不能补录。")


@transaction.atomic
def amend_case(*, case: Case, kind: CaseKind, values: Mapping[str, Any], reason: str, by: Actor) -> Case:
    """Ask for a change of what a case approved, by a case of the amending kind on the same subject. `values` are the
    fields of the subject as they should be; once the case is approved they are, and its kind's hooks follow.

    A returned amendment is sent up again so, with other values. Raises CannotDecide where the kind does not amend such
    cases, the case is not approved, nothing would change, no reason is given, or as `submit_case` does.
    """
    if kind.amends != case.kind or not set(values) <= set(kind.changes):
        raise CannotDecide(f"“{kind.label}”不是这类事项的变更。")
    approved = turns.locked(case)
    if approved.state != CaseState.APPROVED:
        raise CannotDecide(f"“{case.title}”还没有通过，不需要变更，请直接修改。")
    subject = kind.subject_of(approved)
    changes = {n: [getattr(subject, n), v] for n, v in values.items() if getattr(subject, n) != v}
    if not changes:
        raise CannotDecide("没有改动任何内容，没有需要变更的。")
    if not reason.strip():
        raise CannotDecide("申请变更要写明理由。")
    return submit_case(
        kind=kind, subject=subject, title=f"{approved.title}（变更）"[:120], unit=approved.unit, by=by,
        amends=approved, changes=changes, reason=reason,
    )  # fmt: skip
