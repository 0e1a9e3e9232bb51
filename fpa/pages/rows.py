"""Rows with a page of their own, and the two ways in which every action writes one: new, or changed."""

from decimal import Decimal
from operator import attrgetter
from typing import Any, ClassVar, TypeVar

from django.db import models
from django.urls import reverse

from fpa.access.models import ScopedModel
from fpa.audit.record import changed, record
from fpa.core.actor import Actor
from fpa.core.chinese import clean, number
from fpa.core.lists import Column
from fpa.pages.querysets import ScopedQuerySet


class RecordQuerySet(ScopedQuerySet):
    def lock(self, row: models.Model) -> Any:
        """The row as it is now, held until the transaction ends, with its unit. Raises DoesNotExist."""
        return self.select_for_update(of=("self",)).select_related("unit").get(pk=row.pk)


class Record(ScopedModel):
    """A row that a page shows: `page` is the name of its address, its `title` what it is called."""

    page: ClassVar[str]

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        title: str = self.title  # type: ignore[attr-defined]
        return title

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse(self.page, args=[self.pk])


def label_of(model: type[models.Model], name: str) -> str:
    """What a field is called on pages."""
    return str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def value_of(row: Any, name: str) -> Any:
    """A field's value as pages show it: a choice by its label, a row that it leads to by its name."""
    field = row._meta.get_field(name)
    if field.choices:
        return getattr(row, f"get_{name}_display")()
    value = getattr(row, name)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return number(value)
    return str(value) if isinstance(value, models.Model) else value


def columns_of(model: type[models.Model], *names: str, default: bool = True, **labels: str) -> list[Column]:
    """Columns of a list from the model's own fields: days can be sorted by, numbers stand right."""
    return [_column(model, name, labels.get(name, ""), default) for name in names]


def _column(model: type[models.Model], name: str, label: str, default: bool) -> Column:
    field, label = model._meta.get_field(name), label or label_of(model, name)
    if isinstance(field, models.DateField):
        return Column(name, label, attrgetter(name), sort=name, kind="date", default=default)
    if isinstance(field, models.IntegerField | models.DecimalField) and not field.choices:
        return Column(name, label, attrgetter(name), kind="number", default=default)
    return Column(name, label, lambda row: value_of(row, name), default=default)


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
