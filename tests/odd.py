"""What nobody types, and what pages are sent nevertheless: odd values, and how they go round all that is read."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.http import QueryDict

ODD: dict[str, list[str]] = {
    "empty": [""],
    "blanks": [" \t\u3000\u200b"],
    "zero": ["0"],
    "below zero": ["-1"],
    "a large number": ["1" + "0" * 40],
    "more digits than int() takes": ["9" * 5000],
    "an exponent": ["1e999999999"],
    "NaN": ["NaN"],
    "Infinity": ["-Infinity"],
    "a digit that is no number": ["²"],
    "full-width digits": ["２０２６"],
    "Chinese digits": ["二○二六"],
    "NUL": ["\0"],
    "the last day": ["9999-12-31"],
    "before the first day": ["0000-00-00"],
    "an emoji": ["👨‍👩‍👧‍👦"],
    "a lone surrogate": ["\udcff"],
    "quotes": ["'\"`<b>;--\\"],
    "a format": ["%s%n{0}{x.y}%(z)d"],
    "a pattern": ["(((*%_[^"],
    "line ends": ["a\r\nSet-Cookie: b"],
    "long": ["长" * 5000],
    "repeated": ["1", "x", "1"],
}
"""Value → what is sent for a parameter: one text, or several under one name."""


class Turns:
    """Whose turn it is: each sort of parameter meets one value after the other, wherever it is read."""

    def __init__(self) -> None:
        self.met: defaultdict[str, int] = defaultdict(int)
        self.last: dict[str, Any] = {}

    def next(self, sort: str, where: Any) -> str:
        """The name of the next value for a sort, which is read there."""
        self.last[sort] = where
        self.met[sort] += 1
        return list(ODD)[(self.met[sort] + len(sort)) % len(ODD)]

    def left(self) -> Iterator[tuple[Any, str]]:
        """Where a sort was read last, with each value that it has not met yet."""
        for sort, where in list(self.last.items()):
            while self.met[sort] < len(ODD):
                yield where, self.next(sort, where)


WHATEVER = "*"
"""In place of names: whatever the address holds is read."""


@contextmanager
def names_read() -> Iterator[set[str]]:
    """The parameters that are looked up in any address or form within, and WHATEVER where all are taken."""
    found: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        for method in ("__getitem__", "__contains__", "getlist"):
            patch.setattr(QueryDict, method, _noting(getattr(QueryDict, method), found), raising=False)
        patch.setattr(QueryDict, "dict", _noting_all(QueryDict.dict, found))
        yield found


def _noting(method: Any, found: set[str]) -> Any:
    def noted(self: QueryDict, key: str, *args: Any) -> Any:
        found.add(key)
        return method(self, key, *args)

    return noted


def _noting_all(method: Any, found: set[str]) -> Any:
    def noted(self: QueryDict) -> Any:
        found.add(WHATEVER)
        return method(self)

    return noted
