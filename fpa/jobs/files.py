"""The uploaded files: readable by the platform alone, one a job, deleted as soon as nothing needs them."""

import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from fpa.core.crypto import sm3
from fpa.jobs.models import Job, State

KEPT_DAYS = 7
"""How long a finished job's file stays, so that the rejected rows can be fetched."""


def path_of(job_id: UUID) -> Path:
    """Where a job's file lies."""
    return Path(settings.UPLOAD_DIR) / str(job_id)


def store(job_id: UUID, pieces: Iterable[bytes]) -> str:
    """Write a job's file (0600, synced before the job is committed) and return its SM3 digest as hex."""
    path = path_of(job_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return sm3(path.read_bytes()).hex()


def discard(job_id: UUID) -> None:
    """Delete a job's file, if it is still there."""
    path_of(job_id).unlink(missing_ok=True)


def purge(now: datetime | None = None) -> int:
    """Delete files that are KEPT_DAYS old and not those of a job that still waits; returns how many.

    Call it in a scope over everything: it looks only at which jobs are open.
    """
    before = ((now or timezone.now()) - timedelta(days=KEPT_DAYS)).timestamp()
    folder = Path(settings.UPLOAD_DIR)
    old = [path for path in folder.glob("*") if path.stat().st_mtime < before] if folder.exists() else []
    open_states = [State.UPLOADED, State.READY, State.CONFIRMED]
    needed = {str(pk) for pk in Job.objects.filter(state__in=open_states).values_list("pk", flat=True)}
    gone = [path for path in old if path.name not in needed]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)
