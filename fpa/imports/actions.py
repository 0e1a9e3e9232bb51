"""Every step of an import: upload, check, confirm, apply, cancel. The worker and the command line call the same."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import JSONObject
from django.utils import timezone

from fpa.access.models import Unit
from fpa.audit.record import record
from fpa.core.actor import SYSTEM, Actor
from fpa.core.ids import uuid7
from fpa.core.locks import lock_row, try_lock_row
from fpa.core.refusals import Refusal
from fpa.imports import files
from fpa.imports.importer import Importer, Raced, importer_of
from fpa.imports.models import ImportRow, Job, RowOutcome, State
from fpa.imports.queue import enqueue
from fpa.imports.staging import count, stage
from fpa.pages.progress import Progress

_TRIES = 3
_CONFLICT = (
    "写入时，有的行与平台已有的记录或文件中的另一行冲突，试了几次都是这样，没有写入任何数据。"
    "请过一会儿重新上传核对；仍不行请联系系统管理员。"
)
LAPSED = f"上传后超过 {files.KEPT_DAYS} 天没有确认，已自动取消，文件和检查结果都已删除。请重新上传。"


class CannotImport(Refusal):
    """The import can't take this step; the message says why, in Chinese."""


@transaction.atomic
def upload_import(
    *,
    importer: Importer,
    unit: Unit,
    filename: str,
    pieces: Iterable[bytes],
    key: UUID,
    by: Actor,
    parent: str = "",
) -> Job:
    """Keep a file for `unit`, at or below the actor's, and have it checked. The same `key` again is the same job.

    `parent` is the key of what the rows go into, for importers that have one.

    Raises CannotImport.
    """
    if not by.may(importer.permission) or not unit.path.startswith(by.path) or unit.valid_to:
        raise CannotImport(f"只能为本单位及下级现有单位导入{importer.label}，请重新选择单位。")
    name = str(_parent_of(importer, parent, by, lock=False) or "")[:200]
    lock_row(key)
    user_id, post_id = _someone(by)
    known = Job.objects.filter(user_id=user_id, key=key).first()
    if known:
        return known
    job = Job(id=uuid7(), kind=importer.kind, unit=unit, filename=filename[-200:], key=key, ip=by.ip)
    job.parent, job.parent_name = parent if importer.parent else "", name
    job.user_id, job.post_id = user_id, post_id
    job.digest = files.store(job.pk, pieces)
    job.save(force_insert=True)
    record(
        "import.uploaded", job, by=by, changes={"file": job.filename, "sm3": job.digest, "unit": unit.name}
    )
    enqueue(job.pk)
    return job


def _parent_of(importer: Importer, parent: str, by: Actor, *, lock: bool) -> Any:
    """What the rows go into; None for importers without one. Raises CannotImport."""
    if importer.parent is None:
        return None
    try:
        return importer.parent.find(parent, by, lock=lock)
    except LookupError as error:
        raise CannotImport(str(error.args[0])) from error


def _someone(by: Actor) -> tuple[int, int]:
    if by.user_id is None or by.post_id is None:
        raise CannotImport("导入须由在岗人员办理。")
    return by.user_id, by.post_id


def hold(job_id: UUID, patience: float = 0) -> Job | None:
    """The job for this transaction alone; None where another worker is at it, or nothing is to be done.

    With `patience` (seconds), wait so long for the lock: a killed worker's connection takes a moment to end.
    """
    if not try_lock_row(job_id, patience):
        return None
    job = Job.objects.select_related("unit", "post", "confirmed_by").filter(pk=job_id).first()
    return job if job and job.is_waiting else None


def check_import(*, job: Job, progress: Progress) -> Job:
    """Check an uploaded file in full and leave its judged rows for the preview.

    Call it in a scope over the whole province, holding the job. Raises Refused where the file as a whole can't be
    taken, and CannotImport where the import was cancelled meanwhile.
    """
    stage(job, importer_of(job.kind), progress)
    job.state, job.words = State.READY, ""
    values = {name: getattr(job, name) for name in ("state", "words", "counts", "notes", "dropped", "done")}
    if not Job.objects.filter(pk=job.pk, state=State.UPLOADED).update(**values):
        raise CannotImport("这次导入已被取消。")
    return job


@transaction.atomic
def confirm_import(*, job: Job, by: Actor) -> Job:
    """Have a checked import written in the name of who confirms; the file and its rejected rows stay the uploader's.

    Confirming again changes nothing. Raises CannotImport.
    """
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.state in (State.CONFIRMED, State.DONE):
        return job
    if job.state != State.READY:
        raise CannotImport(f"这次导入现在是“{job.get_state_display()}”，不能确认。")
    if not job.counts[RowOutcome.NEW] + job.counts[RowOutcome.CHANGED]:
        raise CannotImport("没有可导入的行：没有新增，也没有更新。")
    job.state, job.words, job.attempts = State.CONFIRMED, "排队等候", 0
    job.confirmed_by_id, job.confirmed_post_id = _someone(by)
    job.confirmed_ip = by.ip
    job.save()
    record("import.confirmed", job, by=by, changes=job.counts)
    enqueue(job.pk)
    return job


def apply_import(*, job: Job, by: Actor, progress: Progress) -> Job:
    """Write a confirmed import, once: records, one audit event with counts and the file's digest, marks for figures.

    Rows that were changed by others since the check are rejected with that reason, so counts say what was done. Call
    it in a scope over the whole province, holding the job. Raises CannotImport.
    """
    importer = importer_of(job.kind)
    _parent_of(importer, job.parent, by, lock=True)
    for attempt in range(_TRIES):
        try:
            with transaction.atomic():
                importer.apply(job, by, progress)
            break
        except Raced as error:
            if attempt == _TRIES - 1:
                raise CannotImport(_CONFLICT) from error
    job.counts = count(job)
    job.state, job.words, job.finished_at = State.DONE, "", timezone.now()
    job.save()
    changes = {**job.counts, "file": job.filename, "sm3": job.digest, "unit": job.unit.name}
    record(importer.verb, job, by=by, changes=changes)
    _forget(job, keep_rejected=True)
    return job


@transaction.atomic
def cancel_import(*, job: Job, by: Actor) -> Job:
    """Drop an import that nobody has confirmed; file and staged rows are deleted. Raises CannotImport."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.state == State.CANCELLED:
        return job
    if job.state not in (State.UPLOADED, State.READY):
        raise CannotImport(f"这次导入现在是“{job.get_state_display()}”，不能取消。")
    job.state, job.words, job.finished_at = State.CANCELLED, "", timezone.now()
    job.save()
    record("import.cancelled", job, by=by)
    _forget(job, keep_rejected=False)
    return job


@transaction.atomic
def lapse_import(*, job: Job, by: Actor = SYSTEM) -> Job:
    """End a checked import that nobody has confirmed in time; nothing where it has moved on meanwhile."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.state != State.READY:
        return job
    job.state, job.words, job.error, job.finished_at = State.CANCELLED, "", LAPSED, timezone.now()
    job.save()
    record("import.lapsed", job, by=by)
    _forget(job, keep_rejected=False)
    return job


@transaction.atomic
def stop_import(*, job: Job, state: State, error: str) -> None:
    """End an import that can't go on, with the reason in Chinese; nothing where it has moved on meanwhile."""
    values = {"state": state, "error": error[:1000], "words": "", "finished_at": timezone.now()}
    if Job.objects.filter(pk=job.pk, state=job.state).update(**values):
        _forget(job, keep_rejected=False)


def _forget(job: Job, *, keep_rejected: bool) -> None:
    """Delete what nothing needs any more: staged rows, rejected ones' data but for whose they are, the file unless it
    is to be returned."""
    rows = ImportRow.objects.filter(job=job)
    if keep_rejected:
        kept = JSONObject(**{key: f"data__{key}" for key in importer_of(job.kind).subject_keys})
        rows.filter(outcome=RowOutcome.REJECTED).update(data=kept, key=None)
        rows = rows.exclude(outcome=RowOutcome.REJECTED)
    rows._raw_delete(rows.db)
    if not (keep_rejected and job.counts[RowOutcome.REJECTED]):
        transaction.on_commit(lambda: files.discard(job.pk))
