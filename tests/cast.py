"""The fixed cast of every test: who stands where (design §11)."""

from datetime import date

from fpa.access.models import Appointment, Post, Unit, User
from fpa.access.scope import whole_province

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
    where = CAST[name][0]
    if where == "first below township":
        return _first_below(cast_unit("township"))
    if where.startswith("first below "):
        return _first_below(Unit.objects.get(code=where.removeprefix("first below ")))
    return Unit.objects.get(code=where)


def _first_below(unit: Unit) -> Unit:
    first = Unit.objects.filter(parent=unit).order_by("path").first()
    assert first is not None
    return first


def make_cast() -> None:
    """Create the cast's users, posts and appointments."""
    with whole_province():
        for name, (_, role) in CAST.items():
            unit = cast_unit(name)
            user = _user(name)
            post = Post.objects.create(unit=unit, title=f"{unit.short_name}{name}", role=role)
            Appointment.objects.create(unit=unit, post=post, user=user, valid_from=date(2020, 1, 1))
        _user("outsider")


def _user(name: str) -> User:
    user = User(username=name, name=f"演员{name}")
    user.set_password(PASSWORD)
    user.save()
    return user
