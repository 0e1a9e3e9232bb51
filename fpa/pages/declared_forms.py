"""Declared form pages: one declaration makes the page, its right, and the link to it on the record's page (design §3).

A room declares them in its `views.py`, where each is the view of its address. What is done stays in the action.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from fpa.access.loaders import check, load_for, to_edit
from fpa.core.actor import Actor
from fpa.core.forms import Form
from fpa.core.lists import Link
from fpa.pages.form_flow import Said, form_flow
from fpa.pages.forms import SeatForm
from fpa.pages.querysets import ScopedQuerySet


def load_own_for(
    rows: ScopedQuerySet, pk: int | None, request: HttpRequest, permission: str
) -> tuple[Actor, Any]:
    """Who acts, and a row at or below the seat's unit: one only seen from below (design §4) can't be acted upon.

    Raises PermissionDenied and Http404 as `load_for` does.
    """
    return load_for(rows.under(check(request, permission).path), pk, request, permission)


@dataclass(frozen=True, kw_only=True, eq=False)
class FormPage:
    """A page on which something is done: with a record of `rows`, or something new where there are none.

    `name` is the name of its address. `does` is the action: it gets the form's answers, `by`, and the record under its
    model's name (`session=`). A record that is only seen from below (design §4) can't be acted upon: it is loaded from
    at or below the seat's unit. `said` is a sentence with `{}` for what the action returned and `{row}` for the record,
    or makes one; after it comes `to` of what was returned, else the record's page, else that of what was made. `when`
    says for which records the link is offered; the action decides. `edits`: the form begins with what is on record.
    `consequences` of the record make it a weighty one, checked once more.
    """

    name: str
    permission: str
    title: str
    submit: str
    does: Callable[..., Any]
    said: str | Callable[[Any], str]
    form: type[Form] = Form
    rows: ScopedQuerySet | None = None
    back: str = ""
    to: Callable[[Any], str] | None = None
    label: str = ""
    icon: str = "pencil"
    when: Callable[[Any], bool] = lambda _: True
    edits: bool = False
    consequences: Callable[[Any], Sequence[str]] | None = None

    def __post_init__(self) -> None:
        """As a view it is called what its address is called."""
        for name in ("__name__", "__qualname__"):
            object.__setattr__(self, name, self.name)

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
        return Link(self.label or self.title, reverse(self.name, args=[row.pk]), self.icon)


def offered(actor: Actor, row: Any, *pages: FormPage) -> list[Link]:
    """The ways from a record's page to what the seat may do with it now."""
    return [page.link(row) for page in pages if page.is_open_to(actor, row)]
