"""Writing a waiting export to its file: it never raises for what a list holds, and may be killed at any moment."""

import logging
from uuid import UUID

import psycopg
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404

from fpa.access.scope import lock_tree_shared, scoped, whole_province
from fpa.access.seats import actor_in, seats_of
from fpa.core import queue
from fpa.core.actor import Actor
from fpa.core.ids import uuid7
from fpa.core.limits import end_when_killed, limited_job, ran_out_of_time
from fpa.core.lists import Format, Listing
from fpa.core.lists.export import write_list
from fpa.core.locks import try_lock_row
from fpa.core.workbook import MAX_ROWS
from fpa.pages import export_files
from fpa.pages.actions import TASK, CannotExport, finish_export, stop_export
from fpa.pages.declared_lists import UnknownList, list_at
from fpa.pages.models import ExportState, ListExport
from fpa.pages.progress import Progress

log = logging.getLogger(__name__)

LOST = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
"""The database is gone; the connection of `Progress` raises psycopg's own errors, unwrapped by Django."""
MAX_STARTS = 5
PATIENCE = 5.0
"""Seconds to wait for the connection of a killed worker to end."""
_INTERRUPTED = f"导出时 {MAX_STARTS} 次被中断，已停止。请用筛选缩小范围后重新导出；仍不行请联系系统管理员。"
_QUEUE = "导出排队"
_TOO_LONG = (
    "数据库为这次导出查询时有一步超过了 {seconds:g} 秒的上限，已停止，没有文件。"
    "请用筛选缩小范围后重新导出；仍不行请联系系统管理员。"
)
_NO_SEAT = "导出人已不在原岗位，或者岗位没有导出这个列表的权限，没有导出。"
_GONE = "要导出的列表已经不在，或者不在您的管理范围内。请回到列表重新导出。"


def run_export(export_id: UUID) -> None:
    """Write an export that waits to its file, in one transaction under the scope of who asked for it. A second runner,
    or an export that waits for nothing, does nothing. A lost database is raised: the export still waits, and is run
    again from the start; a statement that took too long would take as long again, so it ends the export."""
    try:
        _run(export_id)
    except LOST as error:
        if not ran_out_of_time(error):
            raise
        _stop(export_id, _TOO_LONG.format(seconds=settings.JOB_STATEMENT_SECONDS))
    except CannotExport as error:
        _stop(export_id, str(error))
    except (UnknownList, Http404):
        _stop(export_id, _GONE)
    except PermissionDenied:
        _stop(export_id, _NO_SEAT)
    except Exception:
        number = uuid7().hex[-8:]
        log.exception("export %s stopped, number %s", export_id, number)
        _stop(export_id, f"系统导出时出错，没有文件。请把编号 {number} 告诉系统管理员。")


def _run(export_id: UUID) -> None:
    with whole_province():  # the export is one that this worker was given; only whose it is, is read
        export = ListExport.objects.select_related("user").filter(pk=export_id).first()
    if export is None or not export.is_waiting:
        return
    actor = actor_of(export)
    with scoped(actor.path), limited_job(f"导出 {export_id}"):
        end_when_killed()
        if not try_lock_row(export_id, PATIENCE) or not ListExport.objects.get(pk=export_id).is_waiting:
            return
        with Progress(export) as progress:
            if progress.begin() > MAX_STARTS:
                raise CannotExport(_INTERRUPTED)
            _, listing = list_at(export.address, actor)
            rows = _write(export, listing, progress)
            lock_tree_shared()
            finish_export(export=export, rows=rows, by=actor)


def _write(export: ListExport, listing: Listing, progress: Progress) -> int:
    """Write the rows; more than one sheet holds go into a CSV, whatever was asked for."""
    progress.say("正在统计行数", now=True)
    total = listing.rows.order_by().count()
    if total > MAX_ROWS:
        export.format = "csv"
    progress.say(f"共 {total:,} 行，正在写入", now=True)
    part = export_files.part_of(export.pk)
    way: Format = "csv" if export.format == "csv" else "xlsx"
    return write_list(
        listing, way, part, progress=lambda done: progress.say(f"共 {total:,} 行，正在写入", done)
    )


def actor_of(export: ListExport) -> Actor:
    """Who asked for the export, in that seat as it is today. Raises CannotExport where the seat is gone."""
    seats = seats_of(export.user)
    seat = next((seat for seat in seats if seat.post_id == export.post_id), None)
    if seat is None or not export.path.startswith(seat.path):
        raise CannotExport(_NO_SEAT)
    return actor_in(seat, export.user, export.ip)


def _stop(export_id: UUID, error: str) -> None:
    export_files.discard(export_id)
    with whole_province(), limited_job(f"导出 {export_id}"):  # it is one that this worker was given
        stop_export(export=ListExport.objects.get(pk=export_id), error=error)


def waiting_exports() -> list[UUID]:
    """All exports that wait, whether or not somebody is at them."""
    with whole_province(), limited_job(_QUEUE):  # only their numbers are read, for the queue
        waiting = ListExport.objects.filter(state=ExportState.WAITING)
        return list(waiting.order_by("created_at").values_list("pk", flat=True))


def idle_exports() -> list[UUID]:
    """Exports that wait though nobody is at them."""
    waiting = waiting_exports()
    with whole_province(), limited_job(_QUEUE):  # only their numbers are read, for the queue
        return [export_id for export_id in waiting if try_lock_row(export_id)]


def enqueue_waiting_exports() -> None:
    """Queue again what an earlier worker left."""
    for export_id in waiting_exports():
        queue.enqueue(TASK, export_id)
