"""What of a `CaseKind` follows from its subject's model: what it tells, its flows, and what each decision makes of a
`Reviewed` record's state."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict

from django.db import models

from fpa.access.models import Level, Unit
from fpa.approval.actions import Step, ensure_flow, submit_case
from fpa.approval.kinds import CaseKind, Hook, ReturnablePlace
from fpa.approval.models import Case, Decision, Verdict
from fpa.approval.states import Reviewed, ReviewState
from fpa.core.actor import Actor
from fpa.core.expressions import Term
from fpa.core.lists import Link
from fpa.core.refusals import Refusal
from fpa.pages.declared_forms import FormPage
from fpa.pages.record import Fact
from fpa.pages.rows import Record, RecordQuerySet
from fpa.pages.told import label_of, measure_of, value_of


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


class Told(TypedDict):
    """What a `CaseKind` tells of its subject."""

    summary: Callable[[Any], Sequence[tuple[str, str]]]
    places: Callable[[Any], Sequence[ReturnablePlace]]
    facts: Callable[[Any], Mapping[str, Any]]
    terms: Sequence[Term]


def told_of(model: type[Record], *names: str, numbers: Sequence[str]) -> Told:
    """What a `CaseKind` tells of its subject from the model's fields: all `names` and `numbers` on the decision page.

    The `numbers` may be returned, and conditions of a flow's steps may be held against them.
    """
    shown = (*names, *numbers)
    return {
        "summary": lambda row: [(label_of(model, name), str(value_of(row, name))) for name in shown],
        "places": lambda _: [ReturnablePlace(name, label_of(model, name)) for name in numbers],
        "facts": lambda row: {name: getattr(row, name) for name in numbers},
        "terms": [Term(name, label_of(model, name), measure_of(model, name)) for name in numbers],
    }


def flow_above(code: str) -> Callable[[Unit], str | None]:
    """The `flow` of a `CaseKind` with those of `ensure_flows_above`: nobody reviews what is the province's."""
    return lambda unit: None if unit.level == Level.PROVINCE else f"{code}.{unit.level}"


def ensure_flows_above(code: str, label: str, permission: str) -> None:
    """A flow for the units of each level, of one step: who has the right at the level above it reviews.

    They are called `code` with the level's number. Needs the scope of the whole province.
    """
    for level in (Level.CITY, Level.COUNTY, Level.TOWNSHIP):
        above = Level(level - 1)
        step: Step = {"level": int(above), "permission": permission, "label": f"{above.label}审核"}
        ensure_flow(f"{code}.{level}", f"{level.label}{label}", [step])


def amendment_of(kind: CaseKind, *, code: str, label: str, changes: Sequence[str], verb: str) -> CaseKind:
    """The kind by which what a kind's cases approved is changed, in some fields; it goes up by the same flow."""
    return CaseKind(
        code=code,
        label=label,
        subject=kind.subject,
        view=kind.view,
        enter=kind.enter,
        flow=kind.flow,
        summary=kind.summary,
        amends=kind.code,
        changes=changes,
        verbs={Verdict.APPROVE: verb},
    )


def state_fact(row: Any) -> Fact:
    """Where a subject stands, by its `status`, with the way to its latest case."""
    case = Case.objects.of(row).order_by("-id").first()
    return Fact("状态", row.status, more=Link("看审核", case.get_absolute_url()) if case else None)


def review_note(row: Reviewed) -> str:
    """What is said below the facts of a record that nobody above reviews."""
    return f"省级{row._meta.verbose_name}没有上级审核，登记后即生效，无需报送。" if row.is_province else ""


def submit_reviewed(row: Reviewed, *, kind: CaseKind, refusal: type[Refusal], by: Actor) -> Case:
    """Lock a record that is open to change and send it up, by the action of its room; its state follows the case.

    Raises the `refusal`, also for the province's own, and `CannotDecide`.
    """
    row = type(row).objects.lock_open(row, refusal)
    if row.is_province:
        raise refusal(review_note(row))
    return submit_case(kind=kind, subject=row, title=str(row), unit=row.unit, by=by)


def submit_page(does: Callable[..., Any], permission: str, rows: RecordQuerySet) -> FormPage:
    """The page on which a `Reviewed` record is sent up; nobody sends up the province's."""
    return FormPage(
        does,
        permission,
        "报送",
        rows,
        label="报送审核",
        icon="send",
        said=lambda case: f"已报送“{case.title}”，由{case.reviewer.association}审核。",
        when=lambda row: row.is_open and not row.is_province,
    )
