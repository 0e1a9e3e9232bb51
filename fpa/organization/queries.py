"""Reads worth a name: the units below one, and what a move would touch."""

from typing import Any

from django.db import models
from django.db.models import Case, Count, Q, QuerySet, When

from fpa.access.models import ScopedModel, Unit, UnitQuerySet
from fpa.core.visibility import upper_bound
from fpa.pages.queries import scoped_models


def children_of(unit: Unit) -> UnitQuerySet:
    """Current units directly below, each with `children_count`; functional zones last, else in code order."""
    below = Count("children", filter=Q(children__valid_to=None))
    children = Unit.objects.current().filter(parent=unit).annotate(children_count=below)
    return children.order_by(Case(When(kind="functional_zone", then=1), default=0), "path")


def impact_of_move(unit: Unit) -> list[tuple[str, int]]:
    """What goes along when a unit moves: the units below, then rows of each kind, as (name, count), without zeros."""
    counts = [("下级单位", Unit.objects.current().under(unit.path).count() - 1)]
    business = [m for m in scoped_models() if not getattr(m, "append_only", False)]
    counts += [(_word(model), _rows_under(model, unit.path).count()) for model in business]
    return [(word, count) for word, count in counts if count]


def _word(model: type[models.Model]) -> str:
    word = str(model._meta.verbose_name)
    return "其他记录" if word.isascii() else word


def _rows_under(model: type[ScopedModel], path: str) -> QuerySet[Any]:
    return model._default_manager.filter(path__gte=path, path__lt=upper_bound(path))
