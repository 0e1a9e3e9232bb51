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
from uuid import UUID

from django.conf import settings

from fpa.audit.models import Leaf, TreeHead

BLOCK = 1 << 16
HASH_DIGITS = 64
MAX_SIZE = 2**63 - 1


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
    """The head on a line of the file, or None where the line is no head: whatever the line holds, nothing is raised.

    A head that is given has event ids that are UUIDs, hashes of a leaf's length and a size that the database can hold.
    """
    try:
        head = Head(**json.loads(line))
        leaves = [(str(UUID(event_id)), bytes.fromhex(digest).hex()) for event_id, digest in head.leaves]
        whole = Head(int(head.size), bytes.fromhex(head.root).hex(), str(head.sealed_at), leaves)
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
    is_sound = whole.size <= MAX_SIZE and all(len(digest) == HASH_DIGITS for _, digest in leaves)
    return whole if is_sound else None


def read(end: int) -> Iterator[tuple[int, Head | None]]:
    """Number and head of every line before byte `end`; None for a head that can't be read."""
    with Path(settings.TREE_HEAD_FILE).open("rb") as file:
        number = 0
        while file.tell() < end:
            number += 1
            yield number, parse(file.readline())


def last(file: BinaryIO) -> tuple[Head | None, int]:
    """The last head of the file, read from its end, and how many whole lines after it are no heads.

    A line that nobody can read must not hide the heads before it: the log is still held to what was published last.
    """
    unreadable = 0
    for head in _from_the_end(file):
        if head:
            return head, unreadable
        unreadable += 1
    return None, unreadable


def published() -> tuple[Head | None, int]:
    """As `last` of the file as it is now; no sealer is waited for."""
    path = Path(settings.TREE_HEAD_FILE)
    if not path.exists():
        return None, 0
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

    So what a crash between the database's commit and the file left open is closed by the next call. Whole lines stay,
    whatever they hold: what somebody put there is for `verify` to name.
    """
    file.truncate(_end_of_whole_lines(file))
    known, _ = last(file)
    newest = TreeHead.objects.first()
    for head in from_database(known.size if known else 0, newest.size if newest else 0):
        file.write(json.dumps(asdict(head)).encode() + b"\n")
    file.flush()
    os.fsync(file.fileno())


def _from_the_end(file: BinaryIO) -> Iterator[Head | None]:
    """What `parse` makes of the whole lines, the last one first."""
    end = _end_of_whole_lines(file)
    while end:
        start = _line_break_before(file, end - 1)
        file.seek(start)
        yield parse(file.read(end - start))
        end = start


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
