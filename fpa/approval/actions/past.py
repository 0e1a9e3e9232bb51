"""补录 and amendments: what ran before the platform, and what changes a thing that was approved (design §7)."""

from django.db import models, transaction

from fpa.access.models import Unit
from fpa.approval.actions import turns
from fpa.approval.actions.cases import decide, insert, new_case, submit_case
from fpa.approval.actions.refusals import CannotDecide
from fpa.approval.kinds import CaseKind
from fpa.approval.models import Case, CaseState, Task, TaskKind, Verdict
from fpa.core.actor import Actor

CHECK_PAST = "case.check_past"
"""The right by which a second person of the unit checks what is entered afterwards."""


@transaction.atomic
def record_past_case(
    *, kind: CaseKind, subject: models.Model, title: str, unit: Unit, basis: str, by: Actor
) -> Case:
    """Enter a subject that was approved before the platform ran (补录): no flow is walked; another person of the
    acting unit checks it against its basis document (`approve_case`), and `on_approved` follows.

    The case is marked for ever (`is_past`) and has no day due, so it is never late. A township may do so for its
    village; the check is then its own. Raises CannotDecide where the unit is not the actor's to act for, no basis is
    named, or the subject is under review.
    """
    if not unit.path.startswith(by.path) or by.unit_id is None:
        raise CannotDecide(f"“{title}”属于{unit.name}，不在您的管理范围内，不能由您补录。")
    if not basis.strip():
        raise CannotDecide("补录要写明依据的文件（名称、文号）。")
    if Case.objects.of(subject).of_kind(kind.code).live().exists():
        raise CannotDecide(f"“{title}”正在审核，不能补录。")
    checker = Unit.objects.get(pk=by.unit_id)
    case = new_case(
        kind, subject, title, unit, is_past=True, basis=basis.strip(), step=0, permission=CHECK_PAST,
        reviewer=checker, facts=dict(kind.facts(subject)),
    )  # fmt: skip
    insert(case)
    Task.objects.create(
        case=case, unit=unit, step=0, round=1, kind=TaskKind.REVIEW, assignee=checker, permission=CHECK_PAST
    )
    return decide(case, Verdict.SUBMIT, by, reason=f"补录，依据：{case.basis}")


def amend_case(*, case: Case, kind: CaseKind, subject: models.Model, title: str, by: Actor) -> Case:
    """Ask for a change of what a case approved, by a case of the amending kind on the same subject; that kind's hooks
    apply the change once it is approved.

    Raises CannotDecide where the kind does not amend such cases, the case is not approved, or as `submit_case` does.
    """
    if kind.amends != case.kind:
        raise CannotDecide(f"“{kind.label}”不是这类事项的变更。")
    with transaction.atomic():
        approved = turns.locked(case)
        if approved.state != CaseState.APPROVED:
            raise CannotDecide(f"“{case.title}”还没有通过，不需要变更，请直接修改。")
        return submit_case(
            kind=kind, subject=subject, title=title, unit=approved.unit, by=by, amends=approved
        )
