"""Pages of the audit: what was done, and that the record of it is whole."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from fpa.access.loaders import check, load
from fpa.audit import heads
from fpa.audit.models import Event, TreeHead, Unsealed
from fpa.audit.outside import current_head
from fpa.audit.proof import standing_of
from fpa.audit.record import recorder_of_export
from fpa.audit.seal import is_known
from fpa.audit.words import changes_of, thing_words, verb_words
from fpa.core.lists import Column, Link, Status, list_page
from fpa.pages.record import Fact, facts_panel, record_page, table_panel
from fpa.system.filters import EventFilters

COLUMNS = (
    Column("at", "时间", lambda e: f"{timezone.localtime(e.at):%Y-%m-%d %H:%M:%S}", sort="at"),
    Column("verb", "动作", lambda e: verb_words(e.verb), link=lambda e: page_of(e)),
    Column("object", "对象", lambda e: e.object_name),
    Column("actor", "操作人", lambda e: e.actor_name),
    Column("post", "岗位", lambda e: e.post_title),
    Column("unit", "单位", lambda e: e.unit_name),
    Column("reason", "事由", lambda e: e.reason),
    Column("kind", "对象类型", lambda e: thing_words(e.object_type), default=False),
    Column("changes", "变更", lambda e: "；".join(map(str, changes_of(e))), default=False),
    Column("ip", "来源地址", lambda e: e.ip, kind="code", default=False),
    Column("request", "请求编号", lambda e: e.request_id, kind="code", default=False),
)


def page_of(event: Event) -> str:
    """Address of an event's page."""
    return reverse("event_detail", args=[event.pk])


def event_list(request: HttpRequest) -> HttpResponse:
    """What was done in the seat's scope, the latest first."""
    actor = check(request, "audit.view")
    return list_page(
        request,
        title="审计日志",
        rows=Event.objects.all(),
        columns=COLUMNS,
        filters=EventFilters,
        on_export=recorder_of_export(actor),
        links=[Link("封存情况", reverse("seal_status"), "lock")],
        empty="没有符合条件的记录，请放宽筛选条件。",
    )


def event_detail(request: HttpRequest, pk: str) -> HttpResponse:
    """One event with all that it holds, its place in the log, and the proof that it stands there unchanged."""
    event = load(Event, pk, request, "audit.view")
    changes = [(change.label, change.old, change.new) for change in changes_of(event)]
    return record_page(
        request,
        title=verb_words(event.verb),
        facts_title="办了什么",
        facts=_facts(event),
        panels=[
            table_panel("变更", ("项目", "原来", "现在"), changes, empty="这个动作没有改动字段。"),
            facts_panel("封存", _sealing(event)),
        ],
        back=("event_list", "审计日志"),
    )


def _facts(event: Event) -> list[Fact]:
    number = event.object_id or "—"
    return [
        Fact("动作", f"{verb_words(event.verb)} {event.verb}"),
        Fact("时间", event.at),
        Fact("对象", f"{event.object_name}（{thing_words(event.object_type)}，编号 {number}）"),
        Fact("操作人", event.actor_name),
        Fact("岗位", event.post_title, empty="—"),
        Fact("单位", event.unit_name, empty="—"),
        Fact("事由", event.reason, empty="—"),
        Fact("来源地址", event.ip, code=True, empty="—"),
        Fact("请求编号", event.request_id, code=True, empty="—"),
        Fact("范围", event.path, code=True),
    ]


def _sealing(event: Event) -> list[Fact]:
    """Whether the event is as it was written, and where the log holds it."""
    log = standing_of(event)
    genuine = (
        Status("相符", "done") if log.is_genuine else Status("不符，内容被改动或不是由平台写入", "wrong")
    )
    facts = [Fact("事件编号", str(event.pk), code=True), Fact("鉴别码", genuine)]
    if not log.head:
        return [*facts, Fact("位置", Status("等待封存，一分钟以内完成", "waiting"))]
    proof = (
        Status("已验证：公布的根包含这条事件", "done")
        if log.is_included
        else Status("验证不通过，请运行 fpa audit verify 查明", "wrong")
    )
    return [
        *facts,
        Fact("位置", f"第 {log.position} 位（从 0 起），由第 {log.head.size} 条处的树头封存"),
        Fact("封存时间", log.head.sealed_at),
        Fact("包含证明", proof),
    ]


def seal_status(request: HttpRequest) -> HttpResponse:
    """The last tree head, whether it is published outside the database, and how many events wait."""
    check(request, "audit.view")
    (published, unreadable), head = heads.published(), TreeHead.objects.first()
    shown = {
        "title": "封存情况",
        "head": head,
        "root": bytes(head.root).hex() if head else "",
        "published": published,
        "unreadable": unreadable,
        "is_same": published is not None and is_known(published),
        "behind": head.size - published.size if head and published else 0,
        "waiting": Unsealed.objects.count(),
        "to_keep": str(current_head()),
    }
    return render(request, "system/seal_status.html", shown)
