"""Turning rows of a file into lines for COPY, in this process or in others: checks, canonical forms, encryption.

This module and every `normalise` that it is given need no models: a helper process starts in a quarter of a second.
"""

import json
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from fpa.core.sheets.header import Record
from fpa.core.sheets.model import Cell

CHUNK = 5_000
"""Rows handed over at once."""
INLINE_ROWS = 2 * CHUNK
"""A file of so many rows, on however many sheets, is done here: helpers would take longer to start."""
_HELPERS = max(1, min(4, os.cpu_count() or 1))

FORMULA = "“{label}”是公式算出来的，请复制该列后“选择性粘贴为数值”再上传"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_TO_JSON = json.JSONEncoder(ensure_ascii=False).encode


class Fault(NamedTuple):
    """What is wrong with a cell: the field's key, and the reason in Chinese."""

    field: str
    reason: str


class Normal(NamedTuple):
    """A row in canonical form: `key` finds the record it speaks of (None where that is not known).

    `data` is JSON, with secrets as ciphertext and index only. A row with faults is rejected with all of them.
    """

    key: bytes | None
    data: dict[str, Any]
    faults: list[Fault]


Normalise = Callable[[Sequence[Record], Any], list[Normal]]


Placed = tuple[int, int, tuple[Cell, ...], tuple[str, ...], tuple[int, str] | None, tuple[str, str] | None]
"""A row on its way: position, row number, cells, fields that are formulas, the unit it belongs to (id, path), or the
fault (field, reason) for which there is none. A plain tuple, since thousands at a time are pickled for the helpers."""


class Chunk(NamedTuple):
    """Rows of one table; `labels` are the names that its columns have in the file, `keys` the fields of the cells."""

    job: str
    sheet: str
    labels: Mapping[str, str]
    keys: tuple[str, ...]
    rows: list[Placed]


@dataclass(frozen=True)
class Work:
    """What is done with a chunk; pickled for the helpers. `normalise` takes records and `context`."""

    normalise: Normalise
    context: Any
    labels: Mapping[str, str]
    is_key_within_unit: bool = False

    def lines(self, chunk: Chunk) -> "Lines":
        """The rows' lines for COPY into `ImportInbox`, and what repetitions are found by."""
        records = [
            Record(number, dict(zip(chunk.keys, cells, strict=True)), formulas)
            for _, number, cells, formulas, _, _ in chunk.rows
        ]
        normals = self.normalise(records, self.context)
        prefix, sheet = f"{chunk.job}\t", chunk.sheet.translate(_ESCAPES)
        labels = {**self.labels, **chunk.labels}
        keys, lines = [], []
        for placed, normal in zip(chunk.rows, normals, strict=True):
            faults = _faults(placed, normal, labels)
            keys.append(None if faults else self._scoped(normal.key, placed))
            lines.append(prefix + _line(placed, normal, sheet, labels, faults))
        numbers = [placed[1] for placed in chunk.rows]
        return Lines(chunk.sheet, labels, numbers, keys, "".join(lines).encode())

    def _scoped(self, key: bytes | None, placed: Placed) -> bytes | None:
        """What may stand once in the file; once a unit, where the key is one within the unit."""
        unit = placed[4]
        return b"%d " % unit[0] + key if key and unit and self.is_key_within_unit else key


class Lines(NamedTuple):
    """A chunk's lines for COPY; `keys` of the rows that have no fault, None for the others."""

    sheet: str
    labels: Mapping[str, str]
    numbers: list[int]
    keys: list[bytes | None]
    text: bytes


class Repetitions:
    """Marks rows whose key stood above already: one look-up a row, however many repeat.

    The database would have to sort the whole file for that, or, as it knows nothing of rows just copied, join it with
    itself row by row.
    """

    def __init__(self, key_field: str, key_label: str) -> None:
        self.key_field, self.key_label = key_field, key_label
        self.first: dict[bytes, int] = {}
        self.sheets: list[str] = []

    def mark(self, lines: Lines) -> bytes:
        """The chunk's text, with the reason in the lines of rows that repeat an earlier one."""
        if self.sheets[-1:] != [lines.sheet]:
            self.sheets.append(lines.sheet)
        here = len(self.sheets) - 1 << 32
        remember = self.first.setdefault
        repeated = {
            at: place
            for at, (number, key) in enumerate(zip(lines.numbers, lines.keys, strict=True))
            if key and (place := remember(key, here + number)) != here + number
        }
        return self._marked(lines, repeated) if repeated else lines.text

    def _marked(self, lines: Lines, repeated: dict[int, int]) -> bytes:
        text = lines.text.split(b"\n")
        column = _escaped(lines.labels[self.key_field])
        for at, place in repeated.items():
            cells = text[at].split(b"\t")
            cells[5:7] = column, _escaped(self._reason(lines.sheet, place))
            text[at] = b"\t".join(cells)
        return b"\n".join(text)

    def _reason(self, sheet: str, place: int) -> str:
        first, row = self.sheets[place >> 32], place & 0xFFFFFFFF
        where = "" if first == sheet else f"工作表“{first}”"
        return f"与{where}第 {row} 行{self.key_label}重复"


def _escaped(text: str) -> bytes:
    return text.translate(_ESCAPES).encode()


def _faults(placed: Placed, normal: Normal, labels: Mapping[str, str]) -> list[Fault]:
    formulas, misplaced = placed[3], placed[5]
    faults = [Fault(key, FORMULA.format(label=labels[key])) for key in formulas] + normal.faults
    return [*faults, Fault(*misplaced)] if misplaced else faults


def _line(
    placed: Placed, normal: Normal, sheet: str, labels: Mapping[str, str], faults: Sequence[Fault]
) -> str:
    position, number, unit = placed[0], placed[1], placed[4]
    if unit:
        normal.data["unit_id"], normal.data["path"] = unit
    columns = reasons = ""
    if faults:
        columns = "、".join(dict.fromkeys(labels[key] for key, _ in faults)).translate(_ESCAPES)
        reasons = "；".join(dict.fromkeys(reason for _, reason in faults)).translate(_ESCAPES)
    key = f"\\\\x{normal.key.hex()}" if normal.key else "\\N"
    body = _TO_JSON(normal.data).replace("\\", "\\\\")  # JSON has escaped all else
    return f"{position}\t{sheet}\t{number}\t{key}\t{columns}\t{reasons}\t{body}\n"


def copy_lines_of(work: Work, chunks: Iterable[Chunk]) -> Iterator[Lines]:
    """The chunks' lines in order; a long file is worked on by helper processes, a few chunks ahead."""
    waiting, first, rows = iter(chunks), list[Chunk](), 0
    while rows <= INLINE_ROWS and (chunk := next(waiting, None)):
        first.append(chunk)
        rows += len(chunk.rows)
    if rows <= INLINE_ROWS:
        yield from map(work.lines, first)
        return
    with _helpers() as pool:
        ahead: deque[Future[Lines]] = deque(pool.submit(work.lines, chunk) for chunk in first)
        for chunk in waiting:
            ahead.append(pool.submit(work.lines, chunk))
            if len(ahead) > 2 * _HELPERS:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _helpers() -> ProcessPoolExecutor:
    """Processes started afresh, so that they share no connection and no lock with this one."""
    return ProcessPoolExecutor(
        _HELPERS, mp_context=multiprocessing.get_context("spawn"), initializer=_end_with_parent
    )


def _end_with_parent() -> None:
    """A killed parent leaves no helper behind: it would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_outlive, args=(parent,), daemon=True).start()


def _outlive(parent: Any) -> None:
    parent.join()
    os._exit(1)


def chunked(rows: Iterable[Placed], make: "partial[Chunk]") -> Iterator[Chunk]:
    """Cut rows into chunks of CHUNK."""
    rows = iter(rows)
    while batch := list(islice(rows, CHUNK)):
        yield make(rows=batch)
