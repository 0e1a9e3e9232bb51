"""Where one event stands in the log, and whether the root that was published holds it."""

from dataclasses import dataclass

from fpa.audit.models import Event, Leaf, TreeHead
from fpa.audit.record import mac_of, payload_of
from fpa.core.merkle import Frontier, leaf_hash


@dataclass(frozen=True)
class LogProgress:
    """An event's code, place and proof. `position` and `head` are None while it waits for sealing."""

    is_genuine: bool
    position: int | None = None
    head: TreeHead | None = None
    is_included: bool = False


def standing_of(event: Event) -> LogProgress:
    """Recompute the root that sealed the event, from the head before it and the leaves between, as RFC 9162 builds it:
    it comes out only where this very content stands at this position. Reads two heads and one batch of leaves."""
    is_genuine = bytes(event.mac) == mac_of(event)
    leaf = Leaf.objects.filter(event_id=event.id).first()
    if leaf is None:
        return LogProgress(is_genuine)
    head = TreeHead.objects.filter(size__gt=leaf.position).order_by("size").first()
    if head is None:
        return LogProgress(is_genuine)
    return LogProgress(is_genuine, leaf.position, head, _root_with(event, leaf, head) == bytes(head.root))


def _root_with(event: Event, leaf: Leaf, head: TreeHead) -> bytes:
    before = TreeHead.objects.filter(size__lte=leaf.position).first()
    try:
        frontier = Frontier.parse(before.size, before.frontier) if before else Frontier()
        rows = Leaf.objects.filter(position__gte=frontier.size, position__lt=head.size).order_by("position")
        hashes = {row.position: bytes(row.hash) for row in rows} | {
            leaf.position: leaf_hash(payload_of(event))
        }
        return frontier.append(hashes.values()).root()
    except ValueError:
        return b""
