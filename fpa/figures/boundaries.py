"""A past period in the boundaries of then: the tree as it stood at the period's end.

Nothing is stored twice. A unit's own numbers stay with it wherever it stands, and `UnitVersion` keeps where it stood;
so a unit's value of then is its value of now, plus the own numbers of units that stood below it then and no longer do,
minus those of units that stand below it only now. Only units that have moved since are read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q
from django.utils import timezone

from fpa.access.models import Unit, UnitVersion
from fpa.core.periods import Period
from fpa.core.refusals import Refusal
from fpa.figures import catalogue
from fpa.figures.fact_periods import stock_day
from fpa.figures.figure import Figure
from fpa.figures.queries import is_asked, values_told
from fpa.figures.reading import Value
from fpa.figures.values import EXACT, amounts_at, qualifier_of


class CannotTell(Refusal):
    """A figure can't be told in the boundaries of then; the message says why, in Chinese."""


@dataclass(frozen=True)
class Place:
    """Where a unit stood at a period's end, and where it stands now."""

    unit_id: int
    then: str
    now: str


@dataclass(frozen=True)
class Then:
    """A figure in the boundaries of then: at the unit, and at the units that stood directly below it.

    None stands where nothing was reported.
    """

    value: Value | None
    parts: list[tuple[Unit, Value | None]]


def versions_on(day: date) -> Q:
    """The versions that held on a day."""
    return Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day))


def moved_since(day: date) -> list[Place]:
    """The units that stand elsewhere now than on a day."""
    elsewhere = UnitVersion.objects.filter(versions_on(day)).exclude(path=F("unit__path"))
    return [Place(*row) for row in elsewhere.values_list("unit_id", "path", "unit__path")]


def read_then(key: str, unit: Unit, period: Period, within: str) -> Then:
    """A figure at a unit, and by the units below it, in the boundaries at the period's end.

    `within` is the path that the reader sees: numbers of a unit that has left it since are not theirs to read.
    Raises CannotTell.
    """
    figure, day = catalogue.get(key), stock_day(period, timezone.localdate())
    bases = _added(figure, period)
    places, units = _places(unit, day)
    concerned = [
        m
        for m in moved_since(day)
        if any(m.then.startswith(p.then) != m.now.startswith(p.now) for p in places)
    ]
    if any(not place.now.startswith(within) for place in concerned):
        raise CannotTell("当时所辖的单位后来划到了您的管理范围以外，请由双方共同的上级按当时区划查看。")
    values = _values(bases, places, concerned, period)
    told = values_told(figure, values, period)
    level = unit.level + 1
    is_told = figure.is_had_at(level) and is_asked(figure, unit, period, level)
    parts = [(each, told[each.pk]) for each in units if each.pk in told and is_told]
    return Then(told.get(unit.pk), parts)


def _added(figure: Figure, period: Period) -> list[Figure]:
    """The figures that are added up along the tree. Raises CannotTell."""
    bases = catalogue.bases([figure])
    if any(not base.kind.is_additive for base in bases):
        raise CannotTell("去重的人数、户数和文件数不能相加，只能按现在区划查看。")
    if qualifier_of(figure, period) != EXACT:
        raise CannotTell("这个报告期没有这个指标数。")
    return bases


def _places(unit: Unit, day: date) -> tuple[list[Place], list[Unit]]:
    """The unit and those that stood directly below it on a day; the latter in the order of their codes, zones last."""
    versions = UnitVersion.objects.filter(versions_on(day)).select_related("unit")
    found = list(versions.filter(Q(unit=unit) | Q(parent=unit)))
    places = [Place(version.unit_id, version.path, version.unit.path) for version in found]
    if not any(place.unit_id == unit.pk for place in places):
        raise CannotTell("这个单位当时还没有设立。")
    below = sorted(
        (version for version in found if version.unit_id != unit.pk),
        key=lambda version: (version.unit.is_functional_zone, version.path),
    )
    return places, [version.unit for version in below]


def _values(
    bases: Sequence[Figure], places: Sequence[Place], moved: Iterable[Place], period: Period
) -> dict[int, dict[str, Decimal]]:
    """The values of then by unit and key."""
    moved = list(moved)
    amounts = amounts_at(bases, {place.unit_id for place in [*places, *moved]}, period)
    zero = (Decimal(0), Decimal(0))
    found = {p.unit_id: {b.key: amounts.get((b.key, p.unit_id), zero)[0] for b in bases} for p in places}
    for each in moved:
        for place in places:
            sign = each.then.startswith(place.then) - each.now.startswith(place.now)
            for base in bases if sign else ():
                found[place.unit_id][base.key] += sign * amounts.get((base.key, each.unit_id), zero)[1]
    return found
