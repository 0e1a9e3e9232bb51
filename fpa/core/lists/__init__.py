"""The one list of the house: filters in the address, sorting, paging, column choice, batch, export, print.

A view says which rows and columns; everything else is here and in `templates/components/list_page.html`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html, format_html_join
from django_filters import FilterSet

from fpa.core.htmx import htmx_of
from fpa.core.lists.export import XLSX, Format, export_list
from fpa.core.lists.listing import COUNT_LIMIT, PAGE_SIZE, Listing, address
from fpa.core.lists.parts import BatchAction, Cell, Chip, Column, Heading, Link, ListRow, Status, Tab, Tone

__all__ = [
    "COUNT_LIMIT",
    "PAGE_SIZE",
    "READING",
    "XLSX",
    "BatchAction",
    "Cell",
    "Chip",
    "Column",
    "Format",
    "Heading",
    "Link",
    "ListRow",
    "Listing",
    "Status",
    "Tab",
    "Tone",
    "address",
    "as_left",
    "back_to_list",
    "is_export",
    "list_page",
    "summarize",
    "ticked",
]

BACK_COOKIE = "list_back"
BACK_LIMIT = 3000
"""Bytes of an address that is remembered: browsers drop cookies of over 4 KB, servers refuse long headers."""
READING = ("GET", "HEAD")
WAYS: dict[tuple[str, str], Format | Literal["print"]] = {
    ("export", "xlsx"): "xlsx",
    ("export", "csv"): "csv",
    ("print", "1"): "print",
}


def list_page(
    request: HttpRequest,
    *,
    title: str,
    rows: QuerySet[Any],
    columns: Sequence[Column],
    filters: type[FilterSet] | None = None,
    on_export: Callable[[str, int], None],
    on_long: Callable[[Format], HttpResponse] | None = None,
    links: Sequence[Link] = (),
    batch: Sequence[BatchAction] = (),
    total: Callable[[], int] | None = None,
    empty: str = "这里还没有记录。",
    template: str = "components/list_page.html",
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Answer a list's request: the page, its table alone (htmx), a file (`?export=xlsx`, `csv`) or paper (`?print=1`).

    `rows` carries its default order and every `select_related` that the columns need. `on_export` leaves the audit
    event of what was printed or exported; `on_long` answers where a list is too long to be exported while one waits;
    `total` may know the count of the unfiltered rows.
    A list is read only: whatever else is asked of it is refused (405).
    """
    if request.method not in READING:
        return HttpResponseNotAllowed(READING)
    listing = Listing(request, title, rows, tuple(columns), filters, total, empty)
    if way := _way_of(request):
        return export_list(listing, way, on_export, on_long)
    over_all = any(action.over_all for action in batch)
    shown = {"list": listing, "title": title, "links": links, "batch": batch, "over_all": over_all}
    shown |= {"may_export": True, **(context or {})}
    htmx = htmx_of(request)
    is_part = htmx and not htmx.history_restore_request
    response = render(request, "components/list_table.html" if is_part else template, shown)
    patch_vary_headers(response, ["HX-Request"])
    _leave_back(response, listing)
    return response


def _leave_back(response: HttpResponse, listing: Listing) -> None:
    """Remember the list as it is left; one with too many filters for a cookie is not, nor the one before it."""
    address = listing.address()
    if len(address.encode()) > BACK_LIMIT:
        response.delete_cookie(BACK_COOKIE, samesite="Lax")
        return
    response.set_cookie(
        BACK_COOKIE, address, httponly=True, samesite="Lax", secure=listing.request.is_secure()
    )


def is_export(request: HttpRequest) -> bool:
    """Whether a list is asked for as a file or on paper; of people, that has a permission of its own."""
    return _way_of(request) is not None


def _way_of(request: HttpRequest) -> Format | Literal["print"] | None:
    return next((way for (name, value), way in WAYS.items() if request.GET.get(name) == value), None)


def back_to_list(request: HttpRequest, url_name: str, *args: Any) -> str:
    """The address of a list as it was last left, with filters and page, else as `url_name` names it."""
    return as_left(request, reverse(url_name, args=args))


def as_left(request: HttpRequest, plain: str) -> str:
    """A list's address as it was last left, else its plain one."""
    left = request.COOKIES.get(BACK_COOKIE, "")
    return left if left == plain or left.startswith(f"{plain}?") else plain


def ticked(request: HttpRequest) -> list[str]:
    """The keys of the rows that a batch action was asked for."""
    return list(dict.fromkeys(request.POST.getlist("row")))


def summarize(request: HttpRequest, did: str, done: int, failed: Sequence[tuple[str, str]] = ()) -> None:
    """Tell the outcome of a batch in one message: how many were done, and each that failed with its reason.

    `did` is the deed (退会登记); `failed` holds (which one, why).
    """
    text = f"{did}：办成 {done} 条"
    if not failed:
        messages.success(request, f"{text}。")
        return
    reasons = format_html_join("", "<li>{}：{}</li>", failed)
    messages.warning(request, format_html("{}，未办成 {} 条：<ul>{}</ul>", text, len(failed), reasons))
