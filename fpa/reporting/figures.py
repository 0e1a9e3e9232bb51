"""The figures that reported cells add up to: one for each item of the standard forms.

A typed cell counts from the moment that the unit above has approved its report; sums are never typed, so nothing
counts twice on the way up.
"""

from functools import partial
from typing import Any

from django.db.models import QuerySet

from fpa.access.models import Kind as UnitKind
from fpa.access.models import Level, Unit
from fpa.core.lists import Column
from fpa.core.periods import Period
from fpa.core.visibility import ROOT_PATH, upper_bound
from fpa.figures.catalogue import Coverage, Figure, register
from fpa.figures.kept import parts_of
from fpa.reporting.models import Cell, State, Submission
from fpa.reporting.queries import counted_cells
from fpa.reporting.standard_forms import FORMS, Standard

COVERED = {
    Level.PROVINCE: (Level.COUNTY, "个县"),
    Level.CITY: (Level.COUNTY, "个县"),
    Level.COUNTY: (Level.TOWNSHIP, "个乡镇"),
    Level.TOWNSHIP: (Level.VILLAGE, "个村"),
}
"""At which level a figure's coverage is told, and the word for it."""

COVERAGE_WORDS = "覆盖面为本期上报已由上级审核通过的县（市、区）数，不含功能区。"

CELL_COLUMNS = (
    Column("code", "区划代码", lambda c: c.unit.code, kind="code"),
    Column("parent", "上级", lambda c: c.unit.parent.name if c.unit.parent else ""),
    Column("unit", "填报单位", lambda c: c.unit.name, link=lambda c: c.submission.get_absolute_url()),
    Column("period", "报告期", lambda c: c.submission.collection.period_label),
    Column("value", "数值", lambda c: _whole(c.value), sort="value", kind="number"),
    Column("saved_by", "填报人", lambda c: c.saved_by),
    Column("saved_at", "填报时间", lambda c: c.saved_at, kind="date"),
    Column("explanation", "说明", lambda c: c.explanation, shown=False),
)


def _whole(value: Any) -> Any:
    return int(value) if value == int(value) else value


def _rows(key: str) -> QuerySet[Cell]:
    return counted_cells(key, ROOT_PATH)


def coverage_of(form_code: str, unit: Unit, period: Period) -> Coverage | None:
    """How many units below have their report of a form approved by the unit above them, for any part of a period.

    Told by counties down to the city, by townships at a county, by villages at a township; None at a village.
    """
    if unit.level not in COVERED:
        return None
    level, word = COVERED[Level(unit.level)]
    units = Unit.objects.current().under(unit.path).filter(level=level)
    reports = Submission.objects.filter(
        state=State.APPROVED,
        unit__level=level,
        collection__form__code=form_code,
        collection__period__in=[str(part) for part in parts_of(period)],
        path__gte=unit.path,
        path__lt=upper_bound(unit.path),
    ).exclude(unit__kind=UnitKind.FUNCTIONAL_ZONE)
    have = reports.order_by().values("unit").distinct().count()
    return Coverage(have, units.exclude(kind=UnitKind.FUNCTIONAL_ZONE).count(), word)


def _figures_of(standard: Standard) -> list[Figure]:
    coverage = partial(coverage_of, standard.code)  # one for all its figures, so a page asks it once
    return [
        Figure(
            key=line.key,
            unit=line.measure.value,
            definition=f"{line.definition}{COVERAGE_WORDS}",
            rows=partial(_rows, line.key),
            measure="value",
            period="period",
            columns=CELL_COLUMNS,
            coverage=coverage,
        )
        for line in standard.lines
    ]


for form in FORMS:
    register(*_figures_of(form))
