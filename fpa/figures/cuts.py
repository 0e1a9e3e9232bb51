"""The dimensions that a figure is told by: kind, sex, age band."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

SEPARATOR = ":"
WHOLE = ""
"""The `cut` of a fact that is not cut."""


@dataclass(frozen=True, kw_only=True)
class AgeBand:
    """Ages in full years from `low` up to, but without, `high`; None is without an end."""

    low: int
    high: int | None

    @property
    def code(self) -> str:
        """18-34, 60-."""
        return f"{self.low}-{'' if self.high is None else self.high - 1}"

    @property
    def label(self) -> str:
        """18至34岁, 60岁及以上, 17岁及以下."""
        if self.high is None:
            return f"{self.low}岁及以上"
        return f"{self.low}至{self.high - 1}岁" if self.low else f"{self.high - 1}岁及以下"


@dataclass(frozen=True, kw_only=True)
class Cut:
    """One dimension of a figure: each of its records has one of `values` (code → name, in the order shown).

    The code is what the field `by` of a record holds. A dimension by age has `bands` instead, and in `born` the date
    field that ages are told from; ages are those on the day for which the figure is counted. What has none of the
    values counts in the whole alone.
    """

    key: str
    name: str
    by: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    born: str = ""
    bands: Sequence[AgeBand] = ()

    @property
    def prefix(self) -> str:
        """What the `cut` of its facts begins with."""
        return f"{self.key}{SEPARATOR}"

    def labels(self) -> Iterator[tuple[str, str]]:
        """Each value as a fact's `cut` with its name, in order."""
        named = {band.code: band.label for band in self.bands} or self.values
        return ((f"{self.prefix}{code}", label) for code, label in named.items())


def age_cut(born: str, edges: Sequence[int], *, key: str = "age", name: str = "年龄") -> Cut:
    """A dimension by age: bands begin at 0 and at each of `edges`."""
    bounds = pairwise([0, *edges, None])
    return Cut(
        key=key, name=name, born=born, bands=[AgeBand(low=low or 0, high=high) for low, high in bounds]
    )
