"""Spreading a total over places so that the parts add up to it exactly."""

from collections.abc import Sequence
from random import Random


def spread(total: int, weights: Sequence[float]) -> list[int]:
    """Divide `total` into whole parts in proportion to `weights` (largest remainder): the parts' sum is `total`.

    Raises ValueError where no weight is positive.
    """
    whole = sum(weights)
    if whole <= 0:
        raise ValueError("no weight to spread over")
    exact = [total * weight / whole for weight in weights]
    parts = [int(share) for share in exact]
    order = sorted(range(len(exact)), key=lambda n: (parts[n] - exact[n], n))
    for n in order[: total - sum(parts)]:
        parts[n] += 1
    return parts


def uneven(count: int, random: Random, low: float = 0.4, high: float = 1.6) -> list[float]:
    """Weights that differ as real places do."""
    return [random.uniform(low, high) for _ in range(count)]
