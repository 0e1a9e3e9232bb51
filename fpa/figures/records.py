"""The records behind a figure: from any number, down to what makes it up (design §6)."""

from typing import Any

from django.db.models import DateField, F, Func, Q, QuerySet, Value
from django.utils import timezone

from fpa.access.models import Unit
from fpa.core.periods import Period
from fpa.core.visibility import upper_bound
from fpa.figures.cuts import SEPARATOR, AgeBand
from fpa.figures.fact_periods import parts_of, stock_day
from fpa.figures.figure import Figure


def records_behind(figure: Figure, unit: Unit, period: Period) -> QuerySet[Any]:
    """The records that make up a figure at a unit in a period, of the unit and everything below it.

    Raises UnknownFigure for a figure that counts no records.
    """
    rows = figure.records().filter(path__gte=unit.path, path__lt=upper_bound(unit.path))
    if figure.since:
        day = stock_day(period, timezone.localdate())
        rows = rows.filter(**{f"{figure.since}__lte": day})
        ended = Q(**{f"{figure.until}__lte": day}) if figure.until else Q(pk__in=[])
        return rows.exclude(ended)
    if figure.on:
        return rows.filter(**{f"{figure.on}__range": (period.start, period.end)})
    return rows.filter(**{f"{figure.period}__in": [str(part) for part in parts_of(period)]})


def in_cut(figure: Figure, rows: QuerySet[Any], code: str, period: Period) -> QuerySet[Any]:
    """Those of the records of a figure that lie in one cut ("sex:female"); ages are told as on the period's day."""
    key, _, value = code.partition(SEPARATOR)
    cut = next(cut for cut in figure.cuts if cut.key == key)
    if not cut.bands:
        return rows.filter(**{cut.by: value})
    band = next(band for band in cut.bands if band.code == value)
    return _aged(rows, cut.born, band, period)


def _aged(rows: QuerySet[Any], born: str, band: AgeBand, period: Period) -> QuerySet[Any]:
    day = stock_day(period, timezone.localdate())
    rows = rows.alias(of_age=_birthday(born, band.low)).filter(of_age__lte=day)
    return rows if band.high is None else rows.alias(past=_birthday(born, band.high)).filter(past__gt=day)


def _birthday(born: str, years: int) -> Func:
    """The birthday of an age, as the database reckons it: that of a 29 February is the 28th in a common year."""
    return Func(
        F(born),
        Value(years),
        template="(%(expressions)s))::date",
        arg_joiner=" + make_interval(years => ",
        output_field=DateField(),
    )
