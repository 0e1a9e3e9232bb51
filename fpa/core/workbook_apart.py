"""Writing a long workbook in a process of its own, while this one makes the rows: both cores at work.

The module needs no models, so the helper starts in a quarter of a second. It ends with this process: a killed worker's
rows break off, and what was written of them is nobody's file.
"""

import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path

from fpa.core.workbook import SheetSpec, Value, write_workbook

CHUNK = 1_000
"""Rows handed over at once."""


class HelperFailed(RuntimeError):
    """The helper ended before the last row was written."""


def write_workbook_apart(out: Path, sheet: SheetSpec, *, made_by: str, made_at: datetime) -> None:
    """Write one sheet as `write_workbook` does. Raises HelperFailed, and whatever making the rows raises."""
    context = multiprocessing.get_context("spawn")
    inlet, outlet = context.Pipe(duplex=False)
    bare = replace(sheet, rows=())
    helper = context.Process(target=_write, args=(inlet, out, bare, made_by, made_at), daemon=True)
    helper.start()
    inlet.close()
    try:
        with suppress(BrokenPipeError):  # said below, by the helper's exit code
            _send(outlet, iter(sheet.rows))
    finally:
        outlet.close()
        helper.join()
    if helper.exitcode:
        raise HelperFailed(f"the workbook's helper ended with {helper.exitcode}")


def _send(outlet: Connection, rows: Iterator[Sequence[Value]]) -> None:
    while chunk := list(islice(rows, CHUNK)):
        outlet.send(chunk)
    outlet.send(None)


def _write(inlet: Connection, out: Path, sheet: SheetSpec, made_by: str, made_at: datetime) -> None:
    with suppress(EOFError):  # rows that broke off: whoever sends them has said why, or is gone
        write_workbook(out, [replace(sheet, rows=_received(inlet))], made_by=made_by, made_at=made_at)


def _received(inlet: Connection) -> Iterator[Sequence[Value]]:
    while (chunk := inlet.recv()) is not None:
        yield from chunk
