"""Declared record pages: what is loaded by which right, told, offered, and where one goes back to (design §3).

A room declares them in its `views.py`, where each is the view of its address. One that fits no declaration is a
function with `record_page`.
"""

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from fpa.access.loaders import load_for
from fpa.core.actor import Actor
from fpa.core.lists import Link
from fpa.pages.declared_forms import FormPage, offered
from fpa.pages.named import NamedView
from fpa.pages.record import Fact, Panel, history_panel, record_page
from fpa.pages.rows import RecordQuerySet


@dataclass(frozen=True, eq=False)
class RecordPage(NamedView):
    """The page of a record of `rows`, on screen and on paper, for who has `permission`.

    Its model's `page` is the name of its address. `back` is the list that it belongs to, as (url name, label). `facts`
    tells the record, `note` a sentence below, `panels` further parts before its course. `pages` are what may be done
    with it: of these it offers what is open to the seat now, after the further `links`.
    """

    rows: RecordQuerySet
    permission: str
    back: tuple[str, str]
    _: KW_ONLY
    facts: Callable[[Any], Sequence[Fact]]
    pages: Sequence[FormPage] = ()
    links: Callable[[Any, Actor], Sequence[Link]] = lambda row, actor: ()
    panels: Callable[[Any], Sequence[Panel]] = lambda row: ()
    note: Callable[[Any], str] = lambda row: ""
    title: Callable[[Any], str] = str

    def __post_init__(self) -> None:
        """As a view it is called what its address is called."""
        self.be_called(self.rows.model.page)

    @property
    def words(self) -> str:
        """What its model is called."""
        return str(self.rows.model._meta.verbose_name)

    def __call__(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer the page's request. Raises PermissionDenied and Http404 as `load_for` does."""
        actor, row = load_for(self.rows, pk, request, self.permission)
        return record_page(
            request,
            title=self.title(row),
            facts=self.facts(row),
            note=self.note(row),
            actions=[*self.links(row, actor), *offered(actor, row, *self.pages)],
            panels=[*self.panels(row), history_panel(row)],
            back=self.back,
        )
