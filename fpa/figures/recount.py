"""The slow, obvious recount that proves the facts: every record is looked at, and added to each unit above it by hand.

It shares nothing with the refresh but the declarations: no stored value, no marks, no SQL of its own.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Count, F, Sum
from django.utils import timezone

from fpa.access.models import Unit
from fpa.access.scope import whole_province
from fpa.core.periods import Period
from fpa.core.refusals import Refusal
from fpa.core.visibility import upper_bound
from fpa.figures import catalogue
from fpa.figures.catalogue import Figure, Kind
from fpa.figures.fact_periods import first_day, halves, parts_of, years
from fpa.figures.freshness import refresh
from fpa.figures.models import Fact, Stale
from fpa.figures.queries import records_behind

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
        with whole_province():
            yield


def _compare(unit: Unit, period: Period | None) -> Proof:
    units = {u.path: u for u in Unit.objects.under(unit.path)}
    proof = Proof(0, [])
    for figure in (f for f in catalogue.declared() if not _is_empty(f)):
        for kept in kept_periods(figure, period):
            _compare_one(proof, figure, unit, kept, units)
    return proof


def _is_empty(figure: Figure) -> bool:
    """Whether there is neither a record nor a fact of it anywhere, and so nothing to compare."""
    return not (figure.records().exists() or Fact.objects.filter(figure=figure.key).exists())


def kept_periods(figure: Figure, period: Period | None) -> list[Period]:
    """The periods in which a figure has facts, or the one asked for where it has them."""
    today = timezone.localdate()
    parts = [part for year in years(today) for part in parts_of(year)]
    kept = halves(today) if figure.kind is Kind.STOCK else [p for p in parts if p.end >= first_day()]
    return [p for p in kept if period in (None, p)]


def _compare_one(proof: Proof, figure: Figure, unit: Unit, period: Period, units: dict[str, Unit]) -> None:
    records, facts = recounted(figure, unit, period), stored(figure, unit, period)
    for path in sorted(units.keys() & (records.keys() | facts.keys())):
        fact, truth = facts.get(path, NOTHING), records.get(path, NOTHING)
        if fact == truth:
            proof.proven += 1
        else:
            which = 0 if fact[0] != truth[0] else 1
            proof.differences.append(
                Difference(
                    figure, units[path], str(period), ("合计", "本级")[which], fact[which], truth[which]
                )
            )


def stored(figure: Figure, unit: Unit, period: Period) -> dict[str, Pair]:
    """The facts of a unit and all below it, by path; one kept under another path than its unit is lost."""
    below = Fact.objects.filter(
        unit__path__gte=unit.path, unit__path__lt=upper_bound(unit.path), path=F("unit__path")
    )
    rows = below.filter(figure=figure.key, period=str(period)).exclude(value=0, own=0)
    return {path: (value, own) for path, value, own in rows.values_list("path", "value", "own")}


def recounted(figure: Figure, unit: Unit, period: Period) -> dict[str, Pair]:
    """What the records of a unit and all below it add up to, by path: each path's own, and with all paths it begins."""
    amount = Sum(figure.measure, default=0) if figure.measure else Count("pk")
    rows = records_behind(figure, unit, period).order_by().values_list("path").annotate(amount=amount)
    own = {path: Decimal(n) for path, n in rows if n}
    value: dict[str, Decimal] = defaultdict(Decimal)
    for path, n in own.items():
        for end in (i + 1 for i, sign in enumerate(path) if sign == "/"):
            value[path[:end]] += n
    return {path: (n, own.get(path, Decimal(0))) for path, n in value.items()}
