"""Pages of parameters: what one's own unit has laid down, and what those above and below it have."""

from functools import partial
from typing import Any

import django_filters as filters
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from fpa.access.loaders import check, load, to_edit
from fpa.access.models import Level, Unit
from fpa.audit.record import recorder_of_export
from fpa.core.actor import Actor
from fpa.core.chinese import date_cn, number
from fpa.core.lists import Column, Link, Status, list_page
from fpa.pages.form_flow import Said, form_flow
from fpa.pages.record import Fact
from fpa.registers import actions, forms
from fpa.registers.catalogue import PARAMETERS, ParameterKind
from fpa.registers.models import Parameter
from fpa.registers.queries import parameters_at

ROWS = Parameter.objects.select_related("unit")


class ParameterFilters(filters.FilterSet):
    """Find parameters."""

    key = filters.ChoiceFilter(label="参数", choices=lambda: forms.parameter_choices()[1:])
    year = filters.NumberFilter(label="年度", method="in_year")

    class Meta:
        model = Parameter
        fields: list[str] = []

    def in_year(self, rows: Any, _: str, year: Any) -> Any:
        """Those that have begun by a year and have not ended before it."""
        wanted = min(max(int(year), 0), forms.LAST_YEAR)
        return rows.filter(from_year__lte=wanted).exclude(to_year__lt=wanted)


def said(row: Parameter) -> str:
    """A value with its measure: 7 个工作日."""
    if row.day:
        return date_cn(row.day)
    if row.number is None:
        return row.text
    kind = row.kind
    measure = "" if kind is None else "元" if kind.kind == "money" else kind.measure
    return f"{number(row.number.normalize())} {measure}".strip()


def parameter_list(request: HttpRequest) -> HttpResponse:
    """What has been laid down by the seat's unit, by those above it and by those below it."""
    actor = check(request, "register.view")
    may_edit, year = actor.may("parameter.edit"), timezone.localdate().year
    held = parameters_at(Unit.objects.get(path=actor.path), year)
    add = Link("设定参数", reverse("choose_parameter"), "plus", primary=True)
    return list_page(
        request,
        title="参数",
        rows=ROWS,
        columns=_columns(actor, may_edit),
        filters=ParameterFilters,
        on_export=recorder_of_export(actor),
        links=[add] if may_edit else [],
        template="registers/parameter_list.html",
        context={"held": [_fact(row) for row in held], "year": year},
        empty="还没有设定参数。省、市、县都可以设定；下级没有另行设定的，按最近的上级执行。",
    )


def _fact(row: Parameter) -> Fact:
    words = format_html('{} <span class="quiet">{}设定，{}</span>', said(row), row.unit.name, row.basis)
    return Fact(str(row), words)


def _columns(actor: Actor, may_edit: bool) -> tuple[Column, ...]:
    this_year = timezone.localdate().year
    columns = (
        Column("key", "参数", str),
        Column("value", "值", said),
        Column("unit", "设定单位", lambda p: p.unit.name, sort="path"),
        Column("from_year", "自（年度）", lambda p: str(p.from_year), sort="from_year"),
        Column("to_year", "至（年度）", lambda p: str(p.to_year or "")),
        Column("status", "状态", lambda p: _status(p, this_year)),
        Column("basis", "依据", lambda p: p.basis),
    )
    own = (_link("edit_parameter", "修改", actor.path), _link("end_parameter", "终止", actor.path))
    return columns + own if may_edit else columns


def _link(name: str, word: str, path: str) -> Column:
    """What a unit may do with its own rows, as long as they have no end."""

    def is_open(row: Parameter) -> bool:
        return row.path == path and row.kind is not None and row.to_year is None

    return Column(
        name,
        word,
        lambda p: word if is_open(p) else None,
        link=lambda p: reverse(name, args=[p.pk]) if is_open(p) else None,
    )


def _status(row: Parameter, year: int) -> Status:
    if row.from_year > year:
        return Status("未到年度", "waiting")
    return Status("已终止", "off") if row.to_year and row.to_year < year else Status("执行中", "done")


def _setter(request: HttpRequest) -> Actor:
    """Who may lay parameters down: an office of the province, a city or a county."""
    actor = check(request, "parameter.edit")
    if actor.level > Level.COUNTY:
        raise Http404("参数由省、市、县三级计生协设定。")
    return actor


def choose_parameter(request: HttpRequest) -> HttpResponse:
    """Choose which parameter is to be laid down."""
    _setter(request)
    return form_flow(
        request,
        forms.ChooseParameterForm(request.POST or None),
        title="设定参数",
        submit="下一步",
        back=reverse("parameter_list"),
        does=lambda key: key,
        said=lambda key: HttpResponseRedirect(reverse("set_parameter", args=[key])),
    )


def set_parameter(request: HttpRequest, key: str) -> HttpResponse:
    """Lay down what holds at the seat's unit and below."""
    actor, kind = _setter(request), _kind(key)

    def told(row: Parameter) -> Said:
        message = f"已设定{row}：{said(row)}，自{row.from_year}年起执行。"
        return message, reverse("parameter_list")

    below = f"{actor.unit_name}及没有另行设定的下级单位" if kind.inherits else actor.unit_name
    return form_flow(
        request,
        forms.SetParameterForm(request.POST or None, kind=kind),
        title=f"设定参数：{kind.label}",
        submit="设定",
        back=reverse("parameter_list"),
        does=partial(actions.set_parameter, key=key, by=actor),
        said=told,
        consequences=lambda answers: [f"自{answers['from_year']}年起，{below}按此执行。"],
    )


def _kind(key: str) -> ParameterKind:
    if key not in PARAMETERS:
        raise Http404("没有这个参数，请从“设定参数”中选择。")
    return PARAMETERS[key]


def _own(request: HttpRequest, pk: int) -> tuple[Actor, Parameter]:
    """A row of the seat's own unit: those of other units are read, and changed by them alone."""
    actor = check(request, "parameter.edit")
    rows = to_edit(ROWS.filter(path=actor.path), request)
    return actor, load(rows, pk, request, "parameter.edit")


def edit_parameter(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a value of one's own unit."""
    actor, row = _own(request, pk)

    return form_flow(
        request,
        forms.EditParameterForm.of(row, _kind(row.key), request.POST or None),
        edits=True,
        title=f"修改参数：{row}（{row.unit.name}，{row.from_year}年起）",
        submit="保存",
        back=reverse("parameter_list"),
        does=partial(actions.edit_parameter, parameter=row, by=actor),
        said=lambda edited: (f"已修改{edited}：{said(edited)}。", reverse("parameter_list")),
        consequences=lambda _: [
            f"{row.from_year}年以来的计算都改用新的值。从新的年度起才变的，请不要修改，另行设定。"
        ],
    )


def end_parameter(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a value of one's own unit end with a year."""
    actor, row = _own(request, pk)

    return form_flow(
        request,
        forms.EndParameterForm(request.POST or None),
        title=f"终止参数：{row}（{row.unit.name}，{row.from_year}年起）",
        submit="确认终止",
        back=reverse("parameter_list"),
        does=partial(actions.end_parameter, parameter=row, by=actor),
        said=lambda ended: (f"{ended}执行到{ended.to_year}年为止。", reverse("parameter_list")),
        consequences=lambda answers: [
            f"{answers['to_year'] + 1}年起，{row.unit.name}按上级的设定执行；上级也没有设定的，有关业务不能办理。"
        ],
    )
