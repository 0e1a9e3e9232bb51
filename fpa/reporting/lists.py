"""The lists of reporting: collections, what the units below have reported, and the cells behind a sum."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone

from fpa.access.loaders import load, load_unit
from fpa.access.models import Level, Unit
from fpa.core.actor import Actor
from fpa.core.chinese import percent
from fpa.core.lists import BatchAction, Column, Link, Status, Tone
from fpa.forms.sheets import list_column
from fpa.pages.declared_lists import List
from fpa.reporting.figures import CELL_COLUMNS
from fpa.reporting.forms import StandingFilter, SubmissionFilter
from fpa.reporting.models import Collection, Item, State, state_word
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
from fpa.reporting.queries import collections_for, counted_cells, seat_unit, submissions_below, told_below

STAGES: dict[str, Tone] = {"未开始": "plain", "填报中": "waiting", "已过截止": "late", "已锁定": "off"}
TONES: dict[str | None, Tone] = {
    None: "off",
    State.DRAFT: "plain",
    State.SUBMITTED: "waiting",
    State.RETURNED: "returned",
    State.APPROVED: "done",
}


def state_of(value: str | None, *, sums: bool = False) -> Status:
    """A submission's state by word and shape, also where there is none yet."""
    return Status(state_word(value, sums=sums), TONES[value])


def timeliness(is_late: bool | None, is_past: bool = False) -> Status | None:
    """On time or late, by word and shape; None before a report is submitted. What was entered afterwards is neither."""
    if is_late is None:
        return None
    if is_past:
        return Status("补录", "plain")
    return Status("迟报", "late") if is_late else Status("按时", "done")


SUBMISSION_COLUMNS = (
    Column("unit", "单位", lambda s: s.unit.name, sort="path", link=lambda s: s.get_absolute_url()),
    Column("code", "区划代码", lambda s: s.unit.code, kind="code", default=False),
    Column("state", "状态", lambda s: state_of(s.state, sums=s.is_summary), sort="state"),
    Column("timely", "时效", lambda s: timeliness(s.is_late, s.is_past)),
    Column("first", "首次上报", lambda s: s.first_submitted_at, sort="first_submitted_at", kind="date"),
    Column("last", "最近上报", lambda s: s.last_submitted_at, sort="last_submitted_at", kind="date"),
)


def _collection_columns(actor: Actor, today: date) -> list[Column]:
    return [
        Column("title", "采集任务", lambda c: c.title, link=partial(entrance, actor)),
        Column("form", "报表", lambda c: c.form.name, default=False),
        Column("period", "报告期", lambda c: c.period_label, sort="period"),
        Column("publisher", "下发单位", lambda c: c.unit.association),
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


def _open_collections(request: HttpRequest, actor: Actor) -> List:
    return replace(
        COLLECTION_LIST,
        rows=lambda: collections_for(actor),
        columns=_collection_columns(actor, timezone.localdate()),
    )


def _issue_link(actor: Actor) -> Sequence[Link]:
    if not actor.may("collection.issue"):
        return ()
    return [Link("下发采集任务", reverse("issue_collection"), "send", primary=True)]


COLLECTION_LIST = List(
    key="collection_list",
    view="submission.view",
    title="数据采集上报",
    links=_issue_link,
    empty="现在没有采集任务。上级下发后会显示在这里，也会出现在“今天要办”。",
    opens=_open_collections,
)


def _open_submissions(request: HttpRequest, actor: Actor, pk: int) -> List:
    collection = load(Collection.objects.whole(), pk, request, "submission.view")
    batch = [BatchAction("批量通过", reverse("approve_submissions", args=[pk]), "check", over_all=True)]
    return replace(
        SUBMISSION_LIST,
        title=f"{collection.title}：下级上报",
        rows=lambda: submissions_below(collection, seat_unit(actor)),
        links=lambda _: [Link("进度", reverse("collection_detail", args=[pk]), "clipboard-check")],
        batch=lambda by: batch if by.may("submission.review") else (),
    )


SUBMISSION_LIST = List(
    key="submission_list",
    view="submission.view",
    columns=SUBMISSION_COLUMNS,
    filters=SubmissionFilter,
    empty="下级还没有开始填报。可以在进度页查看未上报名单，提醒下级按时上报。",
    opens=_open_submissions,
)


def _board(
    request: HttpRequest, actor: Actor, pk: int, code: str | None
) -> tuple[Collection, Unit, list[Unit]]:
    """The collection, the unit whose board it is (the seat's own without a code), and the units below that one."""
    collection = load(Collection.objects.whole(), pk, request, "submission.view")
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
    exempt = Column("exempt", "延期", lambda _: "办理延期", link=granting)
    return [*columns, exempt] if may_exempt else columns


def _timeliness(unit: Any) -> Status | None:
    """On time or late, of those that count as complete on the board."""
    if not unit.report or unit.report["state"] not in COMPLETE:
        return None
    return timeliness(unit.report["late"], unit.report["past"])


def _report_link(unit: Any) -> str | None:
    return reverse("review_submission", args=[unit.report["id"]]) if unit.report else None


def _open_board(request: HttpRequest, actor: Actor, pk: int, code: str | None = None) -> List:
    collection, unit, children = _board(request, actor, pk, code)
    progress = progress_of(collection, unit, children)
    paths = {child.path: child for child in children}
    context = {"collection": collection, "unit": unit, "total": progress[unit.path]}
    context |= {"notes": _shares(progress[unit.path]), "stage": collection.stage(timezone.localdate())}
    return replace(
        COLLECTION_DETAIL,
        title=_titled("进度", collection, unit),
        rows=lambda: Unit.objects.filter(path__in=[unit.path, *paths]).order_by("path"),
        columns=_board_columns(collection, unit, paths, progress),
        links=lambda by: _board_links(collection, unit, by),
        total=lambda: len(paths) + 1,
        context=context,
    )


COLLECTION_DETAIL = List(
    key="collection_detail",
    view="submission.view",
    template="reporting/collection_detail.html",
    opens=_open_board,
)


def _open_units(request: HttpRequest, actor: Actor, pk: int, code: str | None = None) -> List:
    collection, unit, _ = _board(request, actor, pk, code)
    request.collection = collection  # type: ignore[attr-defined]
    may_exempt = actor.may("collection.exempt") and collection.path.startswith(actor.path)
    return replace(
        COLLECTION_UNITS,
        title=_titled("填报单位", collection, unit),
        rows=lambda: with_reports(collection, unit.path),
        columns=_unit_columns(collection, may_exempt, actor),
        links=lambda _: _to_board(collection, unit),
        total=filling_units(collection, unit.path).count,
    )


COLLECTION_UNITS = List(
    key="collection_units",
    view="submission.view",
    filters=StandingFilter,
    empty="没有填报单位。",
    opens=_open_units,
)


def _to_board(collection: Collection, unit: Unit) -> Sequence[Link]:
    return [Link("进度", reverse("collection_detail", args=[collection.pk, unit.code]), "clipboard-check")]


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


def _told_column(item: Item, told: dict[str, dict[str, Any]]) -> Column:
    """What each unit below reported where nothing adds up; empty further up, and in the total."""
    return list_column(item.typed, lambda unit: told.get(unit.path, {}))


def _whole(value: Any) -> Any:
    return int(value) if value is not None and value == int(value) else value


def _open_totals(request: HttpRequest, actor: Actor, pk: int, code: str | None = None) -> List:
    collection, unit, children = _board(request, actor, pk, code)
    totals = totals_of(collection, unit, children)
    paths = [unit.path, *(child.path for child in children)]
    name = Column("unit", "单位", lambda u: _row_name(u, unit), link=partial(_totals_below, collection, unit))
    items, told = list(collection.form.items.all()), told_below(collection, unit)
    sums = [
        _sum_column(item, totals, collection.period) if item.adds_up else _told_column(item, told)
        for item in items
    ]
    return replace(
        COLLECTION_TOTALS,
        title=_titled("汇总表", collection, unit),
        rows=lambda: Unit.objects.filter(path__in=paths).order_by("path"),
        columns=[name, *sums],
        links=lambda _: _to_board(collection, unit),
        total=lambda: len(paths),
    )


COLLECTION_TOTALS = List(key="collection_totals", view="submission.view", opens=_open_totals)


def _open_cells(request: HttpRequest, actor: Actor, key: str, period: str, code: str) -> List:
    unit = load_unit(code, request, "submission.view")
    item = Item.objects.filter(key=key).order_by("-pk").first()
    if item is None:
        raise Http404("没有这个指标，或者它的报表没有发给您的单位。")
    return replace(
        CELL_LIST,
        title=f"{unit.short_name}：{item.label}（{item.measure}）",
        rows=lambda: counted_cells(key, unit.path).filter(period=period),
    )


CELL_LIST = List(
    key="cell_list",
    view="submission.view",
    columns=CELL_COLUMNS,
    empty="没有计入的数据：下级还没有审核通过的上报。",
    opens=_open_cells,
)
