"""Declared lists: one declaration makes the page, the export, the print and the background export (design §2, §8).

A room declares its lists in its `lists.py`; the view answers by `declared_list(request, MEMBER_LIST)`. A list is known
by the name of its address, so that a job can rebuild it from an address alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django_filters import FilterSet

from fpa.access.loaders import LABELS_OF_DENIAL, check
from fpa.access.models import User
from fpa.audit.record import recorder_of_export
from fpa.core.actor import Actor
from fpa.core.lists import BatchAction, Column, Format, Link, Listing, is_export, list_page
from fpa.pages.declared_forms import FormPage
from fpa.pages.named import NamedView
from fpa.pages.saved_views import saved_views

NO_LIST = "没有找到要导出的列表，请回到列表页面重新导出。"


class UnknownList(LookupError):
    """No declared list has this address; the message says so in Chinese."""


@dataclass(frozen=True, kw_only=True, eq=False)
class List(NamedView):
    """A list: what stands in it, who may see it, who may export it.

    `key` is the name of its address. `rows` gives the queryset, in its order and with every `select_related` that the
    columns need. `view` and `export` are permissions (`view` may pick one by who asks); without `export`, who sees the
    list may export it. `adds` is the page where something new is written down, `row_pages` what may be done with a row:
    both for who may, and the latter on the page alone. Further `links`, and `batch`, are made for who looks. `total`
    may know the count of the unfiltered rows. A list that hangs on its address or on the seat has `opens(request,
    actor, **arguments)`, which gives the list as it is there (by `dataclasses.replace`), and raises Http404 or
    PermissionDenied as a view would.
    """

    key: str
    view: str | Callable[[Actor | None], str]
    export: str = ""
    title: str = ""
    rows: Callable[[], QuerySet[Any]] | None = None
    columns: Sequence[Column] = ()
    filters: type[FilterSet] | None = None
    adds: FormPage | None = None
    row_pages: Sequence[FormPage] = ()
    links: Callable[[Actor], Sequence[Link]] = lambda actor: ()
    batch: Callable[[Actor], Sequence[BatchAction]] = lambda actor: ()
    total: Callable[[], int] | None = None
    empty: str = "这里还没有记录。"
    template: str = "components/list_page.html"
    context: Mapping[str, Any] = field(default_factory=dict)
    opens: Callable[..., "List"] | None = None

    def __post_init__(self) -> None:
        """As a view it is called what its address is called."""
        self.be_called(self.key)

    def __call__(self, request: HttpRequest, **arguments: Any) -> HttpResponse:
        """Answer as the view of its address."""
        return declared_list(request, self, **arguments)

    def view_right(self, actor: Actor | None) -> str:
        """The permission that the page asks for."""
        return self.view(actor) if callable(self.view) else self.view

    def export_right(self, actor: Actor | None) -> str:
        """The permission that an export or a print asks for."""
        return self.export or self.view_right(actor)

    def opened(self, request: HttpRequest, actor: Actor, **arguments: Any) -> "List":
        """The list as it is at its address's arguments."""
        return self.opens(request, actor, **arguments) if self.opens else self

    def row_columns(self, request: HttpRequest, actor: Actor) -> list[Column]:
        """What the seat may do with a row, as further columns; a file or paper has none."""
        pages = () if is_export(request) else self.row_pages
        return [page.column(actor) for page in pages if actor.may(page.permission)]

    def listing(self, request: HttpRequest) -> Listing:
        """What a request asks of this list, opened already."""
        rows = self.rows() if self.rows else None
        if rows is None:
            raise TypeError(f"the list {self.key} has no rows before it is opened")
        return Listing(request, self.title, rows, tuple(self.columns), self.filters, self.total, self.empty)


def declared_list(request: HttpRequest, declared: List, **arguments: Any) -> HttpResponse:
    """Answer a request for a declared list: the page, its table alone, a file, or paper.

    Raises PermissionDenied where the seat may not see the list, or not export it.
    """
    asks: Actor | None = getattr(request, "actor", None)
    right = declared.export_right if is_export(request) else declared.view_right
    actor = check(request, right(asks))
    here = declared.opened(request, actor, **arguments)
    may_export = actor.may(here.export_right(actor))
    return list_page(
        request,
        title=here.title,
        rows=here.listing(request).all_rows,
        columns=[*here.columns, *here.row_columns(request, actor)],
        filters=here.filters,
        on_export=recorder_of_export(actor),
        on_long=lambda way: _to_background(request, way),
        links=[*(here.adds.new_link(actor) if here.adds else ()), *here.links(actor)],
        batch=here.batch(actor),
        total=here.total,
        empty=here.empty,
        template=here.template,
        context={"may_export": may_export, "saved_views": saved_views(request, actor), **here.context},
    )


def _to_background(request: HttpRequest, way: Format) -> HttpResponse:
    """The page on which an export in the background is asked for: a GET itself begins nothing."""
    wanted = request.GET.copy()
    wanted.pop("export")
    query = wanted.urlencode()
    address = f"{request.path}?{query}" if query else request.path
    return HttpResponseRedirect(f"{reverse('request_export')}?{urlencode({'list': address, 'format': way})}")


@cache
def declared_lists() -> dict[str, List]:
    """Every declared list of every room, by its key. Raises ValueError where two have one key."""
    found: dict[str, List] = {}
    for config in apps.get_app_configs():
        name = f"{config.name}.lists"
        if not config.name.startswith("fpa.") or not find_spec(name):
            continue
        for declared in vars(import_module(name)).values():
            if not isinstance(declared, List):
                continue
            if found.setdefault(declared.key, declared) is not declared:
                raise ValueError(f"two lists are declared as {declared.key}")
    return found


def list_at(address: str, actor: Actor, *, to_export: bool = True) -> tuple[List, Listing]:
    """A declared list and its rows as `actor` sees it at an address (path and query), for a job or an action.

    Raises UnknownList where no list stands there any more, PermissionDenied where the actor may not export it (or see
    it, where it is not `to_export`), and Http404 where what its arguments name is out of sight.
    """
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        raise UnknownList(NO_LIST)
    declared, match = _declared_at(parts.path)
    rights = (declared.view_right, declared.export_right)[: 2 if to_export else 1]
    if not all(actor.may(right(actor)) for right in rights):
        raise PermissionDenied(LABELS_OF_DENIAL)
    request = request_at(parts.path, parts.query, actor)
    here = declared.opened(request, actor, **match.kwargs)
    return here, here.listing(request)


def _declared_at(path: str) -> tuple[List, ResolverMatch]:
    try:
        match = resolve(path)
        return declared_lists()[match.url_name or ""], match
    except (Resolver404, KeyError) as error:
        raise UnknownList(NO_LIST) from error


def request_at(path: str, query: str, actor: Actor) -> HttpRequest:
    """A request as the actor's browser would send it, for what filters, columns and titles read of one."""
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", path, path
    request.GET = QueryDict(query)
    request.user = User.objects.get(pk=actor.user_id or 0)
    request.actor = actor  # type: ignore[attr-defined]
    return request
