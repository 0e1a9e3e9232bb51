"""An import in one go, as the command line does it: by the worker's own functions, in one transaction."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import transaction

from fpa.access.models import Unit, User
from fpa.access.scope import whole_province
from fpa.access.seats import actor_for
from fpa.core.actor import Actor
from fpa.core.ids import uuid7
from fpa.imports import files
from fpa.imports.actions import CannotImport, apply_import, check_import, confirm_import, upload_import
from fpa.imports.importer import Importer
from fpa.imports.limits import limited_statements
from fpa.imports.models import ImportRow, Job, RowOutcome
from fpa.pages.progress import Progress

_PIECE = 1 << 20


def import_file(
    importer: Importer, file: Path, code: str, username: str, *, dry_run: bool, parent: str = ""
) -> dict[str, Any]:
    """Upload, check, confirm and apply in one transaction, or roll it back for `dry_run`; the counts and rejected rows.

    Opens a scope over the whole province for the reasons of `run_import`; who acts and where is checked first.
    Raises Refused and CannotImport.
    """
    by = _actor(username)
    unit = _unit(code, by)
    if not file.is_file():
        raise CannotImport(f"找不到文件：{file}。请核对路径。")
    with whole_province(), limited_statements():
        job = upload_import(
            importer=importer,
            unit=unit,
            filename=file.name,
            pieces=_pieces(file),
            key=uuid7(),
            by=by,
            parent=parent,
        )
        try:
            outcome = _carry_out(job, by, dry_run=dry_run)
        except BaseException:
            files.discard(job.pk)
            raise
        if dry_run or not _writes(job):
            transaction.set_rollback(True)
            files.discard(job.pk)
    return outcome


def _carry_out(job: Job, by: Actor, *, dry_run: bool) -> dict[str, Any]:
    progress = Progress(job)
    check_import(job=job, progress=progress)
    if not dry_run and _writes(job):
        job = apply_import(job=confirm_import(job=job, by=by), by=by, progress=progress)
    rows = ImportRow.objects.filter(job=job, outcome=RowOutcome.REJECTED).order_by("position")
    rejected = list(rows.values("sheet", "row", "column", "reason"))
    counts = {name: job.counts[name] for name in ("new", "changed", "unchanged")}
    return {**counts, "rejected": rejected, "dropped": job.dropped}


def _writes(job: Job) -> bool:
    return job.counts[RowOutcome.NEW] + job.counts[RowOutcome.CHANGED] > 0


def _actor(username: str) -> Actor:
    try:
        return actor_for(username)
    except User.DoesNotExist as error:
        raise CannotImport(f"没有账号“{username}”，或账号已停用。") from error
    except PermissionError as error:
        raise CannotImport(str(error)) from error


def _unit(code: str, by: Actor) -> Unit:
    unit = Unit.objects.current().under(by.path).filter(code=code, extension="").first()
    if unit is None:
        raise CannotImport(f"没有代码为“{code}”的单位，或它不在{by.unit_name}的管理范围内。")
    return unit


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        while piece := source.read(_PIECE):
            yield piece
