"""Sealing: events become leaves of a Merkle log, and each tree head is also written outside the database.

Events carry no chain of their own, so writers never wait for one another; one sealer, held single by an advisory
lock, gives the events that have none yet the next positions.
"""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from fpa.audit.models import Event, Leaf, TreeHead
from fpa.audit.record import mac_of, payload_of
from fpa.core.merkle import Frontier, leaf_hash

ADVISORY_LOCK = 5_291_980
LONGEST_TRANSACTION = timedelta(days=2)
"""An event may be committed this long after it was made (a long import); older ones were sealed or are forged."""
BATCH = 20_000


def seal() -> int:
    """Seal all events that have no leaf yet and publish the new tree head; returns how many were sealed.

    Call it in a scope over the whole province. An event whose authentication code is wrong is left out: it was not
    written by the platform, and `verify` names it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
        events = [event for event in unsealed() if bytes(event.mac) == mac_of(event)][:BATCH]
        if events:
            _append(events)
    publish()
    return len(events)


def unsealed() -> Iterator[Event]:
    """Events of the last days that have no leaf, oldest first."""
    recent = Event.objects.filter(at__gte=timezone.now() - LONGEST_TRANSACTION)
    sealed = Leaf.objects.values("event_id")
    return recent.exclude(id__in=sealed).order_by("id").iterator()


def _append(events: list[Event]) -> None:
    head = TreeHead.objects.first()
    frontier = Frontier.parse(head.size, head.frontier) if head else Frontier()
    first = frontier.size
    hashes = [leaf_hash(payload_of(event)) for event in events]
    frontier.append(hashes)
    Leaf.objects.bulk_create(
        Leaf(position=first + n, event_id=event.id, hash=hashes[n]) for n, event in enumerate(events)
    )
    TreeHead.objects.create(
        size=frontier.size, root=frontier.root(), frontier=frontier.hashes(), sealed_at=timezone.now()
    )


def publish() -> None:
    """Append the heads that the file outside the database does not hold yet, each with the leaves it sealed.

    A crash between the database and the file is made good by the next call.
    """
    path = Path(settings.TREE_HEAD_FILE)
    known = last_published_size(path)
    heads = list(TreeHead.objects.filter(size__gt=known).order_by("size"))
    if not heads:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as out:
        for head in heads:
            out.write(json.dumps(_line(head, known)) + "\n")
            known = head.size
        out.flush()
        os.fsync(out.fileno())


def _line(head: TreeHead, previous: int) -> dict[str, Any]:
    leaves = Leaf.objects.filter(position__gte=previous, position__lt=head.size).order_by("position")
    return {
        "size": head.size,
        "root": bytes(head.root).hex(),
        "sealed_at": head.sealed_at.isoformat(),
        "leaves": [[str(leaf.event_id), bytes(leaf.hash).hex()] for leaf in leaves],
    }


def last_published_size(path: Path) -> int:
    """Size of the last head in the file, 0 where there is none."""
    last = 0
    for line in read_published(path):
        last = line["size"]
    return last


def read_published(path: Path) -> Iterator[dict[str, Any]]:
    """The heads of the file outside the database, oldest first.

    Raises ValueError, naming the line, where one can't be read.
    """
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield json.loads(line)
            except json.JSONDecodeError as error:
                raise ValueError(f"树头文件第 {number} 行无法读取") from error
