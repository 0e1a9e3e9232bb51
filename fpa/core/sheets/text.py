"""Tables in plain text: .csv, .tsv, .txt in the encodings and with the separators that offices use."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TextIO, cast

from fpa.core.sheets.model import (
    DAMAGED,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    TOO_MANY_ROWS,
    TOO_WIDE,
    Cell,
    Refused,
    SheetRow,
)

MAX_RECORD = 1 << 20
"""Characters of one row, over however many lines its quotes reach: it is measured before it is split."""

_CHUNK = 1 << 20
_SAMPLE_CHARS = 1 << 16
_SAMPLE_ROWS = 50
_DELIMITERS = (",", "\t", ";", "|", "，")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
_QUOTED_FORMULA = re.compile(r'="([^"]*)"')
_NOT_TEXT = "这不是表格文件，里面是无法识别的内容。请上传 .xlsx、.xls 或 .csv 表格。"
_UNKNOWN_ENCODING = (
    "文件的文字编码无法识别（支持 UTF-8、UTF-16 和 GB18030/GBK）。"
    "请用 Excel 或 WPS 打开后另存为 .xlsx，再重新上传。"
)
_ENDLESS = (
    "第 {row} 行长得不合理（超过 {most:,} 个字符），多半是缺少换行，或引号没有成对。"
    "请核对后重新上传，或用 Excel、WPS 打开后另存为 .xlsx。"
)
_BAD_QUOTES = "第 {row} 行的引号不成对，后面的内容无法分列。请修正该行，或另存为 .xlsx 后重新上传。"


@dataclass(frozen=True, slots=True)
class TextTable:
    """A text file whose encoding and separator are known.

    `marked` says that some cell may carry a mark of Excel's (= or ') which `rows` has to look for.
    """

    path: Path
    encoding: str
    delimiter: str
    has_separator_line: bool
    marked: bool
    max_rows: int

    def rows(self) -> Iterator[SheetRow]:
        """Every row that is not blank, cells as text.

        Raises Refused at a row whose quotes do not match or that never ends, and where there is more than is read.
        """
        filled = 0
        for number, record in self._records():
            cells = [text if text and not text.isspace() else None for text in record]
            if any(cells):
                filled += 1
                if filled > self.max_rows:
                    raise Refused(TOO_MANY_ROWS.format(rows=self.max_rows))
                yield (_unmarked(number, cells) if self.marked else SheetRow(number, cast(list[Cell], cells)))

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        number = cells = 0
        with self.path.open(encoding=self.encoding, newline="") as file:
            if self.has_separator_line:
                file.readline()
            lines = _Lines(file)
            try:
                for number, record in enumerate(csv.reader(lines, delimiter=self.delimiter, strict=True), 1):
                    lines.begin(number + 1)
                    cells += len(record)
                    if len(record) > MAX_COLUMNS or cells > MAX_CELLS:
                        raise Refused(TOO_WIDE)
                    yield number, record
            except csv.Error as error:
                raise Refused(_BAD_QUOTES.format(row=number + 1)) from error


class _Lines:
    """The lines of a file, no row of which may grow beyond MAX_RECORD before it is split into cells."""

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.begin(1)

    def begin(self, row: int) -> None:
        """Measure anew: the lines from here on are another row's."""
        self.row, self.left = row, MAX_RECORD

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self.file.readline(self.left + 1)
        self.left -= len(line)
        if self.left < 0:
            raise Refused(_ENDLESS.format(row=self.row, most=MAX_RECORD))
        if not line:
            raise StopIteration
        return line


def read_text(path: Path, max_rows: int = MAX_ROWS) -> TextTable:
    """The text file at `path`, decoded once as a whole to be sure of its encoding; `max_rows` of it are read.

    Raises Refused where it is no text, or in no encoding known here.
    """
    encoding, marked = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(_SAMPLE_CHARS)
    first_line = sample.split("\n", 1)[0].strip()
    separator_line = re.fullmatch(r"sep=(.)", first_line, re.IGNORECASE)
    delimiter = separator_line[1] if separator_line else _delimiter(sample)
    return TextTable(path, encoding, delimiter, separator_line is not None, marked, max_rows)


def _encoding(path: Path) -> tuple[str, bool]:
    with path.open("rb") as file:
        head = file.read(_CHUNK)
    for candidate in _candidates(head):
        try:
            return candidate, _decode_all(path, candidate)
        except UnicodeDecodeError as error:
            if candidate == "utf-8-sig" and _is_cut_short(error):
                raise Refused(DAMAGED) from error
    raise Refused(_UNKNOWN_ENCODING)


def _candidates(head: bytes) -> tuple[str, ...]:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if head.startswith(codecs.BOM_UTF8):
        return ("utf-8-sig",)
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if even + odd > len(head) // 20:
        return ("utf-16-le",) if odd > even else ("utf-16-be",)
    return ("utf-8-sig", "gb18030")


def _is_cut_short(error: UnicodeDecodeError) -> bool:
    return error.reason == "unexpected end of data"


def _decode_all(path: Path, encoding: str) -> bool:
    """Decode the whole file, to see that it can be; tell whether an = or ' stands anywhere in it."""
    decoder = codecs.getincrementaldecoder(encoding)()
    marked = False
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            text = decoder.decode(chunk)
            if _CONTROL.search(text):
                raise Refused(_NOT_TEXT)
            marked = marked or "=" in text or "'" in text
    decoder.decode(b"", final=True)
    return marked


def _delimiter(sample: str) -> str:
    return max(_DELIMITERS, key=lambda delimiter: _score(sample, delimiter))


def _score(sample: str, delimiter: str) -> int:
    """How much like a table the sample looks: rows that share the commonest width, times the columns."""
    widths: Counter[int] = Counter()
    try:
        for record in csv.reader(sample.splitlines(keepends=True), delimiter=delimiter):
            widths[len(record)] += any(record)
            if widths.total() > _SAMPLE_ROWS:
                break
    except csv.Error:
        return -1
    return max(((width - 1) * count for width, count in widths.items()), default=0)


def _unmarked(number: int, cells: list[str | None]) -> SheetRow:
    formulas = []
    values: list[Cell] = []
    for column, text in enumerate(cells):
        if text and text[0] == "=":
            quoted = _QUOTED_FORMULA.fullmatch(text.strip())
            if quoted is None:
                formulas.append(column)
            values.append(quoted[1] or None if quoted else text)
        else:
            values.append(text[1:] or None if text and text[0] == "'" else text)
    return SheetRow(number, values, tuple(formulas))
