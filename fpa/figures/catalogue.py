"""The catalogue of figures: each is declared once, in `figures.py` of the module whose records it counts (design §6).

`data/catalogue.csv` lists the figures that the half-year report must know, with name and unit and without any value;
one that no module declares yet is pending and reads 〔待接入〕. Figures that are made at run time (those of form items)
come from a `Source`: it is asked anew whenever its version has changed, so every process knows them at once.
"""

import csv
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from fpa.figures.figure import Coverage, Figure, Formula, Kind, UnknownFigure, fault_of, nobody_reports

__all__ = [
    "Coverage",
    "Figure",
    "Formula",
    "Kind",
    "Source",
    "UnknownFigure",
    "bases",
    "counting",
    "declared",
    "every",
    "every_at",
    "get",
    "is_on_a_day",
    "nobody_reports",
    "register",
    "register_source",
    "stored",
]

CATALOGUE_FILE = Path(__file__).parent / "data" / "catalogue.csv"
KEPT_VERSIONS = 16
"""Versions of a source that a process remembers: seats of different scopes may see different ones."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Figures that come from the database.

    `version` is asked often and answers in one cheap query, `figures` gives what there is; both in the scope of the
    transaction. A version stands for one content for ever. `model` is the kind of row that they count.
    """

    version: Callable[[], Hashable]
    figures: Callable[[], Sequence[Figure]]
    model: type[Any]


_declared: dict[str, Figure] = {}
_sources: list[Source] = []
_loaded: dict[tuple[int, Hashable], dict[str, Figure]] = {}


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
        whole = _named(figure)
        listed = _listed().get(figure.key, whole)
        if figure.key in _declared:
            raise ValueError(f"{figure.key} is declared twice")
        if (whole.name, whole.unit) != (listed.name, listed.unit) or not whole.name or not whole.unit:
            raise ValueError(f"{figure.key}: name and unit must be those of {CATALOGUE_FILE.name}")
        if fault := fault_of(whole):
            raise ValueError(f"{figure.key}: {fault}")
        _declared[figure.key] = whole
    _index.cache_clear()


def _named(figure: Figure) -> Figure:
    """The figure with the name and unit of the catalogue file where it gives none."""
    listed = _listed().get(figure.key, figure)
    return replace(figure, name=figure.name or listed.name, unit=figure.unit or listed.unit)


def _named_first(figure: Figure) -> Figure:
    """The figure as the catalogue file names it: a form may label an item in its own words."""
    listed = _listed().get(figure.key)
    return replace(figure, name=listed.name, unit=listed.unit) if listed else figure


def unregister(key: str) -> None:
    """Take back a declaration: for the length of a test."""
    del _declared[key]
    _index.cache_clear()


def register_source(source: Source) -> None:
    """Let figures come from the database beside those that modules declare."""
    _sources.append(source)


def _of_source(number: int) -> dict[str, Figure]:
    """A source's figures by key, from memory while its version is the same; a declared figure goes before one of it."""
    source = _sources[number]
    version = (number, source.version())
    if version not in _loaded:
        while len(_loaded) >= KEPT_VERSIONS:
            _loaded.pop(next(iter(_loaded)))
        found = [_named_first(figure) for figure in source.figures()]
        _loaded[version] = {figure.key: figure for figure in found if figure.key not in _declared}
    return _loaded[version]


def _from_sources() -> dict[str, Figure]:
    return {key: figure for number in range(len(_sources)) for key, figure in _of_source(number).items()}


def get(key: str) -> Figure:
    """The figure of a key, pending ones too. Raises UnknownFigure."""
    found = _declared.get(key) or _from_sources().get(key) or _listed().get(key)
    if found is None:
        raise UnknownFigure(f"没有“{key[:60]}”这个指标，请在指标目录中查找。")
    return found


def get_all(keys: Sequence[str]) -> list[Figure]:
    """The figures of keys, in their order; sources are asked once for all. Raises UnknownFigure."""
    known = _declared if all(key in _declared for key in keys) else _all()
    return [known.get(key) or get(key) for key in keys]


def _all() -> Mapping[str, Figure]:
    return _listed() | _declared | _from_sources()


def every() -> list[Figure]:
    """Every figure: those of the catalogue file in its order, then what modules declare beyond it, then forms' own."""
    return list(_all().values())


def every_at(level: int) -> list[Figure]:
    """The figures that units of a level can have."""
    return [figure for figure in every() if figure.is_had_at(level)]


def declared() -> list[Figure]:
    """The figures that a module yields, in the catalogue's order."""
    return [figure for figure in every() if not figure.pending]


def stored() -> list[Figure]:
    """The figures that have facts, in the catalogue's order."""
    return [figure for figure in declared() if figure.kind.is_stored]


def bases(figures: Sequence[Figure]) -> list[Figure]:
    """The figures themselves or, in place of one that is computed on reading, those that it is computed from."""
    found: dict[str, Figure] = {}
    for figure in figures:
        operands = bases(get_all(figure.operands)) if figure.operands else [figure]
        found |= {each.key: each for each in operands}
    return list(found.values())


def is_on_a_day(figure: Figure) -> bool:
    """Whether a figure is told as at a day and not over a period; one that is computed, where an operand is."""
    return any(bool(each.since) or each.kind is Kind.STOCK for each in bases([figure]))


@cache
def _index() -> dict[type[Any], list[str]]:
    """Keys of declared figures by the model that they count; built once, as each look compiles a query."""
    found: dict[type[Any], list[str]] = {}
    for figure in (f for f in (_listed() | _declared).values() if f.kind.is_stored and not f.pending):
        found.setdefault(figure.records().model, []).append(figure.key)
    return found


def counting(model: type[Any]) -> list[str]:
    """Keys of the figures whose records are rows of `model`."""
    keys = list(_index().get(model, []))
    for number, source in enumerate(_sources):
        keys += list(_of_source(number)) if source.model is model else []
    return keys
