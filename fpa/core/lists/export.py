"""Taking a list away: on paper or as a workbook, with an audit event of what was taken."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Literal

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header

from fpa.core.lists.listing import Listing
from fpa.core.lists.parts import Kind
from fpa.core.workbook import ColumnKind, ColumnSpec, SheetSpec, Value, write_workbook

Deed = Literal["导出", "打印"]

LIMITS: dict[Deed, int] = {"导出": 20_000, "打印": 2_000}
"""Rows that may be taken away at once."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export_list(listing: Listing, deed: Deed, on_export: Callable[[str, int], None]) -> HttpResponse:
    """Print or export what the list shows; where it is too long, say so on the list and name the way out."""
    limit = LIMITS[deed]
    if listing.is_longer_than(limit):
        text = f"一次最多{deed} {limit:,} 条，当前列表超过这个数。请用筛选缩小范围，分几次{deed}。"
        messages.error(listing.request, text)
        return HttpResponseRedirect(listing.address())
    return _paper(listing, on_export) if deed == "打印" else _workbook(listing, on_export)


def _paper(listing: Listing, on_export: Callable[[str, int], None]) -> HttpResponse:
    on_export(f"{listing.title}（打印）", len(listing.exported_rows))
    return render(listing.request, "components/list_print.html", {"list": listing, "title": listing.title})


def _workbook(listing: Listing, on_export: Callable[[str, int], None]) -> HttpResponse:
    rows = list(_values(listing))
    on_export(listing.title, len(rows))
    columns = [ColumnSpec(c.heading, _KINDS[c.kind]) for c in listing.shown_columns]
    sheet = SheetSpec(listing.title, columns, rows, listing.notes)
    out, now = BytesIO(), timezone.localtime()
    write_workbook(out, [sheet], made_by=listing.exporter, made_at=now)
    name = f"{listing.title}_{now:%Y%m%d_%H%M}.xlsx"
    headers = {"Content-Disposition": content_disposition_header(True, name)}
    return HttpResponse(out.getvalue(), content_type=XLSX, headers=headers)


_KINDS: dict[Kind, ColumnKind] = {
    "text": "text",
    "number": "number",
    "money": "money",
    "date": "date",
    "percent": "percent",
    "code": "text",
}


def _values(listing: Listing) -> Iterator[list[Value]]:
    for row in listing.rows.iterator(chunk_size=2000):
        yield [_plain(c.value(row)) for c in listing.shown_columns]


def _plain(value: Any) -> Value:
    """What a workbook can hold: aware moments in Beijing time, anything unusual as its text."""
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value
    if value is None or isinstance(value, str | int | float | Decimal | date):
        return value
    return str(value)
