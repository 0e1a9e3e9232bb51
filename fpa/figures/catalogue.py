"""The catalogue of figures: each is declared once, in `figures.py` of the module whose records it counts (design §6).

`data/catalogue.csv` lists the figures that the half-year report must know, with name and unit and without any value;
one that no module declares yet is pending and reads 〔待接入〕.
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from fpa.access.models import Level, Unit
from fpa.core.lists import Column
from fpa.core.periods import Period

CATALOGUE_FILE = Path(__file__).parent / "data" / "catalogue.csv"


class Kind(Enum):
    """How a figure behaves over time."""

    STOCK = "存量"
    """Counted on a day: members, posts. A period's value is that of its last day."""
    FLOW = "流量"
    """Counted over a period: visits, events. A longer period's value is the sum of its parts."""


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


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What a figure counts, and how.

    `rows` gives the records that it counts; each row has `unit_id` and `path` (a ScopedModel, or a queryset that
    annotates them). `measure` is the numeric field that is summed; empty counts the rows. A STOCK names the date field
    `since` and, where rows end, `until`: a row counts on days with `since` ≤ day < `until`. A FLOW names either `on`,
    a date field, or `period`, a field that holds a period's code; it counts there and in all longer periods around.

    `name` and `unit` may be left out where `data/catalogue.csv` has the key. `columns` are how the records behind the
    figure are listed. `coverage` replaces the default (how many units of the level below have a value). `lowest` is the
    last level that can have the figure: below it a zero would say nothing, and lists leave it out.
    """

    key: str
    name: str = ""
    unit: str = ""
    kind: Kind = Kind.FLOW
    definition: str = ""
    rows: Callable[[], QuerySet[Any]] | None = None
    measure: str = ""
    since: str = ""
    until: str = ""
    on: str = ""
    period: str = ""
    columns: Sequence[Column] = ()
    coverage: Callable[[Unit, Period], Coverage | None] | None = None
    lowest: Level = Level.VILLAGE

    @property
    def pending(self) -> bool:
        """Whether no module yields this figure yet."""
        return self.rows is None

    def is_had_at(self, level: int) -> bool:
        """Whether units of a level can have this figure."""
        return level <= self.lowest

    def records(self) -> QuerySet[Any]:
        """All records that it counts, of whatever unit and time. Raises UnknownFigure for a pending figure."""
        if self.rows is None:
            raise UnknownFigure(f"指标“{self.name}”尚未接入，还没有可以查看的记录。")
        return self.rows()


_declared: dict[str, Figure] = {}


@cache
def _listed() -> dict[str, Figure]:
    with CATALOGUE_FILE.open(encoding="utf-8", newline="") as lines:
        return {
            row["key"]: Figure(key=row["key"], name=row["name"], unit=row["unit"])
            for row in csv.DictReader(lines)
        }


def register(*figures: Figure) -> None:
    """Declare figures. Raises ValueError where one is not whole, or says otherwise than the catalogue file."""
    for figure in figures:
        listed = _listed().get(figure.key, figure)
        whole = replace(figure, name=figure.name or listed.name, unit=figure.unit or listed.unit)
        _check(whole, listed)
        _declared[figure.key] = whole


def _check(figure: Figure, listed: Figure) -> None:
    times = [bool(figure.since), bool(figure.on), bool(figure.period)]
    wanted = [True, False, False] if figure.kind is Kind.STOCK else None
    if figure.key in _declared:
        raise ValueError(f"{figure.key} is declared twice")
    if (figure.name, figure.unit) != (listed.name, listed.unit) or not figure.name or not figure.unit:
        raise ValueError(f"{figure.key}: name and unit must be those of {CATALOGUE_FILE.name}")
    if figure.rows is None or not figure.definition:
        raise ValueError(f"{figure.key}: a declared figure needs rows and a definition")
    if sum(times) != 1 or (wanted and times != wanted) or (figure.kind is Kind.FLOW and figure.since):
        raise ValueError(f"{figure.key}: a STOCK names since, a FLOW either on or period")


def get(key: str) -> Figure:
    """The figure of a key, pending ones too. Raises UnknownFigure."""
    found = _declared.get(key) or _listed().get(key)
    if found is None:
        raise UnknownFigure(f"没有“{key[:60]}”这个指标，请在指标目录中查找。")
    return found


def every() -> list[Figure]:
    """Every figure: those of the catalogue file in its order, then what modules declare beyond it."""
    return [get(key) for key in dict.fromkeys([*_listed(), *_declared])]


def every_at(level: int) -> list[Figure]:
    """The figures that units of a level can have."""
    return [figure for figure in every() if figure.is_had_at(level)]


def declared() -> list[Figure]:
    """The figures that a module yields, in the catalogue's order."""
    return [figure for figure in every() if not figure.pending]


def counting(model: type[Any]) -> list[str]:
    """Keys of the figures whose records are rows of `model`."""
    return [figure.key for figure in declared() if figure.records().model is model]
