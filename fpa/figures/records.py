"""The records behind a figure: from any number, down to what makes it up (design §6)."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import CharField, DateField, Exists, F, Func, OuterRef, Q, QuerySet, Value
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


PATH_END = "left(%(expressions)s, -1) || '0'"
"""`upper_bound` in SQL."""


def unreported(figures: Sequence[Figure], unit_ids: Iterable[int], period: Period) -> set[tuple[str, int]]:
    """Those pairs of key and unit at which, and below which, no report counts in a period; by one statement.

    Of figures that rest on reports (`Figure.asked`); the others have a 0 where they have no record.
    """
    rows, parts = [f for f in figures if f.asked], [str(part) for part in parts_of(period)]
    if not rows:
        return set()
    bound = Func(OuterRef("path"), template=PATH_END, output_field=CharField(db_collation="C"))
    units = Unit.objects.filter(pk__in=list(unit_ids)).order_by()
    for number, figure in enumerate(rows):
        records = figure.records().order_by().filter(**{f"{figure.period}__in": parts})
        below = records.filter(path__gte=OuterRef("path"), path__lt=bound)
        units = units.annotate(**{f"told_{number}": Exists(below)})
    found = units.values_list("pk", *(f"told_{number}" for number in range(len(rows))))
    return {
        (figure.key, unit_id)
        for unit_id, *told in found
        for figure, is_told in zip(rows, told, strict=True)
        if not is_told
    }


def reported_periods(figure: Figure, unit: Unit, periods: Iterable[Period]) -> set[Period]:
    """Those of the periods in which a report counts at a unit or below it, of a figure that rests on reports."""
    parts = {period: {str(part) for part in parts_of(period)} for period in periods}
    rows = figure.records().filter(path__gte=unit.path, path__lt=upper_bound(unit.path)).order_by()
    wanted = rows.filter(**{f"{figure.period}__in": {code for codes in parts.values() for code in codes}})
    told = set(wanted.values_list(figure.period, flat=True).distinct())
    return {period for period, codes in parts.items() if codes & told}


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
