"""How reports go up the levels: the kind of their cases, and what follows each decision on a report."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from fpa.access.models import Level, Unit
from fpa.approval.actions import CannotDecide
from fpa.approval.kinds import CaseKind, Changes, ReturnablePlace, register
from fpa.approval.models import Case, Decision, Verdict
from fpa.core.actor import Actor
from fpa.core.chinese import date_cn
from fpa.core.periods import Period
from fpa.figures import catalogue
from fpa.figures.freshness import mark_stale
from fpa.reporting.actions.filling import own_sheet
from fpa.reporting.models import Cell, State, Submission
from fpa.reporting.sheet import ReportSheet, places_to_mend, sheet_for, sheets_for
from fpa.reporting.standard_forms import flow_code

VERBS: dict[str, str] = {
    Verdict.SUBMIT: "submission.submitted",
    Verdict.APPROVE: "submission.approved",
    Verdict.RETURN: "submission.returned",
    Verdict.WITHDRAW: "submission.withdrawn",
}


def _summary(submission: Submission) -> list[tuple[str, str]]:
    """Each line of the report with its value, as it stands now."""
    sheet = sheet_for(submission, timezone.localdate())
    lines = [(row.item.label, f"{row.saved or '—'} {row.item.measure}") for row in sheet.rows]
    return [("报告期", submission.collection.period_label), *lines]


def _places(submission: Submission) -> list[ReturnablePlace]:
    items = submission.collection.form.items.all()
    return [ReturnablePlace(item.key, item.label, f"cell-{item.key}") for item in items]


def _held(case: Case) -> Submission:
    """The report of a case, held until commit."""
    return Submission.objects.whole().select_for_update(of=("self",)).get(pk=case.subject_id)


def _move(submission: Submission, state: State) -> dict[str, Any]:
    before, submission.state = submission.state, state
    submission.save()
    return {"state": [before, state]}


def _submitted(case: Case, decision: Decision, _by: Actor) -> Changes:
    submission = _held(case)
    submission.last_submitted_at = timezone.now()
    submission.first_submitted_at = submission.first_submitted_at or submission.last_submitted_at
    submission.is_past = case.is_past
    if decision.on_behalf_of_id:
        submission.acted_for_by = decision.actor_unit_name
    return _move(submission, State.SUBMITTED)


def _approved(case: Case, _decision: Decision, _by: Actor) -> Changes:
    submission = _held(case)
    _count([submission], counted=True)
    return _move(submission, State.APPROVED)


def _approved_many(cases: Sequence[Case], _decisions: Sequence[Decision], _by: Actor) -> dict[int, Changes]:
    """As `_approved`, for many reports by a bounded number of statements."""
    rows = Submission.objects.whole().select_for_update(of=("self",))
    submissions = {str(s.pk): s for s in rows.filter(pk__in=[case.subject_id for case in cases])}
    _count(list(submissions.values()), counted=True)
    Submission.objects.filter(pk__in=submissions).update(state=State.APPROVED)
    return {case.pk: {"state": [submissions[case.subject_id].state, State.APPROVED]} for case in cases}


def _returned(case: Case, decision: Decision, _by: Actor) -> Changes:
    submission = _held(case)
    _check_day(submission, decision.due_on)
    _count([submission], counted=False)
    return _move(submission, State.RETURNED) | {"cells": [place["place"] for place in decision.places]}


def _check_day(submission: Submission, due_on: date | None) -> None:
    """Raise CannotDecide where a typed report is to be mended after its filling has ended."""
    sheet = sheet_for(submission, timezone.localdate())
    if not submission.is_summary and due_on and due_on > sheet.last_day:
        raise CannotDecide(
            f"办理期限不能晚于填报的最后一天{date_cn(sheet.last_day)}。"
            f"需要更长时间的，请{sheet.collection.unit.association}先为该单位办理延期。"
        )


def _withdrawn(case: Case, _decision: Decision, _by: Actor) -> Changes:
    submission = _held(case)
    sheet = sheet_for(submission, timezone.localdate())
    if not sheet.may_come_back:
        raise CannotDecide(
            f"{sheet.locked_words}，撤回后就不能再上报，所以不能撤回。确需修改，请联系{sheet.reviewer}退回。"
        )
    submission.is_past = False
    return _move(submission, State.RETURNED if places_to_mend(submission) else State.DRAFT)


def _count(submissions: Sequence[Submission], *, counted: bool) -> None:
    """Let typed reports' cells count, or no longer; only what changes marks figures as stale."""
    typed = {s.pk: s for s in submissions if not s.is_summary}
    cells = Cell.objects.filter(submission__in=typed, counted=not counted, value__isnull=False)
    changed: dict[int, set[str]] = {}
    for pk, key in cells.values_list("submission", "key"):
        changed.setdefault(pk, set()).add(key)
    cells.update(counted=counted)
    counting = set(catalogue.counting(Cell))
    alike: dict[tuple[str, frozenset[str]], list[str]] = {}
    for pk, keys in changed.items():
        alike.setdefault((typed[pk].collection.period, frozenset(keys & counting)), []).append(typed[pk].path)
    for (period, counted_keys), paths in alike.items():
        mark_stale(sorted(counted_keys), *paths, since=Period.parse(period).start)


def _problems(cases: Sequence[Case]) -> dict[int, str]:
    """Reports with odd values, which are not approved unseen: why, by case."""
    rows = list(Submission.objects.whole().filter(pk__in=[case.subject_id for case in cases]))
    found = {str(sheet.submission.pk): _odd(sheet) for sheet in sheets_for(rows, timezone.localdate())}
    return {case.pk: found[case.subject_id] for case in cases if found.get(case.subject_id)}


def _odd(sheet: ReportSheet) -> str:
    odd = sheet.findings()
    if not odd:
        return ""
    return f"有 {len(odd)} 处存疑数据（{odd[0].row}：{odd[0].difference}），请打开逐条审核。"


def _check_past(submission: Submission, by: Actor) -> None:
    """Raise a Refusal where a report can't be entered afterwards: who may send it up enters it, filled in as well."""
    if submission.is_summary:
        raise CannotDecide("汇总由下级的数据自动得出，不需要补录。")
    fault = own_sheet(submission.collection, submission.unit, by).fault
    if fault:
        raise CannotDecide(fault)


def _flow(unit: Unit) -> str:
    return flow_code(Level(unit.level))


SUBMISSION = CaseKind(
    code="submission",
    label="数据上报",
    subject="reporting.submission",
    view="submission.view",
    flow=_flow,
    summary=_summary,
    places=_places,
    enter="submission.fill",
    check_past=_check_past,
    own_page=True,
    rejects=False,
    verbs=VERBS,
    on_submitted=_submitted,
    on_approved=_approved,
    on_approved_many=_approved_many,
    on_returned=_returned,
    on_withdrawn=_withdrawn,
    problems=_problems,
)

register(SUBMISSION)
