"""Finding the table in a sheet as offices really draw it, and reading it by the meaning of its columns."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from fpa.core.sheets.book import Book
from fpa.core.sheets.excluded import Excludes, excluded_columns
from fpa.core.sheets.model import Cell, Merge, Refused, Sheet, SheetRow, column_letters
from fpa.core.sheets.non_data_rows import NonDataRow, NonDataRows

SEARCHED_ROWS = 30
SEARCHED_COLUMNS = 1000
MAX_HEADER_ROWS = 3

_MAX_NAME = 200
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕|<[^<>]*>|\{[^{}]*\}")
_DECORATION = re.compile(r"[\s*★※☆▲●#_\u200b\ufeff]+")
_NUMBERING = re.compile(r"^\d{1,2}[.、)]")
_ALTERNATIVES = re.compile(r"[/、,|]|或")
_LONG_DIGITS = re.compile(r"\d{6}")


@dataclass(frozen=True, slots=True)
class Field:
    """A column that an importer understands: its key, its proper name, other names it goes by.

    `split` allows several columns of this meaning, of which each row fills one: 村 and 社区, 乡镇 and 街道.
    """

    key: str
    label: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    split: bool = False


def takes_in_all(header: str) -> bool:
    """No column is excluded."""
    return False


class HeaderNotFound(Refused):
    """No usable header: `missing` holds the keys of required columns (none if two columns claim one)."""

    def __init__(self, reason: str, missing: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.missing = missing


class Record(NamedTuple):
    """One row of data by key; `formulas` holds the keys whose value a formula computed."""

    row: int
    values: dict[str, Cell]
    formulas: tuple[str, ...] = ()


@dataclass(slots=True)
class Table:
    """A located table. `columns` maps key to 0-based column, `labels` key to the name in the file; `others` has the
    further columns of a key that is split over several, `excluded` those that must not be taken in, with their names.

    `skipped` lists, by kind, the rows that `records` left out so far: nothing is dropped unseen.
    """

    sheet: Sheet
    header_rows: tuple[int, ...]
    columns: dict[str, int]
    labels: dict[str, str]
    fill_down_keys: tuple[str, ...] = ()
    others: dict[str, list[int]] = field(default_factory=dict)
    excluded: dict[int, str] = field(default_factory=dict)
    skipped: dict[NonDataRow, list[int]] = field(default_factory=dict)
    _above: dict[int, list[Cell]] = field(default_factory=dict, repr=False)

    def records(self) -> Iterator[Record]:
        """The rows of data in order, afresh at each call, without totals, footers and repeated headers.

        A blank cell of a key in `fill_down_keys` takes the value above it. The title of a section within the
        table (a village's name across all columns) counts as such a value of the last of these keys.
        """
        self.skipped.clear()
        columns = list(self.columns.items())
        carried: dict[str, Cell] = {}
        width, last = max(*self.columns.values(), *sum(self.others.values(), [0])) + 1, self.header_rows[-1]
        leftovers = NonDataRows(self.columns, self.fill_down_keys, self._above)
        for row in self.sheet.rows():
            if row.number <= last:
                continue
            cells = row.cells if len(row.cells) >= width else row.cells + [None] * (width - len(row.cells))
            kind = leftovers.kind(row.number, cells)
            values = {key: cells[column] for key, column in columns}
            for key, further in self.others.items():
                values[key] = _one_of([values[key], *(cells[column] for column in further)])
            if self.fill_down_keys:
                self._fill_down(values, carried, kind, cells)
            if kind is None:
                yield Record(row.number, values, self._formula_keys(row))
            else:
                self.skipped.setdefault(kind, []).append(row.number)

    def _fill_down(
        self, values: dict[str, Cell], carried: dict[str, Cell], kind: NonDataRow | None, cells: list[Cell]
    ) -> None:
        if kind not in (None, "empty", "section"):
            return
        if kind == "section":
            carried[self.fill_down_keys[-1]] = next(cell for cell in cells if cell is not None)
            return
        for key in self.fill_down_keys:
            if key in values or key in carried:
                carried[key] = values[key] = values.get(key) or carried.get(key)

    def _formula_keys(self, row: SheetRow) -> tuple[str, ...]:
        if not row.formulas:
            return ()
        used = {key: {column, *self.others.get(key, ())} for key, column in self.columns.items()}
        return tuple(key for key, columns in used.items() if not columns.isdisjoint(row.formulas))


def _one_of(cells: list[Cell]) -> Cell:
    """The cell that is filled; where several are and differ, all their words, which then mean nothing known."""
    filled = list(dict.fromkeys(cell for cell in cells if cell is not None))
    return filled[0] if len(filled) == 1 else " ".join(map(str, filled)) or None


class Tables(NamedTuple):
    """What a workbook holds: the tables found, and by name the sheets that hold none, with the reason."""

    found: list[Table]
    unread: dict[str, str]


def find_tables(
    book: Book,
    fields: Sequence[Field],
    fill_down_keys: Iterable[str] = (),
    excludes: Excludes = takes_in_all,
) -> Tables:
    """The table of each visible sheet. Raises HeaderNotFound where none has one, or a header is ambiguous."""
    found, unread = [], {}
    first_error: HeaderNotFound | None = None
    for sheet in book.sheets:
        try:
            found.append(locate(sheet, fields, fill_down_keys, excludes))
        except HeaderNotFound as error:
            if not error.missing:
                raise
            unread[sheet.name] = error.reason
            first_error = first_error or error
    if first_error and not found:
        raise first_error
    return Tables(found, unread)


def locate(
    sheet: Sheet,
    fields: Sequence[Field],
    fill_down_keys: Iterable[str] = (),
    excludes: Excludes = takes_in_all,
) -> Table:
    """Find the header among the first rows: one to three rows, below titles and notes, in any order.

    A column whose name, or the group of columns it stands in, `excludes` is not read, whatever else it might mean.

    Raises HeaderNotFound where a required column is missing, or two columns mean the same.
    """
    rows = list(islice(sheet.rows(), SEARCHED_ROWS + MAX_HEADER_ROWS))
    best = max(_candidates(rows, fields), key=lambda candidate: candidate.score, default=None)
    if best is None:
        raise HeaderNotFound(_nothing_found(sheet, fields), _required(fields))
    excluded = _without_excluded(best, rows, excludes)
    missing = [item for item in fields if item.required and item.key not in best.matches]
    if missing:
        raise HeaderNotFound(_missing(sheet, best, missing), tuple(item.key for item in missing))
    split = {item.key for item in fields if item.split}
    chosen = {
        key: _split(sheet, claims, best) if key in split else [_only(sheet, key, claims, best, fields)]
        for key, claims in best.matches.items()
    }
    return Table(
        sheet,
        tuple(row.number for row in best.rows),
        {key: claims[0].column for key, claims in chosen.items()},
        {key: "、".join(dict.fromkeys(claim.label for claim in claims)) for key, claims in chosen.items()},
        tuple(fill_down_keys),
        {key: [claim.column for claim in claims[1:]] for key, claims in chosen.items() if claims[1:]},
        excluded,
        _above={row.number: row.cells for row in rows if row.number <= best.rows[-1].number},
    )


def _without_excluded(best: "_Candidate", rows: list[SheetRow], excludes: Excludes) -> dict[int, str]:
    """Take the claims of excluded columns away; returns those columns with their names."""
    first = rows.index(best.rows[0])
    known = {claim.column for claims in best.matches.values() for claim in claims}
    excluded = excluded_columns(rows, range(first, first + len(best.rows)), known, excludes)
    for key, claims in list(best.matches.items()):
        best.matches[key] = [claim for claim in claims if claim.column not in excluded]
        if not best.matches[key]:
            del best.matches[key]
    return excluded


class _Claim(NamedTuple):
    rank: int
    column: int
    label: str


class _Candidate(NamedTuple):
    score: tuple[int, int, int, int]
    rows: list[SheetRow]
    matches: dict[str, list[_Claim]]


def _required(fields: Sequence[Field]) -> tuple[str, ...]:
    return tuple(item.key for item in fields if item.required) or tuple(item.key for item in fields)


def _candidates(rows: list[SheetRow], fields: Sequence[Field]) -> Iterator[_Candidate]:
    names = _names(fields)
    required = {item.key for item in fields if item.required}
    for start in range(min(len(rows), SEARCHED_ROWS)):
        for depth in range(1, MAX_HEADER_ROWS + 1):
            chosen = rows[start : start + depth]
            if len(chosen) < depth or not all(_like_header(row.cells) for row in chosen):
                break
            matches = _matches(chosen, names)
            if matches:
                yield _Candidate(
                    (len(required & matches.keys()), len(matches), -depth, -start), chosen, matches
                )


def _like_header(cells: list[Cell]) -> bool:
    return not any(
        isinstance(cell, int | float | date) or (isinstance(cell, str) and _LONG_DIGITS.search(cell))
        for cell in cells
    )


def _names(fields: Sequence[Field]) -> dict[str, tuple[str, int]]:
    """Every understood name to (key, rank): proper labels rank before aliases, and win where both exist."""
    names: dict[str, tuple[str, int]] = {}
    for item in fields:
        names.setdefault(normal(item.label), (item.key, 0))
    for item in fields:
        for alias in item.aliases:
            names.setdefault(normal(alias), (item.key, 1))
    return names


def _matches(rows: list[SheetRow], names: Mapping[str, tuple[str, int]]) -> dict[str, list[_Claim]]:
    matches: dict[str, list[_Claim]] = {}
    for column in range(min(SEARCHED_COLUMNS, max(len(row.cells) for row in rows))):
        path = _path(rows, column)
        found = _meaning(path, names) if path else None
        if found:
            matches.setdefault(found[0], []).append(_Claim(found[1], column, " ".join(path[-1].split())))
    return matches


def _path(rows: list[SheetRow], column: int) -> list[str]:
    """The header texts over a column from top to bottom, without blanks and repetitions by a merge."""
    path: list[str] = []
    for row in rows:
        cell = row.cells[column] if column < len(row.cells) else None
        if isinstance(cell, str) and len(cell) <= _MAX_NAME and cell not in path[-1:]:
            path.append(cell)
    return path


def _meaning(path: list[str], names: Mapping[str, tuple[str, int]]) -> tuple[str, int] | None:
    """The key for 身份证 over 号码 (joined), else for the lowest text, else for one of 手机/电话."""
    texts = [normal(text) for text in path]
    for name in ("".join(texts[-2:]), texts[-1], _unbracketed(path[-1])):
        if name in names:
            return names[name]
    pieces = {names[piece] for piece in _ALTERNATIVES.split(texts[-1]) if piece in names}
    return min(pieces, key=lambda found: found[1]) if len({key for key, _ in pieces}) == 1 else None


@lru_cache(maxsize=4096)
def normal(text: str) -> str:
    """A column name without what does not change its meaning: width, spaces, asterisks, hints in brackets."""
    text = _DECORATION.sub("", unicodedata.normalize("NFKC", text)).casefold()
    bare = _BRACKETED.sub("", text)
    return _NUMBERING.sub("", bare or text.strip("()[]【】〔〕<>{}")).rstrip(":;。、,.")


def _unbracketed(text: str) -> str:
    text = _DECORATION.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return re.sub(r"[()\[\]【】〔〕<>{}]", "", text)


def _split(sheet: Sheet, claims: list[_Claim], best: _Candidate) -> list[_Claim]:
    """All columns for a key that may be split, of one merged cell the first."""
    header = best.rows[-1].number
    pairs = zip([None, *claims], claims, strict=False)
    return [
        claim
        for before, claim in pairs
        if before is None
        or not any(_spans(merge, header, before.column, claim.column) for merge in sheet.merged)
    ]


def _only(sheet: Sheet, key: str, claims: list[_Claim], best: _Candidate, fields: Sequence[Field]) -> _Claim:
    """The one column for a key: a proper label before an alias, the first of one merged cell."""
    rank = min(claim.rank for claim in claims)
    top = [claim for claim in claims if claim.rank == rank]
    first, last = top[0].column, top[-1].column
    header = best.rows[-1].number
    if len(top) == 1 or any(_spans(merge, header, first, last) for merge in sheet.merged):
        return top[0]
    label = next(item.label for item in fields if item.key == key)
    columns = "、".join(f"{column_letters(claim.column)} 列“{claim.label}”" for claim in top)
    raise HeaderNotFound(
        f"工作表“{sheet.name}”里有 {len(top)} 列都像是“{label}”：{columns}。"
        "系统无法判断用哪一列，请删去或改名其余的列后重新上传。"
    )


def _spans(merge: Merge, row: int, first: int, last: int) -> bool:
    return merge.first_row <= row <= merge.last_row and merge.first_col <= first and last <= merge.last_col


def _nothing_found(sheet: Sheet, fields: Sequence[Field]) -> str:
    wanted = [item for item in fields if item.required] or list(fields)
    return (
        f"工作表“{sheet.name}”的前 {SEARCHED_ROWS} 行里没有找到表头。"
        f"表头里应有这些列：{'；'.join(map(_known_names, wanted))}。请核对列名后重新上传。"
    )


def _missing(sheet: Sheet, best: _Candidate, missing: Sequence[Field]) -> str:
    seen = "、".join(claims[0].label for claims in best.matches.values())
    return (
        f"工作表“{sheet.name}”没有找到必须有的列：{'；'.join(map(_known_names, missing))}。"
        f"在第 {best.rows[-1].number} 行认出的列有：{seen}。请补上或改用上述列名后重新上传。"
    )


def _known_names(item: Field) -> str:
    others = "、".join(item.aliases)
    return f"{item.label}（也可写作：{others}）" if others else item.label
