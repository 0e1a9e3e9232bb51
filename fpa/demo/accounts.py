"""The demo accounts, one for each kind of seat, along one line of the tree."""

from datetime import date

from fpa.access.models import Appointment, Post, Unit, UnitQuerySet, User

PASSWORD = "jishengxie-2026"
COUNTY = "431226000000"
STARTED = date(2022, 1, 1)

TITLES = {
    "province": ("office", "省计生协办公室", "周明远"),
    "city": ("office", "市计生协办公室", "向晓岚"),
    "county": ("office", "县计生协办公室", "滕建军"),
    "township": ("township", "乡镇计生专干", "张晓梅"),
    "village": ("village", "村计生专干", "田桂英"),
    "auditor": ("auditor", "安全审计员", "罗志刚"),
    "administrator": ("administrator", "系统管理员", "彭思敏"),
}
"""Account → role, title of the post, name of the person."""

TWO_PERSON = {"province2": "province", "county2": "county", "township2": "township"}
"""Second people in the same posts, since who submits a thing may not approve it."""
SECOND_NAMES = {"province2": "刘慧", "county2": "吴秋香", "township2": "龙海波"}


def demo_units() -> dict[str, Unit]:
    """The unit of each account: the county, and the first town and village with most to show below it."""
    county = Unit.objects.get(code=COUNTY)
    township = _first(Unit.objects.filter(parent=county, name__endswith="镇"))
    village = _first(Unit.objects.filter(parent=township, kind="village_committee"))
    city = Unit.objects.get(children=county)
    province = Unit.objects.get(level=1)
    seats = {"province": province, "city": city, "county": county, "township": township, "village": village}
    return seats | {"auditor": province, "administrator": province}


def _first(units: UnitQuerySet) -> Unit:
    return units.order_by("path")[0]


def make_accounts() -> None:
    """Create users, posts and appointments."""
    units = demo_units()
    posts: dict[str, Post] = {}
    for username, (role, title, name) in TITLES.items():
        posts[username] = Post.objects.create(unit=units[username], title=title, role=role)
        _seat(username, name, posts[username])
    for username, same_as in TWO_PERSON.items():
        _seat(username, SECOND_NAMES[username], posts[same_as])


def _seat(username: str, name: str, post: Post) -> None:
    user = User(username=username, name=name)
    user.set_password(PASSWORD)
    user.save()
    Appointment.objects.create(unit=post.unit, post=post, user=user, valid_from=STARTED)
