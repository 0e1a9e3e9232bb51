"""A Merkle tree in the shape of RFC 9162 §2.1, with SM3 in the place of SHA-256.

Everywhere a *leaf* is the 32-byte hash that `leaf_hash` gives, so a log may keep the hashes and never read
its entries again; `Frontier` needs not even the old hashes.
"""

from collections.abc import Iterable, Sequence
from typing import Self

from fpa.core.crypto import sm3

_HASH_BYTES = 32


def leaf_hash(data: bytes) -> bytes:
    """SM3(0x00 || data)."""
    return sm3(b"\x00" + data)


def node_hash(left: bytes, right: bytes) -> bytes:
    """SM3(0x01 || left || right)."""
    return sm3(b"\x01" + left + right)


class Frontier:
    """The least that a growing tree must remember: the roots of its full subtrees, the largest first.

    A tree of n leaves has one for every 1 in the binary n, so a million leaves need at most twenty hashes.
    """

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    @classmethod
    def parse(cls, size: int, hashes: Sequence[str]) -> Self:
        """What `hashes` wrote for a tree of `size` leaves; raises `ValueError` where the two do not fit."""
        frontier = cls()
        frontier._peaks = [_whole(bytes.fromhex(text)) for text in hashes]
        frontier.size = size
        if size < 0 or size.bit_count() != len(hashes):
            raise ValueError(f"a tree of {size} leaves does not have {len(hashes)} full subtrees")
        return frontier

    def hashes(self) -> list[str]:
        """The subtree roots as hex strings, the largest subtree first; keep them together with `size`."""
        return [peak.hex() for peak in self._peaks]

    def append(self, leaves: Iterable[bytes]) -> Self:
        """Adds leaves (hashes from `leaf_hash`) in order; returns itself."""
        for leaf in leaves:
            self._peaks.append(_whole(leaf))
            self.size += 1
            for _ in range((self.size & -self.size).bit_length() - 1):
                right = self._peaks.pop()
                self._peaks[-1] = node_hash(self._peaks[-1], right)
        return self

    def root(self) -> bytes:
        """The tree head; SM3 of nothing for an empty tree."""
        if not self._peaks:
            return sm3(b"")
        head = self._peaks[-1]
        for peak in self._peaks[-2::-1]:
            head = node_hash(peak, head)
        return head


def root(leaves: Iterable[bytes]) -> bytes:
    """The tree head over all leaves, RFC 9162 §2.1.1."""
    return Frontier().append(leaves).root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The siblings on the way from leaf `index` to the root, RFC 9162 §2.1.3.1; raises `IndexError`."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"no leaf {index} in a tree of {len(leaves)}")
    return _siblings(_levels(leaves), index)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], head: bytes) -> bool:
    """Whether `proof` shows that `leaf` stands at `index` of the tree of `size` with that head, §2.1.3.2."""
    if not 0 <= index < size:
        return False
    last, computed = size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if index & 1 or index == last:
            computed = node_hash(sibling, computed)
            index, last = _past_missing_siblings(index, last)
        else:
            computed = node_hash(computed, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and computed == head


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """Shows that the first `old_size` leaves are unchanged, RFC 9162 §2.1.4.1; raises `IndexError`.

    Empty for an `old_size` of 0 or of all leaves.
    """
    if not 0 <= old_size <= len(leaves):
        raise IndexError(f"no tree of {old_size} within a tree of {len(leaves)}")
    if old_size in (0, len(leaves)):
        return []
    levels = _levels(leaves)
    index = old_size - 1
    height = _full_height(index)
    index >>= height
    start = [levels[height][index]] if index else []
    return start + _siblings(levels[height:], index)


def verify_consistency(
    old_size: int, old_head: bytes, size: int, head: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether `proof` shows that the tree of `size` only added leaves to that of `old_size`, §2.1.4.2."""
    if not 0 <= old_size <= size:
        return False
    if old_size in (0, size):
        return not proof and old_head == (head if old_size else root(()))
    height = _full_height(old_size - 1)
    index, last = (old_size - 1) >> height, (size - 1) >> height
    path = list(proof) if index else [old_head, *proof]
    return bool(path) and _rebuilt(path, index, last) == (old_head, head)


def _rebuilt(path: Sequence[bytes], index: int, last: int) -> tuple[bytes, bytes] | None:
    """Old and new head from a consistency path, or None where its length does not fit the two sizes."""
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if index & 1 or index == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            index, last = _past_missing_siblings(index, last)
        else:
            new = node_hash(new, sibling)
        index, last = index >> 1, last >> 1
    return (old, new) if last == 0 else None


def _past_missing_siblings(index: int, last: int) -> tuple[int, int]:
    """Up the levels where a rightmost node has no sibling and is its own parent."""
    while index and not index & 1:
        index, last = index >> 1, last >> 1
    return index, last


def _full_height(index: int) -> int:
    """Height of the largest full subtree that ends with leaf `index`: the trailing ones of `index`."""
    return (~index & (index + 1)).bit_length() - 1


def _levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """All nodes, from the leaves to the root; a node without a right sibling moves up as it is."""
    levels = [[_whole(leaf) for leaf in leaves]]
    while len(level := levels[-1]) > 1:
        above = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
        levels.append(above + level[len(above) * 2 :])
    return levels


def _siblings(levels: Sequence[Sequence[bytes]], index: int) -> list[bytes]:
    path = []
    for level in levels:
        if index ^ 1 < len(level):
            path.append(level[index ^ 1])
        index >>= 1
    return path


def _whole(value: bytes) -> bytes:
    """A hash as it is; raises `ValueError` for what is no hash, such as an entry that was never hashed."""
    if len(value) != _HASH_BYTES:
        raise ValueError(f"a leaf is a hash of {_HASH_BYTES} bytes, not {len(value)}")
    return value
