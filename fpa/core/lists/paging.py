"""Pages of a list: the next and the one before by key, any other by a jump that reads keys alone (design §10).

Rows deep in a list are never read only to be skipped: a page's keys are found first, from an index where one holds
the order, and only those fifty rows are then fetched with all that the columns need.
"""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.db.models.fields.composite import CompositePrimaryKey

PAGE_SIZE = 50

Order = list[tuple[str, bool]]
"""Fields with whether they run downwards, the first first."""


def in_stable_order(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows in their own order, ended by their key: else a row may stand on two pages, or on none."""
    own = _own_order(rows)
    names = {str(each).lstrip("-") for each in own}
    if _is_composite(rows) or names & {"pk", rows.model._meta.pk.name}:
        return rows.order_by(*own) if own else rows
    return rows.order_by(*own, "pk")


def page_at(rows: QuerySet[Any], page: int) -> list[Any]:
    """The rows of a page, counted from 1, of rows in a stable order."""
    start = (page - 1) * PAGE_SIZE
    return list(_rows_of(rows, rows, slice(start, start + PAGE_SIZE)))


def page_after(rows: QuerySet[Any], unfiltered: QuerySet[Any], key: str) -> list[Any]:
    """The page that begins after the row with this key; empty where that can't be told by key."""
    return _beside(rows, unfiltered, key, is_back=False)


def page_before(rows: QuerySet[Any], unfiltered: QuerySet[Any], key: str) -> list[Any]:
    """The page that ends before the row with this key; empty where that can't be told by key."""
    return _beside(rows, unfiltered, key, is_back=True)[::-1]


def _beside(rows: QuerySet[Any], unfiltered: QuerySet[Any], key: str, *, is_back: bool) -> list[Any]:
    """The anchor is looked for among all rows: one that no longer matches the filters still marks its place."""
    order = _order_by_key(rows)
    if not order:
        return []
    try:
        anchor = unfiltered.filter(pk=key).order_by().values_list(*(name for name, _ in order)).first()
    except (ValueError, ValidationError):
        return []
    if anchor is None:
        return []
    found = rows.filter(_beyond(order, anchor, is_back=is_back))
    whole = rows.reverse() if is_back else rows
    return list(_rows_of(whole, found.reverse() if is_back else found, slice(PAGE_SIZE)))


def _rows_of(rows: QuerySet[Any], found: QuerySet[Any], part: slice) -> QuerySet[Any]:
    """The part of `found`, read from `rows` by key."""
    if _is_composite(rows):
        return found[part]
    return rows.filter(pk__in=keys_of(found, part))


def keys_of(rows: QuerySet[Any], part: slice) -> QuerySet[Any]:
    """The keys alone of a part of the rows, to be used as a sub-query."""
    return rows.select_related(None).prefetch_related(None).values("pk")[part]


def _beyond(order: Order, values: Sequence[Any], *, is_back: bool) -> Q:
    """Rows that stand after these values in the order, or before them. The first field's bound is said once more on
    its own, since an index can follow that and not an OR."""
    condition = Q()
    for (name, is_down), value in reversed(list(zip(order, values, strict=True))):
        further = Q(**{f"{name}__{'lt' if is_down != is_back else 'gt'}": value})
        condition = further | (Q(**{name: value}) & condition) if condition else further
    name, is_down = order[0]
    return Q(**{f"{name}__{'lte' if is_down != is_back else 'gte'}": values[0]}) & condition


def _own_order(rows: QuerySet[Any]) -> tuple[Any, ...]:
    usual = rows.model._meta.ordering if rows.query.default_ordering else ()
    return tuple(rows.query.order_by or usual or ())


def _order_by_key(rows: QuerySet[Any]) -> Order:
    """The order where each step of it can be compared: fields that are never empty, down to the key."""
    own = _own_order(rows)
    if _is_composite(rows) or not all(isinstance(each, str) for each in own):
        return []
    order = [(each.removeprefix("-"), each.startswith("-")) for each in own]
    return order if all(_is_never_empty(rows.model, name) for name, _ in order) else []


def _is_never_empty(model: type[models.Model], name: str) -> bool:
    if name == "pk":
        return True
    for step in name.split(LOOKUP_SEP):
        try:
            field = model._meta.get_field(step)
        except FieldDoesNotExist:
            return False
        if field.null or not field.concrete:
            return False
        model = field.related_model or model
    return not field.is_relation


def _is_composite(rows: QuerySet[Any]) -> bool:
    return isinstance(rows.model._meta.pk, CompositePrimaryKey)
