"""Verifying the audit: the events against their codes, their leaves, and the tree heads outside the database.

Whoever has only the database can change rows, but has neither the key of the events' codes nor the file with the
heads; so an edited, deleted, swapped, inserted or cut-off event is found, and named.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from fpa.audit.models import Event, Leaf, TreeHead
from fpa.audit.record import mac_of, payload_of
from fpa.audit.seal import read_published
from fpa.core.merkle import Frontier, leaf_hash


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it was sealed. `kind` is edited, deleted, swapped, inserted, cut_off or log."""

    kind: str
    event_id: str
    detail: str


@dataclass(frozen=True)
class Verdict:
    """The outcome of a verification."""

    events: int
    sealed: int
    waiting: int
    problems: list[Problem]


def verify() -> Verdict:
    """Check every event, leaf and head; call it in a scope over the whole province.

    Returns counts and problems; an unreadable file of heads is a problem too, never an exception.
    """
    try:
        heads = list(read_published(Path(settings.TREE_HEAD_FILE)))
    except ValueError as error:
        return Verdict(Event.objects.count(), 0, 0, [Problem("log", "", str(error))])
    published = [(event_id, digest) for head in heads for event_id, digest in head["leaves"]]
    found = {str(event.id): (leaf_hash(payload_of(event)).hex(), _is_genuine(event)) for event in _events()}
    stored = {str(leaf.event_id): leaf for leaf in Leaf.objects.iterator()}
    problems = [
        *_heads_problems(heads),
        *_sealed_problems(published, found),
        *_log_problems(published, stored),
        *_unpublished_problems(published, found, stored),
    ]
    waiting = len(found.keys() - dict(published).keys())
    return Verdict(len(found), len(published), waiting, problems)


def _events() -> Iterator[Event]:
    return Event.objects.order_by("id").iterator(chunk_size=5000)


def _is_genuine(event: Event) -> bool:
    return bytes(event.mac) == mac_of(event)


def _heads_problems(heads: list[dict[str, Any]]) -> Iterator[Problem]:
    """The file's own roots must follow from its leaves, and the database's heads must be the file's."""
    frontier = Frontier()
    for head in heads:
        frontier.append(bytes.fromhex(digest) for _, digest in head["leaves"])
        if frontier.size != head["size"] or frontier.root().hex() != head["root"]:
            yield Problem("log", "", f"树头文件中第 {head['size']} 条处的根与其叶子不符")
    stored = {head.size: bytes(head.root).hex() for head in TreeHead.objects.all()}
    filed = {head["size"]: head["root"] for head in heads}
    for size in sorted(stored.keys() | filed.keys()):
        if stored.get(size) != filed.get(size):
            yield Problem("log", "", f"第 {size} 条处的树头在数据库与库外文件中不一致")


def _sealed_problems(
    published: list[tuple[str, str]], found: dict[str, tuple[str, bool]]
) -> Iterator[Problem]:
    """Every sealed event must still be there with the very content that was sealed."""
    missing = [event_id for event_id, _ in published if event_id not in found]
    tail = _trailing(published, set(missing))
    for event_id in missing:
        kind = "cut_off" if event_id in tail else "deleted"
        words = {"cut_off": "日志末尾被截断，该事件缺失", "deleted": "已封存的事件被删除"}
        yield Problem(kind, event_id, words[kind])
    sealed = dict(published)
    changed = [e for e, digest in published if e in found and found[e][0] != digest]
    for event_id in changed:
        other = _twin(event_id, changed, sealed)
        if other:
            yield Problem("swapped", event_id, f"内容与事件 {other} 互换")
        else:
            yield Problem("edited", event_id, "内容与封存时不同")


def _trailing(published: list[tuple[str, str]], missing: set[str]) -> set[str]:
    """The missing events that form the unbroken end of the log."""
    tail: set[str] = set()
    for event_id, _ in reversed(published):
        if event_id not in missing:
            break
        tail.add(event_id)
    return tail


def _twin(event_id: str, changed: list[str], sealed: dict[str, str]) -> str | None:
    """Another changed event whose sealed content this event now carries under its own number."""
    event = Event.objects.get(pk=event_id)
    for other in changed:
        event.id = other
        if other != event_id and leaf_hash(payload_of(event)).hex() == sealed[other]:
            return other
    return None


def _log_problems(published: list[tuple[str, str]], stored: dict[str, Leaf]) -> Iterator[Problem]:
    """The leaves in the database must be the file's, in the file's order."""
    for position, (event_id, digest) in enumerate(published):
        leaf = stored.get(event_id)
        if leaf is None:
            yield Problem("log", event_id, f"第 {position} 位的叶子被删除")
        elif leaf.position != position or bytes(leaf.hash).hex() != digest:
            yield Problem("log", event_id, f"第 {position} 位的叶子被改动")


def _unpublished_problems(
    published: list[tuple[str, str]], found: dict[str, tuple[str, bool]], stored: dict[str, Leaf]
) -> Iterator[Problem]:
    """What the file does not know may only be an event that waits for sealing, with a genuine code."""
    known = dict(published)
    for event_id, (_, genuine) in found.items():
        if event_id not in known and not genuine:
            yield Problem("inserted", event_id, "不是由平台写入的事件（鉴别码不符）")
    for event_id in stored.keys() - known.keys():
        yield Problem("log", event_id, "库外文件中没有这片叶子")
