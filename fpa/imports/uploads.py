"""Opening an uploaded file as its importer reads it, without the columns that the platform must not hold."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from django.conf import settings

from fpa.core.sheets import Book, open_sheets
from fpa.core.sheets.excluded import holds_excluded, keep_without, open_kept
from fpa.core.sheets.header import SEARCHED_ROWS, Table, Tables, find_tables
from fpa.imports.files import path_of
from fpa.imports.forbidden import is_forbidden
from fpa.imports.importer import Importer
from fpa.imports.models import Job


@dataclass(frozen=True)
class Upload:
    """An open file: its tables, why sheets were not read, and the names of columns that were cut out of it."""

    book: Book
    tables: list[Table]
    unread: list[str]
    dropped: list[str]


@contextmanager
def open_upload(job: Job, importer: Importer) -> Iterator[Upload]:
    """The job's file. Where it holds forbidden columns, it is replaced by one without them before a row is read.

    What is kept then is what was read: sheets without a table are not in it either. Such a sheet may hold them too, as
    may a hidden one, of which nothing is known: then the file is replaced as well. Raises Refused.
    """
    path, unread = path_of(job.pk), list[str]()
    if not (kept := open_kept(path)):
        with open_sheets(path, job.filename, settings.IMPORT_MAX_ROWS) as book:
            tables = _tables(book, importer)
            unread = list(tables.unread.values())
            names = _sheets_left_out(book, tables)
            if not (names or book.hidden or any(table.excluded for table in tables.found)):
                yield Upload(book, tables.found, unread, [])
                return
            kept = keep_without(
                book, {table.sheet.name: table.excluded for table in tables.found}, path, names
            )
    book, dropped = kept
    yield Upload(book, _tables(book, importer).found, unread, dropped)


def _sheets_left_out(book: Book, tables: Tables) -> list[str]:
    """The sheets without a table that may hold forbidden columns. What stands in such a cell may be a name or a value,
    so the sheet is named instead."""
    unread = [sheet for sheet in book.sheets if sheet.name in tables.unread]
    return [
        f"工作表“{sheet.name}”"
        for sheet in unread
        if holds_excluded(islice(sheet.rows(), SEARCHED_ROWS), is_forbidden)
    ]


def _tables(book: Book, importer: Importer) -> Tables:
    return find_tables(book, importer.fields, importer.fill_down, is_forbidden)
