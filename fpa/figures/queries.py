"""Reading figures: one value is one row, a breakdown one index read. Nothing is counted here.

Every reader takes a unit of the transaction's scope; the facts of other units are not there, and would read as zero.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Min, Q
from django.utils import timezone

from fpa.access.models import Kind as UnitKind
from fpa.access.models import Level, Unit, UnitQuerySet
from fpa.core.periods import Period
from fpa.figures import catalogue
from fpa.figures.cuts import WHOLE
from fpa.figures.fact_periods import stock_day
from fpa.figures.figure import Coverage, Figure, Kind
from fpa.figures.models import Fact, Stale, Statement
from fpa.figures.reading import Reading, Value, plain
from fpa.figures.records import records_behind, reported_periods, unreported
from fpa.figures.values import (
    EXACT,
    ZERO,
    amounts_at,
    facts_of,
    period_of_fact,
    qualifier_of,
    statements_of,
    value_of,
)

__all__ = [
    "Reading",
    "Value",
    "breakdown",
    "coverage",
    "qualifier_of",
    "ranking",
    "read",
    "records_behind",
    "trend",
]

WORDS = {Level.CITY: "个市州", Level.COUNTY: "个县", Level.TOWNSHIP: "个乡镇", Level.VILLAGE: "个村"}
COVERED_BY = {
    Level.PROVINCE: Level.COUNTY,
    Level.CITY: Level.COUNTY,
    Level.COUNTY: Level.TOWNSHIP,
    Level.TOWNSHIP: Level.VILLAGE,
}
"""Whose values show how complete a unit's figure is."""


def read(keys: Iterable[str], unit: Unit, period: Period) -> dict[str, Reading]:
    """Read figures at a unit in a period, by key in the order asked for; the number of queries does not grow with them.

    A coverage that several figures share is asked for once.

    Raises UnknownFigure for a key that is not in the catalogue.
    """
    figures = catalogue.get_all([*keys])
    bases = catalogue.bases(figures)
    amounts = {key: amount for (key, _), amount in amounts_at(bases, [unit.pk], period).items()}
    zeros = [base for base in bases if not amounts.get(base.key, ZERO)[0]]
    missing = {key for key, _ in unreported(zeros, [unit.pk], period)}
    stated = [figure.key for figure in figures if figure.kind is Kind.STATED]
    statements = statements_of(stated, unit.pk, period) if stated else {}
    covered, as_of = _coverages(figures, unit, period), freshness(bases)

    def reading(figure: Figure) -> Reading:
        if figure.kind is Kind.STATED:
            return _stated(figure, statements.get(figure.key), unit, period)
        value, own, qualifier = _told(figure, amounts, missing, period)
        return Reading(figure, value, own, qualifier, unit, period, as_of, covered.get(figure.key))

    return {figure.key: reading(figure) for figure in figures}


def _told(
    figure: Figure, amounts: dict[str, tuple[Decimal, Decimal]], missing: set[str], period: Period
) -> tuple[Value | None, Value | None, str]:
    """A counted or computed figure's value, own part and qualifier; `missing` are the keys that nobody reported."""
    qualifier = qualifier_of(figure, period)
    if qualifier != EXACT:
        return None, None, qualifier
    if not missing.isdisjoint(base.key for base in catalogue.bases([figure])):
        return None, None, "not_reported"
    value = value_of(figure, {key: amount[0] for key, amount in amounts.items()})
    own = Decimal(0) if figure.operands else amounts.get(figure.key, ZERO)[1]
    return (None, None, "no_value") if value is None else (plain(value), plain(own), EXACT)


def _stated(figure: Figure, statement: Statement | None, unit: Unit, period: Period) -> Reading:
    if statement is None:
        return Reading(figure, None, None, "not_stated", unit, period, timezone.now(), None)
    value, at = plain(statement.value), statement.entered_at
    return Reading(figure, value, value, statement.qualifier, unit, period, at, None, statement)


def freshness(figures: Sequence[Figure]) -> datetime:
    """Up to when the facts of these figures hold all records: now, or the oldest change not yet counted."""
    marks = Stale.objects.filter(figure__in=[f.key for f in figures]).aggregate(at=Min("at"))
    return marks["at"] or timezone.now()


def units_below(unit: Unit, level: Level, period: Period) -> UnitQuerySet:
    """Units of a level at or below `unit` that stood at the period's end, functional zones left out."""
    standing = standing_on(period).under(unit.path)
    return standing.filter(level=level).exclude(kind=UnitKind.FUNCTIONAL_ZONE)


def standing_on(period: Period) -> UnitQuerySet:
    """Units that stood at the period's end."""
    day = stock_day(period, timezone.localdate())
    return Unit.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)


def coverage(key: str, unit: Unit, period: Period) -> Coverage | None:
    """How many of the units below have a value of this figure; None at a village and for a pending figure."""
    figure = catalogue.get(key)
    return _coverages([figure], unit, period).get(key)


def _coverages(figures: Sequence[Figure], unit: Unit, period: Period) -> dict[str, Coverage]:
    known = [f for f in figures if f.kind is not Kind.STATED and qualifier_of(f, period) == EXACT]
    told = {ask: ask(unit, period) for ask in {f.coverage for f in known} if ask}
    found = {f.key: told[f.coverage] for f in known if f.coverage}
    counted = [f for f in known if not f.coverage and f.kind.is_stored]
    level = COVERED_BY.get(Level(unit.level))
    if level and counted:
        found |= _counted_coverages(counted, unit, period, level)
    return {key: coverage for key, coverage in found.items() if coverage}


def _counted_coverages(
    figures: Sequence[Figure], unit: Unit, period: Period, level: Level
) -> dict[str, Coverage | None]:
    ids = list(units_below(unit, level, period).values_list("pk", flat=True))
    rows = facts_of(figures, period).filter(unit_id__in=ids).exclude(value=0).values_list("figure")
    have = dict(rows.annotate(n=Count("*")))
    return {f.key: Coverage(have.get(f.key, 0), len(ids), WORDS[level]) for f in figures}


def breakdown(key: str, unit: Unit, period: Period) -> list[tuple[Unit, Value | None]]:
    """A figure at the units directly below, in code order with functional zones last; units without a record have 0.

    None stands at a unit that has not reported. Empty at a village, where no value is kept, and where units below can't
    have the figure or are not asked for it. A rate or another computed figure is left out where it can't be told.
    """
    return _valued(key, unit, standing_on(period).filter(parent=unit), period, unit.level + 1)


def at_level(key: str, unit: Unit, period: Period, level: Level) -> list[tuple[Unit, Value | None]]:
    """A figure at the units of a level below `unit`, in code order and as in `breakdown`; no functional zones."""
    return _valued(key, unit, units_below(unit, level, period), period, level)


def ranking(key: str, unit: Unit, period: Period, level: Level) -> list[tuple[Unit, Value]]:
    """The units of a level below `unit` by a figure, highest first, equal ones in code order; no functional zones, and
    none that has not reported."""
    told = [(each, value) for each, value in at_level(key, unit, period, level) if value is not None]
    return sorted(told, key=lambda pair: -pair[1])


def _valued(
    key: str, unit: Unit, units: UnitQuerySet, period: Period, level: int
) -> list[tuple[Unit, Value | None]]:
    figure = catalogue.get(key)
    known = figure.kind is not Kind.STATED and qualifier_of(figure, period) == EXACT
    if not known or not figure.is_had_at(level) or not is_asked(figure, unit, period, level):
        return []
    ordered = sorted(units, key=lambda u: (u.is_functional_zone, u.path))
    return values_at(figure, ordered, period)


def is_asked(figure: Figure, unit: Unit, period: Period, level: int) -> bool:
    """Whether units of a level below one are asked for all that a figure rests on: villages may not be."""
    asks = (
        {base.asked for base in catalogue.bases([figure]) if base.asked} if level == Level.VILLAGE else set()
    )
    return all(level <= ask(unit, period) for ask in asks)


def values_at(figure: Figure, units: Sequence[Unit], period: Period) -> list[tuple[Unit, Value | None]]:
    """A counted or computed figure at some units, in their order; None at one that has not reported."""
    by_unit: dict[int, dict[str, Decimal]] = {unit.pk: {} for unit in units}
    for (key, unit_id), (value, _) in amounts_at(catalogue.bases([figure]), by_unit, period).items():
        by_unit[unit_id][key] = value
    told = values_told(figure, by_unit, period)
    return [(unit, told[unit.pk]) for unit in units if unit.pk in told]


def values_told(
    figure: Figure, values: dict[int, dict[str, Decimal]], period: Period
) -> dict[int, Value | None]:
    """A figure at units from the values that it rests on, by unit and key: None at one that has not reported them.

    A unit at which it can't be computed is left out. Reports are looked for where a value is zero.
    """
    bases = catalogue.bases([figure])
    zeros = [unit_id for unit_id, known in values.items() if not all(known.get(base.key) for base in bases)]
    pairs = unreported(bases, zeros, period) if zeros else set()
    found: dict[int, Value | None] = {uid: None for key, uid in pairs if not values[uid].get(key)}
    for unit_id in values.keys() - found.keys():
        if (value := value_of(figure, values[unit_id])) is not None:
            found[unit_id] = plain(value)
    return found


def trend(key: str, unit: Unit, periods: Sequence[Period]) -> list[tuple[Period, Value | None]]:
    """A figure at a unit over periods, in the order given.

    None where no value is kept, the period has not begun, or nothing was recorded or reported of a flow: no collection,
    no 0.
    """
    figure = catalogue.get(key)
    if figure.kind is Kind.STATED:
        return [(period, _stated_value(key, unit, period)) for period in periods]
    bases = catalogue.bases([figure])
    found, asked = _by_period(bases, unit, periods), {base.key for base in bases if base.asked}
    whole = {period: values for period, values in found.items() if asked <= set(values)}
    return [(period, _told_in(figure, period, whole.get(period))) for period in periods]


def _stated_value(key: str, unit: Unit, period: Period) -> Value | None:
    statement = statements_of([key], unit.pk, period).get(key)
    return plain(statement.value) if statement else None


def _told_in(figure: Figure, period: Period, values: dict[str, Decimal] | None) -> Value | None:
    begun = period.start <= timezone.localdate() and qualifier_of(figure, period) == EXACT
    if not begun or values is None:
        return None
    value = value_of(figure, values)
    return None if value is None else plain(value)


def _by_period(
    bases: Sequence[Figure], unit: Unit, periods: Sequence[Period]
) -> dict[Period, dict[str, Decimal]]:
    """What is known of stored figures by period, in one query, and one more for each that rests on reports."""
    today = timezone.localdate()
    kept = {(f.key, p): str(period_of_fact(f, p, today)) for f in bases if not f.pending for p in periods}
    facts = Fact.objects.filter(
        figure__in=[f.key for f in bases], unit=unit, period__in=set(kept.values()), cut=WHOLE
    )
    values = {(key, code): value for key, code, value in facts.values_list("figure", "period", "value")}
    found: dict[Period, dict[str, Decimal]] = {}
    for figure in bases:
        known = {p: values.get((figure.key, kept[figure.key, p])) for p in periods if (figure.key, p) in kept}
        for period in _periods_told(figure, unit, known):
            found.setdefault(period, {})[figure.key] = known[period] or Decimal(0)
    return found


def _periods_told(figure: Figure, unit: Unit, known: dict[Period, Decimal | None]) -> set[Period]:
    """Those of the periods in which a figure has a value: a stock in all, a flow where something was recorded, one that
    rests on reports where something was reported."""
    if figure.since:
        return set(known)
    if not figure.asked:
        return {period for period, value in known.items() if value is not None}
    told = {period for period, value in known.items() if value}
    rest = set(known) - told
    return told | (reported_periods(figure, unit, rest) if rest else set())


def cut_values(figure: Figure, unit: Unit, period: Period) -> dict[str, Value] | None:
    """A figure's values by cut ("sex:female") at a unit; None where it has none, or none for such a period."""
    kept = period_of_fact(figure, period, timezone.localdate(), cut=True) if figure.cuts else None
    if kept is None:
        return None
    facts = Fact.objects.filter(figure=figure.key, period=str(kept), unit=unit).exclude(cut=WHOLE)
    return {cut: plain(value) for cut, value in facts.values_list("cut", "value")}


def latest_period(unit: Unit) -> Period:
    """The half-year that a page opens with: the latest one in which anything was reported at the unit, else today's."""
    today = Period.of(timezone.localdate(), "half")
    flows = [f.key for f in catalogue.stored() if not f.since]
    codes = Fact.objects.filter(
        figure__in=flows, unit=unit, period__contains="H", period__lte=str(today), cut=WHOLE
    )
    code = codes.exclude(value=0).order_by("-period").values_list("period", flat=True).first()
    return Period.parse(code) if code else today
