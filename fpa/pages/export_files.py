"""The files of exports: readable by the platform alone, one an export, deleted when they expire."""

import os
from pathlib import Path
from uuid import UUID

from django.conf import settings

PART = ".part"


def path_of(export_id: UUID) -> Path:
    """Where an export's file lies once it is whole."""
    return Path(settings.EXPORT_DIR) / str(export_id)


def part_of(export_id: UUID) -> Path:
    """Where it is written to: an empty file (0600), whatever an earlier try has left there."""
    path = path_of(export_id).with_suffix(PART)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return path


def keep(export_id: UUID) -> Path:
    """Give a written file its place, safe on the disk before the export is committed as done."""
    part, path = path_of(export_id).with_suffix(PART), path_of(export_id)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)
    return path


def discard(export_id: UUID) -> None:
    """Delete an export's file, whole or begun, if it is still there."""
    path_of(export_id).unlink(missing_ok=True)
    path_of(export_id).with_suffix(PART).unlink(missing_ok=True)
