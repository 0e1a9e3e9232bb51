"""The log as it was published: the file outside the database, and where that is damaged, the database beside it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from fpa.audit import heads
from fpa.audit.heads import Head
from fpa.audit.models import TreeHead
from fpa.core.merkle import Frontier

Say = Callable[[str, str, str], None]
"""Takes a problem: kind, event id or "", and what is wrong."""


@dataclass(frozen=True)
class Stretch:
    """Leaves that one head sealed, from position `start`, and the frontier after them."""

    head: Head
    start: int
    frontier: list[str]
    is_filed: bool


@dataclass
class Trusted:
    """Goes through the file's heads in order and gives each with leaves that lead to its root."""

    say: Say
    frontier: Frontier = field(default_factory=Frontier)
    wanted: frozenset[int] = frozenset()
    roots: dict[int, str] = field(default_factory=dict)
    """The root that the log had at each of the `wanted` sizes, as far as it reaches."""

    def stretches(self, end: int, newest: int) -> Iterator[Stretch]:
        """The log up to byte `end` of the file and size `newest` of the database.

        What the file lacks is taken from the database; both are said.
        """
        for number, head in heads.read(end):
            if head is None:
                self.say("file", "", f"库外文件第 {number} 行无法读取")
            elif head.start < self.frontier.size or not head.leaves:
                self.say("file", "", f"库外文件第 {number} 行不在应有的位置")
            else:
                yield from self._missing(head.start)
                yield self._grown(self._whole(number, head), head.start, is_filed=True)
        yield from self._missing(newest)

    def _missing(self, upto: int) -> Iterator[Stretch]:
        """What the database says of a stretch that the file lacks."""
        if upto <= self.frontier.size:
            return
        self.say("file", "", f"库外文件缺少第 {self.frontier.size + 1} 至 {upto} 条的树头")
        for head in heads.from_database(self.frontier.size, upto):
            if self._root_after(head.leaves):
                yield self._grown(head, self.frontier.size, is_filed=False)
            else:
                self.say("head", "", f"数据库中第 {head.size} 条处的树头有不是散列值的叶子")
        head_there = TreeHead.objects.filter(size=upto).first()
        if self.frontier.size != upto and head_there:
            self.frontier = frontier_of(head_there) or self.frontier

    def _grown(self, head: Head, start: int, *, is_filed: bool) -> Stretch:
        self._note_roots(head)
        self.frontier.append(bytes.fromhex(digest) for _, digest in head.leaves)
        return Stretch(head, start, self.frontier.hashes(), is_filed)

    def _note_roots(self, head: Head) -> None:
        start = self.frontier.size
        for size in self.wanted:
            if start <= size <= start + len(head.leaves):
                self.roots[size] = self._root_after(head.leaves[: size - start])

    def _whole(self, number: int, head: Head) -> Head:
        """The head of a line with the leaves that give its root: the file's, else the database's."""
        if self._root_after(head.leaves) == head.root:
            return head
        stored = heads.stored_leaves(head.start, head.size)
        root, known = self._root_after(stored), TreeHead.objects.filter(size=head.size).first()
        if len(stored) < len(head.leaves) or root not in (head.root, known and bytes(known.root).hex()):
            self.say("file", "", f"库外文件第 {number} 行的根与其叶子不符")
            return replace(head, root=self._root_after(head.leaves))
        self._name_differences(number, head, stored, root)
        return replace(head, leaves=stored, root=root)

    def _name_differences(self, number: int, head: Head, stored: list[tuple[str, str]], root: str) -> None:
        """Name what of a line is not what the database and the root agree on."""
        for (event_id, _), _ in (
            pair for pair in zip(stored, head.leaves, strict=True) if pair[0] != pair[1]
        ):
            self.say("file", event_id, f"库外文件第 {number} 行中这条事件的叶子被改动")
        if root != head.root:
            self.say("file", "", f"库外文件第 {number} 行的根被改动")

    def _root_after(self, leaves: list[tuple[str, str]]) -> str:
        """The root that the log has after `leaves`, or "" where one is no hash."""
        try:
            grown = Frontier.parse(self.frontier.size, self.frontier.hashes())
            return grown.append(bytes.fromhex(digest) for _, digest in leaves).root().hex()
        except ValueError:
            return ""


def frontier_of(head: TreeHead) -> Frontier | None:
    """The frontier that a stored head holds, or None where it is none of a log of that size."""
    try:
        return Frontier.parse(head.size, head.frontier)
    except (ValueError, TypeError):
        return None
