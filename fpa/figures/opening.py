"""A new day, and a new figure: what has to be counted though no record has changed.

On a new day rows that were dated ahead begin or end, and a new month opens with what stands. Only units with such rows
are marked; new months are copied from the last one by one statement. A figure that is declared anew, or with other
cuts, is counted from all its records once.
"""

from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from fpa.core.dates import years_before
from fpa.core.periods import Period
from fpa.core.visibility import ROOT_PATH
from fpa.figures import catalogue
from fpa.figures.fact_periods import stock_periods, years
from fpa.figures.figure import Figure
from fpa.figures.models import CountedFigure, Stale, StockDay

COPY = """
INSERT INTO figures_fact (figure, period, unit_id, cut, path, own, value)
SELECT f.figure, p.period, f.unit_id, f.cut, f.path, f.own, f.value
FROM figures_fact f CROSS JOIN unnest(%s::text[]) p(period)
WHERE f.figure = ANY(%s) AND f.period = %s AND (f.value <> 0 OR f.own <> 0) AND (f.cut = '') = %s
ON CONFLICT DO NOTHING
"""


def open_day(today: date) -> None:
    """Mark what the passing of time or a new declaration has made stale; nothing on a day that was opened before.

    Call it in a scope over the whole province, holding the refresh's lock.
    """
    known = dict(CountedFigure.objects.values_list("figure", "shape"))
    figures = catalogue.stored()
    fresh = [figure for figure in figures if known.get(figure.key) != figure.shape]
    last = StockDay.objects.select_for_update().first()
    if last and last.day < today:
        _pass_time([figure for figure in figures if figure not in fresh], last.day, today)
    if fresh:
        _count_all(fresh)
    if last is None or last.day < today:
        StockDay.objects.all().delete()
        StockDay.objects.create(day=today)


def _count_all(figures: list[Figure]) -> None:
    CountedFigure.objects.bulk_create(
        [CountedFigure(figure=figure.key, shape=figure.shape) for figure in figures],
        update_conflicts=True,
        unique_fields=["figure"],
        update_fields=["shape"],
    )
    Stale.objects.bulk_create([Stale(figure=figure.key, path=ROOT_PATH, subtree=True) for figure in figures])


def _pass_time(figures: list[Figure], last: date, today: date) -> None:
    stocks = [figure for figure in figures if figure.since]
    for cut in (False, True):
        _open_periods([figure.key for figure in stocks], last, today, cut=cut)
    for figure in stocks:
        _mark(figure, _turned(figure, last, today), last + timedelta(days=1))
    if last.year < today.year:
        for figure in (figure for figure in figures if not figure.since):
            newest = years(today)[-1]
            _mark(figure, _dated_from(figure, newest), newest.start)


def _open_periods(keys: list[str], last: date, today: date, *, cut: bool) -> None:
    """Open the periods that have begun since the last day with what stood then."""
    begun = [str(period) for period in stock_periods(today, last, cut=cut)]
    if len(begun) > 1:
        with connection.cursor() as cursor:
            cursor.execute(COPY, [begun[1:], keys, begun[0], not cut])


def _mark(figure: Figure, rows: QuerySet[Any], since: date) -> None:
    paths = rows.order_by().values_list("path", flat=True).distinct()
    Stale.objects.bulk_create(
        [Stale(figure=figure.key, path=path, subtree=False, since=since) for path in paths], batch_size=5_000
    )


def _turned(figure: Figure, last: date, today: date) -> QuerySet[Any]:
    """The records that begin, end or come into another age band after the last day, up to today."""
    found = _between(figure.since, last, today)
    if figure.until:
        found |= _between(figure.until, last, today)
    for cut in figure.cuts:
        for band in cut.bands:
            if band.low:  # a day more: born on a 29 February, one is of age on the 28th or on 1 March
                birthday = years_before(today, band.low) + timedelta(days=1)
                found |= _between(cut.born, years_before(last, band.low), birthday)
    return figure.records().filter(found)


def _between(name: str, last: date, today: date) -> Q:
    return Q(**{f"{name}__gt": last, f"{name}__lte": today})


def _dated_from(figure: Figure, year: Period) -> QuerySet[Any]:
    """The records of a figure over time that are dated in a year or later."""
    later = {f"{figure.on}__gte": year.start} if figure.on else {f"{figure.period}__gte": str(year)}
    return figure.records().filter(**later)
