"""What a figure is: its kinds, and how it says what it counts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet

from fpa.access.models import Level, Unit
from fpa.core.lists import Column
from fpa.core.periods import Period
from fpa.figures.cuts import Cut

Formula = Callable[[Mapping[str, Decimal]], Decimal | None]
"""Computes a value from those of its operands, by key; None where there is none, such as after a division by zero."""


SHARE = "比例"
"""The unit of a figure whose value is a part of 1."""


class Kind(Enum):
    """How a figure is counted, and how it behaves over time and up the tree."""

    STOCK = "期末数"
    """Counted on a day: members, posts. A period's value is that of its last day."""
    FLOW = "报告期累计数"
    """Counted over a period: visits, events. A longer period's value is the sum of its parts."""
    DISTINCT = "去重数"
    """Persons or households behind the records, counted anew at each unit and for each period, never added up."""
    RATIO = "比率"
    """A part of a whole: two figures divided on reading, at each unit and period; never averaged."""
    COMPUTED = "计算数"
    """A formula over figures, computed on reading."""
    STATED = "文件数"
    """Typed in from a document at the unit that it speaks of: where no record can yield it. Never added up."""

    @property
    def is_stored(self) -> bool:
        """Whether it has facts; a computed one has none, so it can't be out of step with what it is computed from."""
        return self in (Kind.STOCK, Kind.FLOW, Kind.DISTINCT)

    @property
    def is_additive(self) -> bool:
        """Whether a unit's value is the sum of its parts'."""
        return self in (Kind.STOCK, Kind.FLOW)


class UnknownFigure(LookupError):
    """No figure has this key; the message says so in Chinese."""


@dataclass(frozen=True)
class Coverage:
    """How many of the units that could bring something to a figure have done so: 118/122 个县; `done` says what."""

    have: int
    of: int
    word: str
    done: str = "覆盖"

    def __str__(self) -> str:
        return f"{self.have}/{self.of} {self.word}"


def nobody_reports(_unit: Unit, _period: Period) -> Coverage | None:
    """The coverage of a figure that counts what happens: a unit where nothing did has nothing missing, 0 is 0."""
    return None


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What a figure counts, and how.

    STOCK, FLOW, DISTINCT: `rows` gives the records that it counts; each row has `unit_id` and `path` (a ScopedModel, or
    a queryset that annotates them). `measure` is the numeric field that is summed; empty counts the rows. A STOCK names
    the date field `since` and, where rows end, `until`: a row counts on days with `since` ≤ day < `until`. A FLOW names
    either `on`, a date field, or `period`, a field that holds a period's code; it counts there and in all longer
    periods around. A DISTINCT is dated in one of these ways, and names in `subject` the field that tells one person
    or household from another. `cuts` are the dimensions that it is told by as well.

    RATIO: `operands` are the keys of the part and of the whole. COMPUTED: `operands`, and the `formula` over them.
    STATED: nothing but name, unit and definition.

    `name` and `unit` may be left out where `data/catalogue.csv` has the key. `columns` are how the records behind the
    figure are listed, `records_permission` is the right to see them. `coverage` replaces the default (how many units
    of the level below have a value). `lowest` is the last level that can have the figure: below it a zero would say
    nothing, and lists leave it out.

    `asked` is given where the records are reports that units are asked for: the last level that reports them in a
    period, at and below a unit. Such a figure has a value only where a report counts: a missing one is no 0.
    """

    key: str
    name: str = ""
    unit: str = ""
    kind: Kind = Kind.FLOW
    definition: str = ""
    rows: Callable[[], QuerySet[Any]] | None = None
    measure: str = ""
    subject: str = ""
    since: str = ""
    until: str = ""
    on: str = ""
    period: str = ""
    cuts: Sequence[Cut] = ()
    operands: Sequence[str] = ()
    formula: Formula | None = None
    columns: Sequence[Column] = ()
    records_permission: str = ""
    coverage: Callable[[Unit, Period], Coverage | None] | None = None
    lowest: Level = Level.VILLAGE
    asked: Callable[[Unit, Period], Level] | None = None

    @property
    def pending(self) -> bool:
        """Whether no module yields this figure yet."""
        return not self.definition

    @property
    def shape(self) -> str:
        """Changes where what is stored of it changes, so that it has to be counted from all its records."""
        cuts = [code for cut in self.cuts for code, _ in cut.labels()]
        told = (
            self.kind.name,
            self.measure,
            self.subject,
            self.since,
            self.until,
            self.on,
            self.period,
            *cuts,
        )
        return sha256("\n".join(told).encode()).hexdigest()

    def is_had_at(self, level: int) -> bool:
        """Whether units of a level can have this figure."""
        return level <= self.lowest

    def records(self) -> QuerySet[Any]:
        """All records that it counts, of whatever unit and time. Raises UnknownFigure where it counts none itself."""
        if self.rows is None:
            why = (
                "尚未接入，还没有可以查看的记录"
                if self.pending
                else "不是由记录直接汇总的，没有可以查看的记录"
            )
            raise UnknownFigure(f"指标“{self.name}”{why}。")
        return self.rows()

    def compute(self, values: Mapping[str, Decimal]) -> Decimal | None:
        """The value that follows from those of its operands; None where it can't be told."""
        if self.formula:
            return self.formula(values)
        part, whole = (values[key] for key in self.operands)
        return part / whole if whole else None


AMOUNT = "数值"
"""What the column of a figure's records is called that holds what is summed."""


def amount_of(name: str) -> Column:
    """The column of a figure's records with what its `measure` sums."""
    return Column(name, AMOUNT, attrgetter(name), kind="number")


def fault_of(figure: Figure) -> str:
    """What is not whole in a declaration; empty where nothing is."""
    if not figure.definition:
        return "a declared figure needs rows and a definition"
    return _fault_of_stored(figure) if figure.kind.is_stored else _fault_of_read(figure)


def _fault_of_stored(figure: Figure) -> str:
    times = [bool(figure.since), bool(figure.on), bool(figure.period)]
    wanted = {Kind.STOCK: [[True, False, False]], Kind.FLOW: [[False, True, False], [False, False, True]]}
    if figure.rows is None:
        return "a declared figure needs rows and a definition"
    if sum(times) != 1 or times not in wanted.get(figure.kind, [times]):
        return "a STOCK names since, a FLOW either on or period, a DISTINCT one of them"
    if bool(figure.subject) != (figure.kind is Kind.DISTINCT) or (figure.subject and figure.measure):
        return "a DISTINCT, and no other, names its subject, and sums nothing"
    if figure.measure and AMOUNT not in [column.label for column in figure.columns]:
        return f"a figure that sums tells of each record how much: a column {AMOUNT} (`amount_of`)"
    if any(cut.bands and not figure.since for cut in figure.cuts):
        return "an age is told on a day: a cut by age needs since"
    return ""


def _fault_of_read(figure: Figure) -> str:
    if figure.rows or figure.cuts or figure.subject:
        return "a figure that counts no records has neither rows nor cuts"
    if figure.kind is Kind.RATIO and (len(figure.operands) != 2 or figure.formula):
        return "a RATIO names its part and its whole"
    if figure.kind is Kind.COMPUTED and not (figure.operands and figure.formula):
        return "a COMPUTED figure names its operands and its formula"
    return ""
