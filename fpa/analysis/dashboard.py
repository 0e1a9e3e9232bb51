"""What the dashboard shows of a unit in a period: five figures, a map, a course, a ranking, and what needs a hand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.db.models import Exists, OuterRef
from django.utils import timezone

from fpa.access.models import Level, Unit
from fpa.analysis.parts import (
    MEMBERS,
    PER_WORDS,
    Per,
    UnitShare,
    UnitShares,
    bounds_of,
    class_of,
    parts_of_figure,
)
from fpa.analysis.place import PlaceForm
from fpa.core.maps import CODE_LENGTH, MapSheet, Outline, sheet_of
from fpa.core.periods import Period
from fpa.figures import catalogue
from fpa.figures.fact_periods import halves, parts_of
from fpa.figures.queries import Reading, Value, read, trend
from fpa.reporting.models import Collection, Item
from fpa.reporting.progress import Progress, progress_of

KEY_FIGURES = (
    MEMBERS,
    "staff.authorized",
    "staff.village_part_time",
    "visit.households",
    "visit.value",
)
FIRST_FIGURE = "visit.households"
COURSE = 8
"""Half-years of a figure's course."""
HANDS = 8
"""Units that the list of what needs a hand names; the rest is one link away."""


class DashboardForm(PlaceForm):
    """DashboardContext, and how it is looked at: which figure, by units of which level, divided by what."""

    figure = forms.ChoiceField(label="指标", required=False)
    level = forms.ChoiceField(label="下级", required=False)
    per = forms.ChoiceField(label="比较方式", required=False)

    def __init__(self, chosen: dict[str, str], *, unit: Unit, **place: Any) -> None:
        super().__init__(chosen, unit=unit, **place)
        levels = levels_below(unit)
        self._offer(
            "figure",
            [
                (figure.key, figure.name)
                for figure in catalogue.every_at(unit.level)
                if figure.kind.is_additive and not figure.pending
            ],
        )
        self._offer("level", [(str(level.value), level.label) for level in levels])
        self._offer("per", PER_WORDS.items() if levels and levels[0] != Level.VILLAGE else [])

    def _offer(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        """Offer choices, where there is more than one; what was chosen and is not there reads as the first one."""
        known = dict(choices)
        field = cast(forms.ChoiceField, self.fields[name])
        field.choices = list(known.items())
        first = FIRST_FIGURE if FIRST_FIGURE in known else next(iter(known), "")
        asked = self.initial.get(name, "")
        self.initial[name] = asked if asked in known else first
        if len(known) < 2:
            del self.fields[name]

    @property
    def look(self) -> "Look":
        """What is looked at."""
        chosen = self.initial
        return Look(chosen["figure"], int(chosen["level"]) if chosen["level"] else None, Per(chosen["per"]))


@dataclass(frozen=True)
class Look:
    """A figure's key, the level of the units that it is shown by (None at a village), and what divides it."""

    key: str
    level: int | None
    per: Per


def levels_below(unit: Unit) -> list[Level]:
    """The levels that a unit's figures can be shown by: directly below, and for the province by counties too."""
    if unit.level == Level.VILLAGE:
        return []
    below = Level(unit.level + 1)
    return [below, Level.COUNTY] if below == Level.CITY else [below]


@dataclass(frozen=True)
class Board:
    """What is read of a place: the figures seen first, the chosen one, and that one by the units below."""

    readings: list[Reading]
    chosen: Reading
    level: Level | None
    parts: UnitShares
    course: list[tuple[Period, Value | None]]


def board_of(unit: Unit, period: Period, look: Look) -> Board:
    """Read the dashboard's figures, in a fixed number of queries."""
    keys = [key for key in KEY_FIGURES if catalogue.get(key).is_had_at(unit.level)]
    found = read(dict.fromkeys([*keys, look.key]), unit, period)
    chosen = found[look.key]
    level = Level(look.level) if look.level else None
    none = UnitShares([], None, 0)
    parts = parts_of_figure(chosen, level, look.per, found[MEMBERS].value) if level else none
    return Board([found[key] for key in keys], chosen, level, parts, course_of(chosen))


@dataclass(frozen=True)
class Shape:
    """A unit on the map."""

    outline: Outline
    part: UnitShare
    shade: int


@dataclass(frozen=True)
class DrawnMap:
    """A map whose shapes are shaded in classes; `legend` gives each class with its lowest and highest value."""

    sheet: MapSheet
    shapes: tuple[Shape, ...]
    legend: tuple[tuple[int, Value, Value], ...]

    @property
    def has_labels(self) -> bool:
        """Names stand on a map of few units; on one of all counties they would cover it."""
        return len(self.shapes) <= 20


def drawn_map(unit: Unit, level: Level, parts: Iterable[UnitShare]) -> DrawnMap | None:
    """The map of the units of a level below a unit; None where the map file has none of them."""
    sheet = sheet_of(unit.code[:CODE_LENGTH], level.name.lower())
    by_code = {part.unit.code[:CODE_LENGTH]: part for part in parts if not part.unit.is_functional_zone}
    known = [(outline, by_code[outline.code]) for outline in sheet.outlines if outline.code in by_code]
    bounds = bounds_of(part.measure for _, part in known)
    shapes = tuple(Shape(outline, part, class_of(part.measure, bounds)) for outline, part in known)
    return DrawnMap(sheet, shapes, tuple(_legend(shapes))) if shapes else None


def _legend(shapes: Sequence[Shape]) -> list[tuple[int, Value, Value]]:
    classes: dict[int, list[Value]] = {}
    for shape in shapes:
        classes.setdefault(shape.shade, []).append(shape.part.measure or 0)
    return [(shade, min(values), max(values)) for shade, values in sorted(classes.items())]


def course_of(reading: Reading) -> list[tuple[Period, Value | None]]:
    """The chosen figure in the last half-years, the earliest first."""
    return trend(reading.figure.key, reading.unit, halves(timezone.localdate())[-COURSE:])


@dataclass(frozen=True)
class Hands:
    """What needs a hand in one collection: the whole unit's progress, and the units below that are behind."""

    collection: Collection
    whole: Progress
    behind: tuple[tuple[Unit, Progress], ...]
    others: int


def needs_a_hand(unit: Unit, period: Period, key: str, below: Sequence[Unit]) -> Hands | None:
    """Who has not reported, or has to mend, in the period's collection that yields a figure, else in its latest one.

    `below` are the units directly below. None where nothing is collected in the period yet.
    """
    codes = [str(part) for part in parts_of(period)]
    yields = Exists(Item.objects.filter(form=OuterRef("form"), key=key))
    begun = Collection.objects.whole().filter(opens_on__lte=timezone.localdate())
    asked = begun.filter(period__in=codes, fill_level__gte=unit.level)
    collection = asked.order_by(yields.desc(), "-due_on", "pk").first()
    if collection is None:
        return None
    children = [child for child in below if child.level <= collection.fill_level]
    found = progress_of(collection, unit, children)
    pairs = [(child, found.get(child.path, Progress())) for child in children]
    behind = sorted((pair for pair in pairs if pair[1].missing), key=lambda pair: -pair[1].missing)
    return Hands(collection, found[unit.path], tuple(behind[:HANDS]), max(0, len(behind) - HANDS))
