"""The file of tree heads outside the database: one JSON line a head, with the leaves that it sealed.

Who can change the database alone can't change what this file says of it.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from io import SEEK_END
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from fpa.audit.models import Leaf, TreeHead

BLOCK = 1 << 16


@dataclass(frozen=True)
class Head:
    """A tree head as the file keeps it: hex strings, and the leaves (event id, hash) added since the head before."""

    size: int
    root: str
    sealed_at: str
    leaves: list[tuple[str, str]]

    @property
    def start(self) -> int:
        """Position of its first leaf."""
        return self.size - len(self.leaves)


@contextmanager
def locked(*, shared: bool = False) -> Iterator[BinaryIO]:
    """Open the file, made where it is missing, and hold it: a sealer alone, readers (`shared`) together."""
    path = Path(settings.TREE_HEAD_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield file


def parse(line: bytes) -> Head | None:
    """The head on a line of the file, or None where the line is no head."""
    try:
        head = Head(**json.loads(line))
        leaves = [(str(event_id), bytes.fromhex(digest).hex()) for event_id, digest in head.leaves]
        return Head(int(head.size), bytes.fromhex(head.root).hex(), str(head.sealed_at), leaves)
    except (ValueError, TypeError, AttributeError):
        return None


def read(end: int) -> Iterator[tuple[int, Head | None]]:
    """Number and head of every line before byte `end`; None for a head that can't be read."""
    with Path(settings.TREE_HEAD_FILE).open("rb") as file:
        number = 0
        while file.tell() < end:
            number += 1
            yield number, parse(file.readline())


def last(file: BinaryIO) -> Head | None:
    """The last whole head of the file, read from its end; None where there is none."""
    end = _end_of_whole_lines(file)
    start = _line_break_before(file, end - 1)
    file.seek(start)
    return parse(file.read(end - start)) if end else None


def published() -> Head | None:
    """The last head of the file as it is now, without waiting for a sealer; None where there is none."""
    path = Path(settings.TREE_HEAD_FILE)
    if not path.exists():
        return None
    with path.open("rb") as file:
        return last(file)


def from_database(after: int, upto: int) -> Iterator[Head]:
    """The database's own heads of sizes over `after` up to `upto`, with the leaves that they should have sealed."""
    for head in TreeHead.objects.filter(size__gt=after, size__lte=upto).order_by("size").iterator():
        sealed = stored_leaves(after, head.size)
        yield Head(head.size, bytes(head.root).hex(), head.sealed_at.isoformat(), sealed)
        after = head.size


def stored_leaves(start: int, end: int) -> list[tuple[str, str]]:
    """The database's leaves from position `start` up to, not with, `end`, as (event id, hash)."""
    leaves = Leaf.objects.filter(position__gte=start, position__lt=end).order_by("position")
    return [(str(leaf.event_id), bytes(leaf.hash).hex()) for leaf in leaves]


def publish(file: BinaryIO) -> None:
    """Append the heads that the database has beyond the locked file; a line that a crash cut short is dropped first.

    So what a crash between the database's commit and the file left open is closed by the next call.
    """
    file.truncate(_end_of_whole_lines(file))
    known = last(file)
    newest = TreeHead.objects.first()
    for head in from_database(known.size if known else 0, newest.size if newest else 0):
        file.write(json.dumps(asdict(head)).encode() + b"\n")
    file.flush()
    os.fsync(file.fileno())


def _end_of_whole_lines(file: BinaryIO) -> int:
    return _line_break_before(file, file.seek(0, SEEK_END))


def _line_break_before(file: BinaryIO, end: int) -> int:
    """Byte after the last line break before byte `end`; 0 where there is none."""
    while end > 0:
        start = max(0, end - BLOCK)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0
