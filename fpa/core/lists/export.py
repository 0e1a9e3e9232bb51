"""Exporting a list: on paper, as a workbook or as CSV, with an audit event of what was exported."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Literal

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header

from fpa.core.lists.listing import Listing
from fpa.core.lists.parts import Kind
from fpa.core.workbook import ColumnKind, ColumnSpec, SheetSpec, Value, made_words, write_csv, write_workbook
from fpa.core.workbook_apart import write_workbook_apart

Deed = Literal["导出", "打印"]
Format = Literal["xlsx", "csv"]

LIMITS: dict[Deed, int] = {"导出": 20_000, "打印": 2_000}
"""Rows that may be exported while one waits."""
CHUNK = 2_000
"""Rows that are fetched at a time: all that an export holds in memory."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES: dict[Format, str] = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}


def export_list(
    listing: Listing,
    way: Format | Literal["print"],
    on_export: Callable[[str, int], None],
    on_long: Callable[[Format], HttpResponse] | None = None,
) -> HttpResponse:
    """Print or export what the list shows. A list that is too long to wait for goes to `on_long`; where there is none,
    and on paper, the list says so and names the way out."""
    deed: Deed = "打印" if way == "print" else "导出"
    limit = LIMITS[deed]
    if listing.is_longer_than(limit):
        if on_long and way != "print":
            return on_long(way)
        text = f"一次最多{deed} {limit:,} 条，当前列表超过这个数。请用筛选缩小范围，分几次{deed}。"
        messages.error(listing.request, text)
        return HttpResponseRedirect(listing.address())
    return _paper(listing, on_export) if way == "print" else _file(listing, way, on_export)


def _paper(listing: Listing, on_export: Callable[[str, int], None]) -> HttpResponse:
    on_export(f"{listing.title}（打印）", len(listing.exported_rows))
    return render(listing.request, "components/list_print.html", {"list": listing, "title": listing.title})


def _file(listing: Listing, way: Format, on_export: Callable[[str, int], None]) -> HttpResponse:
    out = BytesIO()
    on_export(listing.title, write_list(listing, way, out))
    headers = {"Content-Disposition": content_disposition_header(True, file_name(listing.title, way))}
    return HttpResponse(out.getvalue(), content_type=TYPES[way], headers=headers)


def file_name(title: str, way: Format, made_at: datetime | None = None) -> str:
    """What an exported file is called: the list and the moment."""
    return f"{title}_{timezone.localtime(made_at):%Y%m%d_%H%M}.{way}"


def write_list(
    listing: Listing,
    way: Format,
    out: BinaryIO | Path,
    *,
    progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Write what a list shows, row by row in constant memory, with who exported it and by which filters.

    A path is written by a helper process. `progress` is told now and then how many rows are written. Returns how many
    there were.
    """
    rows = _Counted(listing, progress)
    columns = [ColumnSpec(c.heading, _KINDS[c.kind]) for c in listing.shown_columns]
    now = timezone.localtime()
    if way == "xlsx":
        sheet = SheetSpec(listing.title, columns, rows, listing.notes)
        if isinstance(out, Path):
            write_workbook_apart(out, sheet, made_by=listing.exporter, made_at=now)
        else:
            write_workbook(out, [sheet], made_by=listing.exporter, made_at=now)
    elif isinstance(out, Path):
        with out.open("wb") as file:
            write_csv(file, columns, rows, notes=[*listing.notes, made_words(listing.exporter, now)])
    else:
        write_csv(out, columns, rows, notes=[*listing.notes, made_words(listing.exporter, now)])
    return rows.done


_KINDS: dict[Kind, ColumnKind] = {
    "text": "text",
    "number": "number",
    "money": "money",
    "date": "date",
    "percent": "percent",
    "code": "text",
}


class _Counted:
    """The list's rows as values, fetched by a cursor of the database's, and counted as they go by."""

    def __init__(self, listing: Listing, progress: Callable[[int], None]) -> None:
        self.listing, self.progress, self.done = listing, progress, 0

    def __iter__(self) -> Iterator[list[Value]]:
        values = [column.value for column in self.listing.shown_columns]
        for row in self.listing.rows.iterator(chunk_size=CHUNK):
            yield [_plain(value(row)) for value in values]
            self.done += 1
            if self.done % CHUNK == 0:
                self.progress(self.done)


_AS_THEY_ARE = frozenset({type(None), str, int, float, bool, Decimal, date})


def _plain(value: Any) -> Value:
    """What a workbook can hold: aware moments in Beijing time, anything unusual as its text."""
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value
    if isinstance(value, (str, int, float, Decimal, date)):
        return value
    return str(value)
