"""Opening a spreadsheet: text here, .xlsx and .xls in a process of their own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

import fpa
from fpa.core.sheets.child import decode
from fpa.core.sheets.kind import kind_of
from fpa.core.sheets.model import DAMAGED, MAX_ROWS, NO_CONTENT, TOO_WIDE, Merge, Refused, Sheet, SheetRow
from fpa.core.sheets.text import read_text

MAX_BYTES = 100 << 20
MAX_SECONDS = 60
_KILLED = "读取这个文件用时过长，已停止。请只把有数据的部分复制到新的工作簿，或分成几个文件后重新上传。"
_ONLY_HIDDEN = "可见的工作表里没有内容，只有隐藏的工作表（{names}）。请取消隐藏后重新上传。"
_ROOT = Path(fpa.__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Book:
    """An open spreadsheet: use it in a `with`. `hidden` names the sheets that were left unread."""

    sheets: list[Sheet]
    hidden: list[str]
    folder: TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Delete what was unpacked. The rows cannot be read any more."""
        if self.folder is not None:
            self.folder.cleanup()


def open_sheets(path: str | Path, filename: str = "", max_rows: int = MAX_ROWS) -> Book:
    """Open the file at `path` by its content; `filename`, as the user named it, names a text file's sheet.

    Raises Refused with a reason in Chinese: empty, too large, not a spreadsheet, password, macros, zip bomb,
    damaged, absurdly wide, more than `max_rows` filled rows (of a text file: when they are read), or parsed for
    longer than MAX_SECONDS.
    """
    path = Path(path)
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise Refused(
            f"文件有 {size / (1 << 20):.0f} MB，超过了 {MAX_BYTES >> 20} MB 的上限。请分成几个文件后上传。"
        )
    is_text = kind_of(path) == "text"
    book = _open_text(path, filename, max_rows) if is_text else _open_workbook(path, max_rows)
    if not any(next(sheet.rows(), None) for sheet in book.sheets):
        book.close()
        raise Refused(_ONLY_HIDDEN.format(names="、".join(book.hidden)) if book.hidden else NO_CONTENT)
    return book


def _open_text(path: Path, filename: str, max_rows: int) -> Book:
    return Book([Sheet(Path(filename or path.name).stem, read_text(path, max_rows).rows)], [])


def _open_workbook(path: Path, max_rows: int) -> Book:
    folder = TemporaryDirectory(prefix="sheets-")
    try:
        meta = _parse(path.resolve(), Path(folder.name), max_rows)
        if "refused" in meta:
            raise Refused(meta["refused"])
    except BaseException:
        folder.cleanup()
        raise
    sheets = [
        Sheet(
            about["name"],
            partial(_read_rows, Path(folder.name) / f"{index}.jsonl"),
            tuple(Merge(*merge) for merge in about["merged"]),
        )
        for index, about in enumerate(meta["sheets"])
    ]
    return Book(sheets, meta["hidden"], folder)


def _parse(path: Path, folder: Path, max_rows: int) -> dict:
    """Run the child; what it says, or a refusal where it died. Its environment holds none of our secrets."""
    child = [sys.executable, "-P", "-m", "fpa.core.sheets.child"]
    command = [*child, str(path), str(folder), str(MAX_SECONDS), str(max_rows)]
    quiet = subprocess.DEVNULL
    try:
        done = subprocess.run(
            command,
            env={"PYTHONPATH": str(_ROOT)},
            stdin=quiet,
            stdout=quiet,
            stderr=quiet,
            timeout=MAX_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"refused": _KILLED}
    if done.returncode == 0:
        return json.loads((folder / "meta.json").read_text())
    return {"refused": TOO_WIDE if done.returncode < 0 else DAMAGED}


def _read_rows(path: Path) -> Iterator[SheetRow]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            for number, cells, formulas in json.loads(line, object_hook=decode):
                yield SheetRow(number, cells, tuple(formulas))
