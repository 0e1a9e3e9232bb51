"""Giving rejected rows back in their own layout with a 原因 column, to be mended and sent again."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from fpa.core.sheets.header import Table
from fpa.core.sheets.model import Cell, Merge, SheetRow
from fpa.core.workbook import SheetNames, write_text

REASON = "原因"
_WIDTH = 16
_REASON_WIDTH = 50


def write_rejected(
    tables: Sequence[Table], rejected: Mapping[tuple[str, int], str], out: str | Path | BinaryIO
) -> int:
    """Write an .xlsx of the rejected rows, keyed by (sheet name, row number); return how many.

    Titles, header and the order of columns stay as the user drew them; all values are text, so that no ID number
    is damaged; the reason stands in the last column (in the user's own 原因 column where the file has one).
    """
    names, written = SheetNames(), 0
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        styles = _styles(book)
        for table in tables:
            if any(sheet == table.sheet.name for sheet, _ in rejected):
                worksheet = book.add_worksheet(names.take(table.sheet.name))
                written += _write_table(worksheet, table, rejected, styles)
    return written


def as_text(cell: Cell) -> str:
    """The cell as the user would type it: whole numbers in full, dates as 2026-11-24."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return f"{cell:.15g}".upper()
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _styles(book: xlsxwriter.Workbook) -> dict[str, Format]:
    box = {"border": 1, "text_wrap": True, "valign": "vcenter", "num_format": "@"}
    return {
        "title": book.add_format({"bold": True, "valign": "vcenter", "num_format": "@"}),
        "header": book.add_format({**box, "bold": True, "align": "center"}),
        "cell": book.add_format(box),
        "reason": book.add_format({**box, "font_color": "#C00000"}),
    }


def _write_table(
    worksheet: Worksheet, table: Table, rejected: Mapping[tuple[str, int], str], styles: dict[str, Format]
) -> int:
    header = table.header_rows[-1]
    rows = list(_above(table))
    reason_column = _reason_column(rows, header)
    worksheet.set_column(0, reason_column - 1, _WIDTH, None)
    worksheet.set_column(reason_column, reason_column, _REASON_WIDTH, None)
    for at, row in enumerate(rows):
        style = styles["header" if row.number >= table.header_rows[0] else "title"]
        _write_top(worksheet, at, row, table.sheet.merged, style)
        if row.number == header:
            write_text(worksheet, at, reason_column, REASON, styles["header"])
    worksheet.freeze_panes(len(rows), 0)
    count = len(rows)
    for row in table.sheet.rows():
        reason = rejected.get((table.sheet.name, row.number))
        if reason is not None and row.number > header:
            for column, cell in enumerate(row.cells):
                write_text(worksheet, count, column, as_text(cell), styles["cell"])
            write_text(worksheet, count, reason_column, reason, styles["reason"])
            count += 1
    return count - len(rows)


def _above(table: Table) -> Iterator[SheetRow]:
    """The title and header rows, with a merged value only in the first cell of its range."""
    last = table.header_rows[-1]
    for row in table.sheet.rows():
        if row.number > last:
            return
        cells = list(row.cells)
        for merge in table.sheet.merged:
            if merge.first_row <= row.number <= merge.last_row:
                keep = merge.first_col if merge.first_row == row.number else None
                for column in range(merge.first_col, min(merge.last_col + 1, len(cells))):
                    cells[column] = cells[column] if column == keep else None
        yield SheetRow(row.number, cells)


def _reason_column(rows: list[SheetRow], header: int) -> int:
    width = max(len(row.cells) for row in rows)
    names = rows[-1].cells
    return names.index(REASON) if REASON in names and rows[-1].number == header else width


def _write_top(worksheet: Worksheet, at: int, row: SheetRow, merged: Sequence[Merge], style: Format) -> None:
    """Write a row above the data, merged again along the row (a merge down would need later rows first)."""
    covered: set[int] = set()
    for merge in merged:
        if merge.first_row == merge.last_row == row.number and merge.first_col < merge.last_col:
            text = as_text(row.cells[merge.first_col]) if merge.first_col < len(row.cells) else ""
            worksheet.merge_range(at, merge.first_col, at, merge.last_col, "", style)
            write_text(worksheet, at, merge.first_col, text, style)
            covered.update(range(merge.first_col, merge.last_col + 1))
    for column, cell in enumerate(row.cells):
        if column not in covered:
            write_text(worksheet, at, column, as_text(cell), style)
