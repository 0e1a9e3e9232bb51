"""Reading figures: one value is one row, a breakdown one index read. Nothing is counted here.

Every reader takes a unit of the transaction's scope; the facts of other units are not there, and would read as zero.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from fpa.access.models import Kind as UnitKind
from fpa.access.models import Level, Unit, UnitQuerySet
from fpa.core.periods import Period
from fpa.core.visibility import upper_bound
from fpa.figures import catalogue
from fpa.figures.catalogue import Coverage, Figure, Kind
from fpa.figures.fact_periods import parts_of, period_of_fact, stock_day
from fpa.figures.models import Fact, Stale

Value = Decimal | int

WORDS = {Level.CITY: "个市州", Level.COUNTY: "个县", Level.TOWNSHIP: "个乡镇", Level.VILLAGE: "个村"}
COVERED_BY = {
    Level.PROVINCE: Level.COUNTY,
    Level.CITY: Level.COUNTY,
    Level.COUNTY: Level.TOWNSHIP,
    Level.TOWNSHIP: Level.VILLAGE,
}
"""Whose values show how complete a unit's figure is."""


@dataclass(frozen=True)
class Reading:
    """A figure as it is shown: value, qualifier, unit, period, 口径 (the figure's definition), as-of (design §6).

    `value` is None where the qualifier is not "exact": "pending", no module yields the figure; "not_kept", no value is
    kept for this period (a stock within a half-year, a time before the platform). `own` is the unit's own part.
    """

    figure: Figure
    value: Value | None
    own: Value | None
    qualifier: str
    unit: Unit
    period: Period
    as_of: datetime
    coverage: Coverage | None

    @property
    def day(self) -> date | None:
        """The day on which a stock was counted; None for a flow."""
        stock = self.figure.kind is Kind.STOCK and not self.figure.pending
        return stock_day(self.period, timezone.localdate()) if stock else None


def read(keys: Iterable[str], unit: Unit, period: Period) -> dict[str, Reading]:
    """Read figures at a unit in a period, by key in the order asked for; the number of queries does not grow with them.

    A coverage that several figures share is asked for once.

    Raises UnknownFigure for a key that is not in the catalogue.
    """
    figures = [catalogue.get(key) for key in keys]
    facts = {fact.figure: fact for fact in _facts(figures, period).filter(unit=unit)}
    covered, as_of = _coverages(figures, unit, period), freshness(figures)
    return {f.key: _reading(f, facts.get(f.key), unit, period, covered.get(f.key), as_of) for f in figures}


def _reading(
    figure: Figure, fact: Fact | None, unit: Unit, period: Period, coverage: Coverage | None, as_of: datetime
) -> Reading:
    qualifier = qualifier_of(figure, period)
    value, own = (_plain(fact.value), _plain(fact.own)) if fact else (0, 0)
    known = qualifier == "exact"
    return Reading(
        figure, value if known else None, own if known else None, qualifier, unit, period, as_of, coverage
    )


def qualifier_of(figure: Figure, period: Period) -> str:
    """Tell "exact" from "pending" and "not_kept"."""
    if figure.pending:
        return "pending"
    return "exact" if period_of_fact(figure, period, timezone.localdate()) else "not_kept"


def _facts(figures: Sequence[Figure], period: Period) -> QuerySet[Fact]:
    """The facts of figures in a period, of all units in scope."""
    today = timezone.localdate()
    found = Q()
    for kind in Kind:
        these = [f for f in figures if not f.pending and f.kind is kind]
        kept = period_of_fact(these[0], period, today) if these else None
        if kept:
            found |= Q(figure__in=[f.key for f in these], period=str(kept))
    return Fact.objects.filter(found) if found else Fact.objects.none()


def _plain(value: Decimal) -> Value:
    """A whole number as int."""
    return int(value) if value == value.to_integral_value() else value


def freshness(figures: Sequence[Figure]) -> datetime:
    """Up to when the facts of these figures hold all records: now, or the oldest change not yet counted."""
    marks = Stale.objects.filter(figure__in=[f.key for f in figures]).aggregate(at=Min("at"))
    return marks["at"] or timezone.now()


def units_below(unit: Unit, level: Level, period: Period) -> UnitQuerySet:
    """Units of a level at or below `unit` that stood at the period's end, functional zones left out."""
    day = stock_day(period, timezone.localdate())
    standing = Unit.objects.under(unit.path).filter(
        Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day
    )
    return standing.filter(level=level).exclude(kind=UnitKind.FUNCTIONAL_ZONE)


def coverage(key: str, unit: Unit, period: Period) -> Coverage | None:
    """How many of the units below have a value of this figure; None at a village and for a pending figure."""
    figure = catalogue.get(key)
    return _coverages([figure], unit, period).get(key)


def _coverages(figures: Sequence[Figure], unit: Unit, period: Period) -> dict[str, Coverage]:
    known = [f for f in figures if qualifier_of(f, period) == "exact"]
    told = {ask: ask(unit, period) for ask in {f.coverage for f in known} if ask}
    found = {f.key: told[f.coverage] for f in known if f.coverage}
    counted = [f for f in known if not f.coverage]
    level = COVERED_BY.get(Level(unit.level))
    if level and counted:
        found |= _counted_coverages(counted, unit, period, level)
    return {key: coverage for key, coverage in found.items() if coverage}


def _counted_coverages(
    figures: Sequence[Figure], unit: Unit, period: Period, level: Level
) -> dict[str, Coverage | None]:
    ids = list(units_below(unit, level, period).values_list("pk", flat=True))
    rows = _facts(figures, period).filter(unit_id__in=ids).exclude(value=0).values_list("figure")
    have = dict(rows.annotate(n=Count("*")))
    return {f.key: Coverage(have.get(f.key, 0), len(ids), WORDS[level]) for f in figures}


def breakdown(key: str, unit: Unit, period: Period) -> list[tuple[Unit, Value]]:
    """A figure at the units directly below, in code order with functional zones last; units without a value have 0.

    Empty at a village, where no value is kept, and where units below can't have the figure.
    """
    day = stock_day(period, timezone.localdate())
    children = Unit.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day), parent=unit, valid_from__lte=day)
    return _valued(key, children, period, unit.level + 1)


def ranking(key: str, unit: Unit, period: Period, level: Level) -> list[tuple[Unit, Value]]:
    """The units of a level below `unit` by a figure, highest first, equal ones in code order; no functional zones."""
    units = _valued(key, units_below(unit, level, period), period, level)
    return sorted(units, key=lambda pair: -pair[1])


def _valued(key: str, units: UnitQuerySet, period: Period, level: int) -> list[tuple[Unit, Value]]:
    figure = catalogue.get(key)
    if qualifier_of(figure, period) != "exact" or not figure.is_had_at(level):
        return []
    ordered = sorted(units, key=lambda u: (u.is_functional_zone, u.path))
    facts = _facts([figure], period).filter(unit_id__in=[u.pk for u in ordered])
    values = dict(facts.values_list("unit_id", "value"))
    return [(u, _plain(values.get(u.pk, Decimal(0)))) for u in ordered]


def trend(key: str, unit: Unit, periods: Sequence[Period]) -> list[tuple[Period, Value | None]]:
    """A figure at a unit over periods, in the order given.

    None where no value is kept, the period has not begun, or nothing was recorded of a flow: no collection, no 0.
    """
    figure, today = catalogue.get(key), timezone.localdate()
    begun = {p: period_of_fact(figure, p, today) for p in periods if p.start <= today and not figure.pending}
    facts = Fact.objects.filter(
        figure=key, unit=unit, period__in={str(kept) for kept in begun.values() if kept}
    )
    values = dict(facts.values_list("period", "value"))
    nothing = Decimal(0) if figure.kind is Kind.STOCK else None
    found = [(p, values.get(str(kept), nothing) if (kept := begun.get(p)) else None) for p in periods]
    return [(period, None if value is None else _plain(value)) for period, value in found]


def latest_period(unit: Unit) -> Period:
    """The half-year that a page opens with: the latest one in which anything was reported at the unit, else today's."""
    today = Period.of(timezone.localdate(), "half")
    flows = [f.key for f in catalogue.declared() if f.kind is Kind.FLOW]
    codes = Fact.objects.filter(figure__in=flows, unit=unit, period__contains="H", period__lte=str(today))
    code = codes.exclude(value=0).order_by("-period").values_list("period", flat=True).first()
    return Period.parse(code) if code else today


def records_behind(figure: Figure, unit: Unit, period: Period) -> QuerySet[Any]:
    """The records that make up a figure at a unit in a period, of the unit and everything below it.

    Raises UnknownFigure for a pending figure.
    """
    rows = figure.records().filter(path__gte=unit.path, path__lt=upper_bound(unit.path))
    if figure.kind is Kind.STOCK:
        day = stock_day(period, timezone.localdate())
        rows = rows.filter(**{f"{figure.since}__lte": day})
        ended = Q(**{f"{figure.until}__lte": day}) if figure.until else Q(pk__in=[])
        return rows.exclude(ended)
    if figure.on:
        return rows.filter(**{f"{figure.on}__range": (period.start, period.end)})
    return rows.filter(**{f"{figure.period}__in": [str(part) for part in parts_of(period)]})
