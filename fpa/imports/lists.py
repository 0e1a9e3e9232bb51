"""The list of imports, of every kind that the seat may import."""

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from fpa.core.actor import Actor
from fpa.core.lists import Column, Link, Status, Tone
from fpa.imports.importer import Importer, importer_of, importers
from fpa.imports.models import Job, RowOutcome, State
from fpa.pages.declared_lists import List

TONES: dict[str, Tone] = {
    State.UPLOADED: "waiting",
    State.READY: "waiting",
    State.CONFIRMED: "waiting",
    State.DONE: "done",
    State.REFUSED: "wrong",
    State.FAILED: "wrong",
    State.CANCELLED: "off",
}
COLUMNS = (
    Column("file", "文件", lambda job: job.filename, link=lambda job: page_of(job)),
    Column("kind", "类别", lambda job: importer_of(job.kind).label),
    Column("unit", "导入单位", lambda job: job.unit.name, sort="path"),
    Column("state", "状态", lambda job: Status(job.get_state_display(), TONES[job.state])),
    Column("new", "新增", lambda job: job.counts.get(RowOutcome.NEW), kind="number"),
    Column("changed", "更新", lambda job: job.counts.get(RowOutcome.CHANGED), kind="number"),
    Column("rejected", "退回", lambda job: job.counts.get(RowOutcome.REJECTED), kind="number"),
    Column("user", "经办人", lambda job: job.user.name),
    Column(
        "created_at",
        "上传时间",
        lambda job: timezone.localtime(job.created_at),
        sort="created_at",
        kind="date",
    ),
)


def page_of(job: Job) -> str:
    """Address of an import's page."""
    return reverse("import_detail", args=[job.pk])


def importers_of(actor: Actor | None) -> list[Importer]:
    """The kinds that a seat may import."""
    return [importer for importer in importers() if actor and actor.may(importer.permission)]


def import_right(actor: Actor | None) -> str:
    """The permission that pages of imports ask for: that of the first kind that the seat may import."""
    return (importers_of(actor) or importers())[0].permission


def imports_for(actor: Actor | None) -> QuerySet[Job]:
    """The imports in scope of the kinds that a seat may import."""
    kinds = [importer.kind for importer in importers_of(actor)]
    return Job.objects.filter(kind__in=kinds).select_related("unit", "user")


def _open_imports(request: HttpRequest, actor: Actor) -> List:
    return replace(IMPORT_LIST, rows=lambda: imports_for(actor).order_by("-created_at", "pk"))


def _links(actor: Actor) -> Sequence[Link]:
    return [
        Link(f"导入{importer.label}", importer.url, "upload", primary=not position)
        for position, importer in enumerate(importers_of(actor))
    ]


IMPORT_LIST = List(
    key="import_list",
    view=import_right,
    title="导入记录",
    columns=COLUMNS,
    links=_links,
    empty="还没有导入过。点右上角的“导入”，上传 Excel、WPS 表格或 CSV 名册。",
    opens=_open_imports,
)
