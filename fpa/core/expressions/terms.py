"""The names that an expression may use, and how their values are said."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from fpa.core.chinese import clean, half_width


@dataclass(frozen=True)
class Term:
    """A value that may be named, by its key or by its label; `unit` follows its number in a reason.

    `choices` gives the words of coded values: an expression may be written with either.
    """

    key: str
    label: str
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = field(default=())

    def in_words(self, value: Any) -> Any:
        """Codes as their words, of several choices each; anything else as it is."""
        if isinstance(value, list | tuple):
            return [self.in_words(each) for each in value]
        return dict(self.choices).get(value, value) if isinstance(value, str) else value


class Terms:
    """Terms found by key or by label. A label that several of them share names none: then the key does."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.all = tuple(terms)
        keys = {normal(term.key): term for term in self.all}
        labels = {normal(term.label): term for term in self.all}
        shared = {label for label, n in Counter(normal(t.label) for t in self.all).items() if n > 1}
        self._found = {name: term for name, term in labels.items() if name not in shared} | keys

    def find(self, name: str) -> Term | None:
        """The term of a key or label; None where there is none, or more than one."""
        return self._found.get(normal(name))

    @property
    def words(self) -> str:
        """All that can be named, for a message: 走访户数、发放资金物资."""
        return "、".join(term.label for term in self.all)


def normal(name: str) -> str:
    """A name as it is compared: half-width, without spaces at the ends."""
    return half_width(clean(name))
