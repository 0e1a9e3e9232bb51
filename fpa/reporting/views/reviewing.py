"""Pages of the unit above: what waits for review, one report with its faults, and the summary that goes further up."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from fpa.access.loaders import check, load, load_for
from fpa.core.lists import back_to_list
from fpa.core.once import needs_key
from fpa.pages.batch import run_batch
from fpa.pages.declared_lists import declared_list
from fpa.pages.form_flow import form_flow
from fpa.reporting.actions import reviewing, submitting
from fpa.reporting.actions.filling import may_fill_for
from fpa.reporting.actions.reviewing import CannotReview
from fpa.reporting.actions.submitting import summary_needs_explanation
from fpa.reporting.forms import ReturnForm, SummaryForm
from fpa.reporting.lists import SUBMISSION_LIST
from fpa.reporting.models import CellHistory, Collection, State, Submission
from fpa.reporting.queries import children_of, late_sums, seat_unit, sums_below
from fpa.reporting.sheet import ReportSheet, sheet_for, sheet_of


def submission_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The reports that the seat's unit reviews in a collection; clean ones are approved in a batch."""
    return declared_list(request, SUBMISSION_LIST, pk=pk)


@require_POST
@needs_key
def approve_submissions(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve the clean ones of the ticked reports, or of all that match; a summary names each that was left."""
    actor = check(request, "submission.review")
    approve = partial(reviewing.approve_submissions, by=actor)
    return run_batch(
        request, SUBMISSION_LIST, did="审核通过", act=lambda rows: approve(submissions=rows), pk=pk
    )


def review_submission(request: HttpRequest, pk: int) -> HttpResponse:
    """One report for those above: cells with findings, explanations, the last period, and the units below.

    The unit itself is led to its own page, where it can mend what was returned.
    """
    actor, submission = load_for(Submission.objects.whole(), pk, request, "submission.view")
    if submission.unit_id == actor.unit_id and actor.may("submission.fill"):
        return redirect(
            "submit_summary" if submission.is_summary else "fill_submission", submission.collection_id
        )
    return _review_page(request, submission, None)


def _review_page(request: HttpRequest, submission: Submission, form: ReturnForm | None) -> HttpResponse:
    sheet = sheet_for(submission, timezone.localdate())
    actor = check(request, "submission.view")
    may_review = submission.reviewed_by(actor)
    returned = {request.GET.get("cell", ""): request.GET.get("reason", "")[:500]}
    form = form or ReturnForm(items=sheet.returnable, asked=returned)
    shown = {
        "title": f"{submission.collection.form.name}：{submission.unit.name}",
        "sheet": sheet,
        "rows": _with_findings(sheet),
        "collection": submission.collection,
        "children": children_of(submission.collection, submission.unit) if submission.is_summary else [],
        "late_sums": late_sums(submission),
        "may_act": submission.is_open and not submission.is_summary and may_fill_for(actor, submission.unit),
        "form": form,
        "typed": form.typed,
        "returnable": {item.key for item in form.items},
        "may_approve": may_review and submission.state == State.SUBMITTED and not submission.is_past,
        "may_return": may_review and _may_be_returned(submission),
    }
    return render(request, "reporting/review_submission.html", shown)


def _may_be_returned(submission: Submission) -> bool:
    """Whether a report may be returned by who reviews it: one of 补录 once its own unit has checked it."""
    return submission.state == State.APPROVED or (
        submission.state == State.SUBMITTED and not submission.is_past
    )


def _with_findings(sheet: ReportSheet) -> list[tuple[Any, list[Any], str | None]]:
    """Each line of the sheet, of a summary those that it adds up, with the findings on it, and what it held when it was
    returned, where that was mended."""
    findings = sheet.findings()
    rows = [row for row in sheet.rows if row.item.adds_up or not sheet.submission.is_summary]
    return [
        (row, [f for f in findings if f.key == row.item.key], sheet.as_returned.get(row.item.key))
        for row in rows
    ]


@require_POST
@needs_key
def approve_submission(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve one report, odd values seen."""
    submission = load(Submission.objects.whole(), pk, request, "submission.review")
    try:
        reviewing.approve_submission(submission=submission, by=check(request, "submission.review"))
        messages.success(request, f"{submission.unit.name}的数据已审核通过，计入汇总。")
    except CannotReview as error:
        messages.error(request, str(error))
        return redirect(submission)
    return redirect(back_to_list(request, "submission_list", submission.collection_id))


@require_POST
@needs_key
def return_cells(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the ticked cells of a report, each with its reason."""
    submission = load(Submission.objects.whole(), pk, request, "submission.review")
    form = ReturnForm(request.POST, items=sheet_for(submission, timezone.localdate()).returnable)
    if not form.is_valid():
        return _review_page(request, submission, form)
    try:
        reviewing.return_cells(
            submission=submission,
            places=form.places,
            due_on=form.cleaned_data["due_on"],
            reason="",
            by=check(request, "submission.review"),
        )
    except CannotReview as error:
        form.add_error(None, str(error))
        return _review_page(request, submission, form)
    messages.success(
        request, f"已退回 {len(form.places)} 格给{submission.unit.association}，其余各格保持锁定。"
    )
    return redirect(back_to_list(request, "submission_list", submission.collection_id))


def submit_summary(request: HttpRequest, pk: int) -> HttpResponse:
    """The own unit's summary, live from below; sending it keeps the numbers as they stand."""
    actor, collection = load_for(Collection.objects.whole(), pk, request, "submission.fill")
    if actor.level >= collection.fill_level or not collection.asks(actor.path, actor.level):
        raise Http404("您的单位不汇总这次采集的数据。")
    sheet = sheet_of(collection, seat_unit(actor), timezone.localdate())
    shown = _summary_context(sheet)

    return form_flow(
        request,
        SummaryForm(
            request.POST or None,
            needed=summary_needs_explanation(sheet),
            initial={"explanation": sheet.submission.explanation},
        ),
        title=f"汇总上报：{collection.title}",
        submit="上报汇总",
        back=reverse("collection_detail", args=[pk]),
        does=partial(submitting.submit_summary, collection=collection, unit=sheet.unit, by=actor),
        said=lambda _: (f"汇总已上报，等待{sheet.reviewer}审核。", reverse("submit_summary", args=[pk])),
        consequences=lambda _: [
            *(f"上报：{item.label} {total or '无'} {item.measure}。" for item, total, _ in shown["lines"]),
            f"上报后由{sheet.reviewer}审核；审核之前可以撤回。",
        ],
        context=shown,
        form_template="reporting/submit_summary.html",
    )


def _summary_context(sheet: ReportSheet) -> dict[str, Any]:
    """The live sums beside what was sent, the findings, and the units below."""
    sums = sums_below(sheet.collection, sheet.unit)
    return {
        "sheet": sheet,
        "collection": sheet.collection,
        "lines": [(r.item, r.item.shown(sums[r.item.key]), r) for r in sheet.rows if r.item.adds_up],
        "findings": sheet.findings(sums),
        "children": children_of(sheet.collection, sheet.unit),
        "is_open": sheet.submission.is_open,
        "late_sums": late_sums(sheet.submission),
    }


def cell_history(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Everything that one cell ever held, and what the unit reported in earlier periods."""
    submission = load(Submission.objects.whole(), pk, request, "submission.view")
    sheet = sheet_for(submission, timezone.localdate())
    row = next((row for row in sheet.rows if row.item.key == key), None)
    if row is None:
        raise Http404("这张表没有这一格。")
    versions = CellHistory.objects.filter(cell__submission=submission, cell__key=key).order_by("-version")
    shown = [(v, row.item.shown(v.typed_value(row.item))) for v in versions]
    title = f"{row.item.label}：填报记录"
    return render(
        request,
        "reporting/cell_history.html",
        {"title": title, "sheet": sheet, "row": row, "versions": shown},
    )
