"""Pages of units: the tree, a unit, search, and what changes a unit."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from fpa.access.loaders import check, load_unit, load_unit_for
from fpa.access.models import Level, Unit
from fpa.core.actor import Actor
from fpa.core.chinese import date_cn
from fpa.core.lists import Link
from fpa.core.periods import Period
from fpa.figures.queries import breakdown, read
from fpa.organization import forms
from fpa.organization.actions import units as actions
from fpa.organization.models import Standing
from fpa.organization.queries import children_of, impact_of_move
from fpa.pages.form_flow import form_flow
from fpa.pages.queries import full_name_of, search_units
from fpa.pages.record import Fact, Panel, history_panel, record_page, table_panel

KEY_FIGURES = ("member.total", "staff.authorized", "staff.part_time", "staff.village_part_time")


def page_of(unit: Unit) -> str:
    """Address of a unit's page."""
    return reverse("unit_detail", args=[unit.code])


def unit_tree(request: HttpRequest) -> HttpResponse:
    """The tree from the seat's unit down, opened step by step, and the search in it."""
    actor = check(request, "unit.view")
    unit = Unit.objects.get(path=actor.path)
    wanted = request.GET.get("q", "")
    found = [(u, full_name_of(u)) for u in search_units(wanted, actor.path)]
    shown = {"title": "组织机构", "unit": unit, "wanted": wanted, "found": found, **_children(unit)}
    return render(request, "organization/unit_tree.html", shown)


def unit_children(request: HttpRequest, code: str) -> HttpResponse:
    """The units directly below one, for the tree."""
    unit = load_unit(code, request, "unit.view")
    return render(request, "organization/unit_children.html", {"unit": unit, **_children(unit)})


def _children(unit: Unit) -> dict[str, Any]:
    members = {u.pk: value for u, value in breakdown("member.total", unit, _this_half())}
    rows = [(child, members.get(child.pk, 0)) for child in children_of(unit)]
    return {
        "children": [row for row in rows if not row[0].is_functional_zone],
        "zones": [row for row in rows if row[0].is_functional_zone],
    }


def _this_half() -> Period:
    return Period.of(timezone.localdate(), "half")


def unit_detail(request: HttpRequest, code: str) -> HttpResponse:
    """A unit: facts, figures, standings, units below, and what it was before."""
    actor, unit = load_unit_for(code, request, "unit.view")
    figures = read(KEY_FIGURES, unit, _this_half()).values()
    may_open = actor.may("document.view")
    return record_page(
        request,
        title=unit.name,
        facts=_facts(unit, may_open_documents=may_open),
        actions=_links(unit, actor),
        lead=Panel("主要指标", "organization/unit_figures.html", {"figures": figures}),
        panels=[
            Panel("下级单位", "organization/unit_below.html", {"unit": unit, **_children(unit)}),
            _versions(unit),
            history_panel(unit),
        ],
        back=("unit_tree", "组织机构"),
        places=_places(unit, actor),
    )


def _facts(unit: Unit, *, may_open_documents: bool) -> list[Fact]:
    held = Standing.objects.filter(unit=unit).select_related("basis")
    standings = [_standing(each, _basis(each) if may_open_documents else None) for each in held]
    return [
        Fact("区划代码", unit.code, code=True),
        Fact("简称", unit.short_name),
        Fact("层级", f"{unit.get_level_display()}（{unit.get_kind_display()}）"),
        Fact("上级", unit.parent.name if unit.parent else "", empty="无"),
        Fact("设立日期", unit.valid_from),
        *(standings or [Fact("入序、参公、三定", "")]),
    ]


def _standing(standing: Standing, link: Link | None) -> Fact:
    """Since when it holds, until when, and by what: a link where the document can be opened."""
    until = f"，至{date_cn(standing.until)}" if standing.until else ""
    document = f"（{standing.document}）" if standing.document and not link else ""
    return Fact(standing.get_kind_display(), f"{date_cn(standing.since)}起{until}{document}", more=link)


def _basis(standing: Standing) -> Link | None:
    """The document that a standing rests on."""
    return Link(standing.document, standing.basis.get_absolute_url()) if standing.basis else None


def _links(unit: Unit, actor: Actor) -> list[Link]:
    """The lists of the unit, and what may be done with it."""
    links = [
        Link(label, f"{reverse(name)}?unit={unit.code}", icon)
        for permission, label, name, icon in (
            ("member.view", "会员名单", "member_list", "users"),
            ("staff.view", "工作队伍", "staff_list", "user-check"),
        )
        if actor.may(permission)
    ]
    if actor.may("unit.edit"):
        links += [
            Link("登记入序、参公、三定", reverse("set_standing", args=[unit.code]), "clipboard-check"),
            Link("更名", reverse("rename_unit", args=[unit.code]), "pencil"),
        ]
        if unit.path != actor.path and unit.level != Level.PROVINCE:
            links.append(Link("调整隶属关系", reverse("move_unit", args=[unit.code]), "switch-horizontal"))
    return links


def _versions(unit: Unit) -> Panel:
    """What the unit was called and where it stood, the latest first."""
    versions = unit.versions.select_related("parent").order_by("-valid_from", "-id")
    rows = [
        (
            v.name,
            v.parent.name if v.parent else None,
            f"{date_cn(v.valid_from)}至{date_cn(v.valid_to) if v.valid_to else '今'}",
            v.reason,
        )
        for v in versions
    ]
    return table_panel("沿革", ("名称", "隶属", "起止", "依据"), rows, empty="还没有记录。", narrow=True)


def _places(unit: Unit, actor: Actor) -> list[tuple[str, str]]:
    """The way down to a unit; a link on each unit above it that the seat may open."""
    above = Unit.objects.above(unit.path).order_by("path")
    may_open = {u.pk for u in above if u.path.startswith(actor.path) and u != unit}
    return [(u.short_name, page_of(u) if u.pk in may_open else "") for u in above]


def rename_unit(request: HttpRequest, code: str) -> HttpResponse:
    """Give a unit a new name."""
    actor, unit = load_unit_for(code, request, "unit.edit", edits=True)

    return form_flow(
        request,
        forms.RenameUnitForm(
            request.POST or None, initial={"name": unit.name, "short_name": unit.short_name}
        ),
        edits=True,
        title=f"更名：{unit.name}",
        submit="确认更名",
        back=page_of(unit),
        does=partial(actions.rename_unit, unit=unit, by=actor),
        said=lambda renamed: (f"{unit.name}已更名为{renamed.name}。", page_of(renamed)),
        consequences=lambda answers: [
            f"今后各处显示“{answers['name']}”；原名称“{unit.name}”留在沿革中，以前的报告不变。"
        ],
    )


def move_unit(request: HttpRequest, code: str) -> HttpResponse:
    """Put a unit below another parent."""
    actor, unit = load_unit_for(code, request, "unit.edit")

    return form_flow(
        request,
        forms.MoveUnitForm(request.POST or None, seat=actor),
        title=f"调整隶属关系：{unit.name}",
        submit="确认调整",
        back=page_of(unit),
        does=partial(actions.move_unit, unit=unit, by=actor),
        said=lambda moved: (f"{moved.name}已调整到{moved.parent.name}。", page_of(moved)),
        consequences=lambda answers: _consequences_of_move(unit, answers["to_parent"]),
        tries=partial(actions.check_move, unit=unit, by=actor),
    )


def _consequences_of_move(unit: Unit, to_parent: Unit) -> list[str]:
    impact = "、".join(f"{word} {count:,}" for word, count in impact_of_move(unit))
    return [
        f"{unit.name}由{full_name_of(unit.parent or unit)}改属{full_name_of(to_parent)}。",
        f"随之转移：{impact or '没有下级单位和业务记录'}。",
        "原上级今后看不到这些记录，新上级可以看到；双方及其上级的指标重新计算。",
        "沿革和审计日志保留原来的隶属关系。",
    ]


def set_standing(request: HttpRequest, code: str) -> HttpResponse:
    """Record 入序, 参公 or “三定” of an association."""
    actor, unit = load_unit_for(code, request, "unit.edit")

    return form_flow(
        request,
        forms.SetStandingForm(request.POST or None, request.FILES or None, seat=actor),
        title=f"登记入序、参公、三定：{unit.association}",
        submit="登记",
        back=page_of(unit),
        does=partial(actions.set_standing, unit=unit, by=actor),
        said=lambda standing: (f"已登记{unit.association}{standing}。", page_of(unit)),
    )
