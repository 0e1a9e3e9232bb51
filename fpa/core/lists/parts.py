"""What a list is made of: columns and cells, states, links, batch actions, chips and headings."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from html import escape
from typing import Any, Literal, NamedTuple

from django.utils.safestring import SafeString, mark_safe

from fpa.core import chinese, icons
from fpa.core.forms import display_value

Kind = Literal["text", "number", "money", "date", "percent", "code"]
Tone = Literal["done", "waiting", "returned", "wrong", "late", "off", "plain"]


@dataclass(frozen=True)
class Column:
    """A column of a list. `value` serves the page and the workbook alike, so it must not query."""

    key: str
    label: str
    value: Callable[[Any], Any]
    sort: str | None = None
    kind: Kind = "text"
    link: Callable[[Any], str | None] | None = None
    default: bool = True
    unit: str = ""

    @property
    def heading(self) -> str:
        """The label with its unit: 金额（元）."""
        return f"{self.label}（{self.unit}）" if self.unit else self.label

    @cached_property
    def marks(self) -> str:
        """The attributes of the column's cells."""
        return f'class="kind-{self.kind}" data-label="{escape(self.heading)}"'


@dataclass(frozen=True)
class Status:
    """A state in a cell: its word, and the tone that gives the shape. In a workbook it is the word alone."""

    word: str
    tone: Tone = "plain"

    def __str__(self) -> str:
        return self.word


@dataclass(frozen=True)
class Link:
    """Something to do from the page; at most one of a page is primary."""

    label: str
    url: str
    icon: str = ""
    primary: bool = False


@dataclass(frozen=True)
class BatchAction:
    """Something to do with the ticked rows: a POST of `row=pk` to `url`, which reads them with `ticked`. One that is
    `over_all` takes all that match as well: `all=1` and the list's parameters as `query` (`pages.batch.run_batch`)."""

    label: str
    url: str
    icon: str = ""
    over_all: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell as the page shows it."""

    column: Column
    value: Any
    url: str | None

    @property
    def text(self) -> str:
        """The value as the page writes it; — where there is none."""
        return _shown(self.value, self.column.kind)

    @property
    def inside(self) -> str:
        """What stands in the cell, escaped: a state with its shape, a link, or the text."""
        if isinstance(self.value, Status):
            return icons.state(self.value, self.value.tone)
        text = escape(self.text)
        return f'<a href="{escape(self.url)}">{text}</a>' if self.url else text


class ListRow(NamedTuple):
    """A row of the page: what it is about, and its cells."""

    thing: Any
    cells: list[Cell]

    @property
    def html(self) -> SafeString:
        """The cells, the first as the row's heading. Written here since a template takes four times as long; each
        carries its label for narrow screens, where a row stands as a card."""
        first, *rest = self.cells
        written = [f'<th scope="row" class="kind-{first.column.kind}">{first.inside}</th>']
        written += [f"<td {cell.column.marks}>{cell.inside}</td>" for cell in rest]
        return mark_safe("".join(written))  # every part is escaped above


@dataclass(frozen=True)
class Chip:
    """A filter in force, in words, and the address without it."""

    label: str
    words: str
    url: str
    is_in_sight: bool = True


@dataclass(frozen=True)
class Tab:
    """One of the parts that a list is opened by: its address, whether it is open, and how many wait there (None where
    that is not told)."""

    label: str
    url: str
    is_open: bool
    count: int | None = None


@dataclass(frozen=True)
class Heading:
    """A column's heading: the address that sorts by it, and how the rows stand now ("", up, down)."""

    column: Column
    url: str | None
    order: str


def _shown(value: Any, kind: Kind) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool | date):
        return display_value(value)
    if isinstance(value, int | float | Decimal):
        return _shown_number(value, kind)
    return str(value)


def _shown_number(value: chinese.Number, kind: Kind) -> str:
    if kind == "percent":
        return chinese.percent(value)
    if kind == "money":
        return f"{chinese.exact(value):,.2f}"
    return str(value) if kind in ("code", "text") else chinese.number(value)
