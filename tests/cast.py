"""The fixed cast of every test: who stands where (design §11)."""

from dataclasses import replace
from datetime import date
from functools import cache

from fpa.access.models import Appointment, Post, Unit, User
from fpa.access.seats import actor_for
from fpa.core.actor import Actor
from tests.databases import BASE, made_by

PASSWORD = "cast-password-1"
PROVINCE, CITY, COUNTY, SIBLING = "430000000000", "431200000000", "431202000000", "431221000000"

CAST: dict[str, tuple[str, str]] = {
    "province": (PROVINCE, "office"),
    "city": (CITY, "office"),
    "county": (COUNTY, "office"),
    "sibling": (SIBLING, "office"),
    "township": ("first below " + COUNTY, "township"),
    "village": ("first below township", "village"),
    "auditor": (PROVINCE, "auditor"),
    "administrator": (PROVINCE, "administrator"),
}
"""Account → where it stands and in which role. `outsider` has a login and no post."""


def cast_unit(name: str) -> Unit:
    """The unit that a member of the cast works at."""
    return Unit.objects.get(pk=_kept()[name][0])


def cast_actor(name: str) -> Actor:
    """A member of the cast, in the seat and with the rights that it began the test with; anybody else as they are."""
    if name not in CAST:
        return actor_for(name)
    actor = _kept()[name][1]
    return replace(actor, permissions=Post(role=actor.role).rights.permissions)


@cache
def _kept() -> dict[str, tuple[int, Actor]]:
    kept: dict[str, tuple[int, Actor]] = made_by(BASE)
    return kept


def make_cast() -> dict[str, tuple[int, Actor]]:
    """Create the cast's users, posts and appointments; gives the key of each one's unit, and the actor."""
    for name, (_, role) in CAST.items():
        unit = _unit_at(name)
        user = _user(name)
        post = Post.objects.create(unit=unit, title=f"{unit.short_name}{name}", role=role)
        Appointment.objects.create(unit=unit, post=post, user=user, valid_from=date(2020, 1, 1))
    _user("outsider")
    return {name: (_unit_at(name).pk, actor_for(name)) for name in CAST}


def _unit_at(name: str) -> Unit:
    where = CAST[name][0]
    if where == "first below township":
        return _first_below(_unit_at("township"))
    if where.startswith("first below "):
        return _first_below(Unit.objects.get(code=where.removeprefix("first below ")))
    return Unit.objects.get(code=where)


def _first_below(unit: Unit) -> Unit:
    first = Unit.objects.filter(parent=unit).order_by("path").first()
    assert first is not None
    return first


def _user(name: str) -> User:
    user = User(username=name, name=f"演员{name}")
    user.set_password(PASSWORD)
    user.save()
    return user
