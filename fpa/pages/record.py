"""A record's page: facts, what may be done, and panels (its course, its documents, talk, cases); on screen and on A4.

One call makes both: `?print=1` is the same page on paper, without what can be clicked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from fpa.core import icons
from fpa.core.forms import display_value
from fpa.core.lists import Column, Link, Status, address, back_to_list
from fpa.pages.history import history_of
from fpa.pages.told import UNKNOWN, blank_of, columns_of, label_of, names_of, value_of


@dataclass(frozen=True)
class Fact:
    """A line of a record: what it is called, its value, and where the value leads.

    A `Status` shows its shape, dates and choices are put in words, and nothing recorded is 未登记, or `empty`. `code`
    sets numbers and codes in even digits; `more` is something to do with just this line, left out on paper.
    """

    label: str
    value: Any
    url: str = ""
    code: bool = False
    more: Link | None = None
    empty: str = UNKNOWN

    @property
    def words(self) -> str:
        """The value as it stands on the page."""
        if isinstance(self.value, Status):
            return icons.state(self.value, self.value.tone)
        return self.empty if self.value is None or self.value == "" else display_value(self.value)


def facts_of(row: models.Model, *names: str, **labels: str) -> list[Fact]:
    """Lines of a record's fields, called as the model calls them, or as `labels` says: of what is no field, it must."""
    return [
        Fact(labels.get(name) or label_of(type(row), name), value_of(row, name), empty=blank_of(row, name))
        for name in names_of(names)
    ]


@dataclass(frozen=True)
class Panel:
    """A part of a record's page: a title and the template that fills it.

    It stands below the facts; a `narrow` one (its course, a small breakdown) right of them where the screen is wide.
    """

    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    narrow: bool = False


def facts_panel(title: str, facts: Iterable[Fact], note: str = "", *, narrow: bool = False) -> Panel:
    """Further facts under a title of their own, with a sentence below them."""
    return Panel(title, "pages/facts.html", {"facts": list(facts), "note": note}, narrow)


def table_panel(
    title: str, head: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str, narrow: bool = False
) -> Panel:
    """A short table; a cell is words, a `Status` or a `Link`. `empty` is said where there are no rows."""
    shown = [[_cell(label, cell) for label, cell in zip(head, row, strict=True)] for row in rows]
    return Panel(title, "pages/table.html", {"head": head, "rows": shown, "empty": empty}, narrow)


def rows_panel(title: str, rows: QuerySet[Any], *names: str, empty: str) -> Panel:
    """A short table of the fields of rows, as a list would show them (`columns_of`)."""
    columns = columns_of(rows.model, *names, default=True)
    shown = [[_linked(column, row) for column in columns] for row in rows]
    return table_panel(title, [column.heading for column in columns], shown, empty=empty)


def _linked(column: Column, row: Any) -> Any:
    value, url = column.value(row), column.link and column.link(row)
    return Link(str(value), url) if url else value


def list_of(name: str, row: models.Model) -> str:
    """The address of a list, narrowed to what stands in a row, by the filter of its model's name: `?session=…`."""
    return f"{reverse(name)}?{row._meta.model_name}={row.pk}"


def _cell(label: str, cell: Any) -> dict[str, Any]:
    if isinstance(cell, Link):
        return {"label": label, "words": cell.label, "url": cell.url}
    return {"label": label, "words": Fact(label, cell, empty="—").words, "url": ""}


def history_panel(thing: models.Model) -> Panel:
    """What was done to the record; call it with one that was loaded in scope."""
    return Panel("变动记录", "pages/history.html", {"history": history_of(thing)}, narrow=True)


def record_page(
    request: HttpRequest,
    *,
    title: str,
    facts: Sequence[Fact],
    facts_title: str = "基本情况",
    back: tuple[str, str],
    actions: Sequence[Link] = (),
    panels: Sequence[Panel] = (),
    places: Sequence[Any] = (),
    note: str = "",
    lead: Panel | None = None,
) -> HttpResponse:
    """Answer with a record's page. `back` is the list that it belongs to, as (url name, label).

    `places` are its crumbs where they are more than that list and the title. `lead` stands above the facts (key
    figures), `note` is a sentence below them.
    """
    back_url = back_to_list(request, back[0])
    shown = {
        "title": title,
        "facts": facts,
        "facts_title": facts_title,
        "note": note,
        "lead": lead,
        "panels": panels,
        "below": [panel for panel in panels if not panel.narrow],
        "beside": [panel for panel in panels if panel.narrow],
        "record_actions": actions,
        "places": places or [(back[1], back_url), (title, "")],
        "back_url": back_url,
        "back_label": back[1],
        "print_url": address(request, print=1),
        "page_url": address(request),
    }
    is_print = "print" in request.GET
    return render(request, "pages/record_print.html" if is_print else "pages/record.html", shown)
