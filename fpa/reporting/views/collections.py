"""Pages about collections: the list, issuing one, the board with its names and sums, and paper."""

from datetime import date
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from fpa.access.loaders import check, load, load_unit
from fpa.access.models import Level, Unit
from fpa.audit.record import recorder_of_export
from fpa.core.actor import Actor
from fpa.core.chinese import percent
from fpa.core.form_flow import form_flow, redirect_with_message
from fpa.core.lists import Column, Link, Status, Tone, list_page
from fpa.reporting.actions import collections as actions
from fpa.reporting.actions.collections import CannotExempt, CannotIssue
from fpa.reporting.figures import CELL_COLUMNS
from fpa.reporting.forms import ExceptionForm, IssueForm, StandingFilter, default_days
from fpa.reporting.models import Collection, Item
from fpa.reporting.progress import (
    COMPLETE,
    Progress,
    board_unit,
    children_with_summaries,
    filling_units,
    progress_of,
    totals_of,
    with_reports,
)
from fpa.reporting.queries import collections_for, counted_cells
from fpa.reporting.sheet import sheet_of
from fpa.reporting.views.filling import not_asked_words, seat_unit
from fpa.reporting.views.reviewing import state_of, timeliness

STAGES: dict[str, Tone] = {"未开始": "plain", "填报中": "waiting", "已过截止": "late", "已锁定": "off"}


def collection_list(request: HttpRequest) -> HttpResponse:
    """The collections that ask something of the seat's unit or were issued by it and below, the latest due first."""
    actor = check(request, "submission.view")
    today = timezone.localdate()
    links = [Link("下发采集任务", reverse("issue_collection"), "send", primary=True)]
    return list_page(
        request,
        title="数据采集上报",
        rows=collections_for(actor),
        columns=_collection_columns(actor, today),
        on_export=recorder_of_export(actor),
        links=links if actor.may("collection.issue") else (),
        empty="现在没有采集任务。上级下发后会显示在这里，也会出现在“今天要办”。",
    )


def _collection_columns(actor: Actor, today: date) -> list[Column]:
    return [
        Column("title", "采集任务", lambda c: c.title, link=partial(entrance, actor)),
        Column("form", "报表", lambda c: c.form.name, default=False),
        Column("period", "报告期", lambda c: c.period_label, sort="period"),
        Column("publisher", "下发单位", lambda c: c.unit.name),
        Column("due", "截止日期", lambda c: c.due_on, sort="due_on", kind="date"),
        Column("locks", "锁定日期", lambda c: c.locks_on, sort="locks_on", kind="date"),
        Column("stage", "阶段", lambda c: Status(c.stage(today), STAGES[c.stage(today)])),
        Column("own", "本单位", partial(_own_state, actor, today)),
        Column(
            "waiting",
            "待我审核",
            lambda c: c.waiting or None,
            kind="number",
            link=_waiting_link,
            unit="份",
            default=actor.may("submission.review"),
        ),
    ]


def _own_state(actor: Actor, today: date, collection: Any) -> Status | None:
    """How the seat's own report stands; 未开始 before the day of opening, nothing where none is asked."""
    if not collection.asks(actor.path, actor.level):
        return None
    if today < collection.opens_on:
        return Status("未开始", "plain")
    return state_of(collection.own_state, sums=actor.level < collection.fill_level)


def _waiting_link(collection: Any) -> str | None:
    return reverse("submission_list", args=[collection.pk]) if collection.waiting else None


def entrance(actor: Actor, collection: Collection) -> str:
    """Where a seat goes in: the unit that fills in to its sheet, all others to the board."""
    is_leaf = actor.level == collection.fill_level and collection.asks(actor.path, actor.level)
    leads_to_sheet = is_leaf and actor.may("submission.fill")
    return reverse("fill_submission" if leads_to_sheet else "collection_detail", args=[collection.pk])


def issue_collection(request: HttpRequest) -> HttpResponse:
    """Ask the units below to report a form for a period."""
    actor = check(request, "collection.issue")

    def act(**answers: Any) -> HttpResponse:
        collection = actions.issue_collection(**answers, by=actor)
        return redirect_with_message(request, f"已下发“{collection.title}”。", collection.get_absolute_url())

    return form_flow(
        request,
        IssueForm(request.POST or None, actor=actor, initial=default_days(timezone.localdate())),
        title="下发采集任务",
        submit="下发",
        back=reverse("collection_list"),
        act=act,
        refusals=CannotIssue,
        consequences=lambda _: [
            f"{actor.unit_name}以下的填报单位都会在“今天要办”里看到这项任务。",
            "下发后不能修改报表和报告期；个别单位来不及的，可以逐个延期。",
        ],
    )


def _board(request: HttpRequest, pk: int, code: str | None) -> tuple[Collection, Unit, list[Unit]]:
    """The collection, the unit whose board it is (the seat's own without a code), and the units below that one."""
    collection = load(Collection.objects.whole(), pk, request, "submission.view")
    actor = check(request, "submission.view")
    if actor.level > collection.fill_level:
        filler = collection.get_fill_level_display()
        raise Http404(f"“{collection.title}”由{filler}填报，您的单位不需要填报。")
    unit = load_unit(code, request, "submission.view") if code else seat_unit(actor)
    unit = board_unit(collection, unit)
    if not unit.path.startswith(collection.path):
        raise Http404("这个单位不在本次采集的范围内。")
    return collection, unit, children_with_summaries(collection, unit)


def _titled(what: str, collection: Collection, unit: Unit) -> str:
    return f"{collection.title}：{unit.short_name}{what}"


def collection_detail(request: HttpRequest, pk: int, code: str | None = None) -> HttpResponse:
    """The board: by unit below, how many reported, on time, approved; each number opens its names."""
    collection, unit, children = _board(request, pk, code)
    actor = check(request, "submission.view")
    progress = progress_of(collection, unit, children)
    paths = {child.path: child for child in children}
    context = {"collection": collection, "unit": unit, "total": progress[unit.path]}
    context |= {"notes": _shares(progress[unit.path])}
    return list_page(
        request,
        title=_titled("进度", collection, unit),
        rows=Unit.objects.filter(path__in=[unit.path, *paths]).order_by("path"),
        columns=_board_columns(collection, unit, paths, progress),
        on_export=recorder_of_export(actor),
        links=_board_links(collection, unit, actor),
        total=lambda: len(paths) + 1,
        template="reporting/collection_detail.html",
        context=context | {"stage": collection.stage(timezone.localdate())},
    )


def _shares(total: Progress) -> dict[str, str]:
    """The shares that stand under the board's key figures; empty where there is nothing to divide by."""
    told = {
        "complete": ("占应报", total.complete_share),
        "on_time": ("占已上报", total.on_time_share),
        "approved": ("占已上报", total.approved_share),
    }
    return {key: f"{of} {percent(share)}" for key, (of, share) in told.items() if share is not None}


def _board_links(collection: Collection, unit: Unit, actor: Actor) -> list[Link]:
    at = [collection.pk, unit.code]
    links = [
        Link("未上报名单", f"{reverse('collection_units', args=at)}?standing=missing", "users"),
        Link("汇总表", reverse("collection_totals", args=at), "table"),
        Link("打印空表", f"{reverse('print_form', args=[collection.pk])}?blank=1", "printer"),
    ]
    if actor.may("submission.review"):
        links.append(Link("下级上报", reverse("submission_list", args=[collection.pk]), "report"))
    if actor.level < collection.fill_level and collection.asks(actor.path, actor.level):
        links.append(Link("汇总上报", reverse("submit_summary", args=[collection.pk]), "send", primary=True))
    return links


def _board_columns(
    collection: Collection, unit: Unit, children: dict[str, Unit], progress: dict[str, Progress]
) -> list[Column]:
    def count(name: str) -> Any:
        return lambda u: getattr(progress.get(u.path, Progress()), name)

    def names(standing: str, unit: Unit) -> str | None:
        url = reverse("collection_units", args=[collection.pk, unit.code])
        return f"{url}?standing={standing}" if count(standing)(unit) else None

    def number(key: str, label: str, *, opens: bool = True, shown: bool = True) -> Column:
        link = partial(names, key) if opens else None
        return Column(key, label, count(key), kind="number", link=link, default=shown)

    def share(key: str, label: str, *, of: str, shown: bool = False) -> Column:
        return Column(key, label, count(key), kind="percent", unit=of, default=shown)

    return [
        Column("unit", "单位", lambda u: _row_name(u, unit), link=lambda u: _below(collection, u, unit)),
        number("expected", "应报", opens=False),
        number("started", "动手填报", opens=False, shown=False),
        number("complete", "已上报"),
        share("complete_share", "上报率", of="占应报", shown=True),
        number("on_time", "按时上报"),
        share("on_time_share", "按时率", of="占已上报"),
        number("late", "迟报"),
        number("approved", "已通过"),
        share("approved_share", "通过率", of="占已上报"),
        number("returned", "已退回"),
        number("missing", "未上报"),
        Column("summary", "汇总上报", lambda u: _summary_state(collection, children.get(u.path))),
    ]


def _row_name(row: Unit, unit: Unit) -> str:
    return "合计" if row.pk == unit.pk else row.name


def _below(collection: Collection, row: Unit, unit: Unit) -> str | None:
    """The board of a unit below, where it has one."""
    if row.pk == unit.pk:
        return None
    name = "collection_units" if row.level == collection.fill_level else "collection_detail"
    return reverse(name, args=[collection.pk, row.code])


def _summary_state(collection: Collection, child: Any) -> Status | None:
    if child is None or child.level >= collection.fill_level:
        return None
    return state_of(child.summary_state, sums=True)


def collection_units(request: HttpRequest, pk: int, code: str | None = None) -> HttpResponse:
    """The filling units by name, narrowed to those missing, late, returned and so on."""
    collection, unit, _ = _board(request, pk, code)
    actor = check(request, "submission.view")
    request.collection = collection  # type: ignore[attr-defined]
    may_exempt = actor.may("collection.exempt") and collection.path.startswith(actor.path)
    return list_page(
        request,
        title=_titled("填报单位", collection, unit),
        rows=with_reports(collection, unit.path),
        columns=_unit_columns(collection, may_exempt, actor),
        filters=StandingFilter,
        on_export=recorder_of_export(actor),
        links=[Link("进度", reverse("collection_detail", args=[pk, unit.code]), "clipboard-check")],
        total=filling_units(collection, unit.path).count,
        empty="没有填报单位。",
    )


def _unit_columns(collection: Collection, may_exempt: bool, actor: Actor) -> list[Column]:
    def granting(unit: Any) -> str:
        return reverse("grant_lock_exception", args=[collection.pk, unit.code])

    def report(unit: Any) -> str | None:
        may_act = actor.level == Level.TOWNSHIP and unit.level == Level.VILLAGE
        acting = reverse("fill_submission", args=[collection.pk, unit.code]) if may_act else None
        return _report_link(unit) or acting

    columns = [
        Column("code", "区划代码", lambda u: u.code, kind="code"),
        Column("parent", "上级", lambda u: u.parent.name),
        Column("unit", "单位", lambda u: u.name, link=report),
        Column("state", "状态", lambda u: state_of(u.report["state"] if u.report else None)),
        Column("timely", "时效", _timeliness),
    ]
    if may_exempt:
        columns.append(Column("exempt", "延期", lambda _: "办理延期", link=granting))
    return columns


def _timeliness(unit: Any) -> Status | None:
    """On time or late, of those that count as complete on the board."""
    return timeliness(unit.report["late"]) if unit.report and unit.report["state"] in COMPLETE else None


def _report_link(unit: Any) -> str | None:
    return reverse("review_submission", args=[unit.report["id"]]) if unit.report else None


def grant_lock_exception(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Let one unit report after the lock, until a day."""
    collection = load(Collection.objects.whole(), pk, request, "collection.exempt")
    unit = load_unit(code, request, "collection.exempt")
    actor = check(request, "collection.exempt")
    back = reverse("collection_units", args=[pk, board_unit(collection, unit).code])

    def act(**answers: Any) -> HttpResponse:
        actions.grant_lock_exception(collection=collection, unit=unit, by=actor, **answers)
        return redirect_with_message(request, f"已为{unit.name}办理延期。", back)

    return form_flow(
        request,
        ExceptionForm(request.POST or None),
        title=f"办理延期：{unit.name}",
        submit="批准延期",
        back=back,
        act=act,
        refusals=CannotExempt,
    )


def collection_totals(request: HttpRequest, pk: int, code: str | None = None) -> HttpResponse:
    """The roll-up: sums of approved cells by unit below; each number opens the cells behind it."""
    collection, unit, children = _board(request, pk, code)
    actor = check(request, "submission.view")
    totals = totals_of(collection, unit, children)
    paths = [unit.path, *(child.path for child in children)]
    columns = [
        Column("unit", "单位", lambda u: _row_name(u, unit), link=partial(_totals_below, collection, unit))
    ]
    columns += [_sum_column(item, totals, collection.period) for item in collection.form.items.all()]
    return list_page(
        request,
        title=_titled("汇总表", collection, unit),
        rows=Unit.objects.filter(path__in=paths).order_by("path"),
        columns=columns,
        on_export=recorder_of_export(actor),
        links=[Link("进度", reverse("collection_detail", args=[pk, unit.code]), "clipboard-check")],
        total=lambda: len(paths),
    )


def _totals_below(collection: Collection, unit: Unit, row: Unit) -> str | None:
    if row.pk == unit.pk or row.level >= collection.fill_level:
        return None
    return reverse("collection_totals", args=[collection.pk, row.code])


def _sum_column(item: Item, totals: dict[str, Any], period: str) -> Column:
    def value(unit: Unit) -> Any:
        return totals.get(unit.path, {}).get(item.key)

    def cells(unit: Unit) -> str | None:
        return None if value(unit) is None else reverse("cell_list", args=[item.key, period, unit.code])

    return Column(
        item.key, item.label, lambda u: _whole(value(u)), kind="number", unit=item.measure, link=cells
    )


def _whole(value: Any) -> Any:
    return int(value) if value is not None and value == int(value) else value


def cell_list(request: HttpRequest, key: str, period: str, code: str) -> HttpResponse:
    """The counted cells behind a sum, each leading to its report."""
    unit = load_unit(code, request, "submission.view")
    actor = check(request, "submission.view")
    item = Item.objects.filter(key=key).order_by("-pk").first()
    if item is None:
        raise Http404("没有这个指标，或者它的报表没有发给您的单位。")
    return list_page(
        request,
        title=f"{unit.short_name}：{item.label}（{item.measure}）",
        rows=counted_cells(key, unit.path).filter(period=period),
        columns=CELL_COLUMNS,
        on_export=recorder_of_export(actor),
        empty="没有计入的数据：下级还没有审核通过的上报。",
    )


def print_form(request: HttpRequest, pk: int) -> HttpResponse:
    """The form on A4: blank, or as the seat's own unit has filled it in."""
    collection = load(Collection.objects.whole(), pk, request, "submission.view")
    actor = check(request, "submission.view")
    sheet = sheet_of(collection, seat_unit(actor), timezone.localdate())
    if actor.level > collection.fill_level:
        raise Http404(not_asked_words(collection))
    is_blank = "blank" in request.GET or not sheet.submission.pk
    shown = {
        "title": collection.form.name,
        "sheet": sheet,
        "is_blank": is_blank,
    }
    return render(request, "reporting/print_form.html", shown)
