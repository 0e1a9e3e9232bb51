"""The slow, obvious recount that proves the facts: every record is looked at, and added to each unit above it by hand.

It shares nothing with the refresh but the declarations: no stored value, no marks, no SQL of its own. All kinds that
have facts are proved, with every cut, in every year's partition; facts of periods and cuts that are not kept are named
too. What is computed on reading (rates, formulas) has no facts that could differ.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from fpa.access.models import Unit
from fpa.access.scope import whole_province
from fpa.core.limits import limited_job
from fpa.core.periods import Period
from fpa.core.refusals import Refusal
from fpa.core.visibility import upper_bound
from fpa.figures import catalogue
from fpa.figures.cuts import WHOLE
from fpa.figures.fact_periods import first_day, parts_of, stock_periods, years
from fpa.figures.figure import Figure
from fpa.figures.freshness import refresh
from fpa.figures.models import Fact, Stale
from fpa.figures.records import in_cut, records_behind
from fpa.figures.values import period_of_fact

Pair = tuple[Decimal, Decimal]
"""The value with all units below, and the unit's own part."""

NOTHING = (Decimal(0), Decimal(0))
TRIES = 20


@dataclass(frozen=True)
class Difference:
    """A fact that is not what the records say."""

    figure: Figure
    unit: Unit
    period: str
    part: str
    fact: Decimal
    records: Decimal

    def __str__(self) -> str:
        words = f"{self.figure.name}（{self.figure.key}）{self.unit.name}（{self.unit.code}）{self.period}"
        return f"{words}{self.part}：指标数 {self.fact:f}，按记录重数 {self.records:f}"


@dataclass
class Proof:
    """What a recount found: how many facts equal the records, and those that do not."""

    proven: int
    differences: list[Difference]


class TooBusy(Refusal):
    """Records change so fast that no quiet moment for a recount was found."""


def recount(unit: Unit, period: Period | None = None) -> Proof:
    """Compare every fact of a unit and all below it, in one period or in all that are kept, with its records.

    Raises TooBusy. Call it outside a transaction, so that facts and records are seen at one and the same moment.
    """
    for _ in range(TRIES):
        refresh()
        with _one_moment():
            if not Stale.objects.exists():
                return _compare(unit, period)
    raise TooBusy("记录正在被大量修改，暂时无法核对，请稍后再执行一次。")


@contextmanager
def _one_moment() -> Iterator[None]:
    """A transaction over the whole province that sees the database as it is now, whatever is committed meanwhile."""
    outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with whole_province(), limited_job("指标核对"):
            yield


class _Units:
    """A unit and all below it: their paths, and where a difference must name one, the units themselves."""

    def __init__(self, top: Unit) -> None:
        self.rows = Unit.objects.under(top.path).order_by()
        self.paths = set(self.rows.values_list("path", flat=True))

    @cached_property
    def by_path(self) -> dict[str, Unit]:
        """The units, read at once."""
        return {unit.path: unit for unit in self.rows}


def _compare(unit: Unit, period: Period | None) -> Proof:
    units = _Units(unit)
    proof = Proof(0, [])
    for figure in (f for f in catalogue.stored() if not _is_empty(f)):
        kept = kept_facts(figure, period)
        for each, cut in kept:
            _compare_one(proof, figure, unit, each, cut, units)
        if period is None:
            proof.differences += _strays(figure, unit, kept, units)
    return proof


def _is_empty(figure: Figure) -> bool:
    """Whether there is neither a record nor a fact of it anywhere, and so nothing to compare."""
    return not (figure.records().exists() or Fact.objects.filter(figure=figure.key).exists())


def kept_facts(figure: Figure, period: Period | None) -> list[tuple[Period, str]]:
    """The periods and cuts in which a figure has facts; those of one period where it has them."""
    cuts = [code for cut in figure.cuts for code, _ in cut.labels()]
    pairs = [(kept, WHOLE) for kept in kept_periods(figure, period)]
    return pairs + [(kept, cut) for kept in kept_periods(figure, period, cut=True) for cut in cuts]


def kept_periods(figure: Figure, period: Period | None, *, cut: bool = False) -> list[Period]:
    """The periods in which a figure has facts, or the one that tells it for the period asked for."""
    today = timezone.localdate()
    parts = [part for year in years(today) for part in parts_of(year)]
    kept = stock_periods(today, cut=cut) if figure.since else [p for p in parts if p.end >= first_day()]
    told = period_of_fact(figure, period, today, cut=cut) if period else None
    return [p for p in kept if period is None or p == told]


def _compare_one(proof: Proof, figure: Figure, unit: Unit, period: Period, cut: str, units: _Units) -> None:
    records, facts = recounted(figure, unit, period, cut), stored(figure, unit, period, cut)
    label = str(period) + (f"（{cut}）" if cut else "")
    for path in sorted(units.paths & (records.keys() | facts.keys())):
        fact, truth = facts.get(path, NOTHING), records.get(path, NOTHING)
        if fact == truth:
            proof.proven += 1
        else:
            which = 0 if fact[0] != truth[0] else 1
            part = ("合计", "本级")[which]
            proof.differences.append(
                Difference(figure, units.by_path[path], label, part, fact[which], truth[which])
            )


def _strays(
    figure: Figure, unit: Unit, kept: list[tuple[Period, str]], units: _Units
) -> Iterator[Difference]:
    """Facts of a figure in periods or cuts that are not kept."""
    right = Q()
    for cut in {cut for _, cut in kept}:
        right |= Q(cut=cut, period__in=[str(period) for period, each in kept if each == cut])
    rows = Fact.objects.filter(figure=figure.key, path__gte=unit.path, path__lt=upper_bound(unit.path))
    for fact in rows.exclude(right).exclude(value=0, own=0):
        if fact.path in units.paths:
            label = fact.period + (f"（{fact.cut}）" if fact.cut else "")
            yield Difference(figure, units.by_path[fact.path], label, "多余", fact.value, Decimal(0))


def stored(figure: Figure, unit: Unit, period: Period, cut: str = WHOLE) -> dict[str, Pair]:
    """The facts of a unit and all below it, by path; one kept under another path than its unit is lost."""
    below = Fact.objects.filter(
        unit__path__gte=unit.path, unit__path__lt=upper_bound(unit.path), path=F("unit__path")
    )
    rows = below.filter(figure=figure.key, period=str(period), cut=cut).exclude(value=0, own=0)
    return {path: (value, own) for path, value, own in rows.values_list("path", "value", "own")}


def recounted(figure: Figure, unit: Unit, period: Period, cut: str = WHOLE) -> dict[str, Pair]:
    """What the records of a unit and all below it come to, by path: with all below each, and its own alone."""
    rows = records_behind(figure, unit, period).order_by()
    rows = in_cut(figure, rows, cut, period) if cut else rows
    return _distinct(figure, rows) if figure.subject else _added(figure, rows)


def _added(figure: Figure, rows: QuerySet[Any]) -> dict[str, Pair]:
    amount = Sum(figure.measure, default=0) if figure.measure else Count("pk")
    own = {path: Decimal(n) for path, n in rows.values_list("path").annotate(amount=amount) if n}
    value: dict[str, Decimal] = defaultdict(Decimal)
    for path, n in own.items():
        for above in _line(path):
            value[above] += n
    return {path: (n, own.get(path, Decimal(0))) for path, n in value.items()}


def _distinct(figure: Figure, rows: QuerySet[Any]) -> dict[str, Pair]:
    own: dict[str, set[Any]] = defaultdict(set)
    everyone: dict[str, set[Any]] = defaultdict(set)
    for path, subject in rows.values_list("path", figure.subject).iterator():
        own[path].add(subject)
        for above in _line(path):
            everyone[above].add(subject)
    return {path: (Decimal(len(who)), Decimal(len(own.get(path, ())))) for path, who in everyone.items()}


def _line(path: str) -> list[str]:
    """A path and all that stand above it."""
    return [path[: i + 1] for i, sign in enumerate(path) if sign == "/"]
