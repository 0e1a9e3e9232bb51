"""The records behind a figure, and the numbers that documents state."""

from dataclasses import replace
from typing import Any

import django_filters as filters
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from fpa.core.actor import Actor
from fpa.core.lists import Column, Status
from fpa.figures import catalogue, queries
from fpa.figures.display import stated_words
from fpa.figures.figure import Kind
from fpa.figures.models import Statement, StatementQuerySet
from fpa.figures.places import figure_at, may_see_records, place_of
from fpa.pages.declared_forms import new_link
from fpa.pages.declared_lists import List
from fpa.pages.filters import SeatFilters, UnitFilter

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


CURRENT, CORRECTED = "current", "corrected"


def stated_figures() -> list[tuple[str, str]]:
    """The figures that are stated by documents, as choices."""
    return [(figure.key, figure.name) for figure in catalogue.declared() if figure.kind is Kind.STATED]


class StatementFilters(SeatFilters):
    """Find statements."""

    figure = filters.ChoiceFilter(label="指标", choices=stated_figures)
    unit = UnitFilter(label="单位（含下级）")
    year = filters.NumberFilter(label="年度", method="in_year")
    number = filters.CharFilter(
        label="依据文号（开头几个字）", field_name="document__number", lookup_expr="prefix"
    )
    state = filters.ChoiceFilter(
        label="状态", method="being", choices=[(CURRENT, "现行"), (CORRECTED, "已更正")]
    )

    class Meta:
        model = Statement
        fields: list[str] = []

    def in_year(self, rows: StatementQuerySet, _: str, year: Any) -> StatementQuerySet:
        """Those of a year or of a part of it; one that no period can have finds none."""
        return rows.filter(period__prefix=f"{int(year)}") if 1000 <= year <= 9999 else rows.none()

    def being(self, rows: StatementQuerySet, _: str, state: str) -> StatementQuerySet:
        """Those that hold, or those that a later one corrects."""
        return rows.filter(correction__isnull=state == CURRENT)


def _state(statement: Any) -> Status:
    return Status("已更正", "off") if statement.is_corrected else Status("现行", "done")


STATEMENT_LIST = List(
    key="statement_list",
    view="figure.view",
    title="文件数登记",
    rows=Statement.objects.whole,
    columns=(
        Column("figure", "指标", lambda s: catalogue.get(s.figure).name, link=lambda s: s.get_absolute_url()),
        Column("unit", "单位", lambda s: s.unit.name, sort="path"),
        Column("period", "报告期", lambda s: s.period_label, sort="period"),
        Column("value", "数值", stated_words),
        Column("whose", "范围", lambda s: s.whose),
        Column(
            "document",
            "依据文号",
            lambda s: s.document.number,
            link=lambda s: s.document.get_absolute_url(),
        ),
        Column("issuer", "发文机关", lambda s: s.document.issuer, default=False),
        Column("issued_on", "成文日期", lambda s: s.document.issued_on, kind="date"),
        Column("entered_by", "登记人", lambda s: s.entered_by),
        Column("entered_at", "登记时间", lambda s: s.entered_at, kind="date", default=False),
        Column("reason", "更正原因", lambda s: s.reason, default=False),
        Column("state", "状态", _state),
        Column("code", "区划代码", lambda s: s.unit.code, kind="code", default=False),
    ),
    filters=StatementFilters,
    links=lambda actor: new_link(actor, "statement.edit", "登记文件数", "state_figure"),
    empty="还没有登记文件数。只有平台内的记录不能汇总、而文件写明的数才在这里登记。",
)
