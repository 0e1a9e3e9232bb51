"""Rows that are pasted into a page: the same as a file, made here of what WPS and Excel put on the clipboard."""

import csv
from collections.abc import Iterator
from itertools import islice

from fpa.core.sheets.header import MAX_HEADER_ROWS, SEARCHED_ROWS, HeaderNotFound, locate
from fpa.core.sheets.model import Cell, Refused, Sheet, SheetRow
from fpa.imports.forbidden import is_forbidden
from fpa.imports.importer import Importer

FILENAME = "粘贴的内容.txt"
MAX_PASTED = 5_000
"""Rows; more are sent as a file."""
_BAD_QUOTES = "粘贴的内容里引号不成对，无法分列。请重新从表格里复制，或改为上传文件。"


def pasted_columns(importer: Importer) -> list[str]:
    """The columns of rows that are pasted without a header, in this order: those of the empty table."""
    return [field.label for field in importer.fields if field.key in importer.template]


def as_file(text: str, importer: Importer) -> bytes:
    """The pasted rows as a tab-separated file; where no header was pasted along, with that of the empty table.

    Raises Refused with the reason where it is no table, or has more than MAX_PASTED rows.
    """
    text = text.strip("\n\r") + "\n"
    try:
        rows = list(
            islice(csv.reader(text.splitlines(keepends=True), delimiter="\t", strict=True), MAX_PASTED + 1)
        )
    except csv.Error as error:
        raise Refused(_BAD_QUOTES) from error
    if len(rows) > MAX_PASTED:
        raise Refused(f"一次最多粘贴 {MAX_PASTED:,} 行，请分几次粘贴，或改为上传文件。")
    header = "" if _has_header(rows, importer) else "\t".join(pasted_columns(importer)) + "\n"
    return (header + text).encode("utf-8-sig")


def _has_header(rows: list[list[str]], importer: Importer) -> bool:
    """Whether a header was pasted along, be it a wrong one: what is wrong with it is for the check to say."""
    sheet = Sheet("", lambda: _sheet_rows(rows))
    try:
        locate(sheet, importer.fields, (), is_forbidden)
    except HeaderNotFound as error:
        required = {field.key for field in importer.fields if field.required}
        return not error.missing or set(error.missing) < required
    return True


def _sheet_rows(rows: list[list[str]]) -> Iterator[SheetRow]:
    for number, row in enumerate(rows[: SEARCHED_ROWS + MAX_HEADER_ROWS], 1):
        cells: list[Cell] = [cell if cell.strip() else None for cell in row]
        if any(cells):
            yield SheetRow(number, cells)
