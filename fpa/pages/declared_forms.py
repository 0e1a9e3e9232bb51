"""Declared form pages: one declaration makes the page, its right, and the link to it on the record's page (design §3).

A room declares them in its `views.py`, where each is the view of its address. What is done stays in the action.
"""

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from fpa.access.loaders import check, load_for, to_edit
from fpa.core.actor import Actor
from fpa.core.forms import Form
from fpa.core.lists import Column, Link
from fpa.pages.form_flow import Said, form_flow
from fpa.pages.forms import SeatForm
from fpa.pages.named import NamedView
from fpa.pages.querysets import ScopedQuerySet


def load_own_for(
    rows: ScopedQuerySet, pk: int | None, request: HttpRequest, permission: str
) -> tuple[Actor, Any]:
    """Who acts, and a row at or below the seat's unit: one only seen from below (design §4) can't be acted upon.

    Raises PermissionDenied and Http404 as `load_for` does.
    """
    return load_for(rows.under(check(request, permission).path), pk, request, permission)


@dataclass(frozen=True, eq=False)
class FormPage(NamedView):
    """A page on which something is done: with a record of `rows`, or something new where there are none.

    `does` is the action, by whose name the address is called unless `name` says otherwise: it gets the form's answers,
    `by`, and the record under its model's name (`session=`). A record that is only seen from below (design §4) can't be
    acted upon: it is loaded from at or below the seat's unit. `title` begins with its verb, of two
    characters; a verb alone (办结) is completed by what the form, or the record, is of (办结培训班). The button says
    the verb unless `submit` says otherwise, the link on the record's page unless `label` does. `said` is the sentence
    afterwards, with `{}` for what the action returned and `{row}` for the record, or makes it; then comes `to` of what
    was returned, else the record's page, else that of what was made. `when` says for which records the link is offered;
    the action decides. `edits`: the form begins with what is on record. `consequences` of the record make it a weighty
    one, checked once more. `back` is the list of something new.
    """

    does: Callable[..., Any]
    permission: str
    title: str
    rows: ScopedQuerySet | None = None
    form: type[Form] = Form
    _: KW_ONLY
    name: str = ""
    submit: str = ""
    said: str | Callable[[Any], str] = ""
    back: str = ""
    to: Callable[[Any], str] | None = None
    label: str = ""
    icon: str = "pencil"
    when: Callable[[Any], bool] = lambda _: True
    edits: bool = False
    consequences: Callable[[Any], Sequence[str]] | None = None

    def __post_init__(self) -> None:
        """Fill in what the rest of the declaration says already."""
        verb = self.title[:2]
        title = self.title if self.title != verb else f"{verb}{self._thing()}"
        object.__setattr__(self, "title", title)
        done = "保存" if self.edits else verb
        usual = {
            "name": getattr(self.does, "__name__", ""),
            "submit": f"确认{verb}" if self.consequences else done,
            "label": verb,
            "said": f"已{done}“{{}}”。",
        }
        for name, value in usual.items():
            object.__setattr__(self, name, getattr(self, name) or value)
        self.be_called(self.name)

    def _thing(self) -> str:
        of_rows = None if self.rows is None else self.rows.model
        model = getattr(self.form, "model", of_rows)
        return str(model._meta.verbose_name) if model else ""

    @property
    def words(self) -> str:
        """Its title."""
        return self.title

    def __call__(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Answer the page's request. Raises PermissionDenied and Http404 as `load_for` does."""
        if self.rows is None:
            actor, row = check(request, self.permission), None
        else:
            rows = to_edit(self.rows, request) if self.edits else self.rows
            actor, row = load_own_for(rows, pk, request, self.permission)
        follows = self.consequences
        return form_flow(
            request,
            self._form(request, actor, row),
            title=f"{self.title}：{row}" if row else self.title,
            submit=self.submit,
            back=row.get_absolute_url() if row else reverse(self.back),
            does=self._action(actor, row),
            said=lambda done: self._said(done, row),
            consequences=(lambda _: follows(row)) if follows else None,
            edits=self.edits,
        )

    def _form(self, request: HttpRequest, actor: Actor, row: Any) -> forms.BaseForm:
        sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        more: dict[str, Any] = {"seat": actor} if issubclass(self.form, SeatForm) else {}
        if self.edits:
            more["initial"] = {name: getattr(row, name) for name in self.form.base_fields}
        return self.form(*sent, **more)

    def _action(self, actor: Actor, row: models.Model | None) -> Callable[..., Any]:
        known = {str(row._meta.model_name): row} if row else {}
        return lambda **answers: self.does(**answers, **known, by=actor)

    def _said(self, done: Any, row: Any) -> Said:
        words = self.said.format(done, row=row) if isinstance(self.said, str) else self.said(done)
        return words, self.to(done) if self.to else (row or done).get_absolute_url()

    def is_open_to(self, actor: Actor, row: Any) -> bool:
        """Whether a seat may do it with a record, as that stands now."""
        return actor.may(self.permission) and row.path.startswith(actor.path) and self.when(row)

    def link(self, row: Any) -> Link:
        """The way to it from the record's page."""
        return Link(self.label, self.url(row), self.icon)

    def url(self, row: Any) -> str:
        """Its address for a record."""
        return reverse(self.name, args=[row.pk])

    def new_link(self, actor: Actor) -> list[Link]:
        """The way to it from the list where something new belongs, for who may."""
        return new_link(actor, self.permission, self.title, self.name)

    def column(self, actor: Actor) -> Column:
        """The way to it from each row of a list."""
        return Column(
            self.name,
            self.title,
            lambda row: self.label if self.is_open_to(actor, row) else "",
            link=lambda row: self.url(row) if self.is_open_to(actor, row) else None,
        )


def new_link(actor: Actor, permission: str, label: str, name: str) -> list[Link]:
    """The way from a list to the page where something new belongs, for who may."""
    return [Link(label, reverse(name), "plus", primary=True)] if actor.may(permission) else []


def add_page(does: Callable[..., Any], permission: str, form: type[Form], back: str, **more: Any) -> FormPage:
    """The page on which something new of the form's model is written down, for the list `back`."""
    return FormPage(does, permission, "登记", form=form, back=back, **more)


def edit_page(
    does: Callable[..., Any], permission: str, rows: ScopedQuerySet, form: type[Form], **more: Any
) -> FormPage:
    """The page on which what is on record is changed, while the record is open to change."""
    return FormPage(does, permission, "修改", rows, form, edits=True, when=lambda row: row.is_open, **more)


def offered(actor: Actor, row: Any, *pages: FormPage) -> list[Link]:
    """The ways from a record's page to what the seat may do with it now."""
    return [page.link(row) for page in pages if page.is_open_to(actor, row)]
