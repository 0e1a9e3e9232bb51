"""Writing what offices take away: workbooks that print on A4 as they stand, and plain CSV.

Text stays text: no cell can be run as a formula by the program that opens the file.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from html import escape
from itertools import chain, islice
from math import isfinite
from pathlib import Path
from typing import Any, BinaryIO, Literal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

ColumnKind = Literal["text", "number", "money", "date", "percent"]
Value = str | int | float | Decimal | date | datetime | bool | None

MAX_ROWS = 1_000_000
"""Rows of data on one sheet; more go on in a further sheet (the format itself ends at 1,048,576)."""

_MAX_TEXT = 32767
_CUT = "……（内容过长，已截断）"
_DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")
_SPECIAL = re.compile("[&<>_\x00-\x1f\ufffe\uffff]|^\\s|\\s$")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_WIDTHS: dict[ColumnKind, int] = {"text": 16, "number": 12, "money": 16, "date": 12, "percent": 10}
_FORMATS: dict[ColumnKind, str] = {
    "text": "@",
    "number": "#,##0",
    "money": "#,##0.00",
    "date": "yyyy-mm-dd",
    "percent": "0.0%",
}
_PORTRAIT_CHARACTERS = 95
_A4 = 9


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column of an export: its heading, what it holds, its width in characters (by kind where None)."""

    label: str
    kind: ColumnKind = "text"
    width: float | None = None


@dataclass(frozen=True, slots=True)
class SheetSpec:
    """A sheet of an export. `note_lines` stand between title and header, such as 口径 and 截至时间.

    `rows` yields the values in the order of the columns and is read once, so it may be a generator.
    A percent is a fraction: 0.985 shows as 98.5%.
    """

    title: str
    columns: Sequence[ColumnSpec]
    rows: Iterable[Sequence[Value]]
    note_lines: Sequence[str] = ()


class SheetNames:
    """Sheet names that Excel takes: none of []:*?/\\, at most 31 characters, unique whatever the case."""

    def __init__(self) -> None:
        self._taken: set[str] = {"history"}

    def take(self, wanted: str) -> str:
        """A name as near as possible to the one wanted, not taken before."""
        base = _FORBIDDEN.sub(" ", wanted).strip("' ")[:31].strip("' ") or "表"
        name, number = base, 1
        while name.casefold() in self._taken:
            number += 1
            suffix = f"({number})"
            name = base[: 31 - len(suffix)] + suffix
        self._taken.add(name.casefold())
        return name


def is_formula_like(text: str) -> bool:
    """Whether a program might run the text as a formula: it begins with = + - @, tab or line break."""
    return text.startswith(_DANGEROUS)


class _Sheet(Worksheet):
    """A worksheet that takes whole rows as they will stand in the file: a quarter of the time of cell by cell."""

    def write_data_row(self, row: int, cells: Iterable[str]) -> None:
        """Write a row below all that were written before, of cells that `_Cells` has made."""
        self._write_single_row(row)
        self.row_data_fh.write(f'<row r="{row + 1}">{"".join(cells)}</row>')


class _Cells:
    """The columns of one sheet: values made into the cells of a row."""

    def __init__(self, columns: Sequence[ColumnSpec], styles: "_Styles") -> None:
        self.columns = [(xl_col_to_name(index), column.kind) for index, column in enumerate(columns)]
        self.text, self.quoted = _index(styles.cells["text"]), _index(styles.quoted)
        self.decimal = _index(styles.decimal)
        self.styles = {kind: _index(style) for kind, style in styles.cells.items()}

    def of_row(self, number: int, values: Sequence[Value]) -> Iterator[str]:
        """The cells of the row that a spreadsheet calls by `number`."""
        for (letters, kind), value in zip(self.columns, values, strict=True):
            at = f'<c r="{letters}{number}" s="'
            if value is None or value == "":
                yield f'{at}{self.styles[kind]}"/>'
            elif kind == "date" and isinstance(value, date):
                yield f'{at}{self.styles[kind]}"><v>{_serial(value)}</v></c>'
            elif kind not in ("text", "date") and isinstance(value, int | float | Decimal):
                yield f"{at}{self._number(kind, value)}</c>"
            else:
                text = _shown(value)
                style = self.quoted if is_formula_like(text) else self.text
                yield f'{at}{style}" t="inlineStr"><is>{_inline(text)}</is></c>'

    def _number(self, kind: ColumnKind, value: float | Decimal) -> str:
        number = float(value)
        if not isfinite(number):
            return f'{self.styles[kind]}" t="e"><v>#NUM!</v>'
        is_broken = kind == "number" and not number.is_integer()
        return f'{self.decimal if is_broken else self.styles[kind]}"><v>{number:.16G}</v>'


def _index(style: Format) -> int:
    """A format's number in the file."""
    return int(style._get_xf_index())


def _serial(day: date) -> float:
    """A day as spreadsheets count them, a moment as a fraction of it."""
    if isinstance(day, datetime):
        return (day.replace(tzinfo=None) - datetime(1899, 12, 30)) / timedelta(days=1)
    return (day - date(1899, 12, 30)).days


@lru_cache(maxsize=4_096)
def _inline(text: str) -> str:
    """A text's element: cut where it is over-long, its special characters escaped."""
    text = _cut(text)
    if not _SPECIAL.search(text):
        return f"<t>{text}</t>"
    escaped = escape(Worksheet._escape_control_characters(text), quote=False)
    return f'<t xml:space="preserve">{escaped}</t>'


def _cut(text: str) -> str:
    """The text as far as a cell holds it; one that was cut says so."""
    return text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - len(_CUT)] + _CUT


def write_text(worksheet: Worksheet, row: int, column: int, text: str, style: Format) -> None:
    """Write a cell as text whatever it looks like; an over-long text is cut, and says so."""
    if text:
        worksheet.write_string(row, column, _cut(text), style)
    else:
        worksheet.write_blank(row, column, None, style)


def write_workbook(
    out: str | Path | BinaryIO, sheets: Iterable[SheetSpec], *, made_by: str, made_at: datetime
) -> None:
    """Write the sheets as .xlsx, row by row in constant memory.

    Each sheet: title, notes, framed bold header frozen and repeated in print, rows, and who exported it when,
    in a last line and in the page footer. A4, one page wide, landscape where the columns ask for it. What is written
    meanwhile lies beside the file where `out` is a path.
    """
    names = SheetNames()
    made = made_words(made_by, made_at)
    options: dict[str, Any] = {"constant_memory": True, "nan_inf_to_errors": True}
    if isinstance(out, Path):
        options["tmpdir"] = str(out.parent)
    with xlsxwriter.Workbook(out, options) as book:
        styles = _Styles(book)
        for spec in sheets:
            for worksheet, rows in _pages(book, names, spec):
                _set_page(worksheet, spec, made)
                _write_sheet(worksheet, spec, rows, styles, made)


def made_words(made_by: str, made_at: datetime) -> str:
    """What an exported file says of who exported it, and when."""
    return f"导出人：{made_by}　导出时间：{made_at:%Y-%m-%d %H:%M}"


def write_csv(
    out: BinaryIO,
    columns: Sequence[ColumnSpec],
    rows: Iterable[Sequence[Value]],
    *,
    notes: Sequence[str] = (),
) -> None:
    """Write rows as CSV that Excel opens rightly: UTF-8 with BOM, CRLF, formula-like text disarmed.

    `notes` stand after the last row, so that the header is the first line for whoever reads the file by program.
    """
    out.write(b"\xef\xbb\xbf")
    writer = csv.writer(_Utf8(out), lineterminator="\r\n")
    writer.writerow([_disarmed(column.label) for column in columns])
    writer.writerows([_plain(value) for value in row] for row in rows)
    writer.writerows([_disarmed(note)] for note in notes)


class _Utf8:
    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, text: str) -> int:
        return self._out.write(text.encode())


def _plain(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return _disarmed(value) if isinstance(value, str) else str(value)


def _disarmed(text: str) -> str:
    return f"'{text}" if is_formula_like(text) else text


class _Styles:
    """The cell formats of one workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.title = book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"})
        self.note = book.add_format({"font_color": "#595959"})
        self.header = book.add_format(
            {"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True}
        )
        self.cells: dict[ColumnKind, Format] = {}
        for kind, number_format in _FORMATS.items():
            align = "left" if kind == "text" else "center" if kind == "date" else "right"
            look = {"border": 1, "align": align, "valign": "vcenter", "num_format": number_format}
            self.cells[kind] = book.add_format(look)
        text = {"border": 1, "align": "left", "valign": "vcenter", "num_format": "@"}
        self.quoted = book.add_format({**text, "quote_prefix": True})
        decimal = {"border": 1, "align": "right", "valign": "vcenter", "num_format": "#,##0.00"}
        self.decimal = book.add_format(decimal)
        self.column = book.add_format({"num_format": "@"})


def _pages(
    book: xlsxwriter.Workbook, names: SheetNames, spec: SheetSpec
) -> Iterator[tuple[_Sheet, Iterable[Sequence[Value]]]]:
    """A worksheet for each MAX_ROWS rows of the sheet, at least one."""
    rows = iter(spec.rows)
    yield book.add_worksheet(names.take(spec.title), _Sheet), islice(rows, MAX_ROWS)
    for row in rows:
        yield book.add_worksheet(names.take(spec.title), _Sheet), chain([row], islice(rows, MAX_ROWS - 1))


def _set_page(worksheet: Worksheet, spec: SheetSpec, made: str) -> None:
    widths = [column.width or _WIDTHS[column.kind] for column in spec.columns]
    header_row = 1 + len(spec.note_lines)
    worksheet.set_paper(_A4)
    worksheet.fit_to_pages(1, 0)
    worksheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.8)
    if sum(widths) > _PORTRAIT_CHARACTERS:
        worksheet.set_landscape()
    worksheet.repeat_rows(header_row)
    worksheet.freeze_panes(header_row + 1, 0)
    worksheet.set_footer(f"&L{made[:180].replace('&', '&&')}&R第 &P 页 共 &N 页")
    for index, width in enumerate(widths):
        worksheet.set_column(index, index, width)


def _write_sheet(
    worksheet: _Sheet, spec: SheetSpec, rows: Iterable[Sequence[Value]], styles: _Styles, made: str
) -> None:
    _write_title(worksheet, spec, styles)
    at = 1
    for line in spec.note_lines:
        write_text(worksheet, at, 0, line, styles.note)
        at += 1
    for index, column in enumerate(spec.columns):
        write_text(worksheet, at, index, column.label, styles.header)
    cells = _Cells(spec.columns, styles)
    for row in rows:
        at += 1
        worksheet.write_data_row(at, cells.of_row(at + 1, row))
    write_text(worksheet, at + 1, 0, made, styles.note)


def _write_title(worksheet: Worksheet, spec: SheetSpec, styles: _Styles) -> None:
    worksheet.set_row(0, 30)
    if len(spec.columns) > 1:
        worksheet.merge_range(0, 0, 0, len(spec.columns) - 1, "", styles.title)
    write_text(worksheet, 0, 0, spec.title, styles.title)


def _shown(value: Value) -> str:
    return value if isinstance(value, str) else _plain(value)
