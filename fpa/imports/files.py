"""The uploaded files: readable by the platform alone, one a job, deleted as soon as nothing needs them."""

import os
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from django.conf import settings

from fpa.core.crypto import sm3

KEPT_DAYS = 7
"""How long a checked import waits for its confirmation, and a finished one's rejected rows can be fetched."""


def path_of(job_id: UUID) -> Path:
    """Where a job's file lies."""
    return Path(settings.UPLOAD_DIR) / str(job_id)


def store(job_id: UUID, pieces: Iterable[bytes]) -> str:
    """Write a job's file (0600, synced before the job is committed) and return its SM3 digest as hex.

    Where the pieces or the disk break off, nothing stays and the error is raised.
    """
    path = path_of(job_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return sm3(path.read_bytes()).hex()


def discard(job_id: UUID) -> None:
    """Delete a job's file, if it is still there."""
    path_of(job_id).unlink(missing_ok=True)
