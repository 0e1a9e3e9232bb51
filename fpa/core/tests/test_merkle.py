import pytest

from fpa.core.crypto import sm3
from fpa.core.merkle import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

SIZES = range(71)
LEAVES = [leaf_hash(f"event {i}".encode()) for i in SIZES]
ROOTS = [root(LEAVES[:size]) for size in SIZES]


def split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1


def naive_root(leaves: list[bytes]) -> bytes:
    if len(leaves) < 2:
        return leaves[0] if leaves else sm3(b"")
    k = split(len(leaves))
    return node_hash(naive_root(leaves[:k]), naive_root(leaves[k:]))


def naive_inclusion(leaves: list[bytes], m: int) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*naive_inclusion(leaves[:k], m), naive_root(leaves[k:])]
    return [*naive_inclusion(leaves[k:], m - k), naive_root(leaves[:k])]


def naive_subproof(leaves: list[bytes], m: int, whole: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*naive_subproof(leaves[:k], m, whole), naive_root(leaves[k:])]
    return [*naive_subproof(leaves[k:], m - k, False), naive_root(leaves[:k])]


def flipped(value: bytes) -> bytes:
    return bytes((value[0] ^ 1,)) + value[1:]


def test_hashes_are_separated_by_prefix() -> None:
    assert leaf_hash(b"abc") == sm3(b"\x00abc")
    assert node_hash(LEAVES[0], LEAVES[1]) == sm3(b"\x01" + LEAVES[0] + LEAVES[1])


def test_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert root([]) == sm3(b"")
    assert root(LEAVES[:1]) == LEAVES[0]


def test_root_equals_the_recursive_definition() -> None:
    assert [naive_root(LEAVES[:size]) for size in SIZES] == ROOTS


def test_frontier_grows_through_every_cut_to_the_same_root() -> None:
    for size in SIZES:
        for cut in range(size + 1):
            frontier = Frontier().append(LEAVES[:cut])
            resumed = Frontier.parse(frontier.size, frontier.hashes()).append(LEAVES[cut:size])
            assert (resumed.size, resumed.root()) == (size, ROOTS[size])


def test_frontier_keeps_one_hash_for_each_full_subtree() -> None:
    for size in SIZES:
        assert len(Frontier().append(LEAVES[:size]).hashes()) == size.bit_count()


@pytest.mark.parametrize(
    ("size", "hashes"),
    [(3, ["00" * 32]), (0, ["00" * 32]), (1, []), (-1, ["00" * 32]), (1, ["00" * 31]), (1, ["zz" * 32])],
)
def test_frontier_parse_refuses_what_does_not_fit(size: int, hashes: list[str]) -> None:
    with pytest.raises(ValueError, match=r"leaves|leaf|non-hexadecimal"):
        Frontier.parse(size, hashes)


def test_a_leaf_that_was_never_hashed_is_refused() -> None:
    for call in (lambda: root([b"raw"]), lambda: inclusion_proof([b"raw"], 0)):
        with pytest.raises(ValueError, match="a hash of 32 bytes"):
            call()


def test_inclusion_proof_equals_the_recursive_definition_and_verifies() -> None:
    for size in SIZES:
        for index in range(size):
            proof = inclusion_proof(LEAVES[:size], index)
            assert proof == naive_inclusion(LEAVES[:size], index)
            assert verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])


def test_verify_inclusion_refuses_every_change() -> None:
    for size in (1, 2, 3, 7, 8, 13, 70):
        for index in range(size):
            proof = inclusion_proof(LEAVES[:size], index)
            leaf, head = LEAVES[index], ROOTS[size]
            assert not verify_inclusion(flipped(leaf), index, size, proof, head)
            assert not verify_inclusion(leaf, index, size, proof, flipped(head))
            assert not verify_inclusion(leaf, index, size, [*proof, head], head)
            assert not verify_inclusion(leaf, size, size, proof, head)
            assert not verify_inclusion(leaf, -1, size, proof, head)
            for place, sibling in enumerate(proof):
                changed = [*proof[:place], flipped(sibling), *proof[place + 1 :]]
                assert not verify_inclusion(leaf, index, size, changed, head)
                assert not verify_inclusion(leaf, index, size, proof[:place] + proof[place + 1 :], head)
            for other in set(range(size)) - {index}:
                assert not verify_inclusion(leaf, other, size, proof, head)


def test_consistency_proof_equals_the_recursive_definition_and_verifies() -> None:
    for size in SIZES:
        for old in range(size + 1):
            proof = consistency_proof(LEAVES[:size], old)
            assert proof == (naive_subproof(LEAVES[:size], old, True) if old else [])
            assert verify_consistency(old, ROOTS[old], size, ROOTS[size], proof)


def test_verify_consistency_refuses_every_change() -> None:
    for size in (2, 3, 7, 8, 13, 70):
        for old in range(1, size):
            proof = consistency_proof(LEAVES[:size], old)
            before, after = ROOTS[old], ROOTS[size]
            assert not verify_consistency(old, flipped(before), size, after, proof)
            assert not verify_consistency(old, before, size, flipped(after), proof)
            assert not verify_consistency(old, before, size, after, [*proof, after])
            assert not verify_consistency(old, before, size, after, proof[:-1])
            for place, node in enumerate(proof):
                changed = [*proof[:place], flipped(node), *proof[place + 1 :]]
                assert not verify_consistency(old, before, size, after, changed)


def test_verify_consistency_of_equal_and_of_empty_trees() -> None:
    assert not verify_consistency(5, ROOTS[5], 5, ROOTS[6], [])
    assert not verify_consistency(5, ROOTS[5], 5, ROOTS[5], [ROOTS[5]])
    assert not verify_consistency(0, ROOTS[1], 5, ROOTS[5], [])
    assert not verify_consistency(6, ROOTS[6], 5, ROOTS[5], [])
    assert not verify_consistency(3, ROOTS[3], 5, ROOTS[5], [])


def test_a_rewritten_or_shortened_history_has_no_consistency_proof() -> None:
    forged = [*LEAVES[:10], flipped(LEAVES[10]), *LEAVES[11:40]]
    assert not verify_consistency(20, ROOTS[20], 40, root(forged), consistency_proof(forged, 20))


@pytest.mark.parametrize("index", [-1, 3, 9])
def test_proofs_outside_of_the_tree_are_refused(index: int) -> None:
    with pytest.raises(IndexError, match="tree of 3"):
        inclusion_proof(LEAVES[:3], index)
    with pytest.raises(IndexError, match="tree of 3"):
        consistency_proof(LEAVES[:3], index if index != 3 else 4)


def test_a_log_of_ten_thousand_is_proved_by_a_short_path() -> None:
    leaves = [leaf_hash(i.to_bytes(4)) for i in range(10_000)]
    head = root(leaves)
    assert len(Frontier().append(leaves).hashes()) == (10_000).bit_count()
    for index in (0, 1, 4095, 4096, 8191, 8192, 9999):
        proof = inclusion_proof(leaves, index)
        assert len(proof) <= 14
        assert verify_inclusion(leaves[index], index, len(leaves), proof, head)
    for old in (1, 4096, 4097, 9999):
        proof = consistency_proof(leaves, old)
        assert len(proof) <= 15
        assert verify_consistency(old, root(leaves[:old]), len(leaves), head, proof)


def test_root_depends_on_the_order_and_the_number_of_leaves() -> None:
    swapped = [LEAVES[1], LEAVES[0], *LEAVES[2:]]
    assert root(swapped) != root(LEAVES)
    assert len(set(ROOTS)) == len(ROOTS)
    assert root([*LEAVES[:3], LEAVES[2]]) != ROOTS[3]
