"""Pages of the audit: what was done, and that the record of it is whole."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from fpa.access.loaders import check, load
from fpa.audit import heads
from fpa.audit.models import Event, TreeHead, Unsealed
from fpa.audit.proof import standing_of
from fpa.audit.record import recorder_of_export
from fpa.audit.seal import is_known
from fpa.audit.words import changes_of, thing_words, verb_words
from fpa.core.lists import Column, Link, list_page
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
    shown = {
        "title": verb_words(event.verb),
        "event": event,
        "kind": thing_words(event.object_type),
        "changes": changes_of(event),
        "standing": standing_of(event),
    }
    return render(request, "system/event_detail.html", shown)


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
    }
    return render(request, "system/seal_status.html", shown)
