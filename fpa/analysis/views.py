"""Pages of analysis: the dashboard, and the half-year report with its docx."""

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header

from fpa.access.models import Unit, UnitQuerySet
from fpa.analysis.actions import download_report
from fpa.analysis.dashboard import Board, DashboardForm, Look, board_of, drawn_map, needs_a_hand
from fpa.analysis.parts import PER_UNITS, PER_WORDS, ranked
from fpa.analysis.place import DashboardContext, place_of
from fpa.analysis.report.compose import CannotReport, Report, compose
from fpa.analysis.workbook import dashboard_workbook
from fpa.audit.record import recorder_of_export
from fpa.core.lists import XLSX, address
from fpa.core.official import CannotWriteOfficial
from fpa.figures import display

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def dashboard(request: HttpRequest) -> HttpResponse:
    """Five figures, one map, one course, one ranking, one list of what needs a hand; or the workbook of it."""
    place = place_of(request, "dashboard.view", DashboardForm)
    look = cast(DashboardForm, place.form).look
    board = board_of(place.unit, place.period, look)
    if request.GET.get("export") == "xlsx":
        return _workbook(place, board, look)
    shown_things = {
        "title": f"{place.unit.name}数据看板",
        "place": place,
        "places": _steps(request, place),
        "board": board,
        "export_url": address(request, export="xlsx"),
        "records_url": display.address("figure_records", look.key, place.unit, place.period),
        "course_data": _course_data(board),
        **_below(place, board, look),
    }
    return render(request, "analysis/dashboard.html", shown_things)


def _steps(request: HttpRequest, place: DashboardContext) -> list[tuple[str, str]]:
    """The units from the seat's down to the one shown, each with this page there; the one shown without a link."""
    units = Unit.objects.above(place.unit.path).filter(path__gte=place.actor.path)
    return [
        (u.short_name, "" if u == place.unit else address(request, unit=u.code, level=None)) for u in units
    ]


def _below(place: DashboardContext, board: Board, look: Look) -> dict[str, Any]:
    """What the page shows of the units below."""
    lines = board.parts.lines
    zones = [part for part in lines if part.unit.is_functional_zone]
    is_direct = board.level == place.unit.level + 1
    children = [part.unit for part in lines] if is_direct else list(_children(place.unit))
    return {
        "lines": [part for part in lines if not part.unit.is_functional_zone],
        "zones": zones,
        "ranked": ranked(lines),
        "per_word": PER_WORDS[look.per] if look.per else "",
        "per_unit": f"{board.chosen.figure.unit}{PER_UNITS[look.per]}",
        "map": drawn_map(place.unit, board.level, lines) if board.level else None,
        "hands": needs_a_hand(place.unit, place.period, look.key, children),
    }


def _children(unit: Unit) -> UnitQuerySet:
    return Unit.objects.current().filter(parent=unit)


def _course_data(board: Board) -> dict[str, Any]:
    """The course as charts.js draws it."""
    figure = board.chosen.figure
    return {
        "name": figure.name,
        "unit": figure.unit,
        "labels": [period.label for period, _ in board.course],
        "values": [None if value is None else float(value) for _, value in board.course],
    }


def _workbook(place: DashboardContext, board: Board, look: Look) -> HttpResponse:
    if board.chosen.value is None:
        raise Http404("这个指标在这个报告期没有数据，没有可以导出的内容。请改选报告期。")
    title = f"{place.unit.name}{board.chosen.figure.name}_{place.period.label}"
    recorder_of_export(place.actor)(title, len(board.parts.lines))
    return _file(dashboard_workbook(board, look.per, place.actor), f"{title}.xlsx", XLSX)


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    headers = {"Content-Disposition": content_disposition_header(True, name)}
    return HttpResponse(content, content_type=kind, headers={k: str(v) for k, v in headers.items()})


def report_half_year(request: HttpRequest) -> HttpResponse:
    """The half-year report, every number of it a link to the figure behind it."""
    place = place_of(request, "report.view")
    report = _report(place)
    docx_url = f"{reverse('report_half_year_docx')}?{urlencode(place.query)}"
    shown_things = {
        "title": "半年报告",
        "place": place,
        "places": _steps(request, place),
        "report": report,
        "docx_url": docx_url,
    }
    return render(request, "analysis/report_half_year.html", shown_things)


def report_half_year_docx(request: HttpRequest) -> HttpResponse:
    """The same report as an official document."""
    place = place_of(request, "report.view")
    report = _report(place)
    try:
        content = download_report(report=report, on=timezone.localdate(), by=place.actor)
    except CannotWriteOfficial as reason:
        messages.error(request, str(reason))
        return redirect(f"{reverse('report_half_year')}?{urlencode(place.query)}")
    return _file(content, f"{report.title}.docx", DOCX)


def _report(place: DashboardContext) -> Report:
    try:
        return compose(place.unit, place.period)
    except CannotReport as reason:
        raise Http404(str(reason)) from reason
