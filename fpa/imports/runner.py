"""Running a waiting import to its next rest: checked, done, refused or stopped. Never raises for what a file holds."""

import logging
from uuid import UUID

import psycopg
from django.db import InterfaceError, OperationalError

from fpa.access.scope import lock_tree_shared, whole_province
from fpa.access.seats import actor_in, seats_of
from fpa.core.actor import Actor
from fpa.core.ids import uuid7
from fpa.core.limits import end_when_killed, limited_job, ran_out_of_time
from fpa.core.sheets import Refused
from fpa.imports.actions import CannotImport, apply_import, check_import, hold, stop_import
from fpa.imports.importer import importer_of
from fpa.imports.limits import limited_statements, too_long
from fpa.imports.models import WAITING, Job, State
from fpa.pages.progress import Progress

log = logging.getLogger(__name__)

LOST = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
"""The database is gone. COPY and the connection of `Progress` raise psycopg's own errors, unwrapped by Django."""
MAX_STARTS = 5
PATIENCE = 5.0
"""Seconds to wait for the connection of a killed worker to end."""
_INTERRUPTED = f"处理时 {MAX_STARTS} 次被中断，已停止。请把文件分成几个后重新上传；仍不行请联系系统管理员。"
_QUEUE = "导入排队"
_NO_SEAT = "确认人已不在原岗位或没有导入权限，没有写入任何数据。请由在岗人员重新上传。"


def run_import(job_id: UUID) -> None:
    """Do what the job waits for, in one transaction. A second runner, or a job that waits for nothing, does nothing.

    Opens a scope over the whole province: an ID number is one person's everywhere (see `stage`), and rows are
    written only under the job's unit. A lost database is raised: the job still waits, and is run again; a statement
    that took too long would take as long again, so it ends the job.
    """
    try:
        _run(job_id)
    except LOST as error:
        if not ran_out_of_time(error):
            raise
        _stop(job_id, State.FAILED, too_long())
    except Refused as refused:
        _stop(job_id, State.REFUSED, refused.reason)
    except CannotImport as error:
        _stop(job_id, State.FAILED, str(error))
    except Exception:
        number = uuid7().hex[-8:]
        log.exception("import %s stopped, number %s", job_id, number)
        _stop(job_id, State.FAILED, f"系统处理时出错，没有写入任何数据。请把编号 {number} 告诉系统管理员。")


def _run(job_id: UUID) -> None:
    with whole_province(), limited_statements():
        end_when_killed()
        lock_tree_shared()
        job = hold(job_id, PATIENCE)
        if job is None:
            return
        with Progress(job) as progress:
            if progress.begin() > MAX_STARTS:
                raise CannotImport(_INTERRUPTED)
            if job.state == State.UPLOADED:
                progress.say("正在打开文件", now=True)
                check_import(job=job, progress=progress)
            else:
                progress.say("正在写入", job.done, now=True)
                apply_import(job=job, by=actor_of(job), progress=progress)


def _stop(job_id: UUID, state: State, error: str) -> None:
    with whole_province(), limited_job(f"导入 {job_id}"):  # it is one that this worker was given
        job = Job.objects.get(pk=job_id)
        if job.is_waiting:
            stop_import(job=job, state=state, error=error)


def actor_of(job: Job) -> Actor:
    """Who confirmed the job, in that seat as it is today. Raises CannotImport where the seat or the right is gone."""
    user = job.confirmed_by
    seats = seats_of(user) if user else []
    seat = next((seat for seat in seats if seat.post_id == job.confirmed_post_id), None)
    actor = actor_in(seat, user, job.confirmed_ip) if seat and user else None
    if (
        actor is None
        or not actor.may(importer_of(job.kind).permission)
        or not job.path.startswith(actor.path)
    ):
        raise CannotImport(_NO_SEAT)
    return actor


def waiting_jobs() -> list[UUID]:
    """All jobs that wait, whether or not somebody is at them: for a worker that starts."""
    with whole_province(), limited_job(_QUEUE):  # only their numbers are read, for the queue
        return list(Job.objects.filter(state__in=WAITING).values_list("pk", flat=True))


def idle_jobs() -> list[UUID]:
    """Jobs that wait though nobody is at them."""
    waiting = waiting_jobs()
    with whole_province(), limited_job(_QUEUE):  # only their numbers are read, for the queue
        return [pk for pk in waiting if hold(pk) is not None]
