"""Pages of figures: the catalogue, one figure with its parts and its course, and the records behind it."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from fpa.access.loaders import check, load_unit
from fpa.access.models import Unit
from fpa.audit.record import recorder_of_export
from fpa.core.actor import Actor
from fpa.core.lists import Column, list_page
from fpa.core.periods import BadPeriod, Period
from fpa.figures import catalogue, fact_periods, queries
from fpa.figures.catalogue import Figure, Kind, UnknownFigure
from fpa.figures.display import address, words
from fpa.figures.models import Statement
from fpa.figures.views import panels

UNIT_COLUMNS = (
    Column("code", "区划代码", lambda row: row.unit.code, kind="code"),
    Column("unit", "单位", lambda row: row.unit.name),
)


@dataclass(frozen=True)
class FigureContext:
    """Where and when a figure is looked at."""

    actor: Actor
    unit: Unit
    period: Period

    def steps(self, page: str, key: str = "") -> list[tuple[str, str]]:
        """The units from the seat's down to this one, each with the same page there; this one without a link."""
        units = Unit.objects.above(self.unit.path).filter(path__gte=self.actor.path)
        return [(u.short_name, "" if u == self.unit else address(page, key, u, self.period)) for u in units]


def figure_list(request: HttpRequest) -> HttpResponse:
    """The catalogue: every figure with its value at a unit in a period, 口径, coverage and state."""
    place = _place(request)
    keys = [figure.key for figure in catalogue.every_at(place.unit.level)]
    readings = queries.read(keys, place.unit, place.period).values()
    context = {
        "title": "指标目录",
        "places": place.steps("figure_list"),
        "unit": place.unit,
        "period": place.period,
        "periods": _periods(place.period),
        "readings": [reading for reading in readings if not reading.figure.pending],
        "pending": [reading for reading in readings if reading.figure.pending],
    }
    return render(request, "figures/figure_list.html", context)


def figure_detail(request: HttpRequest, key: str) -> HttpResponse:
    """One figure: its value and what it means, its parts by units and by cuts, its course, and how it compares."""
    place, figure = _place(request), _figure(key)
    reading = queries.read([key], place.unit, place.period)[key]
    is_told = reading.value is not None or reading.qualifier == "not_reported"
    told = _told(reading, place.actor, request.GET.get("boundaries", "")) if is_told else {}
    context = {
        "title": figure.name,
        "reading": reading,
        "words": words(reading),
        "is_told": is_told,
        "places": place.steps("figure_detail", key),
        "periods": _periods(place.period),
        "records_url": _records_url(figure, place),
        "operands": _operands(figure, place),
        "can_state": figure.kind is Kind.STATED and place.actor.may("statement.edit"),
        "statements": Statement.objects.whole().filter(figure=key, unit=place.unit),
        **told,
    }
    return render(request, "figures/figure_detail.html", context)


def _told(reading: queries.Reading, actor: Actor, boundaries: str) -> dict[str, Any]:
    return {
        "by_units": panels.by_units(reading, actor, boundaries),
        "cuts": panels.by_cuts(reading),
        "course": panels.course(reading),
        "comparisons": panels.comparisons(reading),
    }


def _records_url(figure: Figure, place: FigureContext) -> str:
    """Where the records behind a figure open; empty where there are none, or where the seat may not see them."""
    if figure.rows is None or not _may_see_records(figure, place.actor):
        return ""
    return address("figure_records", figure.key, place.unit, place.period)


def _may_see_records(figure: Figure, actor: Actor) -> bool:
    return not figure.records_permission or actor.may(figure.records_permission)


def _operands(figure: Figure, place: FigureContext) -> list[tuple[Figure, str]]:
    """The figures that one is computed from, with their pages."""
    operands = catalogue.get_all(figure.operands)
    return [(each, address("figure_detail", each.key, place.unit, place.period)) for each in operands]


def figure_records(request: HttpRequest, key: str) -> HttpResponse:
    """The records that make up a figure at a unit in a period, as far as the viewer's scope and right go."""
    place, figure = _place(request), _figure(key)
    if not _may_see_records(figure, place.actor):
        raise PermissionDenied(
            f"指标“{figure.name}”的记录需要另外的查看权限，您的岗位没有。可以看指标数和下级构成；"
            "确需查看记录，请联系本单位系统管理员调整岗位。"
        )
    reading = queries.read([key], place.unit, place.period)[key]
    if reading.value is None or figure.rows is None:
        raise Http404(f"指标“{figure.name}”在这个期间没有可以查看的记录。")
    counted = not figure.measure and not figure.subject
    count = int(reading.value) if counted else None
    return list_page(
        request,
        title=f"{figure.name}：{place.unit.name}{place.period.label}的记录",
        rows=queries.records_behind(figure, place.unit, place.period),
        columns=figure.columns or UNIT_COLUMNS,
        on_export=recorder_of_export(place.actor),
        total=None if count is None else lambda: count,
        empty="这个单位在这个期间没有记录。",
        template="figures/figure_records.html",
        context={"reading": reading, "places": place.steps("figure_records", key)},
    )


def _place(request: HttpRequest) -> FigureContext:
    """The unit and period of the address; without them the seat's unit and the latest half-year with figures.

    Raises Http404 for a unit outside the scope and for what is no period.
    """
    actor = check(request, "figure.view")
    code = request.GET.get("unit")
    unit = load_unit(code, request, "figure.view") if code else Unit.objects.get(path=actor.path)
    asked = request.GET.get("period")
    try:
        period = Period.parse(asked) if asked else queries.latest_period(unit)
    except BadPeriod as error:
        raise Http404(f"{error}。") from error
    return FigureContext(actor, unit, period)


def _figure(key: str) -> Figure:
    try:
        return catalogue.get(key)
    except UnknownFigure as error:
        raise Http404(str(error)) from error


def _periods(chosen: Period) -> list[Period]:
    """The periods to choose from, the latest first, each year before its halves, quarters and months."""
    today = timezone.localdate()
    years = [year for year in fact_periods.years(today) if year.start <= today]
    parts = {
        part for year in years for part in fact_periods.parts_of(year) if fact_periods.first_day() <= part.end
    }
    return sorted({p for p in parts if p.start <= today} | {chosen}, key=lambda p: (-p.year, p))
