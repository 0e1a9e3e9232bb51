"""The figures that reported cells add up to: one for each item of a form that is published, from the database.

A form that is published while the platform runs is known to every process at once. A typed cell counts from the moment
that the unit above has approved its report; sums are never typed, so nothing counts twice on the way up.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from django.db.models import Aggregate, BigIntegerField, F, Func, Max, QuerySet, Value

from fpa.access.models import Kind as UnitKind
from fpa.access.models import Level, Unit
from fpa.core.lists import Column
from fpa.core.periods import Period
from fpa.core.visibility import ROOT_PATH, upper_bound
from fpa.figures.catalogue import Coverage, Figure, Source, register_source
from fpa.figures.fact_periods import parts_of
from fpa.figures.queries import WORDS
from fpa.reporting.models import ADDING_KINDS, Cell, Collection, Item, State, Submission
from fpa.reporting.queries import counted_cells

COVERAGE_WORDS = (
    "一经上一级审核通过即计入。覆盖面另计：本期上报已由上级审核完毕的县（市、区）数，不含功能区；"
    "县级及以下各按下一级单位数。"
)

CELL_COLUMNS = (
    Column("code", "区划代码", lambda c: c.unit.code, kind="code"),
    Column("parent", "上级", lambda c: c.unit.parent.name if c.unit.parent else ""),
    Column("unit", "填报单位", lambda c: c.unit.association, link=lambda c: c.submission.get_absolute_url()),
    Column("period", "报告期", lambda c: c.submission.collection.period_label),
    Column("value", "数值", lambda c: _whole(c.value), sort="value", kind="number"),
    Column("saved_by", "填报人", lambda c: c.saved_by),
    Column("saved_at", "填报时间", lambda c: c.saved_at, kind="date"),
    Column("explanation", "说明", lambda c: c.explanation, default=False),
)


def _whole(value: Any) -> Any:
    return int(value) if value == int(value) else value


def _rows(key: str) -> QuerySet[Cell]:
    return counted_cells(key, ROOT_PATH)


def coverage_of(form_code: str, unit: Unit, period: Period) -> Coverage | None:
    """How many units below have their report of a form approved by the unit above them, for any part of a period.

    Told by counties down to the city, by townships at a county, by villages at a township and for a village itself;
    None at a village where its township fills the form.
    """
    periods = [str(part) for part in parts_of(period)]
    level = _told_by(form_code, unit, periods)
    units = Unit.objects.current().under(unit.path).filter(level=level)
    reports = Submission.objects.filter(
        state=State.APPROVED,
        unit__level=level,
        collection__form__code=form_code,
        collection__period__in=periods,
        path__gte=unit.path,
        path__lt=upper_bound(unit.path),
    ).exclude(unit__kind=UnitKind.FUNCTIONAL_ZONE)
    have = reports.order_by().values("unit").distinct().count()
    of = units.exclude(kind=UnitKind.FUNCTIONAL_ZONE).count()
    return Coverage(have, of, WORDS[level], "审核完毕") if of else None


def lowest_asked(key: str, unit: Unit, period: Period) -> Level:
    """The last level that fills in an item at a unit and below it, for any part of a period.

    Where a township fills in, its villages are not asked, and no row of theirs says anything.
    """
    above = Unit.objects.above(unit.path).values("path")
    asked = Collection.objects.filter(form__items__key=key, path__in=above)
    asked = asked.filter(period__in=[str(part) for part in parts_of(period)])
    return Level(asked.aggregate(level=Max("fill_level"))["level"] or Level.VILLAGE)


def _told_by(form_code: str, unit: Unit, periods: list[str]) -> Level:
    """The level whose units tell how far a form has come: counties, or the level below; never below who fills it in."""
    below = min(max(Level.COUNTY, unit.level + 1), Level.VILLAGE)
    asked = Collection.objects.filter(form__code=form_code, period__in=periods)
    lowest = asked.aggregate(level=Max("fill_level"))["level"]
    return Level(min(below, lowest or below))


@cache
def _coverage(form_code: str) -> Callable[[Unit, Period], Coverage | None]:
    """One for all figures of a form, so a page asks it once."""
    return partial(coverage_of, form_code)


def version() -> tuple[int, int]:
    """Tells one set of items in sight from any other: the last one, and all their numbers folded into one.

    What a seat sees are the forms of those above it and of its own subtree; an item never changes once it is published.
    """
    folded = Aggregate(
        Func(F("pk"), Value(0), function="hashint8extended"),
        function="bit_xor",
        output_field=BigIntegerField(),
    )
    told = Item.objects.aggregate(last=Max("pk"), folded=folded)
    return (told["last"] or 0, told["folded"] or 0)


def figures_of_items() -> list[Figure]:
    """A figure for each key that a form in sight asks for and that adds up, named as the latest one names it."""
    items = Item.objects.filter(kind__in=ADDING_KINDS).order_by("pk").select_related("form")
    return list({item.key: _figure(item) for item in items}.values())


def _figure(item: Item) -> Figure:
    return Figure(
        key=item.key,
        name=item.label,
        unit=item.measure,
        definition=f"{item.definition}{COVERAGE_WORDS}",
        rows=partial(_rows, item.key),
        measure="value",
        period="period",
        columns=CELL_COLUMNS,
        records_permission="submission.view",
        coverage=_coverage(item.form.code),
        asked=partial(lowest_asked, item.key),
    )


register_source(Source(version=version, figures=figures_of_items, model=Cell))
