"""Pages of imports, the same for every kind: upload, progress, preview, confirm, cancel, rejected rows, template."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import django_filters as filters
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from fpa.access.loaders import check, load_for
from fpa.access.seats import seated
from fpa.audit.record import record, recorder_of_export
from fpa.core.actor import Actor
from fpa.core.lists import XLSX, Column, Status, Tone, list_page
from fpa.core.once import needs_key
from fpa.core.sheets.returned import write_rejected
from fpa.imports import actions
from fpa.imports.actions import CannotImport
from fpa.imports.files import KEPT_DAYS, path_of
from fpa.imports.forms import PasteForm, UploadForm
from fpa.imports.importer import Importer, importer_of, importers
from fpa.imports.lists import IMPORT_LIST, TONES, import_right, imports_for, page_of
from fpa.imports.models import ImportRow, Job, RowOutcome, State
from fpa.imports.paste import FILENAME, MAX_PASTED
from fpa.imports.template import write_template
from fpa.imports.uploads import open_upload
from fpa.pages.declared_lists import declared_list
from fpa.pages.form_flow import form_flow, redirect_with_message

OUTCOME_TONES: dict[str, Tone] = {
    RowOutcome.NEW: "done",
    RowOutcome.CHANGED: "waiting",
    RowOutcome.UNCHANGED: "off",
    RowOutcome.REJECTED: "returned",
}
WRITTEN = (RowOutcome.NEW, RowOutcome.CHANGED)


class RowFilters(filters.FilterSet):
    """Rows of a preview by what becomes of them."""

    outcome = filters.ChoiceFilter(label="核对结果", choices=RowOutcome.choices)
    sheet = filters.CharFilter(label="工作表", lookup_expr="exact")
    row = filters.NumberFilter(label="行号")


def _load(request: HttpRequest, pk: UUID) -> tuple[Job, Importer, Actor]:
    """An import of the seat's scope and of a kind that the role may import: 403 or 404 as `load` has it."""
    seat = seated(request).actor
    jobs = imports_for(seat).select_related("confirmed_by")
    actor, job = load_for(jobs, pk, request, import_right(seat))
    return job, importer_of(job.kind), actor


def import_list(request: HttpRequest) -> HttpResponse:
    """The imports of the seat's unit and below, the newest first."""
    return declared_list(request, IMPORT_LIST)


def upload_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Upload a file of one kind; named `import_<kind>`."""
    importer, actor, source = _source(request, kind)
    form = UploadForm(request.POST or None, request.FILES or None, **source)

    def upload(file: UploadedFile, **answers: Any) -> Job:
        return actions.upload_import(
            importer=importer, filename=file.name or "", pieces=file.chunks(), by=actor, **answers
        )

    links = {
        "template_url": reverse("import_template", args=[kind]),
        "paste_url": _with_parent(reverse("paste_rows", args=[kind]), source["parent"]),
    }
    page = {"submit": "上传并检查", "form_template": "imports/import_upload.html", "context": links}
    return _source_page(request, form, importer, upload, page)


def paste_rows(request: HttpRequest, kind: str) -> HttpResponse:
    """List entry: rows copied from a table, checked, previewed and written as a file of them would be."""
    importer, actor, source = _source(request, kind)
    form = PasteForm(request.POST or None, **source)

    def paste(rows: bytes, **answers: Any) -> Job:
        return actions.upload_import(importer=importer, filename=FILENAME, pieces=[rows], by=actor, **answers)

    links = {"upload_url": _with_parent(importer.url, source["parent"]), "most_rows": MAX_PASTED}
    page = {"submit": "检查", "form_template": "imports/paste_rows.html", "context": links}
    return _source_page(request, form, importer, paste, page)


def _source(request: HttpRequest, kind: str) -> tuple[Importer, Actor, dict[str, Any]]:
    """The kind, who acts, and what the form of an upload needs. Raises Http404 for what nothing may go into."""
    importer = _known(kind)
    actor = check(request, importer.permission)
    parent = request.POST.get("parent") or request.GET.get("parent", "") if importer.parent else ""
    if importer.parent:
        try:
            importer.parent.find(parent, actor, lock=False)
        except LookupError as error:
            raise Http404(str(error.args[0])) from error
    return importer, actor, {"importer": importer, "seat": actor, "parent": parent}


def _with_parent(url: str, parent: str) -> str:
    return f"{url}?{urlencode({'parent': parent})}" if parent else url


def _source_page(
    request: HttpRequest,
    form: UploadForm | PasteForm,
    importer: Importer,
    does: Callable[..., Job],
    page: dict[str, Any],
) -> HttpResponse:
    return form_flow(
        request,
        form,
        title=f"导入{importer.label}",
        back=reverse("import_list"),
        does=does,
        said=lambda job: HttpResponseRedirect(page_of(job)),
        **page,
    )


def _known(kind: str) -> Importer:
    importer = next((each for each in importers() if each.kind == kind), None)
    if importer is None:
        raise Http404("没有这种导入。")
    return importer


def import_template(request: HttpRequest, kind: str) -> HttpResponse:
    """The empty table of one kind."""
    importer = _known(kind)
    check(request, importer.permission)
    out = BytesIO()
    write_template(out, importer)
    return _file(out, f"{importer.label}导入模板.xlsx")


def import_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """An import as it stands: progress, then what would be done row by row, then what was done."""
    job, importer, actor = _load(request, pk)
    context = _shown(job, importer, actor)
    if not context["has_rows"]:
        return render(request, "imports/import_detail.html", {**context, "title": _title(job, importer)})
    return list_page(
        request,
        title=_title(job, importer),
        rows=ImportRow.objects.filter(job=job).order_by("position"),
        columns=_row_columns(importer),
        filters=RowFilters,
        on_export=recorder_of_export(actor),
        total=lambda: (
            sum(job.counts.values()) if job.state == State.READY else job.counts[RowOutcome.REJECTED]
        ),
        empty="没有这样的行。",
        template="imports/import_detail.html",
        context=context,
    )


def _title(job: Job, importer: Importer) -> str:
    return f"导入{importer.label}：{job.filename}"


def _shown(job: Job, importer: Importer, actor: Actor) -> dict[str, Any]:
    """What the page of an import says beside its rows."""
    figures = [
        (
            RowOutcome(name).label,
            job.counts[name],
            importer.measure if name in WRITTEN else "行",
            f"{page_of(job)}?outcome={name}" if job.state == State.READY else "",
        )
        for name in RowOutcome.values
        if job.counts
    ]
    return {
        "job": job,
        "importer": importer,
        "figures": figures,
        "status": Status(job.get_state_display(), TONES[job.state]),
        "consequences": _consequences(job, importer) if job.state == State.READY and _writes(job) else [],
        "can_cancel": job.state in (State.UPLOADED, State.READY),
        "can_take": _can_take(job, actor),
        "kept_days": KEPT_DAYS,
        "kept_until": (job.finished_at or job.created_at) + timedelta(days=KEPT_DAYS),
        "has_rows": job.rows.exists(),
        "list_url": importer.list_url(job.unit),
    }


def _writes(job: Job) -> int:
    return sum(job.counts.get(outcome, 0) for outcome in WRITTEN)


def _row_columns(importer: Importer) -> tuple[Column, ...]:
    return (
        Column("sheet", "工作表", lambda row: row.sheet),
        Column("row", "行号", lambda row: row.row, kind="number"),
        Column(
            "outcome", "核对结果", lambda row: Status(row.get_outcome_display(), OUTCOME_TONES[row.outcome])
        ),
        Column("subject", importer.label, importer.subject),
        Column("column", "列", lambda row: row.column),
        Column("reason", "原因", lambda row: row.reason),
        Column("changes", "变化", importer.changes_in_words),
    )


def import_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The progress alone, asked for every second while the worker is at it; then the page is loaded anew."""
    job, importer, actor = _load(request, pk)
    response = render(request, "imports/import_progress.html", _shown(job, importer, actor))
    if not job.is_waiting:
        response.headers["HX-Refresh"] = "true"
    return response


@require_POST
@needs_key
def confirm_import(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Have written what the preview has shown and said: it is the page on which the answers are checked."""
    job, _, actor = _load(request, pk)
    try:
        actions.confirm_import(job=job, by=actor)
    except CannotImport as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(page_of(job))


def _consequences(job: Job, importer: Importer) -> list[str]:
    counts, measure = job.counts, importer.measure
    into = f"，归入“{job.parent_name}”" if job.parent_name else ""
    said = [f"文件“{job.filename}”导入到{job.unit.name}{into}。"]
    if counts.get(RowOutcome.NEW):
        said.append(f"新增{importer.label} {counts[RowOutcome.NEW]:,} {measure}。")
    if counts.get(RowOutcome.CHANGED):
        said.append(f"更新{importer.label}信息 {counts[RowOutcome.CHANGED]:,} {measure}。")
    if counts.get(RowOutcome.UNCHANGED):
        said.append(f"{counts[RowOutcome.UNCHANGED]:,} 行与平台一致，不作改动。")
    if counts.get(RowOutcome.REJECTED):
        said.append(
            f"退回 {counts[RowOutcome.REJECTED]:,} 行，不导入；导入后可以下载这些行和原因，改好后再传。"
        )
    if counts.get(RowOutcome.NEW):
        said += importer.defaults
    return [*said, "导入会留下审计记录，不能一键撤销；有误时请逐条更正。"]


@require_POST
@needs_key
def cancel_import(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Drop an import that nobody has confirmed."""
    job, _, actor = _load(request, pk)
    try:
        actions.cancel_import(job=job, by=actor)
    except CannotImport as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(page_of(job))
    return redirect_with_message(
        request, "已取消，文件和检查结果都已删除，没有写入任何数据。", reverse("import_list")
    )


def _can_take(job: Job, actor: Actor) -> bool:
    """The rejected rows hold ID numbers in plain: they go back to who sent them, and to nobody else."""
    return (
        job.counts.get(RowOutcome.REJECTED, 0) > 0
        and job.state in (State.READY, State.DONE)
        and job.user_id == actor.user_id
        and path_of(job.pk).exists()
    )


def rejected_rows(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The rejected rows in the user's own layout, with a 原因 column."""
    job, importer, actor = _load(request, pk)
    if not _can_take(job, actor):
        raise PermissionDenied(
            f"退回的行只有上传人本人可以下载，并且只保留 {KEPT_DAYS} 天。请由上传人下载，或重新上传文件。"
        )
    found = job.rows.filter(outcome=RowOutcome.REJECTED).values_list("sheet", "row", "reason")
    reasons = {(sheet, row): reason for sheet, row, reason in found}
    out = BytesIO()
    with open_upload(job, importer) as upload:
        write_rejected(upload.tables, reasons, out)
    record("import.rejected_rows_taken", job, by=actor, changes={"rows": len(reasons)})
    return _file(out, f"退回修改_{job.filename.rsplit('.', 1)[0]}.xlsx")


def _file(out: BytesIO, name: str) -> HttpResponse:
    response = HttpResponse(out.getvalue(), content_type=XLSX)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
