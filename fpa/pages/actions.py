"""Exports in the background and saved views: every write."""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, QueryDict
from django.utils import timezone

from fpa.audit.record import changed, record
from fpa.core import queue
from fpa.core.actor import SYSTEM, Actor
from fpa.core.chinese import clean
from fpa.core.crypto import sm3_of_file
from fpa.core.lists import Format
from fpa.core.locks import lock_row
from fpa.core.refusals import Refusal
from fpa.pages import export_files
from fpa.pages.declared_lists import UnknownList, list_at
from fpa.pages.models import ExportState, ListExport, SavedView
from fpa.pages.saved_views import MOST, kept_query

TASK = "run_export"
MOST_WAITING = 3
"""Exports of one person that may wait at a time."""
LONGEST_ADDRESS = 8_000


class CannotExport(Refusal):
    """The list can't be exported; the message says why, in Chinese."""


class CannotSaveView(Refusal):
    """The view can't be kept under that name; the message says why, in Chinese."""


@transaction.atomic
def request_export(*, address: str, way: Format, key: UUID, by: Actor) -> ListExport:
    """Have the list at an address written to a file in the background, as `by` sees it. The same `key` again is the
    same export. Raises CannotExport.
    """
    if by.user_id is None or by.post_id is None or by.unit_id is None:
        raise CannotExport("导出须由在岗人员办理。")
    lock_row(key)
    mine = ListExport.objects.filter(user_id=by.user_id)
    if known := mine.filter(key=key).first():
        return known
    if mine.filter(state=ExportState.WAITING).count() >= MOST_WAITING:
        raise CannotExport(f"您已有 {MOST_WAITING} 个导出在排队，请等它们完成后再导出。")
    export = ListExport(title=title_at(address, by)[:200], address=address, format=way, key=key, ip=by.ip)
    export.user_id, export.post_id, export.unit_id = by.user_id, by.post_id, by.unit_id
    export.save(force_insert=True)
    record("export.requested", export, by=by, changes={"list": export.title, "format": way})
    queue.enqueue(TASK, export.pk)
    return export


def title_at(address: str, by: Actor) -> str:
    """The title of the list at an address. Raises CannotExport where there is none that `by` may export."""
    if len(address) > LONGEST_ADDRESS:
        raise CannotExport("筛选条件太长，不能在后台导出。请减少条件后再导出。")
    try:
        here, listing = list_at(address, by)
    except (UnknownList, Http404) as error:
        raise CannotExport(str(error)) from error
    except PermissionDenied as error:
        raise CannotExport("您的岗位没有导出这个列表的权限。") from error
    if listing.is_faulty:
        raise CannotExport("筛选条件有误，请回到列表改正后再导出。")
    return here.title


@transaction.atomic
def finish_export(*, export: ListExport, rows: int, by: Actor) -> ListExport:
    """Keep the written file, for so many days as the settings say. Raises CannotExport where the export is not
    waiting any more."""
    file = export_files.keep(export.pk)
    now = timezone.now()
    values = {
        "state": ExportState.DONE,
        "words": "",
        "done": rows,
        "total": rows,
        "format": export.format,
        "size": file.stat().st_size,
        "digest": sm3_of_file(file).hex(),
        "finished_at": now,
        "expires_at": now + timedelta(days=settings.EXPORT_DAYS),
    }
    if not ListExport.objects.filter(pk=export.pk, state=ExportState.WAITING).update(**values):
        raise CannotExport("这次导出已经停止。")
    done = ListExport.objects.get(pk=export.pk)
    told = {"list": done.title, "rows": rows, "sm3": done.digest, "format": done.format}
    record("list.exported", done, by=by, changes=told)
    return done


@transaction.atomic
def stop_export(*, export: ListExport, error: str, by: Actor = SYSTEM) -> None:
    """End an export that can't go on, with the reason in Chinese; nothing where it has moved on meanwhile."""
    values = {
        "state": ExportState.FAILED,
        "error": error[:500],
        "words": "",
        "finished_at": timezone.now(),
    }
    if ListExport.objects.filter(pk=export.pk, state=ExportState.WAITING).update(**values):
        export_files.discard(export.pk)
        record("export.stopped", export, by=by, reason=error[:500])


@transaction.atomic
def expire_export(*, export: ListExport, by: Actor = SYSTEM) -> None:
    """Forget the file of an export whose days are over."""
    expired = {"state": ExportState.EXPIRED, "words": ""}
    if ListExport.objects.filter(pk=export.pk, state=ExportState.DONE).update(**expired):
        record("export.expired", export, by=by)
        transaction.on_commit(lambda: export_files.discard(export.pk))


@transaction.atomic
def download_export(*, export: ListExport, by: Actor) -> ListExport:
    """Leave the event without which an export's file is not handed out. Raises CannotExport where there is no file any
    more, where it is another's, or where the right is gone."""
    if export.user_id != by.user_id or export.post_id != by.post_id:
        raise CannotExport("导出的文件只有导出人本人在原岗位可以下载。请切换到当时的岗位，或重新导出。")
    is_over = export.expires_at is None or export.expires_at <= timezone.now()
    if export.state != ExportState.DONE or is_over or not export_files.path_of(export.pk).exists():
        raise CannotExport("文件已经过期删除，请回到列表重新导出。")
    title_at(export.address, by)
    record("export.downloaded", export, by=by, changes={"sm3": export.digest})
    return export


@transaction.atomic
def save_view(*, name: str, address: str, is_shared: bool, by: Actor) -> SavedView:
    """Keep a list's filters, order and columns under a name; a view of that name is replaced. Raises CannotSaveView."""
    if by.user_id is None or by.post_id is None or by.unit_id is None:
        raise CannotSaveView("常用视图须由在岗人员保存。")
    parts = urlsplit(address)
    query = kept_query(QueryDict(parts.query))
    try:
        list_at(address, by, to_export=False)
    except (UnknownList, Http404, PermissionDenied) as error:
        raise CannotSaveView("没有找到这个列表，请回到列表页面再保存。") from error
    mine = SavedView.objects.filter(user_id=by.user_id, post_id=by.post_id, page=parts.path)
    view = mine.select_for_update().filter(name=clean(name)).first()
    if view is None and mine.count() >= MOST:
        raise CannotSaveView(f"一个列表最多保存 {MOST} 个视图，请先删去不用的。")
    view = view or SavedView(name=clean(name), page=parts.path)
    view.user_id, view.post_id, view.unit_id = by.user_id, by.post_id, by.unit_id
    view.query, view.is_shared = query, is_shared
    view.save()
    record("saved_view.saved", view, by=by, changes={"page": view.page, "is_shared": is_shared})
    return view


@transaction.atomic
def rename_view(*, view: SavedView, name: str, is_shared: bool, by: Actor) -> SavedView:
    """Call a view of one's own by another name, or share it with the post. Raises CannotSaveView."""
    view = _own_view(view, by)
    before = {"name": view.name, "is_shared": view.is_shared}
    same = SavedView.objects.filter(user=view.user_id, post=view.post_id, page=view.page, name=clean(name))
    if same.exclude(pk=view.pk).exists():
        raise CannotSaveView(f"您已有名为“{clean(name)}”的视图，请换一个名称。")
    view.name, view.is_shared = clean(name), is_shared
    view.save()
    record("saved_view.renamed", view, by=by, changes=changed(view, before))
    return view


@transaction.atomic
def delete_view(*, view: SavedView, by: Actor) -> None:
    """Delete a view of one's own. Raises CannotSaveView."""
    view = _own_view(view, by)
    record("saved_view.deleted", view, by=by)
    view.delete()


def _own_view(view: SavedView, by: Actor) -> SavedView:
    held = SavedView.objects.select_for_update()
    found = held.filter(pk=view.pk, user_id=by.user_id or 0, post_id=by.post_id or 0).first()
    if found is None:
        raise CannotSaveView("只能修改、删除自己保存的视图，请联系保存的人。")
    return found
