"""Pages of figures: the catalogue, one figure with its parts and its course, and the records behind it."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from fpa.core.lists import Link
from fpa.core.periods import Period
from fpa.figures import catalogue, fact_periods, queries
from fpa.figures.catalogue import Figure, Kind
from fpa.figures.display import address, words
from fpa.figures.lists import FIGURE_RECORDS
from fpa.figures.places import FigureContext, figure_at, may_see_records, place_of
from fpa.figures.views import panels
from fpa.pages.declared_lists import declared_list
from fpa.pages.record import Panel, record_page


def figure_list(request: HttpRequest) -> HttpResponse:
    """The catalogue: every figure with its value at a unit in a period, 口径, coverage and state."""
    place = place_of(request)
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
    place, figure = place_of(request), figure_at(key)
    reading = queries.read([key], place.unit, place.period)[key]
    records_url = _records_url(figure, place)
    shown = {"reading": reading, "words": words(reading), "records_url": records_url}
    shown |= {"periods": _periods(place.period), "unit": place.unit, "period": place.period}
    return record_page(
        request,
        title=figure.name,
        facts_title="指标说明",
        facts=panels.meaning(reading, _operands(figure, place), place.actor),
        lead=Panel("", "figures/figure_lead.html", shown),
        panels=panels.below(reading, place.actor, request.GET.get("boundaries", "")),
        actions=_actions(figure, place, records_url if panels.is_told(reading) else ""),
        places=place.steps("figure_detail", key),
        back=("figure_list", "指标目录"),
    )


def _actions(figure: Figure, place: FigureContext, records_url: str) -> list[Link]:
    at = {"unit": place.unit.code, "period": str(place.period)}
    found = [Link("查看记录", records_url, "list", primary=True)] if records_url else []
    if figure.kind is Kind.STATED and place.actor.may(panels.TO_STATE):
        query = urlencode({"figure": figure.key, **at})
        found.append(Link("登记", f"{reverse('state_figure')}?{query}", "plus", primary=not records_url))
    return [*found, Link("指标目录", f"{reverse('figure_list')}?{urlencode(at)}")]


def _records_url(figure: Figure, place: FigureContext) -> str:
    """Where the records behind a figure open; empty where there are none, or where the seat may not see them."""
    if figure.rows is None or not may_see_records(figure, place.actor):
        return ""
    return address("figure_records", figure.key, place.unit, place.period)


def _operands(figure: Figure, place: FigureContext) -> list[tuple[Figure, str]]:
    """The figures that one is computed from, with their pages."""
    operands = catalogue.get_all(figure.operands)
    return [(each, address("figure_detail", each.key, place.unit, place.period)) for each in operands]


def figure_records(request: HttpRequest, key: str) -> HttpResponse:
    """The records that make up a figure at a unit in a period, as far as the viewer's scope and right go."""
    return declared_list(request, FIGURE_RECORDS, key=key)


def _periods(chosen: Period) -> list[Period]:
    """The periods to choose from, the latest first, each year before its halves, quarters and months."""
    today = timezone.localdate()
    years = [year for year in fact_periods.years(today) if year.start <= today]
    parts = {
        part for year in years for part in fact_periods.parts_of(year) if fact_periods.first_day() <= part.end
    }
    return sorted({p for p in parts if p.start <= today} | {chosen}, key=lambda p: (-p.year, p))
