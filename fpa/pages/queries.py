"""Reads that every room asks for: units by what one types, their full names, the models that stand at units."""

import re

from django.db import models
from django.db.models import Case, Q, When

from fpa.access.guards import our_models
from fpa.access.models import ScopedModel, Unit
from fpa.core.chinese import clean, half_width, initials


def search_initials(name: str, short_name: str) -> str:
    """By what letters a unit is found: those of its name, then of its short name unless the first begin with them."""
    full, short = initials(name), initials(short_name)
    return full if full.startswith(short) else f"{full} {short}"


def search_units(text: str, within: str, limit: int = 20) -> list[Unit]:
    """Current units at or below a path by code, by part of the name, or by pinyin initials (hhs → 怀化市).

    A whole name stands before a part of one, higher units before lower ones, then code order.
    """
    wanted = half_width(clean(text)).replace(" ", "")
    if not wanted:
        return []
    units = Unit.objects.current().under(within).filter(_matches(wanted)).select_related("parent")
    is_whole = Q(name=wanted) | Q(short_name=wanted) | Q(initials=wanted.lower()) | Q(code=wanted)
    rank = Case(When(is_whole, then=0), default=1, output_field=models.IntegerField())
    return list(units.annotate(rank=rank).order_by("rank", "level", "path")[:limit])


_CODED = re.compile(r"(\d{12}) ?(.*)")
_ASSOCIATION = re.compile(r"(计划生育协会|计生协)$")


def units_named(bodies: str) -> list[tuple[str, list[Unit]]]:
    """The bodies of a text that are parted by 、, each with the current units, of the whole tree, that it names.

    A unit is named by its code, or by its whole name with or without 计生协; a body outside the platform names none.
    """
    names = [clean(name) for name in re.split("[、，,；;]", bodies)]
    return [(name, _units_of(name)) for name in names if name]


def _units_of(name: str) -> list[Unit]:
    coded, plain = _CODED.match(half_width(name)), _ASSOCIATION.sub("", name)
    wanted = Q(code=coded[1]) if coded else Q(name__in=[name, plain])
    return list(Unit.objects.current().filter(wanted).order_by("path")[:5])


def _matches(wanted: str) -> Q:
    if wanted.isdecimal():
        return Q(code__startswith=wanted)
    if wanted.isascii():
        letters = wanted.lower()
        return Q(initials__prefix=letters) | Q(initials__contains=f" {letters}")
    return Q(name__contains=wanted)


def full_name_of(unit: Unit) -> str:
    """A unit with those above it, as one reads it: 怀化市鹤城区城中街道新街社区."""
    above = Unit.objects.above(unit.path).exclude(level=1).order_by("path")
    return "".join(each.name for each in above) or unit.name


def full_association_of(unit: Unit) -> str:
    """The association of a unit with the units above it: 怀化市鹤城区城中街道计生协."""
    above = Unit.objects.above(unit.path).exclude(level=1).exclude(pk=unit.pk).order_by("path")
    return "".join(each.name for each in above) + unit.association


def scoped_models() -> list[type[ScopedModel]]:
    """Every model whose rows stand at units and go where their unit goes. Audit events are none: they stay sealed."""
    return [m for m in our_models() if issubclass(m, ScopedModel)]
