"""An .xls before it is parsed: the OLE container (MS-CFB), then the records of its workbook (MS-XLS)."""

import struct
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from fpa.core.sheets.model import DAMAGED, MACROS, PASSWORD, Refused
from fpa.core.sheets.xlsx_archive import Formulas

_LAST_SECTOR = 0xFFFFFFFA
_HEADER_SIZE = 512
_ENTRY_SIZE = 128
_BOF, _EOF, _FILEPASS, _BOUNDSHEET, _FORMULA = 0x0809, 0x000A, 0x002F, 0x0085, 0x0006
_MACRO_SHEETS = (1, 6)
_OTHERS = (
    ("worddocument", "这是 Word 文档，不是表格。请把表格复制到 Excel 或 WPS 表格，另存为 .xlsx 后上传。"),
    ("powerpoint document", "这是演示文稿，不是表格。请上传 .xlsx、.xls 或 .csv 表格。"),
)


class OleFile:
    """The streams of an OLE compound file held in memory. Any pointer that leads astray raises Refused."""

    def __init__(self, data: bytes) -> None:
        if len(data) < _HEADER_SIZE:
            raise Refused(DAMAGED)
        self.data = data
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise Refused(DAMAGED)
        self.sector_size, self.mini_size = 1 << shift, 1 << mini_shift
        directory, self.cutoff, mini_table = (_long(data, at) for at in (48, 56, 60))
        sectors = islice(self._table_sectors(), _most_table_sectors(len(data), self.sector_size))
        self.table = list(chain.from_iterable(map(self._longs, sectors)))
        self.entries = self._directory(directory)
        self.mini_table = list(chain.from_iterable(map(self._longs, self._chain(mini_table, self.table))))

    def stream(self, name: str) -> bytes:
        """The bytes of the named stream (lower case)."""
        start, size = self.entries[name]
        if size >= self.cutoff:
            return self._read(start, size)
        root = self._read(*self.entries["root entry"])
        sectors = self._chain(start, self.mini_table)
        content = b"".join(root[n * self.mini_size : (n + 1) * self.mini_size] for n in sectors)
        return _at_least(content, size)

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self.sector_size
        return self.data[start : start + self.sector_size]

    def _longs(self, number: int) -> tuple[int, ...]:
        sector = self._sector(number)
        if len(sector) < self.sector_size:
            raise Refused(DAMAGED)
        return struct.unpack(f"<{self.sector_size // 4}I", sector)

    def _table_sectors(self) -> Iterator[int]:
        yield from (n for n in struct.unpack_from("<109I", self.data, 76) if n < _LAST_SECTOR)
        extra, seen = _long(self.data, 68), 0
        while extra < _LAST_SECTOR and seen <= len(self.data) // self.sector_size:
            *numbers, extra = self._longs(extra)
            seen += 1
            yield from (n for n in numbers if n < _LAST_SECTOR)

    def _chain(self, start: int, table: list[int]) -> Iterator[int]:
        steps = 0
        while start < _LAST_SECTOR:
            if start >= len(table) or steps > len(table):
                raise Refused(DAMAGED)
            yield start
            start = table[start]
            steps += 1

    def _read(self, start: int, size: int) -> bytes:
        return _at_least(b"".join(map(self._sector, self._chain(start, self.table))), size)

    def _directory(self, start: int) -> dict[str, tuple[int, int]]:
        raw = b"".join(map(self._sector, self._chain(start, self.table)))
        entries: dict[str, tuple[int, int]] = {}
        for at in range(0, len(raw) - _ENTRY_SIZE + 1, _ENTRY_SIZE):
            length = min(max(struct.unpack_from("<H", raw, at + 64)[0] - 2, 0), 62)
            if raw[at + 66]:
                name = raw[at : at + length].decode("utf-16-le", "replace").lower()
                entries.setdefault(name, struct.unpack_from("<II", raw, at + 116))
        return entries


def _most_table_sectors(size: int, sector_size: int) -> int:
    """Twice what a file of that size needs: a list of tables that leads back to itself ends there."""
    return 2 * (size // sector_size) // (sector_size // 4) + 2


def inspect_ole(path: Path) -> list[Formulas]:
    """Check an OLE file; give the formulas of each sheet, in the order of the workbook.

    Raises Refused: not an .xls, damaged or cut short, password (of .xls and of .xlsx), macros.
    """
    ole = OleFile(path.read_bytes())
    names = ole.entries
    if "encryptedpackage" in names or "encryptioninfo" in names:
        raise Refused(PASSWORD)
    if any(name.startswith("_vba_project") or name == "vba" for name in names):
        raise Refused(MACROS)
    book = next((name for name in ("workbook", "book") if name in names), None)
    if book is None:
        raise Refused(next((reason for name, reason in _OTHERS if name in names), DAMAGED))
    stream = ole.stream(book)
    return [_formulas(stream, offset) for offset in _sheet_offsets(stream)]


def _sheet_offsets(stream: bytes) -> list[int]:
    offsets = []
    for record, at, length in _records(stream, 0):
        if record == _FILEPASS:
            raise Refused(PASSWORD)
        if record == _BOUNDSHEET and length >= 6:
            if stream[at + 5] in _MACRO_SHEETS:
                raise Refused(MACROS)
            offsets.append(_long(stream, at))
    return offsets


def _formulas(stream: bytes, offset: int) -> Formulas:
    formulas: Formulas = {}
    for record, at, length in _records(stream, offset):
        if record == _FORMULA and length >= 4:
            row, column = struct.unpack_from("<HH", stream, at)
            formulas.setdefault(row + 1, set()).add(column)
    return formulas


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """(record, position of its data, length) up to the end of the part that begins at `at`."""
    depth = 0
    while at + 4 <= len(stream):
        record, length = struct.unpack_from("<HH", stream, at)
        depth += (record == _BOF) - (record == _EOF)
        yield record, at + 4, length
        at += 4 + length
        if depth == 0:
            return
    raise Refused(DAMAGED)


def _at_least(content: bytes, size: int) -> bytes:
    if len(content) < size:
        raise Refused(DAMAGED)
    return content[:size]


def _long(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")
