"""The list of one's own exports."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from fpa.core.actor import Actor
from fpa.core.lists import Column, Status, Tone
from fpa.pages.declared_lists import List
from fpa.pages.models import ExportState, ListExport

TONES: dict[str, Tone] = {
    ExportState.WAITING: "waiting",
    ExportState.DONE: "done",
    ExportState.FAILED: "wrong",
    ExportState.EXPIRED: "off",
}


def page_of(export: ListExport) -> str:
    """Address of an export's page."""
    return reverse("export_detail", args=[export.pk])


def _own(request: HttpRequest, actor: Actor, **_: Any) -> List:
    return replace(EXPORT_LIST, rows=lambda: ListExport.objects.filter(user=actor.user_id))


EXPORT_LIST = List(
    key="export_list",
    view="export.view",
    title="导出记录",
    columns=(
        Column("title", "列表", lambda e: e.title, link=page_of),
        Column("format", "格式", lambda e: e.get_format_display()),
        Column("state", "状态", lambda e: Status(e.get_state_display(), TONES[e.state]), sort="state"),
        Column("rows", "行数", lambda e: e.total, kind="number"),
        Column("created_at", "申请时间", lambda e: e.created_at, sort="created_at", kind="date"),
        Column("expires_at", "文件保留至", lambda e: e.expires_at, kind="date"),
    ),
    empty="您还没有后台导出。列表超过 20,000 条时，点“导出”会转到后台进行，文件放在这里。",
    opens=_own,
)
