"""Filters of the lists of every room: by unit, and by a model's own fields."""

from typing import Any

import django_filters as filters
from django.db import models

from fpa.access.models import Unit
from fpa.pages.fields import UnitField
from fpa.pages.querysets import ScopedQuerySet
from fpa.pages.told import field_of, label_of, names_of


class UnitFilter(filters.Filter):
    """Rows of a unit and of everything below it."""

    field_class = UnitField

    def filter(self, qs: ScopedQuerySet, value: Unit | None) -> ScopedQuerySet:
        """Narrow the rows where a unit was asked for."""
        return qs.under(value.path) if value else qs


class SeatFilters(filters.FilterSet):
    """Filters whose units are those at or below the seat's unit."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.form.fields.values():
            if isinstance(field, UnitField):
                field.within = self.request.actor.path


def filters_of(model: type[models.Model], *names: str, **others: str) -> type[SeatFilters]:
    """Filters from a model's fields: a line of text by how it begins, a day by a range, a unit with all below it.

    `others` names some by another word than their field (`session="participant__session"`); they stand last.
    """
    wanted = {**{name: name for name in names_of(names)}, **others}
    made = {key: _filter_of(model, name) for key, name in wanted.items()}
    return type(f"{model.__name__}Filters", (SeatFilters,), {"__doc__": "Find them.", **made})


def _filter_of(model: type[models.Model], name: str) -> filters.Filter:
    field, label = field_of(model, name)[1], label_of(model, name)
    given = {"label": label, "field_name": name}
    if field.related_model is Unit:
        return UnitFilter(label=f"{label}（含下级）")
    if field.is_relation:
        return filters.ModelChoiceFilter(
            **given, queryset=lambda request: field.related_model._default_manager.all()
        )
    if field.choices:
        return filters.ChoiceFilter(**given, choices=[each for each in field.flatchoices if each[0] != ""])
    if isinstance(field, models.DateField):
        return filters.DateFromToRangeFilter(**given)
    if isinstance(field, models.IntegerField | models.DecimalField):
        return filters.NumberFilter(**given)
    return filters.CharFilter(**given, lookup_expr="prefix")
