"""The tree of units: as loaded, walked up and down; roles, menu and shell over it."""

from collections import Counter

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import RequestFactory
from django.urls import reverse

from fpa.access.actions import LEVELS_OF_ROLE
from fpa.access.context import shell
from fpa.access.load_units import load_units
from fpa.access.menu import menu, menu_for
from fpa.access.models import Kind, Level, Post, Unit, UnitVersion
from fpa.access.roles import ROLE_CHOICES, ROLES
from fpa.access.scope import scoped
from fpa.core.actor import Actor
from fpa.core.visibility import common_path, upper_bound
from tests.cast import CAST, cast_unit

pytestmark = pytest.mark.django_db


def test_tree_has_its_real_size():
    counts = Counter(Unit.objects.values_list("level", flat=True))
    assert (counts[1], counts[2], counts[3]) == (1, 14, 134)
    assert 1_900 < counts[4] < 2_200
    assert 29_000 < counts[5] < 30_000
    kinds = Counter(Unit.objects.filter(level=3).values_list("kind", flat=True))
    assert kinds == {Kind.ADMINISTRATIVE: 122, Kind.FUNCTIONAL_ZONE: 12}


def test_every_path_is_the_parents_with_a_segment_of_the_code():
    units = {unit.pk: unit for unit in Unit.objects.all()}
    for unit in units.values():
        if unit.parent_id is None:
            assert unit.path == "/"
            continue
        parent = units[unit.parent_id]
        segment = unit.path.removeprefix(parent.path)
        assert unit.path.startswith(parent.path)
        assert segment.count("/") == 1
        assert segment.rstrip("/") in unit.code
        assert unit.level == parent.level + 1
        assert parent.contains(unit)
        assert not unit.contains(parent)


def test_every_unit_has_a_code_and_can_be_found_by_its_initials():
    for unit in Unit.objects.all():
        assert len(unit.code) == 12
        assert unit.code.isdigit()
        assert unit.short_name
        assert unit.initials.isascii()
    assert "怀化市" in set(Unit.objects.filter(initials="hhs").values_list("name", flat=True))


def test_every_unit_opens_its_history_with_how_it_is():
    assert UnitVersion.objects.count() == Unit.objects.count()
    for version in UnitVersion.objects.select_related("unit").order_by("?")[:200]:
        same = ("code", "name", "parent_id", "path", "valid_from", "valid_to")
        assert all(getattr(version, field) == getattr(version.unit, field) for field in same)


def test_load_units_again_adds_nothing():
    before = Unit.objects.count()
    assert load_units() == 0
    assert Unit.objects.count() == before


@pytest.mark.parametrize("name", ["province", "city", "county", "township", "village"])
def test_under_and_above_are_the_subtree_and_the_ancestors(name):
    unit = cast_unit(name)
    below = Unit.objects.under(unit.path)
    assert all(unit.contains(other) for other in below)
    assert below.count() == sum(p.startswith(unit.path) for p in Unit.objects.values_list("path", flat=True))
    above, step = [], unit
    while step:
        above.insert(0, step)
        step = step.parent
    assert list(Unit.objects.above(unit.path)) == above


def test_under_does_not_take_a_neighbour_whose_code_begins_alike():
    paths = ["/90/", "/90/01/", "/900/", "/9/", "/91/"]
    province = cast_unit("province")
    for path in paths:
        Unit.objects.create(
            code="9" * 12, extension=path.strip("/").replace("/", "-"), name="x", short_name="x", initials="x",
            level=2, kind=Kind.ADMINISTRATIVE, parent=province, path=path, valid_from="2026-01-01",
        )  # fmt: skip
    assert set(Unit.objects.under("/90/").values_list("path", flat=True)) == {"/90/", "/90/01/"}


@pytest.mark.parametrize(("path", "end"), [("/", "0"), ("/01/", "/010"), ("/12/02/001/", "/12/02/0010")])
def test_upper_bound_ends_the_range(path, end):
    assert upper_bound(path) == end


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        ("/12/02/001/", "/12/02/003/", "/12/02/"),
        ("/12/02/", "/12/02/003/", "/12/02/"),
        ("/12/", "/11/", "/"),
        ("/", "/12/", "/"),
        ("/12/", "/12/", "/12/"),
    ],
)
def test_common_path_is_the_nearest_above_both(one, other, common):
    assert common_path(one, other) == common_path(other, one) == common


@pytest.mark.parametrize(
    "changes",
    [
        {"parent": None},
        {"level": 1},
        {"valid_to": "1999-12-31"},
        {"code": "430000000000"},
        {"path": "/"},
    ],
)
def test_the_tree_can_not_be_bent(changes):
    village = cast_unit("village")
    for field, value in changes.items():
        setattr(village, field, value)
    with pytest.raises(IntegrityError), transaction.atomic():
        village.save()


def test_a_code_may_be_given_again_when_its_unit_is_closed():
    village = cast_unit("village")
    Unit.objects.filter(pk=village.pk).update(valid_to="2026-01-01")
    village.pk, village.path = None, village.path + "x/"
    village.save()
    assert Unit.objects.filter(code=village.code).count() == 2
    assert Unit.objects.current().get(code=village.code) == village


def test_a_scoped_row_takes_its_path_from_its_unit():
    county = cast_unit("county")
    with scoped("/"):
        post = Post.objects.create(unit=county, title="x", role="office", path="/elsewhere/")
        assert post.path == county.path


def test_roles_carry_permissions_of_the_one_form():
    assert [code for code, _ in ROLE_CHOICES] == list(ROLES)
    for code, role in ROLES.items():
        assert role.code == code
        assert not role.label.isascii()
        for permission in role.permissions:
            thing, _, verb = permission.partition(".")
            assert thing.isidentifier()
            assert verb.isidentifier()


def test_who_audits_and_who_administers_touch_no_business():
    """等保 2.0: 系统管理、安全管理、审计管理三权分立。"""
    auditor, administrator = ROLES["auditor"].permissions, ROLES["administrator"].permissions
    assert auditor & administrator == {"unit.view", "export.view"}  # one's own exports and views of lists
    business = {"member", "submission", "report", "staff", "collection"}
    assert not {p.partition(".")[0] for p in auditor | administrator} & business
    for code in ("office", "township", "village"):
        assert not ROLES[code].permissions & {"audit.view", "user.edit", "post.edit"}


def test_lower_roles_may_nothing_that_the_office_may_not():
    assert ROLES["village"].permissions <= ROLES["township"].permissions <= ROLES["office"].permissions


def test_roles_with_levels_of_their_own_exist():
    assert set(LEVELS_OF_ROLE) <= set(ROLES)


def acting(role, level=Level.COUNTY, path="/12/02/"):
    return Actor(user_id=1, name="x", role=role, level=level, path=path, permissions=ROLES[role].permissions)


@pytest.mark.parametrize("role", ROLES)
def test_menu_shows_exactly_what_the_role_may(role):
    actor = acting(role)
    shown = {entry for _, entries in menu_for(actor) for entry in entries}
    assert shown == {e for section, entries in menu() for e in entries if e.permission in actor.permissions}
    assert all(entries for _, entries in menu_for(actor))


def test_menu_leads_to_pages_that_are_there_with_permissions_that_someone_has():
    every = frozenset().union(*(role.permissions for role in ROLES.values()))
    for _, entries in menu():
        for entry in entries:
            assert reverse(entry.url_name)
            assert entry.permission in every
            assert not entry.label.isascii()


@pytest.mark.parametrize("name", CAST)
def test_every_entry_of_ones_menu_opens(client_as, actor, name):
    client = client_as(name)
    for _, entries in menu_for(actor(name)):
        for entry in entries:
            assert client.get(reverse(entry.url_name)).status_code == 200, entry.label


def test_shell_of_the_public_shows_filings_and_no_menu():
    shown = shell(RequestFactory().get("/"))
    assert (shown["actor"], shown["menu"], shown["trail"], shown["seats"]) == (None, "", [], [])
    assert shown["organizer"] == settings.ORGANIZER
    assert shown["base_template"] == "base.html"


@pytest.mark.parametrize(
    ("name", "template"), [("village", "base_light.html"), ("county", "base.html"), ("province", "base.html")]
)
def test_shell_of_a_seat_shows_the_way_through_its_menu(actor, name, template):
    request = RequestFactory().get("/members/7/edit/")
    request.actor = actor(name)
    shown = shell(request)
    assert shown["base_template"] == template
    assert shown["trail"] == [("组织建设管理", ""), ("会员", "/members/")]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("湖南省", "湖南省计生协"),
        ("怀化市洪江管理区", "怀化市洪江管理区计生协"),
        ("新街社区", "新街社区计生协"),
        ("新街社区居民委员会", "新街社区计生协"),
        ("五一街居委会", "五一街社区计生协"),
        ("火炬村村委会", "火炬村计生协"),
        ("火炬村民委员会", "火炬村计生协"),
        ("太平山村委会", "太平山村计生协"),
    ],
)
def test_association_is_the_body_that_works_at_a_unit(name, body):
    assert Unit(name=name).association == body
