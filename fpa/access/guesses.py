"""How hard a password is to guess: it is read as the cheapest row of words, patterns and single characters.

A guesser tries what people take: common words, names, years, keys beside each other. Each such part counts as little as
it costs to try, however long it is; a character that belongs to no part counts for itself (the idea of zxcvbn).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from django.contrib.auth.password_validation import CommonPasswordValidator

COMMON, SEQUENCE, KEYS, DATE = "common", "sequence", "keys", "date"
COSTS = {COMMON: 11.0, SEQUENCE: 5.0, KEYS: 6.0, DATE: 7.0}
"""About log2 of how many a guesser tries of each kind."""
KNOWN_COST = 4.0
"""What is known of the very person and their unit."""
LETTER, DIGIT, SIGN, HAN = 4.5, 3.0, 3.0, 8.0
LONGEST_PART = 40
SHORTEST_WORD = 4
"""Of Django's list; shorter ones are no words."""

OWN_LIST = Path(__file__).parent / "data" / "common_passwords.txt"
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "!@#$%^&*()", "-=[]\\;',./")
_COLUMNS = (
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "!qaz@wsx#edc$rfv%tgb",
)
_PADS = ("147258369", "741852963", "789456123", "159357", "963852741")
WALKS = tuple(walk for one in (*_ROWS, *_COLUMNS, *_PADS) for walk in (one, one[::-1]))
SHORTEST_WALK = 4
_DATES = re.compile(
    r"1[3-9]\d{9}|\d{17}[\dx]|(?:19|20)\d\d(?:[-./年]?(?:0?[1-9]|1[0-2])(?:[-./月]?(?:[0-2]?\d|3[01])日?)?)?年?"
)
"""Years, days, mobile and ID numbers."""
_LETTERS_FOR_SIGNS = str.maketrans("@4310!$57", "aaeioisst")
_RUN, _BLOCK = re.compile(r"(.)\1{2,}", re.DOTALL), re.compile(r"(.{2,}?)\1+", re.DOTALL)


@dataclass(frozen=True)
class Estimate:
    """What a password is worth, about in bits, and the kinds of parts that it is made of."""

    points: float
    kinds: frozenset[str]


def estimate(password: str, known: Mapping[str, Iterable[str]] | None = None) -> Estimate:
    """Weigh a password; `known` maps a kind to words that are known of its owner."""
    plain = plain_form(password)
    text = _BLOCK.sub(r"\1", _RUN.sub(r"\1", plain))
    words = {plain_form(word): kind for kind, each in (known or {}).items() for word in each}
    points, kinds = _cheapest(text, words)
    return Estimate(points, kinds | ({SEQUENCE} if text != plain else set()))


def plain_form(text: str) -> str:
    """Half-width and lower case: what a guesser tries in one go."""
    return unicodedata.normalize("NFKC", text).casefold()


def _cheapest(text: str, known: Mapping[str, str]) -> tuple[float, frozenset[str]]:
    """The cheapest way to read the text from its beginning, and the kinds of its parts."""
    best: list[tuple[float, frozenset[str]]] = [(0.0, frozenset())]
    dates = {match.span() for start in range(len(text)) for match in _dates_at(text, start)}
    for end in range(1, len(text) + 1):
        points, kinds = best[end - 1]
        choices = [(points + _cost_of_character(text[end - 1]), kinds)]
        for start in range(max(0, end - LONGEST_PART), end - 1):
            points, kinds = best[start]
            for kind, cost in _parts(text[start:end], known, is_date=(start, end) in dates):
                choices.append((points + cost, kinds | {kind}))
        best.append(min(choices, key=lambda choice: choice[0]))
    return best[-1]


def _dates_at(text: str, start: int) -> Iterator[re.Match[str]]:
    match = _DATES.match(text, start)
    if match:
        yield match


def _parts(part: str, known: Mapping[str, str], *, is_date: bool) -> Iterator[tuple[str, float]]:
    """The kinds of thing that a part is, with what each costs."""
    if part in known:
        yield known[part], KNOWN_COST
    if part in common_words() or part.translate(_LETTERS_FOR_SIGNS) in common_words():
        yield COMMON, COSTS[COMMON]
    if is_date:
        yield DATE, COSTS[DATE]
    if is_sequence(part):
        yield SEQUENCE, COSTS[SEQUENCE]
    if len(part) >= SHORTEST_WALK and any(part in walk for walk in WALKS):
        yield KEYS, COSTS[KEYS]


def is_sequence(part: str) -> bool:
    """Whether letters or digits follow each other up or down: abc, 987, 7890."""
    steps = {ord(b) - ord(a) for a, b in pairwise(part)}
    return len(part) > 2 and part.isalnum() and steps in ({1}, {-1})


def _cost_of_character(character: str) -> float:
    if character.isdigit():
        return DIGIT
    if character.isalpha():
        return LETTER if character.isascii() else HAN
    return SIGN


@cache
def common_words() -> frozenset[str]:
    """Django's list of twenty thousand and our own of what is common here."""
    foreign = {word for word in CommonPasswordValidator().passwords if len(word) >= SHORTEST_WORD}
    own = {
        line
        for line in OWN_LIST.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    }
    return frozenset(foreign | own)
