"""The process in which a stranger's workbook is parsed, so that a crash or an endless parse harms nobody.

It knows no secrets (its environment is empty), may use a bounded amount of memory, time and disk, and leaves
`meta.json` and one `<n>.jsonl` a sheet in the folder it is given: pickle would be unsafe to read back.
"""

import json
import resource
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from fpa.core.sheets.kind import kind_of
from fpa.core.sheets.model import (
    DAMAGED,
    MACROS,
    MAX_CELLS,
    MAX_SHEET_NAME,
    MAX_TEXT,
    PASSWORD,
    SHEET_NAME_TOO_LONG,
    TEXT_TOO_LONG,
    TOO_MANY_ROWS,
    TOO_WIDE,
    Cell,
    Merge,
    Refused,
)
from fpa.core.sheets.ole import inspect_ole
from fpa.core.sheets.xlsx_archive import Formulas, inspect_xlsx_archive

MAX_MEMORY = 512 << 20
MAX_OUTPUT = 2 << 30
LAYOUT_ROWS = 100
"""Merged ranges are handed on for the rows above this one: where titles and headers stand."""

_CELLS_A_LINE = 2000
_SAFE_WHOLE = 10**15


def main(source: Path, folder: Path, seconds: int, max_rows: int) -> None:
    """Convert `source` into `folder`; a refusal goes into meta.json too."""
    for limit, value in (
        (resource.RLIMIT_AS, MAX_MEMORY),
        (resource.RLIMIT_FSIZE, MAX_OUTPUT),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    try:
        meta = _convert(source, folder, Budget(max_rows))
    except Refused as refused:
        meta = {"refused": refused.reason}
    except PasswordError:
        meta = {"refused": PASSWORD}
    except CalamineError:
        meta = {"refused": DAMAGED}
    except MemoryError:
        meta = {"refused": TOO_WIDE}
    (folder / "meta.json").write_text(json.dumps(meta))


@dataclass
class Budget:
    """What a file may cost altogether: filled rows, and cells whether filled or between filled ones."""

    max_rows: int
    rows: int = 0
    cells: int = 0

    def add_sheet(self, name: str, height: int, width: int) -> None:
        """Count a sheet before it is read. Raises Refused."""
        if len(name) > MAX_SHEET_NAME:
            raise Refused(SHEET_NAME_TOO_LONG.format(most=MAX_SHEET_NAME, name=name[:20]))
        self.cells += height * width
        if self.cells > MAX_CELLS:
            raise Refused(TOO_WIDE)

    def counted(self, rows: Iterable[tuple[int, list[Cell]]]) -> Iterator[tuple[int, list[Cell]]]:
        """The rows, counted as they pass. Raises Refused at the first one too many."""
        for row in rows:
            self.rows += 1
            if self.rows > self.max_rows:
                raise Refused(TOO_MANY_ROWS.format(rows=self.max_rows))
            yield row


def _convert(source: Path, folder: Path, budget: Budget) -> dict[str, Any]:
    formulas: dict[str, Formulas] | list[Formulas]
    formulas = inspect_xlsx_archive(source) if kind_of(source) == "zip" else inspect_ole(source)
    sheets: list[dict[str, Any]] = []
    hidden: list[str] = []
    with CalamineWorkbook.from_path(source) as book:
        for index, about in enumerate(book.sheets_metadata):
            if about.typ in (SheetTypeEnum.MacroSheet, SheetTypeEnum.Vba):
                raise Refused(MACROS)
            if about.visible != SheetVisibleEnum.Visible:
                hidden.append(about.name)
            elif about.typ == SheetTypeEnum.WorkSheet:
                of_sheet = (
                    formulas.get(about.name, {}) if isinstance(formulas, dict) else _nth(formulas, index)
                )
                sheet = book.get_sheet_by_index(index)
                budget.add_sheet(about.name, sheet.height, sheet.width)
                merges = _write_sheet(sheet, of_sheet, folder / f"{len(sheets)}.jsonl", budget)
                sheets.append({"name": about.name, "merged": merges})
    return {"sheets": sheets, "hidden": hidden}


def _nth(formulas: list[Formulas], index: int) -> Formulas:
    return formulas[index] if index < len(formulas) else {}


def _write_sheet(sheet: CalamineSheet, formulas: Formulas, path: Path, budget: Budget) -> list[Merge]:
    """Write the rows, some at a time, as lines of JSON: [[number, cells, formulas], …]."""
    merges = sorted(
        Merge(top + 1, left, bottom + 1, right)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
    )
    first_column = sheet.start[1] if sheet.start else 0
    rows = budget.counted(_filled(_numbered(sheet.iter_rows(), sheet.width, first_column), merges))
    lines = max(1, _CELLS_A_LINE // (sheet.width + first_column + 1))
    with path.open("w", encoding="utf-8", errors="replace") as file:
        while batch := [
            (number, cells, sorted(formulas.get(number, ()))) for number, cells in islice(rows, lines)
        ]:
            file.write(json.dumps(batch, ensure_ascii=False, default=encode))
            file.write("\n")
    return [merge for merge in merges if merge.first_row < LAYOUT_ROWS][:1000]


def _numbered(rows: Iterable[list[Any]], width: int, first_column: int) -> Iterator[tuple[int, list[Cell]]]:
    """The rows that hold anything, with their numbers, from column A on.

    Calamine gives rows from row 1 on, but columns from the first used one on.
    """
    blank = [""] * width
    before: list[Cell] = [None] * first_column
    for number, values in enumerate(rows, 1):
        if values != blank:
            cells = [_cell(value) for value in values]
            if cells.count(None) < len(cells):
                yield number, before + cells


def _filled(rows: Iterable[tuple[int, list[Cell]]], merges: list[Merge]) -> Iterator[tuple[int, list[Cell]]]:
    """The rows with the value of each merged range in all its cells."""
    waiting = merges[::-1]
    active: list[tuple[Merge, Cell]] = []
    for number, cells in rows:
        active = [(merge, value) for merge, value in active if merge.last_row >= number]
        while waiting and waiting[-1].first_row <= number:
            merge = waiting.pop()
            if merge.first_row == number and merge.first_col < len(cells):
                active.append((merge, cells[merge.first_col]))
        for merge, value in active:
            for column in range(merge.first_col, min(merge.last_col + 1, len(cells))):
                if cells[column] is None:
                    cells[column] = value
        yield number, cells


def _cell(value: Any) -> Cell:
    kind = type(value)
    if kind is str:
        return _text(value)
    if kind is float:
        return int(value) if value.is_integer() and abs(value) < _SAFE_WHOLE else value
    return value if isinstance(value, int | date) else str(value)


def _text(value: str) -> str | None:
    if len(value) > MAX_TEXT:
        raise Refused(TEXT_TOO_LONG)
    if "\x00" in value:
        value = value.replace("\x00", "")
    return value if value and not value.isspace() else None


def encode(value: object) -> dict[str, str]:
    """A date or datetime as a tagged object, for JSON."""
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    raise TypeError(type(value))


def decode(tagged: dict[str, str]) -> Cell:
    """The date or datetime that `encode` made a tagged object."""
    if "date" in tagged:
        return date.fromisoformat(tagged["date"])
    return datetime.fromisoformat(tagged["datetime"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
