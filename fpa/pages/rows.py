"""Rows with a page of their own, and the two ways in which every action writes one: new, or changed."""

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from django import forms
from django.db import models
from django.urls import reverse

from fpa.access.models import ScopedModel
from fpa.audit.record import changed, record
from fpa.core.actor import Actor
from fpa.core.chinese import clean
from fpa.core.refusals import Refusal
from fpa.pages.querysets import ScopedQuerySet


class RecordQuerySet(ScopedQuerySet):
    def lock(self, row: models.Model) -> Any:
        """The row as it is now, held until the transaction ends, with its unit. Raises DoesNotExist."""
        return self.select_for_update(of=("self",)).select_related("unit").get(pk=row.pk)

    def lock_open(self, row: models.Model, refusal: type[Refusal]) -> Any:
        """The same, for a change of it. Raises the `refusal` where it is not open to change, with the way out."""
        now: Any = self.lock(row)
        if not now.is_open:
            raise refusal(f"“{now}”{now.status}，不能修改{now.way_out}。")
        return now


class Record(ScopedModel):
    """A row that pages show, and what they say of it beside its fields' own names (`pages.told`).

    `page` is the name of its page's address, empty where it has none; `named_by` the field by which it is called.
    `unit_label` is what its unit is called, `unit_acts` whether it is meant as the body and not as a place;
    `measures` in what its numbers are told (one told in 年 is a year), `blanks` what is said of a field that is left
    empty, `form_kinds` the kinds of form field that are not the usual ones. One that stands somewhere has a property
    `status`, which is shown as its 状态; one that may not always be changed says so by `is_open`, and in `way_out`
    what could be done first.
    """

    page: ClassVar[str] = ""
    named_by: ClassVar[str] = "title"
    unit_label: ClassVar[str] = "单位"
    unit_acts: ClassVar[bool] = True
    measures: ClassVar[Mapping[str, str]] = {}
    blanks: ClassVar[Mapping[str, str]] = {}
    form_kinds: ClassVar[Mapping[str, type[forms.Field]]] = {}
    way_out: ClassVar[str] = ""

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(getattr(self, self.named_by))

    @property
    def is_open(self) -> bool:
        """Whether it may be changed now."""
        return True

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse(self.page, args=[self.pk])


M = TypeVar("M", bound=models.Model)


def tidy(model: type[models.Model], facts: dict[str, Any]) -> dict[str, Any]:
    """Facts of a new or changed row as they are kept: lines of text without invisible characters and doubled spaces."""
    lines = {f.name for f in model._meta.concrete_fields if isinstance(f, models.CharField) and not f.choices}
    return {name: clean(value) if name in lines and value else value for name, value in facts.items()}


def as_new(facts: dict[str, Any]) -> dict[str, list[Any]]:
    """What the event of a new row holds of its facts."""
    return {name: [None, value] for name, value in facts.items()}


def save_new(row: M, verb: str, *, by: Actor, told: dict[str, Any] | None = None, **facts: Any) -> M:
    """Save a new row with its facts and record the event, with what is `told` beside them.

    Call it inside the action's transaction.
    """
    facts = tidy(type(row), facts)
    for name, value in facts.items():
        setattr(row, name, value)
    row.save()
    record(verb, row, by=by, changes={**(told or {}), **as_new(facts)})
    return row


def save_changes(row: M, verb: str, *, by: Actor, **facts: Any) -> M:
    """Save what is different in a locked row and record the event; nothing is written where nothing is."""
    before = {name: getattr(row, name) for name in facts}
    for name, value in tidy(type(row), facts).items():
        setattr(row, name, value)
    if changes := changed(row, before):
        row.save()
        record(verb, row, by=by, changes=changes)
    return row
