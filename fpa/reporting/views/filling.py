"""Pages of the unit that reports: its sheet, the audit report, the answers once more, and what it may print."""

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from fpa.access.loaders import check, load, load_for, load_unit
from fpa.access.seats import seated
from fpa.approval.links import subject_links
from fpa.core.chinese import clean
from fpa.core.once import needs_key
from fpa.files.fields import ACCEPT, FILE_HINT
from fpa.files.inspection import safe_name
from fpa.reporting.actions import submitting
from fpa.reporting.actions.filling import Outcome, may_fill_for, save_cells
from fpa.reporting.actions.submitting import CannotSubmit
from fpa.reporting.cases import SUBMISSION
from fpa.reporting.forms import read_entries
from fpa.reporting.models import Collection, Submission
from fpa.reporting.queries import seat_unit
from fpa.reporting.sheet import ReportRow, ReportSheet, sheet_of


def own_sheet_or_404(request: HttpRequest, pk: int, code: str | None) -> ReportSheet:
    """The sheet of the seat's own unit, or of the village that it acts for (代办). Raises Http404 where the collection
    is filled in by another level, or the unit is not one to act for."""
    actor, collection = load_for(Collection.objects.whole(), pk, request, "submission.fill")
    unit = load_unit(code, request, "submission.fill") if code else seat_unit(actor)
    if unit.level != collection.fill_level or not collection.asks(unit.path, unit.level):
        raise Http404(not_asked_words(collection))
    if not may_fill_for(actor, unit):
        raise Http404(f"{unit.association}的报表由它自己填报，或者由所属乡镇（街道）代办。")
    return sheet_of(collection, unit, timezone.localdate())


def addresses(request: HttpRequest, sheet: ReportSheet) -> dict[str, str]:
    """Where the sheet is filled in, checked and sent up: those of the own unit, or of the one that is acted for."""
    args: list[Any] = [sheet.collection.pk]
    if request.resolver_match and "code" in request.resolver_match.kwargs:
        args.append(sheet.unit.code)
    names = {"fill": "fill_submission", "check": "check_submission", "submit": "submit_submission"}
    return {key: reverse(name, args=args) for key, name in names.items()}


def not_asked_words(collection: Collection) -> str:
    """What a unit is told that a collection does not ask."""
    return f"“{collection.title}”由{collection.get_fill_level_display()}填报，您的单位不需要填报。"


def page_of(request: HttpRequest, sheet: ReportSheet, template: str, **more: Any) -> HttpResponse:
    """Answer with a page about a sheet."""
    shown = {"title": sheet.collection.title, "sheet": sheet, "collection": sheet.collection, **more}
    shown |= {
        "at": addresses(request, sheet),
        "is_own": sheet.unit.pk == check(request, "submission.fill").unit_id,
        "file_accept": ACCEPT,
        "file_hint": FILE_HINT,
    }
    return render(request, f"reporting/{template}", shown)


def fill_submission(request: HttpRequest, pk: int, code: str | None = None) -> HttpResponse:
    """The sheet: cells save themselves by htmx, or all together by one button."""
    sheet = own_sheet_or_404(request, pk, code)
    if request.method != "POST":
        return page_of(request, sheet, "fill_submission.html")
    after = _save(request, sheet)
    wrong = [row for row in after.rows if row.problem]
    if seated(request).htmx:
        return page_of(request, after, "_sheet.html")
    if wrong:
        messages.error(request, f"有 {len(wrong)} 格没有保存，请看格子下面的说明；其余已经保存。")
        return page_of(request, after, "fill_submission.html")
    if "check" in request.POST:
        return redirect(addresses(request, sheet)["check"])
    messages.success(request, f"已保存，{after.filled}/{len(after.items)} 项有数。")
    return redirect(addresses(request, sheet)["fill"])


@require_POST
def save_cell(request: HttpRequest, pk: int, key: str, code: str | None = None) -> HttpResponse:
    """Save one cell of the sheet that htmx posts whole; answers with what stands beside the cell."""
    sheet = own_sheet_or_404(request, pk, code)
    if key not in [item.key for item in sheet.items]:
        raise Http404("这张表没有这一格。")
    after = _save(request, sheet, only=key)
    row = next(row for row in after.rows if row.item.key == key)
    return page_of(request, after, "_saved_cell.html", row=row)


def _save(request: HttpRequest, sheet: ReportSheet, only: str | None = None) -> ReportSheet:
    """Save what was typed and read the sheet anew, each row with what became of it."""
    actor = check(request, "submission.fill")
    typed = [row for row in sheet.rows if only in (None, row.item.key)]
    entries = read_entries(request.POST, typed, request.FILES)
    outcomes = save_cells(collection=sheet.collection, unit=sheet.unit, entries=entries, by=actor)
    outcomes |= {row.item.key: Outcome(row.problem) for row in typed if row.problem}
    after = sheet_of(sheet.collection, sheet.unit, sheet.today)
    for row in after.rows:
        outcome = outcomes.get(row.item.key, Outcome())
        row.problem, row.theirs = outcome.problem, outcome.theirs
        row.typed = _sent(request, row) if outcome.problem else ""
        if row.typed and not row.is_editable:
            row.problem += f"您{'选' if row.item.typed.is_file else '填'}的“{row.typed}”没有保存。"
    return after


def _sent(request: HttpRequest, row: ReportRow) -> str:
    """What was typed into a cell, or the name of the file that was chosen for it."""
    name = f"cell-{row.item.key}"
    if row.item.typed.is_file:
        file = request.FILES.get(name)
        return safe_name(file.name or "") if isinstance(file, UploadedFile) else ""
    return clean(request.POST.get(name, ""))[:60]


@needs_key
def check_submission(request: HttpRequest, pk: int, code: str | None = None) -> HttpResponse:
    """The audit report: hard errors lead to their cells, odd values take an explanation each."""
    sheet = own_sheet_or_404(request, pk, code)
    if request.method == "POST" and sheet.editable:
        sheet = _explain(request, sheet)
    findings = sheet.findings()
    is_ready = not sheet.closed_because and not any(f.is_open for f in findings)
    if is_ready and (request.method == "POST" or not findings):
        return redirect(addresses(request, sheet)["submit"])
    return page_of(request, sheet, "check_submission.html", findings=findings, is_ready=is_ready)


def _explain(request: HttpRequest, sheet: ReportSheet) -> ReportSheet:
    """Save the explanations of odd values; the values stay as they are."""
    saved = {f"cell-{r.item.key}": r.saved for r in sheet.rows} | {
        f"version-{r.item.key}": r.cell.version for r in sheet.rows
    }
    typed = {k: v for k, v in request.POST.items() if k.startswith("explanation-")}
    rows = [row for row in sheet.rows if f"explanation-{row.item.key}" in typed]
    entries = read_entries(saved | typed, rows)
    actor = check(request, "submission.fill")
    outcomes = save_cells(collection=sheet.collection, unit=sheet.unit, entries=entries, by=actor)
    for outcome in outcomes.values():
        if outcome.problem:
            messages.error(request, outcome.problem)
    return sheet_of(sheet.collection, sheet.unit, sheet.today)


@needs_key
def submit_submission(request: HttpRequest, pk: int, code: str | None = None) -> HttpResponse:
    """The answers once more, what follows, and the button that sends them up."""
    sheet = own_sheet_or_404(request, pk, code)
    actor = check(request, "submission.fill")
    if request.method != "POST":
        links = subject_links(SUBMISSION, sheet.submission, actor) if sheet.submission.pk else []
        return page_of(request, sheet, "submit_submission.html", past_links=links)
    try:
        submitting.submit_submission(collection=sheet.collection, unit=sheet.unit, by=actor)
    except CannotSubmit as error:
        messages.error(request, str(error))
        return redirect(addresses(request, sheet)["check"])
    messages.success(request, f"已上报，等待{sheet.reviewer}审核。")
    return redirect(addresses(request, sheet)["fill"])


@require_POST
@needs_key
def withdraw_submission(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the own report, typed or summed up, back before it is reviewed."""
    submission = load(Submission.objects.whole(), pk, request, "submission.fill")
    try:
        submitting.withdraw_submission(submission=submission, by=check(request, "submission.fill"))
        messages.success(request, "已撤回，可以修改后重新上报。")
    except CannotSubmit as error:
        messages.error(request, str(error))
    return redirect(submission)
