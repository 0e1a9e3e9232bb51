"""Events that were taken away before they were sealed, together with their row of the queue: told by their writers.

Neither leaf nor queue knows such an event any more. The one after it in its writer's chain still names it, and so does
the writer's file (`chain`). Call these in a scope over the whole province.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, QuerySet

from fpa.audit.chain import Place, witnessed
from fpa.audit.models import Event, Leaf, Unsealed
from fpa.audit.record import mac_of

BATCH = 5_000
KEPT_SECONDS = 24 * 3600
"""A writer's file is kept so long after its last event, and until all that it names is sealed."""


@dataclass(frozen=True)
class Lost:
    """An event that is gone: its id, and its place in its writer's chain where that is known."""

    event_id: UUID
    writer: UUID | None = None
    number: int = 0


def lost_by_chain(rows: QuerySet[Event]) -> Iterator[Lost]:
    """What the events of `rows` follow and what is nowhere any more. An event that is not genuine is no witness."""
    followed = OuterRef("follows")
    gone = [
        ~Exists(Event.objects.filter(pk=followed)),
        ~Exists(Leaf.objects.filter(event_id=followed)),
        ~Exists(Unsealed.objects.filter(event_id=followed)),
    ]
    for event in rows.filter(*gone, follows__isnull=False).order_by("id").iterator():
        if event.follows and bytes(event.mac) == mac_of(event):
            before = (event.number or 0) - 1
            yield Lost(event.follows, event.writer if before else None, before)


def lost_by_files(since: float = 0) -> Iterator[Lost]:
    """What the writers' files that were written since a moment name and what is nowhere any more."""
    named = ((event_id, place) for _, places in witnessed(since) for event_id, place in places.items())
    while batch := dict(islice(named, BATCH)):
        for event_id in sorted(_nowhere(batch)):
            yield Lost(event_id, batch[event_id].writer, batch[event_id].number)


def _nowhere(batch: Mapping[UUID, Place]) -> set[UUID]:
    left = set(batch)
    for model, name in ((Event, "pk"), (Leaf, "event_id"), (Unsealed, "event_id")):
        if left:
            left -= set(model._default_manager.filter(**{f"{name}__in": left}).values_list(name, flat=True))
    return left


def unnamed_before(lost: Iterable[Lost]) -> Iterator[tuple[UUID, int, int]]:
    """Runs of a chain before a lost event that are gone as well and that no file names: writer, first and last."""
    named = {(place.writer, place.number) for _, places in witnessed() for place in places.values()}
    for one in lost:
        if one.writer is None or (one.writer, one.number) in named:
            continue
        below = Event.objects.filter(writer=one.writer, number__lt=one.number).aggregate(last=Max("number"))
        first = (below["last"] or 0) + 1
        if first < one.number:
            yield one.writer, first, one.number - 1


def forget_sealed_files() -> None:
    """Remove the writers' files whose every event is sealed, a day after the last; the daily upkeep calls it."""
    before = time.time() - KEPT_SECONDS
    for path, places in witnessed():
        sealed = Leaf.objects.filter(event_id__in=places).count()
        if path.stat().st_mtime < before and sealed == len(places):
            path.unlink(missing_ok=True)
