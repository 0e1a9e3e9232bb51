"""Pages of parameters: what one's own unit has laid down, and what those above and below it have."""

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from fpa.access.loaders import check, load, to_edit
from fpa.access.models import Level
from fpa.core.actor import Actor
from fpa.pages.form_flow import Said, form_flow
from fpa.registers import actions, forms
from fpa.registers.catalogue import PARAMETERS, ParameterKind
from fpa.registers.lists import value_words
from fpa.registers.models import Parameter

ROWS = Parameter.objects.select_related("unit")


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
        message = f"已设定{row}：{value_words(row)}，自{row.from_year}年起执行。"
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
        title=f"修改参数：{row}（{row.unit.association}，{row.from_year}年起）",
        submit="保存",
        back=reverse("parameter_list"),
        does=partial(actions.edit_parameter, parameter=row, by=actor),
        said=lambda edited: (f"已修改{edited}：{value_words(edited)}。", reverse("parameter_list")),
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
        title=f"终止参数：{row}（{row.unit.association}，{row.from_year}年起）",
        submit="确认终止",
        back=reverse("parameter_list"),
        does=partial(actions.end_parameter, parameter=row, by=actor),
        said=lambda ended: (f"{ended}执行到{ended.to_year}年为止。", reverse("parameter_list")),
        consequences=lambda answers: [
            f"{answers['to_year'] + 1}年起，{row.unit.association}按上级的设定执行；"
            "上级也没有设定的，有关业务不能办理。"
        ],
    )
