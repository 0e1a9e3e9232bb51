"""Tree heads that people keep away from this machine: written down from a page or a log, and held against the log.

Whoever has the database and the file of heads can cut both together; a head that stands elsewhere they can't.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from fpa.audit.models import TreeHead
from fpa.core.merkle import Frontier

EMPTY_ROOT = Frontier().root().hex()
_HEAD = re.compile(r"\b(\d{1,18}):([0-9a-fA-F]{64})\b")


class NoSuchHead(Exception):
    """What was given holds no tree head; the message says how one is written, in Chinese."""


@dataclass(frozen=True)
class OutsideHead:
    """A size and the root that the log had then; written `SIZE:ROOT`."""

    size: int
    root: str

    def __str__(self) -> str:
        return f"{self.size}:{self.root}"


def current_head() -> OutsideHead:
    """The newest head of the database, to be kept elsewhere."""
    head = TreeHead.objects.first()
    return OutsideHead(head.size, bytes(head.root).hex()) if head else OutsideHead(0, EMPTY_ROOT)


def parse_heads(given: str) -> list[OutsideHead]:
    """The heads of `SIZE:ROOT`, or of a file that holds such anywhere in its lines, or is a copy of the file of heads.

    Raises NoSuchHead.
    """
    text = given if _HEAD.fullmatch(given.strip()) else _content(given)
    found = [OutsideHead(int(size), root.lower()) for size, root in _HEAD.findall(text)]
    found += [head for line in text.splitlines() if (head := _head_of_line(line))]
    if not found:
        raise NoSuchHead(
            f"“{given[:80]}”里没有树头。请写成 条数:根（根是 64 位十六进制），或者给出记有树头的文件。"
        )
    return found


def _content(given: str) -> str:
    try:
        return Path(given).read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError) as error:
        raise NoSuchHead(
            f"“{given[:80]}”既不是 条数:根（根是 64 位十六进制），也不是能读取的文件。"
        ) from error


def _head_of_line(line: str) -> OutsideHead | None:
    try:
        head = json.loads(line)
        return OutsideHead(int(head["size"]), bytes.fromhex(head["root"]).hex())
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
