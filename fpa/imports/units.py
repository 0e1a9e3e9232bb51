"""Finding the unit that a row of a file means: by code, or by the names that offices write for it."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache
from itertools import chain

from fpa.access.models import Level, Unit
from fpa.core.chinese import half_width
from fpa.core.dates import compact

Reading = Callable[[str], str]
"""How strictly a name is taken: brought into the form by which it is compared."""

NAMED_AT_MOST = 3
_SEPARATORS = re.compile(r"[\s,，、/\\>·\-—_|.。（）()\[\]【】“”\"']+")
_ASSOCIATION = re.compile(r"(?:计划生育协会|计生协会?)$")
_GROUP = re.compile(r"(?<=[村区居会])第?[0-9一二三四五六七八九十]{1,3}(?:村民|居民)?小?组$")
_COMMITTEE = re.compile(r"(?:社区)?(?:村民委员会|居民委员会|村委会|居委会|居民会|村委|居委)$")
_LEVEL_WORD = re.compile(r"(?:社区|村|居)$")
_CODE_DIGITS = 12
_LEVEL_NAMES: dict[int, str] = {
    Level.PROVINCE: "省级单位",
    Level.CITY: "市州",
    Level.COUNTY: "县市区",
    Level.TOWNSHIP: "乡镇（街道）",
    Level.VILLAGE: "村（社区）",
}


class NoSuchUnit(Exception):
    """No one unit is meant; the message is the reason in Chinese. `by_code` tells which column it is about."""

    def __init__(self, reason: str, *, by_code: bool = False) -> None:
        super().__init__(reason)
        self.by_code = by_code


class UnitFinder:
    """The units of some levels at or below a target unit, found as rosters name them: mostly villages.

    A name may come with or without 村民委员会 and the like, alone, after the names of units above it
    (城中街道新街社区), or in columns of its own for each level. Answers are kept, since a file names few units often.
    """

    def __init__(self, target: Unit, levels: Sequence[int] = (Level.VILLAGE,)) -> None:
        self.target = target
        self.levels = frozenset(levels)
        self.wanted = wanted_levels(levels)
        self.above = list(Unit.objects.above(target.path).exclude(pk=target.pk))
        inside = list(Unit.objects.current().under(target.path))
        self.by_path = {unit.path: unit for unit in chain(self.above, inside)}
        self.by_code = {unit.code: unit for unit in inside if not unit.extension}
        self.inside = inside
        self._known = lru_cache(maxsize=100_000)(self._answer)

    @cached_property
    def by_name(self) -> dict[Reading, dict[str, list[Unit]]]:
        """Units by name in each reading; built where a file names units."""
        return _named(self.inside)

    @property
    def must_be_named(self) -> bool:
        """Whether each row has to say its unit: one that may itself have rows needs no column for it."""
        return self.target.level not in self.levels

    def find(self, code: str, names: tuple[str, ...]) -> tuple[int, str]:
        """Id and path of the unit meant by a code, names from high to low, or both. Raises NoSuchUnit."""
        answer = self._known(code, names)
        if isinstance(answer, NoSuchUnit):
            raise answer
        return answer

    def _answer(self, code: str, names: tuple[str, ...]) -> tuple[int, str] | NoSuchUnit:
        try:
            unit = self._find(code, names)
        except NoSuchUnit as error:
            return error
        return unit.pk, unit.path

    def _find(self, code: str, names: tuple[str, ...]) -> Unit:
        wanted = tuple(dict.fromkeys(name for name in map(tidy, names) if name))
        if not code and wanted and len(wanted[-1]) == _CODE_DIGITS and wanted[-1].isdecimal():
            *wanted_names, code = wanted  # a code in the column for the name
            wanted = tuple(wanted_names)
        if code:
            return self._agreed(self._by_code(code), wanted)
        if not wanted:
            return self._unnamed()
        found = self._by_names(wanted)
        fitting = [unit for unit in found if unit.level in self.levels]
        if len(fitting) == 1:
            return fitting[0]
        raise NoSuchUnit(self._why_not(names, found, fitting))

    def _unnamed(self) -> Unit:
        if self.must_be_named:
            raise NoSuchUnit(f"没有填写所属的{self.wanted}，请补上")
        return self.target

    def _by_code(self, code: str) -> Unit:
        if len(code) != _CODE_DIGITS or not code.isdecimal():
            raise NoSuchUnit(f"单位代码“{code}”应为 12 位数字，请对照区划代码核对", by_code=True)
        unit = self.by_code.get(code)
        if unit is None:
            raise NoSuchUnit(f"{self.target.name}范围内没有代码为 {code} 的单位，请核对", by_code=True)
        if unit.level not in self.levels:
            raise NoSuchUnit(
                f"代码 {code} 是{unit.name}，不是{self.wanted}，请填写{self.wanted}的代码", by_code=True
            )
        return unit

    def _agreed(self, unit: Unit, wanted: tuple[str, ...]) -> Unit:
        """The unit of the code, unless the names clearly mean another one."""
        others = self._by_names(wanted) if wanted else []
        if others and not any(unit.path.startswith(other.path) for other in others):
            raise NoSuchUnit(
                f"单位代码是{unit.name}，与填写的“{wanted[-1]}”不是同一个单位，请核对", by_code=True
            )
        return unit

    def _by_names(self, wanted: tuple[str, ...]) -> list[Unit]:
        """Units that the last name means and all names agree with, by the strictest reading that yields
        one of a wanted level."""
        higher: list[Unit] = []
        for reading in _READINGS:
            found = [
                unit
                for unit, prefix in self._ending(wanted[-1], reading)
                if all(self._explains(unit, text) for text in (*wanted[:-1], prefix))
            ]
            if any(unit.level in self.levels for unit in found):
                return list(dict.fromkeys(found))
            higher = higher or found
        return higher

    def _ending(self, text: str, reading: Reading) -> Iterable[tuple[Unit, str]]:
        """Units whose name ends the text, with what stands before it."""
        for start in range(len(text)):
            for unit in self.by_name[reading].get(reading(text[start:]), ()):
                yield unit, text[:start]

    def _explains(self, unit: Unit, text: str) -> bool:
        """Whether the text is made of names of the unit and of units above it, from high to low."""
        names = [_spoken(each) for each in self._line(unit)]
        return any(_is_made_of(reading(text), names) for reading in _READINGS)

    def _line(self, unit: Unit) -> list[Unit]:
        steps = unit.path.split("/")
        return [self.by_path["/".join(steps[:n]) + "/"] for n in range(1, len(steps))]

    def _why_not(self, names: Sequence[str], found: list[Unit], fitting: list[Unit]) -> str:
        said = "".join(dict.fromkeys(name for name in names if name))
        if fitting:
            listed = "、".join(self._full_name(unit) for unit in fitting[:NAMED_AT_MOST])
            more = f"等 {len(fitting)} 个" if len(fitting) > NAMED_AT_MOST else ""
            return f"“{said}”有同名的：{listed}{more}，请写明乡镇（街道），或填写 12 位区划代码"
        if found:
            return f"“{said}”是{found[0].get_level_display()}，不是{self.wanted}，请写明所属的{self.wanted}"
        return f"{self.target.name}范围内没有找到“{said}”，请核对名称，或填写 12 位区划代码"

    def _full_name(self, unit: Unit) -> str:
        return "".join(each.name for each in self._line(unit)[self.target.level :])


def wanted_levels(levels: Sequence[int]) -> str:
    """The levels in words: 村（社区）; 乡镇（街道）或村（社区）."""
    return "或".join(_LEVEL_NAMES[level] for level in sorted(levels))


def code_of(value: object) -> str:
    """A unit's code as half-width digits, from whatever a cell holds."""
    is_plain = isinstance(value, str) and len(value) == _CODE_DIGITS and value.isascii() and value.isdigit()
    return str(value) if is_plain else compact(value)


@lru_cache(maxsize=100_000)
def tidy(name: str) -> str:
    """A unit's name without spaces, brackets, separators, the association's own words and a village's group."""
    return _GROUP.sub("", _ASSOCIATION.sub("", _SEPARATORS.sub("", half_width(name))))


def _exact(name: str) -> str:
    return name


@lru_cache(maxsize=200_000)
def _without_committee(name: str) -> str:
    """火炬村民委员会, 火炬村委会, 火炬村 alike; 新街社区居委会 and 新街社区 alike."""
    match = _COMMITTEE.search(name)
    if not match:
        return name
    stem, word = name[: match.start()], match.group()
    if word.startswith("社区") or stem.endswith("社区"):
        return f"{stem.removesuffix('社区')}社区"
    return f"{stem.removesuffix('村')}村" if "村" in word else f"{stem.removesuffix('居')}居"


@lru_cache(maxsize=200_000)
def _bare(name: str) -> str:
    """The name alone: 火炬, 新街."""
    return _LEVEL_WORD.sub("", _without_committee(name)) or name


_READINGS: tuple[Reading, ...] = (_exact, _without_committee, _bare)
"""From the strictest to the loosest."""


def _named(units: Iterable[Unit]) -> dict[Reading, dict[str, list[Unit]]]:
    """Units by name in each reading."""
    index: dict[Reading, dict[str, list[Unit]]] = {}
    for reading in _READINGS:
        names: dict[str, list[Unit]] = defaultdict(list)
        for unit in units:
            for name in {reading(tidy(unit.name)), reading(tidy(unit.short_name))}:
                names[name].append(unit)
        index[reading] = names
    return index


def _spoken(unit: Unit) -> set[str]:
    """What may stand for a unit where it is only a part of an address."""
    forms = {unit.name, unit.short_name, tidy(unit.name)}
    if unit.level == Level.VILLAGE:
        forms |= {_without_committee(unit.name), _bare(unit.name)}
    return forms


def _is_made_of(text: str, names: Sequence[set[str]]) -> bool:
    if not text:
        return True
    return any(
        text.startswith(name) and _is_made_of(text[len(name) :], names[n + 1 :])
        for n, forms in enumerate(names)
        for name in forms
        if name
    )
