"""What stands on a figure's page below its value: parts by units, parts by cuts, course, comparisons."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.utils import timezone

from fpa.access.models import Unit
from fpa.core.actor import Actor
from fpa.core.periods import Period
from fpa.figures import fact_periods, queries
from fpa.figures.boundaries import CannotTell, read_then
from fpa.figures.comparisons import Change, changes, share_of, year_to_date
from fpa.figures.display import address
from fpa.figures.figure import SHARE
from fpa.figures.queries import Reading, Value

TREND = 8
"""Periods of a figure's course that its page shows."""
MEMBERS = "member.total"
"""What a figure is told for each thousand of."""
THEN = "then"


@dataclass(frozen=True)
class BreakdownRow:
    """A row of a breakdown: a unit below (None for the unit's own records), its value and share of the whole; None
    for one that has not reported."""

    unit: Unit | None
    value: Value | None
    share: Decimal | None
    url: str


@dataclass(frozen=True)
class Breakdown:
    """A figure by the units below, in the boundaries of now or (`is_then`) of the period's end.

    `adds_up` tells whether the parts come to the whole. `may_switch`: a past period can be told in both boundaries.
    `fault` says why those of then can't be told.
    """

    whole: Value | None
    rows: list[BreakdownRow]
    adds_up: bool
    may_switch: bool = False
    is_then: bool = False
    fault: str = ""


def by_units(reading: Reading, actor: Actor, boundaries: str) -> Breakdown:
    """The units below in code order, after the unit's own part where it has one."""
    adds_up = reading.figure.kind.is_additive
    may_switch = not reading.figure.kind.is_stored or adds_up
    may_switch = may_switch and reading.statement is None and reading.period.end < timezone.localdate()
    fault = ""
    if boundaries == THEN and may_switch:
        try:
            then = read_then(reading.figure.key, reading.unit, reading.period, actor.path)
        except CannotTell as error:
            fault = str(error)
        else:
            rows = _rows(reading, then.value, then.parts)
            return Breakdown(then.value, rows, adds_up, may_switch, is_then=True)
    parts = queries.breakdown(reading.figure.key, reading.unit, reading.period)
    return Breakdown(reading.value, _rows(reading, reading.value, parts), adds_up, may_switch, fault=fault)


def _rows(
    reading: Reading, whole: Value | None, parts: list[tuple[Unit, Value | None]]
) -> list[BreakdownRow]:
    base = Decimal(whole or 0) if reading.figure.kind.is_additive else Decimal(0)
    found: list[tuple[Unit | None, Value | None]] = [*parts]
    if found and reading.own:
        found.insert(0, (None, reading.own))
    key, period = reading.figure.key, reading.period
    return [
        BreakdownRow(
            unit,
            value,
            value / base if base and value is not None else None,
            address("figure_detail", key, unit, period) if unit else "",
        )
        for unit, value in found
    ]


@dataclass(frozen=True)
class CutTable:
    """A figure by one of its dimensions: the name of each value, how many, and its share of the whole."""

    name: str
    rows: list[tuple[str, Value, Decimal | None]]
    adds_up: bool


def by_cuts(reading: Reading) -> list[CutTable]:
    """The figure by each of its dimensions; none in a period that its cuts are not kept for."""
    values = queries.cut_values(reading.figure, reading.unit, reading.period)
    if values is None:
        return []
    whole = Decimal(reading.value or 0)
    return [
        CutTable(
            cut.name,
            [
                (label, values.get(code, 0), Decimal(values.get(code, 0)) / whole if whole else None)
                for code, label in cut.labels()
            ],
            reading.figure.kind.is_additive,
        )
        for cut in reading.figure.cuts
    ]


def course(reading: Reading) -> list[tuple[Period, Value | None]]:
    """The figure in the last periods of the same kind, the latest first."""
    periods = [reading.period]
    while len(periods) < TREND and periods[-1].previous().end >= fact_periods.first_day():
        periods.append(periods[-1].previous())
    return queries.trend(reading.figure.key, reading.unit, periods)


@dataclass(frozen=True)
class Comparisons:
    """How a reading compares: with other times, from the year's beginning, and for each thousand members."""

    changes: list[Change] = field(default_factory=list)
    to_date: Value | None = None
    per_thousand: Decimal | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        return not self.changes and self.to_date is None and self.per_thousand is None


def comparisons(reading: Reading) -> Comparisons:
    """The readings that a page shows beside the value."""
    figure = reading.figure
    divided = figure.kind.is_stored and figure.key != MEMBERS and figure.unit != SHARE
    members = queries.read([MEMBERS], reading.unit, reading.period)[MEMBERS].value if divided else None
    return Comparisons(
        changes(reading),
        year_to_date(figure.key, reading.unit, reading.period),
        share_of(reading.value, members),
    )
