"""Filters by unit, for the lists of every room."""

from typing import Any

import django_filters as filters

from fpa.access.models import Unit
from fpa.pages.fields import UnitField
from fpa.pages.querysets import ScopedQuerySet


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
