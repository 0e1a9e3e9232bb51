"""Where contents lie: outside the web root, readable by the platform alone, each once, named by its SM3 digest."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

from fpa.core import locks
from fpa.core.crypto import sm3


class LostContent(Exception):
    """A content that is not there, or is not what its digest says."""


def path_of(digest: str) -> Path:
    """Where the content of a digest lies."""
    return Path(settings.FILES_DIR) / digest[:2] / digest


def store(digest: str, content: bytes) -> None:
    """Keep a content, once; synced before the row that names it is committed. Call it in a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [locks.FILES])
    path = path_of(digest)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read(digest: str) -> bytes:
    """The content of a digest, checked against it. Raises `LostContent`."""
    try:
        content = path_of(digest).read_bytes()
    except OSError as error:
        raise LostContent(digest) from error
    if sm3(content).hex() != digest:
        raise LostContent(digest)
    return content


def stored_before(moment: float) -> Iterator[list[Path]]:
    """The contents that were written before a moment (a Unix time), folder by folder."""
    for folder in sorted(Path(settings.FILES_DIR).glob("*")):
        found = [p for p in folder.iterdir() if p.stat().st_mtime < moment]
        if found:
            yield found
