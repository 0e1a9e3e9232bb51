"""The demo accounts: where they sit, what they are called, and that two people can share a desk."""

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction

from fpa.access.models import Appointment, Level, Post, Unit, User
from fpa.access.roles import ROLES
from fpa.access.seats import actor_for, seats_of
from fpa.demo.accounts import (
    COUNTY,
    PASSWORD,
    SECOND_NAMES,
    STARTED,
    TITLES,
    TWO_PERSON,
    demo_units,
    make_accounts,
)

NAMES = {name: title[2] for name, title in TITLES.items()} | SECOND_NAMES


@pytest.fixture
def made(province_scope):
    """The demo's accounts; the cast, which has the same names, steps aside."""
    for user in User.objects.all():
        User.objects.filter(pk=user.pk).update(username=f"cast-{user.username}")
    make_accounts()


def test_units_are_one_line_with_the_demo_county_in_it(db):
    units = demo_units()
    levels = {"province": 1, "city": 2, "county": 3, "township": 4, "village": 5}
    assert {name: units[name].level for name in levels} == levels
    for above, below in (
        ("province", "city"),
        ("city", "county"),
        ("county", "township"),
        ("township", "village"),
    ):
        assert units[below].parent_id == units[above].pk
    assert units["county"].code == COUNTY
    assert (units["township"].name[-1], units["village"].kind) == ("镇", "village_committee")
    assert units["auditor"] == units["administrator"] == units["province"]


@pytest.mark.parametrize("name", NAMES)
def test_account_has_its_name_role_and_password(made, name):
    by = actor_for(name)
    title = TITLES[TWO_PERSON.get(name, name)]
    assert (by.name, by.role, by.post_title) == (NAMES[name], title[0], title[1])
    assert by.permissions == ROLES[title[0]].permissions
    assert by.path == demo_units()[TWO_PERSON.get(name, name)].path
    assert authenticate(username=name, password=PASSWORD).username == name
    assert authenticate(username=name, password=PASSWORD.upper()) is None


def test_account_sits_on_one_seat_since_long_before_its_first_work(made):
    for name in NAMES:
        (seat,) = seats_of(User.objects.get(username=name))
        assert (seat.valid_from, seat.valid_to, seat.path) == (STARTED, None, seat.unit.path)


@pytest.mark.parametrize(("second", "first"), TWO_PERSON.items())
def test_second_person_shares_the_post_and_is_another_user(made, second, first):
    one, other = actor_for(first), actor_for(second)
    assert one.post_id == other.post_id
    assert one.user_id != other.user_id
    assert one.name != other.name


def test_accounts_hold_as_many_posts_as_there_are_desks(made):
    assert Post.objects.filter(title__in=[title[1] for title in TITLES.values()]).count() == len(TITLES)
    assert len(set(NAMES.values())) == len(NAMES)


@pytest.mark.parametrize(
    ("permission", "holders"),
    [
        ("audit.view", {"auditor"}),
        ("user.edit", {"administrator"}),
        ("member.import", {"province", "city", "county", "township", *TWO_PERSON}),
        ("submission.fill", {"province", "city", "county", "township", "village", *TWO_PERSON}),
    ],
)
def test_powers_are_with_separate_people(made, permission, holders):
    """等保 level 3: who looks after accounts does not read the audit, and neither does the work."""
    assert {name for name in NAMES if actor_for(name).may(permission)} == holders


def test_accounts_are_made_once(made):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_accounts()
    assert User.objects.filter(username__in=NAMES).count() == len(NAMES)
    assert Appointment.objects.filter(user__username__in=NAMES).count() == len(NAMES)


def test_demo_county_moves_with_its_code(province_scope):
    """Seats follow the code, not a name that may change."""
    Unit.objects.filter(code=COUNTY).update(name="改了名的县")
    assert demo_units()["county"].name == "改了名的县"
    assert demo_units()["village"].level == Level.VILLAGE
