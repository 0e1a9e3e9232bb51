"""Reviewing: the unit just above approves a report, or returns only its faulty cells with reasons and a day."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from fpa.approval.actions import (
    CannotDecide,
    ReturnedPlace,
    approve_case,
    decide_cases,
    reopen_case,
    return_case,
)
from fpa.approval.models import Case
from fpa.core.actor import Actor
from fpa.core.refusals import Refusal
from fpa.pages.batch import BatchOutcome
from fpa.reporting.actions.submitting import hold_summary
from fpa.reporting.cases import SUBMISSION
from fpa.reporting.models import State, Submission
from fpa.reporting.sheet import ReportSheet, sheet_for

MAX_REASON = 500
"""Of a return, as long as a decision keeps."""


def fault_of_reason(label: str, reason: str) -> str:
    """What is wrong with the reason for returning a cell: missing or too long; empty where it will do."""
    if not reason:
        return f"“{label}”没有写明退回原因，请写清楚要改什么。"
    if len(reason) > MAX_REASON:
        return f"“{label}”的退回原因最多 {MAX_REASON} 个字，现有 {len(reason)} 个字，请精简。"
    return ""


class CannotReview(Refusal):
    """The report can't be approved or returned now; the message says why and what to do."""


@transaction.atomic
def approve_submission(
    *, submission: Submission, by: Actor, note: str = "", only_clean: bool = False
) -> Submission:
    """Approve a report; a typed one's cells count in the figures from now on.

    With `only_clean` (batches) a report with odd values is left for a look of its own. Raises CannotReview where it
    does not wait for this seat, or the person submitted it (two-person rule).
    """
    submission = _held(submission, by)
    if submission.state != State.SUBMITTED:
        raise CannotReview(
            f"{submission.unit.name}的数据现在是“{submission.get_state_display()}”，不需要审核。"
        )
    odd = sheet_for(submission, timezone.localdate()).findings() if only_clean else []
    if odd:
        raise CannotReview(f"有 {len(odd)} 处存疑数据（{odd[0].row}：{odd[0].difference}），请打开逐条审核。")
    case = Case.objects.of(submission).of_kind(SUBMISSION.code).live().get()
    try:
        approve_case(case=case, by=by, note=note)
    except CannotDecide as error:
        raise CannotReview(str(error)) from error
    submission.refresh_from_db(fields=["state"])
    return submission


def approve_submissions(*, submissions: Iterable[Submission], by: Actor) -> BatchOutcome:
    """Approve the reports that are clean, all at once; each that was left is named, with why."""
    rows = list(submissions)
    wanted = Case.objects.filter(subject_type=SUBMISSION.subject, subject_id__in=[str(s.pk) for s in rows])
    found = {case.subject_id: case for case in wanted.of_kind(SUBMISSION.code).live()}
    idle = [s for s in rows if str(s.pk) not in found]
    left = [(s.unit.name, f"{s.unit.name}的数据现在是“{s.get_state_display()}”，不需要审核。") for s in idle]
    result = decide_cases(cases=list(found.values()), verdict="approve", by=by)
    failed = left + [(case.unit.name, reason) for case, reason in result.failed]
    return BatchOutcome(len(rows) - len(failed), failed)


@transaction.atomic
def return_cells(
    *, submission: Submission, places: Sequence[ReturnedPlace], due_on: date, reason: str, by: Actor
) -> Submission:
    """Return only the named cells (place = item key) of a report, to be mended by a day; the others stay locked.

    An approved report may be returned too, as long as this unit's own summary is not sent up; its cells then no
    longer count. Raises CannotReview where no cell or reason is named, the cell is not of the form, the day has passed
    or lies beyond the lock, or the report is not this seat's to return.
    """
    submission = _held(submission, by)
    sheet = sheet_for(submission, timezone.localdate())
    named = _check_places(sheet, places)
    try:
        _give_back(submission, named, due_on, reason or named[0].get("reason", ""), by)
    except CannotDecide as error:
        raise CannotReview(str(error)) from error
    submission.refresh_from_db(fields=["state"])
    return submission


def _give_back(
    submission: Submission, places: list[ReturnedPlace], due_on: date, reason: str, by: Actor
) -> None:
    cases = Case.objects.of(submission).of_kind(SUBMISSION.code)
    if submission.state == State.SUBMITTED:
        return_case(case=cases.live().get(), by=by, reason=reason, due_on=due_on, places=places)
    elif submission.state == State.APPROVED:
        _check_own_summary(submission, by)
        last = cases.order_by("-pk")[0]
        reopen_case(case=last, by=by, reason=reason, due_on=due_on, places=places)
    else:
        raise CannotReview(
            f"{submission.unit.name}的数据现在是“{submission.get_state_display()}”，不能退回。"
        )


def _held(submission: Submission, by: Actor) -> Submission:
    """The submission held until commit, where the seat is its reviewer's."""
    found = Submission.objects.whole().select_for_update(of=("self",)).get(pk=submission.pk)
    if not found.reviewed_by(by):
        raise CannotReview(f"{found.unit.name}的数据由它的上级审核，不由您的单位审核。")
    return found


def _check_places(sheet: ReportSheet, places: Sequence[ReturnedPlace]) -> list[ReturnedPlace]:
    """The places with their labels. Raises CannotReview."""
    labels = {item.key: item.label for item in sheet.items}
    if not places:
        raise CannotReview("请勾选要退回的格，没有问题的不用退回。")
    named: list[ReturnedPlace] = []
    for place in places:
        reason = place.get("reason", "").strip()
        label = labels.get(place["place"], place["place"])
        if fault := fault_of_reason(label, reason if place["place"] in labels else ""):
            raise CannotReview(fault)
        named.append({"place": place["place"], "label": label, "reason": reason})
    return named


def _check_own_summary(submission: Submission, by: Actor) -> None:
    """Raise CannotReview where the reviewer's own summary, which has the report in it, is sent up already."""
    hold_summary(submission.collection_id, by.unit_id)
    own = Submission.objects.filter(collection=submission.collection, unit=by.unit_id).first()
    if own and not own.is_open:
        raise CannotReview(
            "本单位的汇总已经上报，不能再退回下级数据。请先撤回本单位的汇总，或由上级退回汇总后再办理。"
        )
