"""The rule for new passwords: hard to guess, also for who knows the person and the unit. Those of before stay good."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError

from fpa.access.guesses import COMMON, DATE, KEYS, SEQUENCE, estimate, plain_form
from fpa.access.models import Unit, User
from fpa.access.seats import seats_of
from fpa.core.chinese import initials, pinyin

ENOUGH = 36.0
"""Points that a password must have: three common words with something between them, or eight random letters."""
PUBLISHED = frozenset({"jishengxie-2026"})
"""Passwords that stand in our own documents: the demo's."""
PLATFORM = (
    "网上计生协", "计生协", "计生", "计划生育协会", "计划生育", "协会", "湖南", "湖南省",
    "wangshangjishengxie", "jishengxie", "jisheng", "jihuashengyu", "jihuashengyuxiehui", "xiehui", "wsjsx",
    "jsx", "jsxh", "jhsy", "jhsyxh", "hnsjsx", "hnjsx", "hnsjhsyxh", "hunan", "hunansheng", "fpa",
)  # fmt: skip
OWN, PLACE = "own", "place"
WORDS = {
    OWN: "您的姓名或账号",
    PLACE: "您的单位或本系统的名称、代码",
    COMMON: "常见的密码或词语",
    SEQUENCE: "连续或重复的字符",
    KEYS: "键盘上相邻的键",
    DATE: "年份、日期或电话号码",
}
WAY_OUT = "请用三四个互不相干的词（可以用拼音），中间夹几个数字或符号。"
SHORTEST = 3
"""A shorter word of letters or digits is found everywhere by chance."""
_SUFFIXES = "省市州县区镇乡村"


class HardToGuessValidator:
    """Refuses what is common, repeated, in order, or made of the person's and the unit's names (settings)."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ValidationError, which names the easy parts and says how to do better."""
        known = {PLACE: {*PLATFORM, *_words_of_units(user)}, OWN: _words_of(user)}
        found = estimate(password, known)
        if found.points >= ENOUGH and not is_published(password):
            return
        easy = "、".join(words for kind, words in WORDS.items() if kind in found.kinds) or "太少的几个字符"
        raise ValidationError(f"新密码容易被猜到，里面主要是{easy}。{WAY_OUT}", code="password_guessable")

    def get_help_text(self) -> str:
        """What the page says beforehand."""
        return f"不要用姓名、单位、生日、电话、常见词或连续的键。{WAY_OUT}"


def is_published(password: str) -> bool:
    """Whether everybody can read it in our documents."""
    return plain_form(password).strip() in PUBLISHED


def _words_of(user: User | None) -> set[str]:
    """The person's login, and the name in characters and in pinyin, as a whole and in parts."""
    if user is None:
        return set()
    surname, given = pinyin(user.name[:1]), pinyin(user.name[1:])
    both = ["".join(surname), "".join(given), "".join(surname + given), "".join(given + surname)]
    return _long_enough(
        [user.username, user.name, user.name[1:], *both, *given, initials(user.name, person=True)]
    )


def _words_of_units(user: User | None) -> set[str]:
    """The names, initials and codes of the units that the person works at, and of those above them."""
    if user is None or not user.pk:
        return set()
    paths = [seat.path for seat in seats_of(user)]
    units = {unit.pk: unit for path in paths for unit in Unit.objects.above(path)}
    return _long_enough(word for unit in units.values() for word in _words_of_unit(unit))


def _words_of_unit(unit: Unit) -> Iterable[str]:
    names = {unit.name, unit.short_name, unit.name.rstrip(_SUFFIXES), unit.short_name.rstrip(_SUFFIXES)}
    for name in names:
        yield from (name, "".join(pinyin(name)), initials(name))
    yield from (*unit.initials.split(), unit.code, unit.code[:6], unit.code.rstrip("0"))


def _long_enough(words: Iterable[str]) -> set[str]:
    return {word for word in words if len(word) >= (SHORTEST if word.isascii() else 2)}
