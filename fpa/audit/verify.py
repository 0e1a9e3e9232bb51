"""Verifying the audit: the events against their codes, their leaves, and the tree heads outside the database.

Whoever has only the database can change rows, but has neither the key of the events' codes nor the file with the
heads; so an edited, deleted, swapped, inserted or cut-off event is found, and named. One pass in batches: memory
grows with what is wrong, not with the log.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import SEEK_END
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q

from fpa.audit import heads
from fpa.audit.gaps import lost_by_chain, lost_by_files, unnamed_before
from fpa.audit.models import Event, Leaf, TreeHead, Unsealed
from fpa.audit.outside import EMPTY_ROOT, OutsideHead
from fpa.audit.record import code_of, mac_of, payload_of
from fpa.audit.trusted import Stretch, Trusted
from fpa.core.merkle import leaf_hash

BATCH = 5_000
"""Leaves compared at a time."""
SWAP_WINDOW_MS = 1_000
"""An event's number holds the millisecond of its making; its time follows at once."""
NOT_OURS = "不是由平台写入的事件（鉴别码不符）"
BEFORE_ALL = -(2**63)

WORDS = {
    "edited": "被改动",
    "deleted": "被删除",
    "swapped": "被互换",
    "inserted": "被插入",
    "cut_off": "被截断",
    "unqueued": "被漏封",
    "requeued": "被重复排队",
    "leaf": "叶子异常",
    "head": "树头异常",
    "file": "库外文件异常",
    "outside": "与另存的树头不符",
}
"""The kinds of problems, in words: the first seven are of events, the others of what seals them."""


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it was sealed; `event_id` is empty where it is of no single event."""

    kind: str
    event_id: str
    detail: str


@dataclass(frozen=True)
class Verification:
    """The outcome of a verification."""

    events: int
    sealed: int
    waiting: int
    problems: list[Problem]


def verify(outside: Iterable[OutsideHead] = ()) -> Verification:
    """Check every event, leaf and head; call it in a scope over the whole province.

    The log must also contain every head that somebody has kept `outside` of this machine. Returns counts and problems;
    an unreadable file of heads is a problem too, never an exception.
    """
    with heads.locked(shared=True) as file:  # no sealer is between its commit and the file now
        end, newest = file.seek(0, SEEK_END), _newest_size()
    check = _Check()
    kept = list(outside)
    log = Trusted(check.say, wanted=frozenset(head.size for head in kept))
    for batch in _batches(log.stretches(end, newest)):
        check.heads(batch)
        check.leaves([s for s in batch if s.is_filed])
        check.events(batch)
    check.leaves_without_head(log.frontier.size, newest)
    check.lost_events()
    check.changed_events()
    check.events_without_leaf()
    check.events_lost_before_sealing()
    check.heads_outside(kept, log)
    return Verification(Event.objects.count(), log.frontier.size, Unsealed.objects.count(), check.problems)


def _newest_size() -> int:
    """How many leaves the database claims to have, by its heads or by their positions."""
    size = TreeHead.objects.aggregate(newest=Max("size"))["newest"] or 0
    position = Leaf.objects.aggregate(newest=Max("position"))["newest"]
    return max(size, 0 if position is None else position + 1)


def _batches(stretches: Iterator[Stretch]) -> Iterator[list[Stretch]]:
    """Stretches together until they hold a batch of leaves; each batch costs three queries."""
    batch: list[Stretch] = []
    leaves = 0
    for stretch in stretches:
        batch.append(stretch)
        leaves += len(stretch.head.leaves)
        if leaves >= BATCH:
            yield batch
            batch, leaves = [], 0
    if batch:
        yield batch


@dataclass
class _Check:
    """What was found wrong so far, and what can be told only at the end."""

    problems: list[Problem] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)
    changed: dict[str, tuple[Event, str]] = field(default_factory=dict)
    leafless: set[str] = field(default_factory=set)
    strangers: set[str] = field(default_factory=set)
    heads_upto: int = BEFORE_ALL

    def say(self, kind: str, event_id: str, detail: str) -> None:
        """Add a problem."""
        self.problems.append(Problem(kind, event_id, detail))

    def heads(self, batch: list[Stretch]) -> None:
        """The database's heads must be the published ones, each with its root and frontier, and no others."""
        upto = batch[-1].head.size
        rows = TreeHead.objects.filter(size__gt=self.heads_upto, size__lte=upto)
        stored = {row.size: (bytes(row.root).hex(), row.frontier, row.sealed_at.isoformat()) for row in rows}
        wanted = {s.head.size: (s.head.root, s.frontier, s.head.sealed_at) for s in batch}
        for size in sorted(stored.keys() | wanted.keys()):
            if size not in stored:
                self.say("head", "", f"数据库中第 {size} 条处的树头缺失")
            elif stored[size] != wanted.get(size):
                self.say("head", "", f"数据库中第 {size} 条处的树头与封存时不符")
        self.heads_upto = upto

    def leaves(self, batch: list[Stretch]) -> None:
        """The database's leaves must be the file's, in the file's order."""
        if not batch:
            return
        rows = Leaf.objects.filter(position__gte=batch[0].start, position__lt=batch[-1].head.size)
        stored = {row.position: (str(row.event_id), bytes(row.hash).hex()) for row in rows}
        for stretch in batch:
            for position, leaf in enumerate(stretch.head.leaves, stretch.start):
                if stored.get(position) != leaf:
                    self._wrong_leaf(position, leaf[0], stored.get(position))

    def _wrong_leaf(self, position: int, event_id: str, stored: tuple[str, str] | None) -> None:
        if stored and stored[0] == event_id:
            self.say("leaf", event_id, f"第 {position} 位的叶子被改动")
            return
        self.leafless.add(event_id)
        if stored:
            self.strangers.add(stored[0])
        self.say(
            "leaf", event_id, f"第 {position} 位的叶子{f'被换成事件 {stored[0]} 的' if stored else '被删除'}"
        )

    def events(self, batch: list[Stretch]) -> None:
        """Every sealed event must still be there with the very content that was sealed."""
        found = Event.objects.in_bulk([event_id for s in batch for event_id, _ in s.head.leaves])
        for stretch in batch:
            for event_id, digest in stretch.head.leaves:
                event = found.get(UUID(event_id))
                if event is None:
                    self.tail.append(event_id)
                    continue
                self.deleted += self.tail
                self.tail = []
                self._content(event, digest, stretch.is_filed)

    def _content(self, event: Event, digest: str, is_filed: bool) -> None:
        payload = payload_of(event)
        if leaf_hash(payload).hex() != digest:
            self.changed[str(event.id)] = (event, digest)
        elif bytes(event.mac) != code_of(payload):
            kind = "edited" if is_filed else "inserted"
            self.say(kind, str(event.id), "鉴别码与封存时不同" if is_filed else NOT_OURS)

    def leaves_without_head(self, sealed: int, newest: int) -> None:
        """No leaf may stand outside of what the heads cover."""
        outside = Q(position__lt=0) | Q(position__gte=sealed, position__lt=newest)
        for leaf in Leaf.objects.filter(outside).order_by("position"):
            self.strangers.add(str(leaf.event_id))
            self.say("leaf", str(leaf.event_id), f"第 {leaf.position} 位的叶子没有树头")

    def lost_events(self) -> None:
        """Name the events that are gone: cut off where they were the unbroken end of the log, else deleted."""
        for event_id in self.deleted:
            self.say("deleted", event_id, "已封存的事件被删除")
        for event_id in self.tail:
            self.say("cut_off", event_id, "日志末尾被截断，该事件缺失")

    def changed_events(self) -> None:
        """Name the events whose content is not what was sealed: another's, or no one's."""
        in_order = sorted(self.changed)
        for event_id, (event, _) in self.changed.items():
            other = self._twin(event, in_order)
            if other:
                self.say("swapped", event_id, f"内容与事件 {other} 互换")
            else:
                self.say("edited", event_id, "内容与封存时不同")

    def _twin(self, event: Event, in_order: list[str]) -> str | None:
        """Another changed event whose sealed content this one now carries; numbers tell the time of making, so only
        those made just before the content's time are tried."""
        own, made = event.id, int(event.at.timestamp() * 1000)
        first = bisect_left(in_order, _lowest_id(made - SWAP_WINDOW_MS))
        last = bisect_right(in_order, _lowest_id(made + SWAP_WINDOW_MS))
        try:
            for other in in_order[first:last]:
                event.id = UUID(other)
                if event.id != own and leaf_hash(payload_of(event)).hex() == self.changed[other][1]:
                    return other
        finally:
            event.id = own
        return None

    def events_without_leaf(self) -> None:
        """What has no leaf may only be a genuine event that waits in the queue, and the queue may name no other."""
        leaf = Leaf.objects.filter(event_id=OuterRef("pk"))
        queued = Exists(Unsealed.objects.filter(event_id=OuterRef("pk")))
        for unsealed in (
            Event.objects.filter(~Exists(leaf)).annotate(is_queued=queued).order_by("id").iterator()
        ):
            if str(unsealed.id) not in self.leafless:
                self._unsealed(unsealed, unsealed.is_queued)
        for event in Event.objects.filter(pk__in=self.strangers - self.leafless).order_by("id"):
            if not _is_genuine(event):
                self.say("inserted", str(event.id), NOT_OURS)
        there = Event.objects.filter(pk=OuterRef("event_id"))
        for row in Unsealed.objects.filter(~Exists(there)).order_by("event_id"):
            self.say("deleted", str(row.event_id), "等待封存的事件被删除")

        for row in Unsealed.objects.filter(Exists(leaf.filter(event_id=OuterRef("event_id")))).order_by(
            "event_id"
        ):
            self.say("requeued", str(row.event_id), "已封存的事件又被放进等待封存的队列")

    def events_lost_before_sealing(self) -> None:
        """Name what its writers miss, beyond what was named already: it went before it had a leaf."""
        named = {problem.event_id for problem in self.problems}
        found = {one.event_id: one for one in (*lost_by_chain(Event.objects.all()), *lost_by_files())}
        lost = [one for one in found.values() if str(one.event_id) not in named]
        for one in lost:
            self.say("deleted", str(one.event_id), "封存前被删除，连同它在等待封存的队列中的记录")
        for writer, first, last in unnamed_before(lost):
            self.say("deleted", "", f"写入者 {writer} 的第 {first} 至 {last} 号事件在封存前被删除，编号不详")

    def heads_outside(self, kept: list[OutsideHead], log: Trusted) -> None:
        """What was kept outside must be a head of this very log."""
        for head in kept:
            root = log.roots.get(head.size) if head.size else EMPTY_ROOT
            if root is None:
                self.say(
                    "outside", "", f"另存的树头有 {head.size} 条，日志只有 {log.frontier.size} 条：末尾被截断"
                )
            elif root != head.root:
                self.say("outside", "", f"日志第 {head.size} 条处的根与另存的不同：{root}")

    def _unsealed(self, event: Event, is_queued: bool) -> None:
        if not _is_genuine(event):
            self.say("inserted", str(event.id), NOT_OURS)
        elif not is_queued:
            self.say("unqueued", str(event.id), "既没有封存，也不在等待封存的队列中")


def _is_genuine(event: Event) -> bool:
    return bytes(event.mac) == mac_of(event)


def _lowest_id(millisecond: int) -> str:
    """The smallest number that an event made in a millisecond can have."""
    return str(UUID(int=max(0, millisecond) << 80))
