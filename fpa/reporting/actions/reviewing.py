"""Reviewing: the unit just above approves a report, or returns only its faulty cells with reasons and a day."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from fpa.approval.actions import CannotDecide, Place, approve_case, return_case
from fpa.approval.models import Case
from fpa.audit.record import record
from fpa.core.actor import SYSTEM, Actor
from fpa.core.chinese import date_cn
from fpa.core.periods import Period
from fpa.core.refusals import Refusal
from fpa.figures import catalogue
from fpa.figures.freshness import mark_stale
from fpa.pages.batch import BatchOutcome, one_by_one
from fpa.reporting.actions.submitting import CannotSubmit, hold_summary, open_case
from fpa.reporting.models import Cell, State, Submission
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
    case = Case.objects.of(submission).live().get()
    try:
        approve_case(case=case, by=by, note=note)
    except CannotDecide as error:
        raise CannotReview(str(error)) from error
    _move(submission, State.APPROVED, "submission.approved", by, note)
    _count(submission, counted=True)
    return submission


def approve_submissions(*, submissions: Iterable[Submission], by: Actor) -> BatchOutcome:
    """Approve each report that is clean; those with odd values are left, and named with what to look at."""
    return one_by_one(
        submissions,
        lambda submission: approve_submission(submission=submission, by=by, only_clean=True),
        refusals=CannotReview,
        name=lambda submission: submission.unit.name,
    )


@transaction.atomic
def return_cells(
    *, submission: Submission, places: Sequence[Place], due_on: date, reason: str, by: Actor
) -> Submission:
    """Return only the named cells (place = item key) of a report, to be mended by a day; the others stay locked.

    An approved report may be returned too, as long as this unit's own summary is not sent up; its cells then no
    longer count. Raises CannotReview where no cell or reason is named, the cell is not of the form, the day has passed
    or lies beyond the lock, or the report is not this seat's to return.
    """
    submission = _held(submission, by)
    sheet = sheet_for(submission, timezone.localdate())
    named = _check_places(sheet, places, due_on)
    if submission.state == State.APPROVED:
        _reopen(submission, by)
    elif submission.state != State.SUBMITTED:
        raise CannotReview(
            f"{submission.unit.name}的数据现在是“{submission.get_state_display()}”，不能退回。"
        )
    case = Case.objects.of(submission).live().get()
    try:
        return_case(case=case, by=by, reason=reason or named[0]["reason"], due_on=due_on, places=named)
    except CannotDecide as error:
        raise CannotReview(str(error)) from error
    _move(submission, State.RETURNED, "submission.returned", by, reason, [p["place"] for p in named])
    _count(submission, counted=False)
    return submission


def _held(submission: Submission, by: Actor) -> Submission:
    """The submission held until commit, where the seat is its reviewer's."""
    found = Submission.objects.whole().select_for_update(of=("self",)).get(pk=submission.pk)
    if not found.reviewed_by(by):
        raise CannotReview(f"{found.unit.name}的数据由它的上级审核，不由您的单位审核。")
    return found


def _check_places(sheet: ReportSheet, places: Sequence[Place], due_on: date) -> list[Place]:
    """The places with their labels. Raises CannotReview."""
    labels = {item.key: item.label for item in sheet.items}
    if not places:
        raise CannotReview("请勾选要退回的单元格，没有问题的不用退回。")
    named: list[Place] = []
    for place in places:
        reason = place.get("reason", "").strip()
        label = labels.get(place["place"], place["place"])
        if fault := fault_of_reason(label, reason if place["place"] in labels else ""):
            raise CannotReview(fault)
        named.append({"place": place["place"], "label": label, "reason": reason})
    if not sheet.submission.is_summary and due_on > sheet.last_day:
        raise CannotReview(
            f"办理期限不能晚于填报的最后一天{date_cn(sheet.last_day)}。"
            f"需要更长时间的，请{sheet.collection.unit.name}先为该单位办理延期。"
        )
    return named


def _reopen(submission: Submission, by: Actor) -> None:
    """Bring an approved report back under review, so that it can be returned.

    The platform opens the case: it is no submission by a person, so the two-person rule stays with the reporter.
    """
    hold_summary(submission.collection_id, by.unit_id)
    own = Submission.objects.filter(collection=submission.collection, unit=by.unit_id).first()
    if own and not own.is_open:
        raise CannotReview(
            "本单位的汇总已经上报，不能再退回下级数据。请先撤回本单位的汇总，或由上级退回汇总后再办理。"
        )
    try:
        open_case(submission, SYSTEM)
    except CannotSubmit as error:
        raise CannotReview(str(error)) from error


def _move(
    submission: Submission, state: State, verb: str, by: Actor, reason: str, places: Sequence[str] = ()
) -> None:
    before, submission.state = submission.state, state
    submission.save()
    record(verb, submission, by=by, reason=reason, changes={"state": [before, state], "cells": list(places)})


def _count(submission: Submission, *, counted: bool) -> None:
    """Let a typed report's cells count, or no longer; only what changes marks figures as stale."""
    cells = Cell.objects.filter(submission=submission, counted=not counted, value__isnull=False)
    if submission.is_summary or not cells.exists():
        return
    keys = set(cells.values_list("key", flat=True)) & set(catalogue.counting(Cell))
    cells.update(counted=counted)
    mark_stale(sorted(keys), submission.path, since=Period.parse(submission.collection.period).start)
