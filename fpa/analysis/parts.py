"""A figure by the units below: in code order for the list, by result for the ranking, in classes for the map."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.db.models import Count

from fpa.access.models import Level, Unit
from fpa.figures.queries import Reading, Value, at_level, breakdown

CLASSES = 5
MEMBERS = "member.total"
HUNDRED = 100


class Per(StrEnum):
    """What a figure is divided by, so that large units do not always stand first."""

    TOTAL = ""
    VILLAGE = "village"
    MEMBER = "member"


PER_WORDS = {Per.TOTAL: "总量", Per.VILLAGE: "每个村（社区）平均", Per.MEMBER: "每百名会员"}
PER_UNITS = {Per.TOTAL: "", Per.VILLAGE: "/村", Per.MEMBER: "/百名会员"}


@dataclass(frozen=True)
class UnitShare:
    """A unit's share of a figure; None where it has not reported. `ratio` is None where the figure is not divided, or
    there is nothing to divide by."""

    unit: Unit
    value: Value | None
    ratio: Decimal | None = None
    divided: bool = False

    @property
    def measure(self) -> Value | None:
        """What the unit is compared by."""
        return self.ratio if self.divided else self.value


def ratio_of(value: Value | None, base: Value, per: Per) -> Decimal | None:
    """A value for each village, or for a hundred members, to two decimals."""
    if not base or value is None or per is Per.TOTAL:
        return None
    times = HUNDRED if per is Per.MEMBER else 1
    return (Decimal(value) * times / Decimal(base)).quantize(Decimal("0.01"))


@dataclass(frozen=True)
class UnitShares:
    """A figure by units: `lines` in code order, `ratio` of the whole, the `rest` that no line holds, and its name."""

    lines: list[UnitShare]
    ratio: Decimal | None
    rest: Value
    rest_word: str = "本级"


def parts_of_figure(reading: Reading, level: Level, per: Per, members: Value | None) -> UnitShares:
    """The units of a level below the reading's unit; functional zones last, and only where they stand directly below.

    `members` is how many the whole unit has.
    """
    pairs = _valued(reading.figure.key, reading, level)
    bases = _bases(reading, level, per, [unit for unit, _ in pairs])
    base = members or 0 if per is Per.MEMBER else sum(bases.values())
    divided = per is not Per.TOTAL
    lines = [
        UnitShare(unit, value, ratio_of(value, bases.get(unit.path, 0), per), divided)
        for unit, value in pairs
    ]
    rest = (reading.value or 0) - sum(value or 0 for _, value in pairs) if lines else 0
    word = "本级" if level == reading.unit.level + 1 else "本级、功能区等"
    return UnitShares(lines, ratio_of(reading.value, base, per), rest, word)


def _valued(key: str, reading: Reading, level: Level) -> list[tuple[Unit, Value | None]]:
    if level == reading.unit.level + 1:
        return breakdown(key, reading.unit, reading.period)
    return at_level(key, reading.unit, reading.period, level)


def _bases(reading: Reading, level: Level, per: Per, units: Sequence[Unit]) -> dict[str, Value]:
    """What to divide by, by path."""
    if per is Per.MEMBER:
        return {unit.path: value or 0 for unit, value in _valued(MEMBERS, reading, level)}
    if per is Per.VILLAGE and units:
        return villages_below(reading.unit, level)
    return {}


def villages_below(unit: Unit, level: Level) -> dict[str, Value]:
    """How many villages stand below each unit of a level under `unit`, by its path; counted by one statement.

    By the line of parents: the paths of one level need not be equally long, once a unit has moved.
    """
    above = "__".join(["parent"] * (Level.VILLAGE - level) + ["path"])
    villages = Unit.objects.current().under(unit.path).filter(level=Level.VILLAGE)
    return dict(villages.order_by().values_list(above).annotate(n=Count("pk")))


def ranked(parts: Iterable[UnitShare]) -> list[tuple[int, UnitShare]]:
    """Units by result, highest first; equal ones share a place, in code order. Functional zones have no place."""
    compared = [part for part in parts if part.measure is not None and not part.unit.is_functional_zone]
    ordered = sorted(compared, key=lambda part: -(part.measure or 0))
    places: list[int] = []
    for index, part in enumerate(ordered):
        same = index and part.measure == ordered[index - 1].measure
        places.append(places[-1] if same else index + 1)
    return list(zip(places, ordered, strict=True))


def bounds_of(values: Iterable[Value | None]) -> list[Value]:
    """The lower bounds of the second to the last of five classes with about equally many units; 0 has no class."""
    known = sorted(value for value in values if value)
    return [known[len(known) * step // CLASSES] for step in range(1, CLASSES)] if known else []


def class_of(value: Value | None, bounds: Sequence[Value]) -> int:
    """The class of a value, from 1; 0 for nothing."""
    return bisect_right(bounds, value) + 1 if value else 0
