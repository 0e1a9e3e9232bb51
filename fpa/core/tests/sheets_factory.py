"""Spreadsheets for tests: rosters in the odd shapes that offices have, and files that nobody should open.

A grid is a list of rows of plain values; `None` is an empty cell. Merges are A1 ranges such as "A1:F1".
"""

import csv
import io
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
import xlwt
from xlsxwriter.utility import xl_cell_to_rowcol

Grid = Sequence[Any]

HEADER = ["序号", "姓名", "性别", "身份证号", "手机", "村（社区）"]
PEOPLE = [
    [1, "张三", "男", "430102199001011234", "13800000001", "幸福村"],
    [2, "李四", "女", "430102199202022345", "13800000002", "光明村"],
]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_SECTOR = 512
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def make_xlsx(
    path: Path, sheets: Mapping[str, Grid], merges: Sequence[str] = (), hidden: Iterable[str] = ()
) -> Path:
    """An .xlsx of the grids; a text that begins with = becomes a formula with the result 1."""
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, grid in sheets.items():
            sheet = book.add_worksheet(name)
            for merge in merges:
                sheet.merge_range(merge, "")
            for row, values in enumerate(grid):
                for column, value in enumerate(values):
                    if isinstance(value, str) and value.startswith("="):
                        sheet.write_formula(row, column, value, None, 1)
                    elif value is not None:
                        sheet.write(row, column, value, day if isinstance(value, date) else None)
            if name in set(hidden):
                sheet.hide()
    return path


def make_xls(
    path: Path, sheets: Mapping[str, Grid], merges: Sequence[str] = (), hidden: Iterable[str] = ()
) -> Path:
    """The same as an old .xls (BIFF8)."""
    book = xlwt.Workbook()
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for name, grid in sheets.items():
        sheet = book.add_sheet(name, cell_overwrite_ok=True)
        sheet.visibility = int(name in set(hidden))
        for row, values in enumerate(grid):
            for column, value in enumerate(values):
                if isinstance(value, str) and value.startswith("="):
                    sheet.write(row, column, xlwt.Formula(value[1:]))
                elif value is not None:
                    sheet.write(
                        row, column, value, day if isinstance(value, date) else xlwt.Style.default_style
                    )
        for merge in merges:
            first, last = (xl_cell_to_rowcol(corner) for corner in merge.split(":"))
            sheet.merge(first[0], last[0], first[1], last[1])
    book.save(str(path))
    return path


def make_csv(path: Path, grid: Grid, encoding: str = "utf-8-sig", delimiter: str = ",") -> Path:
    """The same as text."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(grid)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def make_raw_xlsx(
    path: Path,
    sheet_data: str | bytes,
    extra: Mapping[str, str | bytes] | None = None,
    before: str = "",
    name: str = "S",
) -> Path:
    """An .xlsx of one sheet, its rows as XML; `extra` adds parts, `before` stands ahead of the root."""
    data = sheet_data.encode() if isinstance(sheet_data, str) else sheet_data
    part = f'<?xml version="1.0" encoding="UTF-8"?>{before}<worksheet xmlns="{_MAIN}"><sheetData>'.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{_TYPES}"/>')
        archive.writestr("_rels/.rels", _relation("officeDocument", "xl/workbook.xml"))
        archive.writestr("xl/_rels/workbook.xml.rels", _relation("worksheet", "worksheets/sheet1.xml"))
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            f'<sheet name="{name}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr("xl/worksheets/sheet1.xml", part + data + b"</sheetData></worksheet>")
        for entry, content in (extra or {}).items():
            archive.writestr(entry, content)
    return path


def xml_row(number: int, texts: Sequence[str]) -> str:
    """A row of text cells for `make_raw_xlsx`."""
    cells = "".join(
        f'<c r="{chr(65 + column)}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
        for column, text in enumerate(texts)
    )
    return f'<row r="{number}">{cells}</row>'


def styled_empty_rows(first: int, last: int) -> str:
    """Rows that hold a format and nothing else, as left behind by formatting whole columns."""
    return "".join(
        f'<row r="{n}"><c r="A{n}" s="0"/><c r="B{n}" s="0"/></row>' for n in range(first, last + 1)
    )


def make_ole(path: Path, streams: Mapping[str, bytes]) -> Path:
    """A minimal OLE file (MS-CFB) with the streams, each padded to 4,096 bytes (smaller ones are stored otherwise)."""
    bodies = [body.ljust(4096, b"\x00") for body in streams.values()]
    bodies = [body + b"\x00" * (-len(body) % _SECTOR) for body in bodies]
    entries, table, start = [_entry("Root Entry", 5, _END, 0)], [_TABLE], 1
    directory_sectors = (len(streams) + 4) // 4
    for n in range(directory_sectors):
        table.append(start + n + 1 if n + 1 < directory_sectors else _END)
    at = 1 + directory_sectors
    for name, body in zip(streams, bodies, strict=True):
        count = len(body) // _SECTOR
        entries.append(_entry(name, 2, at, len(body)))
        table += [*range(at + 1, at + count), _END]
        at += count
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, _END, 0, _END, 0, 0)
    header += struct.pack("<108I", *[_FREE] * 108)
    directory = b"".join(entries).ljust(directory_sectors * _SECTOR, b"\x00")
    table += [_FREE] * (_SECTOR // 4 - len(table))
    path.write_bytes(header + struct.pack(f"<{len(table)}I", *table) + directory + b"".join(bodies))
    return path


def biff(*records: tuple[int, bytes]) -> bytes:
    """A stream of BIFF records."""
    return b"".join(struct.pack("<HH", number, len(body)) + body for number, body in records)


def _relation(kind: str, target: str) -> str:
    relation = f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{_RELATIONS}">{relation}</Relationships>'


def _entry(name: str, kind: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le")
    entry = raw.ljust(64, b"\x00") + struct.pack("<HBB", len(raw) + 2, kind, 1)
    return (
        entry + struct.pack("<III", _FREE, _FREE, _FREE) + bytes(36) + struct.pack("<II", start, size)
    ).ljust(128, b"\x00")
