"""Sending up: a typed report, a summary computed from below, and taking either back."""

from django.db import transaction
from django.utils import timezone

from fpa.access.models import Unit
from fpa.approval.actions import CannotDecide, submit_case, withdraw_case
from fpa.approval.models import Case
from fpa.core.actor import Actor
from fpa.core.locks import lock_by_name
from fpa.core.refusals import Refusal
from fpa.reporting.actions.filling import CannotFill, acts_for, own_sheet, write_cell
from fpa.reporting.cases import SUBMISSION
from fpa.reporting.models import Collection, State, Submission, blank_cell
from fpa.reporting.progress import progress_of
from fpa.reporting.queries import sums_below
from fpa.reporting.sheet import ReportSheet, sheet_of

SENT = ["state", "is_past", "acted_for_by", "first_submitted_at", "last_submitted_at"]
"""What sending up and taking back changes of a report."""


class CannotSubmit(Refusal):
    """The report can't be sent up or taken back now; the message says why and what to do."""


@transaction.atomic
def submit_submission(*, collection: Collection, unit: Unit, by: Actor) -> Submission:
    """Send the report of the actor's own unit, or of a village that its township acts for (代办), to the unit above; a
    returned one goes back to the reviewer that returned it.

    After the due day it is taken and counts as late. Raises CannotSubmit where nothing is saved, the report is closed
    (lock, state), a hard rule fails, or an odd value is not explained.
    """
    try:
        sheet = own_sheet(collection, unit, by)
    except CannotFill as error:
        raise CannotSubmit(str(error)) from error
    if sheet.fault:
        raise CannotSubmit(sheet.fault)
    return _send_up(sheet.submission, by)


@transaction.atomic
def submit_summary(*, collection: Collection, unit: Unit, explanation: str, by: Actor) -> Submission:
    """Send the actor's own unit's summary up: the sums over approved reports of the units directly below.

    What is sent is kept in cells as it was; nothing is typed. Raises CannotSubmit where it is not the actor's unit or
    not a summarising one, it is sent already, nothing below is approved, or reports are missing or values odd and no
    explanation is given.
    """
    if by.unit_id != unit.pk or not collection.asks(unit.path, unit.level):
        raise CannotSubmit("只能上报本单位的汇总。")
    if unit.level >= collection.fill_level:
        raise CannotSubmit("本单位是填报单位，请直接填报，不需要汇总。")
    hold_summary(collection.pk, unit.pk)
    submission, _ = Submission.objects.get_or_create(
        collection=collection, unit=unit, defaults={"is_summary": True}
    )
    submission = Submission.objects.select_for_update().get(pk=submission.pk)
    sheet = sheet_of(collection, unit, timezone.localdate())
    if not submission.is_open:
        raise CannotSubmit(sheet.state_words)
    _snapshot(sheet, explanation.strip(), by)
    return _send_up(sheet.submission, by)


def hold_summary(collection_id: int, unit_id: int | None) -> None:
    """Have a unit's summary and its return of what the summary adds up wait for each other until commit."""
    lock_by_name(f"summary {collection_id} {unit_id}")


def _snapshot(sheet: ReportSheet, explanation: str, by: Actor) -> None:
    """Keep the sums from below in the summary's cells, with its explanation."""
    sums = sums_below(sheet.collection, sheet.unit)
    if all(value is None for value in sums.values()):
        raise CannotSubmit("下级还没有审核通过的数据，暂不能汇总上报。请先审核下级上报的数据。")
    why = summary_needs_explanation(sheet)
    if why and not explanation:
        raise CannotSubmit(f"{why}，请在情况说明中写明原因后上报。")
    sheet.submission.explanation = explanation
    sheet.submission.save()
    for key, value in sums.items():
        cell = sheet.cells.get(key) or blank_cell(sheet.submission, key)
        if cell.value != value or not cell.version:
            write_cell(cell, value, "", by)


def summary_needs_explanation(sheet: ReportSheet) -> str:
    """What of a summary must be explained: missing reports, failed rules; empty where nothing."""
    progress = progress_of(sheet.collection, sheet.unit, [])[sheet.unit.path]
    findings = sheet.findings(sums_below(sheet.collection, sheet.unit))
    missing = progress.expected - progress.approved
    words = [f"还有 {missing} 个填报单位的数据没有审核通过"] if missing else []
    words += [f"有 {len(findings)} 处数据存疑"] if findings else []
    return "，".join(words)


def _send_up(submission: Submission, by: Actor) -> Submission:
    """Put a submission before its reviewer: the unit just above. What follows is the kind's (`fpa.reporting.cases`)."""
    title, unit = str(submission)[:120], submission.unit
    try:
        submit_case(kind=SUBMISSION, subject=submission, title=title, unit=unit, by=by)
    except CannotDecide as error:
        raise CannotSubmit(str(error)) from error
    submission.refresh_from_db(fields=SENT)
    return submission


@transaction.atomic
def withdraw_submission(*, submission: Submission, by: Actor) -> Submission:
    """Take a report back before it is reviewed; what a return had locked stays locked.

    Raises CannotSubmit where it is reviewed already, not the actor's own, or locked: it could not be sent again.
    """
    submission = Submission.objects.select_for_update(of=("self",)).whole().get(pk=submission.pk)
    if submission.state != State.SUBMITTED or not acts_for(by, submission.unit, submission):
        raise CannotSubmit("只有上报单位可以在审核之前撤回。已审核的，请联系审核单位退回。")
    case = Case.objects.of(submission).of_kind(SUBMISSION.code).live().get()
    try:
        withdraw_case(case=case, by=by)
    except CannotDecide as error:
        raise CannotSubmit(str(error)) from error
    submission.refresh_from_db(fields=SENT)
    return submission
