"""The chain of each writer: which of its events was which, so that one that is taken away before its sealing is missed.

A writer is one thread of one process. It numbers its events and names with each the one before (docs/decisions). Its
chain is its own, so no writer waits for another. The numbers of committed events also stand in a file of the writer
beside the file of tree heads: outside the database, where the last event of a chain is missed too.
"""

import logging
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction

log = logging.getLogger(__name__)

LONGEST = 500
"""After so many events a writer begins a new chain, tied to the old one, and with it a new file."""
_LINE = re.compile(rb"(\d{1,18}) ([0-9a-f-]{36})\n")

# The place is taken only where the chain's own uncommitted rows agree: what a rollback has undone is numbered again.
_TAKE = """
    INSERT INTO audit_unsealed (event_id, writer, number)
    SELECT e.event, %(writer)s, %(number)s + e.place - 1
    FROM unnest(%(events)s::uuid[]) WITH ORDINALITY AS e(event, place)
    WHERE %(number)s = 1 + greatest(
        %(committed)s, (SELECT max(number) FROM audit_unsealed WHERE writer = %(writer)s))
"""
_LAST = "SELECT number, event_id FROM audit_unsealed WHERE writer = %s ORDER BY number DESC LIMIT 1"


@dataclass(frozen=True)
class Place:
    """An event's place: its number in a writer's chain, and the event before it, None where the writer begins."""

    writer: UUID
    number: int
    follows: UUID | None


@dataclass(frozen=True)
class _Link:
    number: int
    event_id: UUID | None


@dataclass
class _Chain:
    """What a writer remembers: its last committed event, and the last that it has written, be it undone since."""

    owner: tuple[int, str]
    writer: UUID = field(default_factory=uuid4)
    committed: _Link = _Link(0, None)
    last: _Link = _Link(0, None)
    file: Path | None = None

    def take(self, event_ids: list[UUID]) -> list[Place]:
        """Put events into the queue at the chain's next places, in their order, by one statement."""
        if self.last == self.committed and self.last.number >= LONGEST:
            self.writer, self.last = uuid4(), _Link(0, self.last.event_id)
            self.committed, self.file = self.last, None
        if not self._is_taken(event_ids):
            self.last = self._found()
            if not self._is_taken(event_ids):
                raise RuntimeError(f"the queue holds a place that writer {self.writer} never took")
        places = []
        for event_id in event_ids:
            places.append(Place(self.writer, self.last.number + 1, self.last.event_id))
            self.last = _Link(places[-1].number, event_id)
        return places

    def _is_taken(self, event_ids: list[UUID]) -> bool:
        wanted, writer = self.last.number + 1, self.writer
        values: dict[str, Any] = {
            "events": event_ids,
            "writer": writer,
            "number": wanted,
            "committed": self.committed.number,
        }
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, values)
            return cursor.rowcount == len(event_ids)

    def _found(self) -> _Link:
        """The last event that this transaction sees, or that was committed: a row that is gone leaves its gap."""
        with connection.cursor() as cursor:
            cursor.execute(_LAST, [self.writer])
            row = cursor.fetchone()
        return _Link(*row) if row and row[0] > self.committed.number else self.committed

    def commit(self, place: Place, event_id: UUID) -> None:
        """Remember a committed event, here and in the writer's file."""
        if place.writer != self.writer:
            return
        self.committed = _Link(place.number, event_id)
        try:
            _append(self._path(), place.number, event_id)
        except OSError:  # the action is done; its event stands in the database, only its witness is missing
            log.exception("无法写入审计写入者文件，请检查 %s 所在磁盘", folder())

    def _path(self) -> Path:
        if self.file is None:
            folder().mkdir(parents=True, exist_ok=True, mode=0o700)
            self.file = folder() / str(self.writer)
        return self.file


_own = threading.local()


def take_place(event_id: UUID) -> Place:
    """Queue an event of this thread; once it is committed, the writer's file knows it."""
    return take_places([event_id])[0]


def take_places(event_ids: list[UUID]) -> list[Place]:
    """Queue events of this thread in their order; once they are committed, the writer's file knows them."""
    owner = (os.getpid(), str(connection.settings_dict["NAME"]))
    chain: _Chain | None = getattr(_own, "chain", None)
    if chain is None or chain.owner != owner:
        chain = _own.chain = _Chain(owner)
    places = chain.take(event_ids)
    for place, event_id in zip(places, event_ids, strict=True):
        transaction.on_commit(partial(chain.commit, place, event_id))
    return places


def begin_anew() -> None:
    """Let this thread's next event begin a chain; for whoever has emptied the log on purpose."""
    _own.chain = None


def folder() -> Path:
    """Where the writers' files lie: beside the file of tree heads."""
    return Path(settings.TREE_HEAD_FILE).with_suffix(".writers")


def _append(path: Path, number: int, event_id: UUID) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, f"{number} {event_id}\n".encode())
    finally:
        os.close(handle)


def witnessed(since: float = 0) -> Iterator[tuple[Path, dict[UUID, Place]]]:
    """Each writer's file that was written since a moment, with the committed events that it names.

    What can't be read of a file is passed over: a crash may cut a line short.
    """
    for path in sorted(folder().glob("*")):
        if path.stat().st_mtime >= since:
            yield path, _read(path)


def _read(path: Path) -> dict[UUID, Place]:
    try:
        writer = UUID(path.name)
        pairs = [(int(number), UUID(name.decode())) for number, name in _LINE.findall(path.read_bytes())]
    except (ValueError, OSError):
        return {}
    return {event_id: Place(writer, number, None) for number, event_id in pairs}
