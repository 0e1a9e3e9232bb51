"""Pages that belong to every room: units while one types, exports in the background, saved views."""

from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from fpa.access.loaders import check, load, load_for, to_edit
from fpa.core.actor import Actor
from fpa.core.addresses import own_address
from fpa.core.forms import Form
from fpa.core.lists import Format, Status
from fpa.core.lists.export import TYPES, file_name
from fpa.pages import actions, export_files, queries
from fpa.pages.actions import CannotExport
from fpa.pages.declared_lists import declared_list
from fpa.pages.form_flow import form_flow
from fpa.pages.forms import ExportForm, RenameViewForm, SaveViewForm
from fpa.pages.lists import EXPORT_LIST, TONES, page_of
from fpa.pages.models import ListExport, SavedView
from fpa.pages.queries import full_name_of


def search_units(request: HttpRequest) -> HttpResponse:
    """What a unit field offers while one types: the units of the seat that match, as options."""
    actor = check(request, "unit.view")
    text = request.GET.get(request.GET.get("field", "q"), "")
    shown = {"found": [(unit, full_name_of(unit)) for unit in queries.search_units(text, actor.path)]}
    return render(request, "pages/unit_options.html", shown)


def export_list(request: HttpRequest) -> HttpResponse:
    """One's own exports, the latest first."""
    return declared_list(request, EXPORT_LIST)


def request_export(request: HttpRequest) -> HttpResponse:
    """Ask for a list to be written to a file in the background."""
    actor = check(request, "export.view")
    address = request.POST.get("list") or request.GET.get("list", "")
    try:
        title = actions.title_at(address, actor)
    except CannotExport as refusal:
        raise PermissionDenied(str(refusal)) from refusal

    def begin(**answers: Any) -> ListExport:
        return actions.request_export(
            address=answers["list"], way=answers["format"], key=answers["key"], by=actor
        )

    asked = {"list": address, "format": "csv" if request.GET.get("format") == "csv" else "xlsx"}
    return form_flow(
        request,
        ExportForm(request.POST or None, initial=asked),
        title=f"后台导出：{title}",
        submit="开始导出",
        back=address,
        does=begin,
        said=lambda export: HttpResponseRedirect(page_of(export)),
    )


def _load_own(request: HttpRequest, pk: UUID) -> ListExport:
    """An export of one's own: another's does not exist for anybody else, above or beside."""
    actor = check(request, "export.view")
    return load(ListExport.objects.filter(user=actor.user_id), pk, request, "export.view")


@require_GET
def export_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """An export as it stands: progress, then the file."""
    return render(request, "pages/export_detail.html", _shown(_load_own(request, pk)))


@require_GET
def export_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The progress alone, asked for every second while the worker is at it; then the page is loaded anew."""
    export = _load_own(request, pk)
    response = render(request, "pages/export_progress.html", _shown(export))
    if not export.is_waiting:
        response.headers["HX-Refresh"] = "true"
    return response


def _shown(export: ListExport) -> dict[str, Any]:
    return {
        "title": f"导出：{export.title}",
        "export": export,
        "status": Status(export.get_state_display(), TONES[export.state]),
        "places": [("导出记录", reverse("export_list")), (export.title, "")],
    }


@require_GET
def export_file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The file, for who asked for it and still has the right."""
    export = _load_own(request, pk)
    try:
        actions.download_export(export=export, by=check(request, "export.view"))
    except CannotExport as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    way: Format = "csv" if export.format == "csv" else "xlsx"
    return FileResponse(
        export_files.path_of(export.pk).open("rb"),
        as_attachment=True,
        filename=file_name(export.title, way, export.finished_at),
        content_type=TYPES[way],
    )


def save_view(request: HttpRequest) -> HttpResponse:
    """Keep a list's filters, order and columns under a name."""
    actor = check(request, "export.view")
    address = request.POST.get("list") or request.GET.get("list", "")

    def keep(**answers: Any) -> SavedView:
        return actions.save_view(
            name=answers["name"], address=answers["list"], is_shared=answers["is_shared"], by=actor
        )

    return form_flow(
        request,
        SaveViewForm(request.POST or None, initial={"list": address}),
        title="保存常用视图",
        submit="保存",
        back=own_address(address, reverse("export_list")),
        does=keep,
        said=lambda view: (f"已保存视图“{view.name}”。", view.address),
    )


def _own_view(request: HttpRequest, pk: int) -> tuple[Actor, SavedView]:
    """A view of one's own: another's is not there."""
    actor = check(request, "export.view")
    mine = SavedView.objects.filter(user=actor.user_id)
    return load_for(to_edit(mine, request), pk, request, "export.view")


def rename_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a view of one's own by another name, or share it."""
    actor, view = _own_view(request, pk)
    return form_flow(
        request,
        RenameViewForm(request.POST or None, initial={"name": view.name, "is_shared": view.is_shared}),
        edits=True,
        title=f"修改视图：{view.name}",
        submit="保存",
        back=view.address,
        does=partial(actions.rename_view, view=view, by=actor),
        said=lambda renamed: (f"已修改视图“{renamed.name}”。", renamed.address),
    )


def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a view of one's own."""
    actor, view = _own_view(request, pk)
    page, name = view.page, view.name

    return form_flow(
        request,
        Form(request.POST if request.method == "POST" else None),
        title=f"删除视图：{name}",
        submit="删除",
        back=view.address,
        does=partial(actions.delete_view, view=view, by=actor),
        said=lambda _: (f"已删除视图“{name}”。", page),
    )
