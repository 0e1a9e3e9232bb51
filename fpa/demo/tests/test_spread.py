"""Spreading: the parts add up to the total, and lie as near to their shares as whole numbers can."""

from random import Random

import pytest

from fpa.demo.spread import spread, uneven


def cases():
    """Five hundred totals and lists of weights of every size, the same at every run."""
    random = Random(2023)
    for _ in range(500):
        count = random.choice((1, 2, 3, 17, 400))
        weights = [random.choice((0.0, random.random(), random.random() * 1e6)) for _ in range(count)]
        if sum(weights) > 0:
            yield random.choice((0, 1, 7, count, 6_073_700, 10**12)), weights


def test_spread_adds_up_to_the_total_exactly():
    assert all(sum(spread(total, weights)) == total for total, weights in cases())


def test_spread_gives_each_its_share_rounded_up_or_down():
    for total, weights in cases():
        whole = sum(weights)
        for part, weight in zip(spread(total, weights), weights, strict=True):
            assert abs(part - total * weight / whole) < 1 + 1e-3
            assert part >= 0


def test_spread_gives_nothing_where_the_weight_is_nothing():
    for total, weights in cases():
        assert all(p == 0 for p, w in zip(spread(total, weights), weights, strict=True) if w == 0)


def test_spread_keeps_the_order_of_the_weights():
    for total, weights in cases():
        parts = [part for _, part in sorted(zip(weights, spread(total, weights), strict=True))]
        assert parts == sorted(parts)


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (10, [1, 1, 1], [4, 3, 3]),
        (3, [1, 1, 1, 1], [1, 1, 1, 0]),
        (100, [50, 30, 20], [50, 30, 20]),
        (1, [1, 9], [0, 1]),
        (0, [1, 2], [0, 0]),
        (7, [5], [7]),
    ],
)
def test_spread_by_largest_remainder(total, weights, parts):
    assert spread(total, weights) == parts


@pytest.mark.parametrize("weights", [[], [0.0], [0, 0, 0]])
def test_spread_needs_a_weight(weights):
    with pytest.raises(ValueError, match="no weight"):
        spread(5, weights)


def test_uneven_differs_within_its_bounds_and_is_the_same_again():
    weights = uneven(1000, Random("x"), 0.8, 1.2)
    assert weights == uneven(1000, Random("x"), 0.8, 1.2)
    assert len(set(weights)) == 1000
    assert min(weights) >= 0.8
    assert max(weights) <= 1.2
