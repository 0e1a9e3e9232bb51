"""Sealing: events become leaves of a Merkle log, and each tree head is also written outside the database.

Events are chained by writer only (`chain`), so writers never wait for one another; one sealer, held single by an
advisory lock, gives the events that wait in the queue the next positions, and says which have been taken away.
"""

import logging
import time
from contextlib import ExitStack
from typing import BinaryIO

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from fpa.audit import heads
from fpa.audit.gaps import lost_by_files
from fpa.audit.models import Leaf, TreeHead, Unsealed
from fpa.audit.record import code_of, payload_of
from fpa.audit.trusted import frontier_of
from fpa.core import locks
from fpa.core.merkle import Frontier, leaf_hash
from fpa.core.refusals import Refusal

log = logging.getLogger(__name__)

BATCH = 5_000
WATCHED_SECONDS = 600
"""Writers' files that were written within this time are looked through at each sealing."""
IS_SEALED = Exists(Leaf.objects.filter(event_id=OuterRef("event_id")))


class CannotSeal(Refusal):
    """The log in the database is not the one that was published; the message says what differs and what to do."""


def seal() -> int:
    """Seal all events that wait and, once that is committed, publish the new tree heads; returns how many were sealed.

    Call it in a scope over the whole province. An event whose authentication code is wrong gets no leaf: it was not
    written by the platform, and `verify` names it. Memory is bounded by a batch, however many events wait.
    Raises CannotSeal where the database's last head and the published one contradict each other.
    """
    with transaction.atomic(), connection.cursor() as cursor, ExitStack() as held:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [locks.SEAL])
        file = held.enter_context(heads.locked())
        frontier = _frontier(file)
        before = frontier.size
        while batch := _waiting():
            _append(batch, frontier)
        _tell_lost()
        keep = held.pop_all()
        transaction.on_commit(lambda: _publish(file, keep))
    return frontier.size - before


def _publish(file: BinaryIO, held: ExitStack) -> None:
    with held:
        heads.publish(file)


def _frontier(file: BinaryIO) -> Frontier:
    """The right edge of the log to grow from, once the database's heads are found to be those in the file.

    Lines at the file's end that are no heads do not stop the sealing: a full disk or a careless hand can leave them,
    they contradict nothing, and while sealing stops every new event is without its proof. Nor do they switch the check
    off, or a line of rubbish would let a rewritten database be published: the log is held to the last head that can be
    read. Nothing is hidden: the lines stay where they are, each sealing says so in the platform's log until a head
    follows them, and `verify` names them for ever.
    """
    head = TreeHead.objects.first()
    published, unreadable = heads.last(file)
    if unreadable:
        log.error("库外树头文件末尾有 %s 行无法读取，封存照常进行；请运行 fpa audit verify 查明", unreadable)
    frontier = _grown_to(head) if head else Frontier()
    if published and not is_known(published):
        raise CannotSeal(
            f"库外树头文件中第 {published.size} 条处的树头与数据库不一致，暂停封存。"
            "如刚从备份恢复，请一并恢复同一时刻的树头文件；否则请运行 fpa audit verify 查明。"
        )
    return frontier


def _grown_to(head: TreeHead) -> Frontier:
    frontier = frontier_of(head)
    if frontier is None or frontier.root() != bytes(head.root):
        raise CannotSeal(f"第 {head.size} 条处的树头被改动，暂停封存。请运行 fpa audit verify 查明。")
    return frontier


def is_known(published: heads.Head) -> bool:
    """Whether the database holds a head of the file just as it was published."""
    stored = TreeHead.objects.filter(size=published.size).first()
    return stored is not None and bytes(stored.root).hex() == published.root


def _tell_lost() -> None:
    """Say in the platform's log what its writers miss, and what was queued again; `verify` names both for ever."""
    lost = {one.event_id for one in lost_by_files(time.time() - WATCHED_SECONDS)}
    if lost:
        log.error("%s 条事件在封存前被删除，请运行 fpa audit verify 查明", len(lost))
    if again := Unsealed.objects.filter(IS_SEALED).count():
        log.error("%s 条已封存的事件又进了等待封存的队列，请运行 fpa audit verify 查明", again)


def _waiting() -> list[Unsealed]:
    """The next batch of the queue, in the order of the events' making. What has its leaf already stays where it is:
    somebody put it there, and that is for `verify` to name."""
    return list(Unsealed.objects.filter(~IS_SEALED).select_related("event").order_by("event_id")[:BATCH])


def _append(batch: list[Unsealed], frontier: Frontier) -> None:
    """Give a batch its leaves and head, and take it off the queue."""
    ids = [row.event_id for row in batch]
    payloads = {row.event: payload_of(row.event) for row in batch}
    genuine = {event: payload for event, payload in payloads.items() if bytes(event.mac) == code_of(payload)}
    if len(genuine) < len(payloads):
        forged = len(payloads) - len(genuine)
        log.error("%s 条事件的鉴别码不符，未予封存；请运行 fpa audit verify 查明", forged)
    hashes = [leaf_hash(payload) for payload in genuine.values()]
    places = enumerate(zip(genuine, hashes, strict=True), frontier.size)
    Leaf.objects.bulk_create(
        Leaf(position=n, event_id=event.id, hash=digest) for n, (event, digest) in places
    )
    if hashes:
        _save_head(frontier.append(hashes))
    Unsealed.objects.filter(event_id__in=ids).delete()


def _save_head(frontier: Frontier) -> None:
    TreeHead.objects.create(
        size=frontier.size, root=frontier.root(), frontier=frontier.hashes(), sealed_at=timezone.now()
    )
