"""A request for a list, read from its address: filters, order, columns, page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.core.validators import DecimalValidator
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django_filters import FilterSet

from fpa.core import chinese
from fpa.core.forms import display_value, style_widgets
from fpa.core.lists.paging import PAGE_SIZE, in_stable_order, page_after, page_at, page_before
from fpa.core.lists.parts import Cell, Chip, Column, Heading, ListRow

MAX_DIGITS, MAX_PLACES = 40, 10
"""Of a number that a filter takes, far beyond any record. The page would write 1e999999999 with all its digits."""
COUNT_LIMIT = 10_000
"""Rows that are counted, and that can be paged through; beyond it the page says so."""
BESIDE = ("after", "before")
"""Parameters that name the row beside which a page begins or ends; a page chosen anew leaves them out."""
IN_SIGHT = 3
"""Filters shown at once; the rest is folded away."""


@dataclass
class Listing:
    """What one request asks of a list, read with good will: what makes no sense in the address is not followed."""

    request: HttpRequest
    title: str
    all_rows: QuerySet[Any]
    columns: tuple[Column, ...]
    filters: type[FilterSet] | None = None
    total: Callable[[], int] | None = None
    empty: str = ""

    @property
    def asked(self) -> QueryDict:
        """The address's parameters."""
        return self.request.GET

    def address(self, **changes: Any) -> str:
        """This list's address with parameters changed; None leaves one out."""
        return address(self.request, **changes)

    # Filters

    @cached_property
    def filterset(self) -> FilterSet | None:
        """The filters with what was asked of them; their widgets dressed."""
        if self.filters is None:
            return None
        found = self.filters(self.asked, queryset=self.all_rows, request=self.request)
        found.form.label_suffix = ""
        style_widgets(found.form)
        for asked in found.form.fields.values():
            _bound_numbers(asked)
        return found

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """The filtered rows in order; none where a filter makes no sense, so that nothing is shown for it."""
        found = self.filterset.qs if self.filterset else self.all_rows
        if self.is_faulty:
            found = found.none()
        if self.sorting:
            column, is_down = self.sorting
            found = found.order_by(f"{'-' if is_down else ''}{column.sort}")
        return in_stable_order(found)

    @property
    def is_faulty(self) -> bool:
        """Whether a filter asked for what makes no sense."""
        return self.filterset is not None and not self.filterset.is_valid()

    @cached_property
    def chips(self) -> list[Chip]:
        """The filters in force: no silent ones."""
        if self.filterset is None or self.is_faulty:
            return []
        form = self.filterset.form
        return [
            self._chip(form[name], value) for name, value in form.cleaned_data.items() if _is_asked(value)
        ]

    def _chip(self, bound: forms.BoundField, value: Any) -> Chip:
        without = self.address(page=None, **dict.fromkeys(_parameters(bound)))
        return Chip(str(bound.label), display_value(value, bound.field), without, not bound.is_hidden)

    @property
    def chips_in_sight(self) -> list[Chip]:
        """The filters in force that the page's filters show; a tab that is open shows itself."""
        return [chip for chip in self.chips if chip.is_in_sight]

    @property
    def fields_in_sight(self) -> list[forms.BoundField]:
        """The first filters."""
        return self.filterset.form.visible_fields()[:IN_SIGHT] if self.filterset else []

    @property
    def fields_folded(self) -> list[forms.BoundField]:
        """The filters that are folded away."""
        return self.filterset.form.visible_fields()[IN_SIGHT:] if self.filterset else []

    @property
    def is_unfolded(self) -> bool:
        """Whether a folded filter is in force or wrong, and so must be seen."""
        form = self.filterset.form if self.filterset else None
        return form is not None and any(
            b.errors or _is_asked(form.cleaned_data.get(b.name)) for b in self.fields_folded
        )

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What a new filtering keeps of the address: columns, order, and the tab."""
        tabs = self.filterset.form.hidden_fields() if self.filterset else []
        keys = ("columns", "sort", *(tab.name for tab in tabs))
        return [(key, value) for key in keys for value in self.asked.getlist(key)]

    @property
    def kept_by_columns(self) -> list[tuple[str, str]]:
        """What a new choice of columns keeps of the address: all but page and columns."""
        out = ("columns", "page", *BESIDE)
        return [(key, value) for key, found in self.asked.lists() if key not in out for value in found]

    @property
    def cleared(self) -> str:
        """The address without any filter but the tab."""
        return self.request.path + _query(self.kept)

    # Columns and order

    @cached_property
    def shown_columns(self) -> list[Column]:
        """The chosen columns in their own order; the usual ones where none of those asked for exist."""
        wanted = set(self.asked.getlist("columns"))
        chosen = [c for c in self.columns if c.key in wanted]
        return chosen or [c for c in self.columns if c.default]

    @cached_property
    def sorting(self) -> tuple[Column, bool] | None:
        """The column to sort by, and whether downwards; None for the rows' own order."""
        wanted = self.asked.get("sort", "")
        key = wanted.removeprefix("-")
        column = next((c for c in self.columns if c.key == key and c.sort), None)
        return (column, wanted.startswith("-")) if column else None

    @property
    def headings(self) -> list[Heading]:
        """The headings: a click sorts upwards, then downwards, then by the rows' own order."""
        return [self._heading(column) for column in self.shown_columns]

    def _heading(self, column: Column) -> Heading:
        if not column.sort:
            return Heading(column, None, "")
        if not self.sorting or self.sorting[0] is not column:
            return Heading(column, self.address(sort=column.key, page=None), "")
        if self.sorting[1]:
            return Heading(column, self.address(sort=None, page=None), "down")
        return Heading(column, self.address(sort=f"-{column.key}", page=None), "up")

    # The page

    @cached_property
    def count(self) -> int:
        """How many rows: as told for the unfiltered list, else counted up to one more than COUNT_LIMIT. A first page
        that is not full holds all there are."""
        if self.total and self._is_whole:
            return self.total()
        if self._asked_page == 1 and len(self._first_things) < PAGE_SIZE:
            return len(self._first_things)
        return self._counted(COUNT_LIMIT)

    @property
    def _is_whole(self) -> bool:
        return not self.chips and not self.is_faulty

    def _counted(self, limit: int) -> int:
        return self.rows.order_by()[: limit + 1].count()

    def is_longer_than(self, limit: int) -> bool:
        """Whether there are more rows than that; the database counts no further."""
        return self._counted(limit) > limit

    @property
    def count_words(self) -> str:
        """共 1,234 条, or 超过 10,000 条 where no one counted further."""
        is_told = self.total is not None and self._is_whole
        if self.count > COUNT_LIMIT and not is_told:
            return f"超过 {COUNT_LIMIT:,} 条"
        return f"共 {self.count:,} 条"

    @cached_property
    def pages(self) -> int:
        """How many pages can be opened."""
        return max(1, -(-min(self.count, COUNT_LIMIT) // PAGE_SIZE))

    @property
    def is_paged(self) -> bool:
        """Whether there are rows on other pages."""
        return self.pages > 1

    @property
    def is_cut(self) -> bool:
        """Whether there are rows beyond the last page; the page then says how to reach them."""
        return self.count > COUNT_LIMIT

    @cached_property
    def page(self) -> int:
        """The page asked for, brought into the range that exists."""
        return min(self._asked_page, self.pages)

    @property
    def _asked_page(self) -> int:
        wanted = self.asked.get("page", "")
        number = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 8 else 1
        return max(number, 1)

    @cached_property
    def page_rows(self) -> list[ListRow]:
        """The rows of the page, each with its cells."""
        return [ListRow(row, self.cells(row)) for row in self._page_things()]

    @cached_property
    def _first_things(self) -> list[Any]:
        return page_at(self.rows, 1)

    def _page_things(self) -> list[Any]:
        """By the key of the row beside the page where the address names one, else by the page's number."""
        if self.page == 1:
            return self._first_things
        beside: list[Any] = []
        if key := self.asked.get("after"):
            beside = page_after(self.rows, self.all_rows, key)
        elif key := self.asked.get("before"):
            beside = page_before(self.rows, self.all_rows, key)
        return beside or page_at(self.rows, self.page)

    @property
    def next_url(self) -> str:
        """The page after this one, found by the key of this one's last row; empty where there is none."""
        if self.page >= self.pages or not self.page_rows:
            return ""
        return self.address(page=self.page + 1, after=self.page_rows[-1].thing.pk)

    @property
    def previous_url(self) -> str:
        """The page before this one, found by the key of this one's first row; empty where there is none."""
        if self.page == 1 or not self.page_rows:
            return ""
        before = self.page_rows[0].thing.pk if self.page > 2 else None
        return self.address(page=self.page - 1, before=before)

    def cells(self, row: Any) -> list[Cell]:
        """A row's cells in the chosen columns."""
        return [Cell(c, c.value(row), c.link(row) if c.link else None) for c in self.shown_columns]

    # Taken away

    @property
    def export_url(self) -> str:
        """Where the list comes as a workbook."""
        return self.address(export="xlsx", page=None)

    @property
    def csv_url(self) -> str:
        """Where the list comes as CSV."""
        return self.address(export="csv", page=None)

    @property
    def print_url(self) -> str:
        """Where the list comes as paper."""
        return self.address(print=1, page=None)

    @cached_property
    def exported_rows(self) -> list[list[Cell]]:
        """Every row of the list, for paper."""
        return [self.cells(row) for row in self.rows]

    @property
    def exporter(self) -> str:
        """Who takes the list away."""
        actor = getattr(self.request, "actor", None)
        return f"{actor.unit_name} {actor.name}".strip() if actor else str(self.request.user)

    @property
    def notes(self) -> list[str]:
        """What a workbook or paper says of itself: the filters in force, and the moment."""
        conditions = "；".join(f"{c.label}：{c.words}" for c in self.chips) or "无"
        return [f"筛选条件：{conditions}", f"截至时间：{chinese.time_cn(timezone.now())}"]


def address(request: HttpRequest, **changes: Any) -> str:
    """The request's own address with parameters changed; None leaves one out."""
    wanted, gone = (
        QueryDict(mutable=True),
        {"export", "print", *changes, *(BESIDE if "page" in changes else ())},
    )
    for key, values in request.GET.lists():
        if key not in gone:
            wanted.setlist(key, values)
    for key, value in changes.items():
        if value is not None:
            wanted[key] = str(value)
    return f"{request.path}?{wanted.urlencode()}" if wanted else request.path


def _query(pairs: Sequence[tuple[str, str]]) -> str:
    wanted = QueryDict(mutable=True)
    for key, value in pairs:
        wanted.appendlist(key, value)
    return f"?{wanted.urlencode()}" if wanted else ""


def _is_asked(value: Any) -> bool:
    """Whether a cleaned filter narrows anything."""
    return value is not None and value not in ("", []) and not (isinstance(value, QuerySet) and not value)


def _parameters(bound: forms.BoundField) -> list[str]:
    """The address's parameters that feed a filter: several for a range."""
    widget = bound.field.widget
    suffixes = getattr(widget, "suffixes", ())
    return [bound.html_name, *(widget.suffixed(bound.html_name, s) for s in suffixes)]


def _bound_numbers(asked: forms.Field) -> None:
    """Take no number that a page can't write out."""
    parts = asked.fields if isinstance(asked, forms.MultiValueField) else [asked]
    for part in parts:
        if isinstance(part, forms.DecimalField):
            part.validators.append(DecimalValidator(MAX_DIGITS, MAX_PLACES))
