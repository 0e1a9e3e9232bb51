"""Reads worth a name: finding units and people, what a move would touch, a record's history in plain words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Case, Count, F, Q, QuerySet, When

from fpa.access.guards import our_models
from fpa.access.models import ScopedModel, Unit, UnitQuerySet
from fpa.access.scope import everything
from fpa.audit.models import Event
from fpa.audit.words import changes_of, verb_words
from fpa.core.chinese import clean, half_width, initials
from fpa.core.visibility import upper_bound
from fpa.organization.models import Member


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


def _matches(wanted: str) -> Q:
    if wanted.isdecimal():
        return Q(code__startswith=wanted)
    if wanted.isascii():
        letters = wanted.lower()
        return Q(initials__prefix=letters) | Q(initials__contains=f" {letters}")
    return Q(name__contains=wanted)


def line_of(unit: Unit) -> str:
    """A unit with those above it, as one reads it: 怀化市鹤城区城中街道新街社区."""
    above = Unit.objects.above(unit.path).exclude(level=1).order_by("path")
    return "".join(each.name for each in above) or unit.name


def children_of(unit: Unit) -> UnitQuerySet:
    """Current units directly below, each with `children_count`; functional zones last, else in code order."""
    below = Count("children", filter=Q(children__valid_to=None))
    children = Unit.objects.current().filter(parent=unit).annotate(children_count=below)
    return children.order_by(Case(When(kind="functional_zone", then=1), default=0), "path")


def find_members(secret: dict[str, bytes]) -> list[Member]:
    """Members in scope whose person has this secret (`secret_lookup`), 50 at most; open memberships first."""
    members = Member.objects.filter(**{f"person__{column}": index for column, index in secret.items()})
    return list(
        members.select_related("person", "unit").order_by(F("left_on").desc(nulls_first=True), "path", "id")[
            :50
        ]
    )


def scoped_models() -> list[type[ScopedModel]]:
    """Every model whose rows stand at units and go where their unit goes. Audit events are none: they stay sealed."""
    return [m for m in our_models() if issubclass(m, ScopedModel)]


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


@dataclass(frozen=True)
class HistoryLine:
    """One event of a record, in plain words."""

    at: datetime
    what: str
    who: str
    details: list[str]
    reason: str


def history_of(thing: models.Model) -> list[HistoryLine]:
    """What was done to a record, the latest first: all of it, wherever the record stood then.

    Call it with a record that was loaded in scope: who may see the record may know its course.
    """
    with (
        everything()
    ):  # events stay where they happened; a member who moved in brings theirs along to be read
        events = Event.objects.filter(object_type=thing._meta.label_lower, object_id=str(thing.pk))
        return [_line(event) for event in events.order_by("-at")[:200]]


def _line(event: Event) -> HistoryLine:
    return HistoryLine(
        at=event.at,
        what=verb_words(event.verb),
        who=f"{event.unit_name} {event.actor_name}".strip(),
        details=[str(change) for change in changes_of(event)],
        reason=event.reason,
    )
