"""The records behind a figure, and the numbers that documents state."""

from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from fpa.core.actor import Actor
from fpa.core.lists import Column
from fpa.figures import queries
from fpa.figures.places import figure_at, may_see_records, place_of
from fpa.pages.declared_lists import List

UNIT_COLUMNS = (
    Column("code", "区划代码", lambda row: row.unit.code, kind="code"),
    Column("unit", "单位", lambda row: row.unit.name),
)


def _open_records(request: HttpRequest, actor: Actor, key: str) -> List:
    """The records of the address's figure, unit and period. Raises PermissionDenied where the seat lacks the right that
    they ask for, and Http404 where the figure has none then."""
    place, figure = place_of(request), figure_at(key)
    if not may_see_records(figure, actor):
        raise PermissionDenied(
            f"指标“{figure.name}”的记录需要另外的查看权限，您的岗位没有。可以看指标数和下级构成；"
            "确需查看记录，请联系本单位系统管理员调整岗位。"
        )
    reading = queries.read([key], place.unit, place.period)[key]
    if reading.value is None or figure.rows is None:
        raise Http404(f"指标“{figure.name}”在这个报告期没有可以查看的记录。")
    count = None if figure.measure or figure.subject else int(reading.value)
    return replace(
        FIGURE_RECORDS,
        title=f"{figure.name}：{place.unit.name}{place.period.label}的记录",
        rows=lambda: queries.records_behind(figure, place.unit, place.period),
        columns=figure.columns or UNIT_COLUMNS,
        total=None if count is None else lambda: count,
        context={"reading": reading, "places": place.steps("figure_records", key)},
    )


FIGURE_RECORDS = List(
    key="figure_records",
    view="figure.view",
    empty="这个单位在这个报告期没有记录。",
    template="figures/figure_records.html",
    opens=_open_records,
)
