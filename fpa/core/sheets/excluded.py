"""Columns that must not be taken in at all: found by their headers, and cut out of a workbook for good."""

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO

from fpa.core.sheets.book import Book
from fpa.core.sheets.child import decode, encode
from fpa.core.sheets.model import Cell, Merge, Sheet, SheetRow

Excludes = Callable[[str], bool]
"""Whether a header text names what must not be taken in."""
Kept = tuple[Book, list[str]]
"""A workbook without its excluded columns, and the names of these."""

_MAX_NAME = 200
_GROUP_ROWS = 2
"""Rows above a header that may group its columns."""
_NO_GROUP = re.compile(r"[:：。；;，]|(?:表|册|名单|台账)$")
_DIGITS = re.compile(r"\d{4}")
_MAGIC = b"sheets without excluded columns\n"
_LENGTH = 12


def excluded_columns(
    rows: Sequence[SheetRow], header: range, known: Iterable[int], excludes: Excludes
) -> dict[int, str]:
    """The columns whose header, or the group of columns they stand in, is excluded: 0-based column to name.

    `rows` are a sheet's first ones, `header` says which of them are its header, `known` which columns of it are
    understood. Groups may stand over the header or, where it is the upper row of two, have their columns named below.
    A column without any name belongs to the one on its left.
    """
    layers = _layers(rows, header, known)
    found: dict[int, str] = {}
    for column in range(max(len(row.cells) for row in rows)):
        path = _path(layers, column)
        if any(map(excludes, [*path, "".join(path)])):
            found[column] = _name(path, excludes)
        elif not path and column - 1 in found:
            found[column] = found[column - 1]
    return found


def holds_excluded(rows: Iterable[SheetRow], excludes: Excludes) -> bool:
    """Whether an excluded name stands anywhere in these rows: of a sheet of which no header is known."""
    return any(excludes(text) for row in rows for text in _texts(row) if text)


def _layers(rows: Sequence[SheetRow], header: range, known: Iterable[int]) -> list[list[str]]:
    above = map(_group_texts, rows[max(0, header.start - _GROUP_ROWS) : header.start])
    named = [_texts(rows[at]) for at in header]
    below = [
        _texts(row) for row in rows[header.stop : header.stop + 1] if _is_named_below(row, named[-1], known)
    ]
    *higher, lowest = [*filter(_is_of_groups, above), *named, *below]
    return [*(_spread(texts, lowest) for texts in higher), lowest]


def _is_of_groups(texts: list[str]) -> bool:
    """Several names stand for groups of columns; one alone does where it is not written from the first column on."""
    return len(set(filter(None, texts))) > 1 or (any(texts) and not texts[0])


def _is_named_below(row: SheetRow, header: list[str], known: Iterable[int]) -> bool:
    """Whether the row under a header names columns of its groups: words, and none where the header says all."""
    if any(cell is not None and (not isinstance(cell, str) or _DIGITS.search(cell)) for cell in row.cells):
        return False
    cells = dict(enumerate(row.cells))
    return all(cells.get(column) in (None, header[column]) for column in known)


def _texts(row: SheetRow) -> list[str]:
    return [cell if isinstance(cell, str) and len(cell) <= _MAX_NAME else "" for cell in row.cells]


def _group_texts(row: SheetRow) -> list[str]:
    """The texts of a row over the header, without titles and notes."""
    return ["" if _NO_GROUP.search(text.strip()) else text for text in _texts(row)]


def _spread(texts: list[str], below: list[str]) -> list[str]:
    """A row of groups as text files have it, with each group's name over all of its columns.

    A cell without a name in this row belongs to the group before it, unless names that stand alone are written in
    the row below: there a group that ends is not told from one that goes on, and only its first column is sure.
    """
    first = next((column for column, text in enumerate(texts) if text), 0)
    if any(below[:first]):
        return texts
    spread, name = [], ""
    for column in range(max(len(texts), len(below))):
        name = (texts[column] if column < len(texts) else "") or name
        spread.append(name)
    return spread


def _path(rows: Sequence[list[str]], column: int) -> list[str]:
    """The names over a column from top to bottom, once each."""
    found = (row[column] for row in rows if column < len(row))
    return list(dict.fromkeys(" ".join(text.split()) for text in found if text))


def _name(path: Sequence[str], excludes: Excludes) -> str:
    return path[-1] if excludes(path[-1]) else "/".join(path)


def keep_without(
    book: Book, columns: Mapping[str, Mapping[int, str]], path: Path, names: Sequence[str] = ()
) -> Kept:
    """Write at `path`, in place of what is there, the sheets named in `columns` without those columns; open that.

    Titles, headers, merges and the numbers of rows stay as they were. `names` say what else was left out.
    """
    fresh = path.with_name(f"{path.name}.kept")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(_MAGIC)
        sheets = [
            _keep_sheet(sheet, columns[sheet.name], file) for sheet in book.sheets if sheet.name in columns
        ]
        about = _line({"sheets": sheets, "hidden": book.hidden, "excluded": names})
        file.write(about + b"%0*d" % (_LENGTH, len(about)))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return _open(path)


def _keep_sheet(sheet: Sheet, columns: Mapping[int, str], file: BinaryIO) -> dict[str, object]:
    start = file.tell()
    for row in sheet.rows():
        file.write(_line([row.number, *_without(row, columns)]))
    merged = _without_merges(sheet.merged, columns)
    span = [start, file.tell()]
    return {"name": sheet.name, "span": span, "merged": merged, "excluded": list(columns.values())}


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=encode).encode(errors="replace") + b"\n"


def _without(row: SheetRow, columns: Mapping[int, str]) -> tuple[list[Cell], list[int]]:
    cells = [cell for column, cell in enumerate(row.cells) if column not in columns]
    return cells, [_moved(column, columns) for column in row.formulas if column not in columns]


def _moved(column: int, columns: Mapping[int, str]) -> int:
    return column - sum(gone < column for gone in columns)


def _without_merges(merged: Sequence[Merge], columns: Mapping[int, str]) -> list[Merge]:
    moved = (
        merge._replace(
            first_col=_moved(merge.first_col, columns), last_col=_moved(merge.last_col + 1, columns) - 1
        )
        for merge in merged
    )
    return [merge for merge in moved if merge.first_col <= merge.last_col]


def open_kept(path: Path) -> Kept | None:
    """What `keep_without` wrote, with the names of the columns that it cut out; None where the file is another."""
    with path.open("rb") as file:
        is_kept = file.read(len(_MAGIC)) == _MAGIC
    return _open(path) if is_kept else None


def _open(path: Path) -> Kept:
    with path.open("rb") as file:
        file.seek(-_LENGTH, os.SEEK_END)
        length = int(file.read())
        file.seek(-_LENGTH - length, os.SEEK_END)
        meta = json.loads(file.read(length))
    sheets = [
        Sheet(
            about["name"],
            partial(_rows_of, path, *about["span"]),
            tuple(Merge(*merge) for merge in about["merged"]),
        )
        for about in meta["sheets"]
    ]
    names = dict.fromkeys(name for about in [*meta["sheets"], meta] for name in about["excluded"])
    return Book(sheets, meta["hidden"]), list(names)


def _rows_of(path: Path, start: int, end: int) -> Iterator[SheetRow]:
    with path.open("rb") as file:
        file.seek(start)
        while start < end:
            line = file.readline()
            start += len(line)
            number, cells, formulas = json.loads(line, object_hook=decode)
            if any(cell is not None for cell in cells):
                yield SheetRow(number, cells, tuple(formulas))
