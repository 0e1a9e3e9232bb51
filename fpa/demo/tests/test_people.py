"""Invented people: the same at every run, with valid numbers of their own, and as many as the speech says."""

from collections import Counter
from datetime import date, timedelta

import pytest

from fpa.access.models import Level, Unit
from fpa.core.identity import parse_id, parse_phone
from fpa.demo.accounts import COUNTY
from fpa.demo.people import KEY_DAY, MEMBERS, STAFF, TURNOVER, _invent, _orders

SCALE = 2_000


@pytest.fixture(scope="module")
def orders(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return list(_orders(MEMBERS // SCALE))


@pytest.fixture(scope="module")
def people(orders):
    return [person for order in orders for person in _invent(order)]


def members_on(people, day):
    return sum(not p.staff and p.joined <= day and (p.left is None or p.left > day) for p in people)


@pytest.mark.parametrize("day", [KEY_DAY, date(2024, 6, 30), date(2025, 2, 28), date(2030, 1, 1)])
def test_members_are_as_many_on_any_day_from_the_speech_on(people, day):
    assert members_on(people, day) == MEMBERS // SCALE


def test_some_members_left_and_were_followed_the_same_day(people):
    left = Counter(p.left for p in people if p.left)
    came = Counter(p.joined for p in people if p.joined > KEY_DAY)
    assert left == came
    assert 0 < left.total() <= MEMBERS // SCALE // TURNOVER
    assert min(left) >= KEY_DAY + timedelta(days=30)


def test_staff_are_as_many_as_the_speech_says(people):
    assert Counter(p.staff for p in people if p.staff) == STAFF
    assert all(p.joined <= KEY_DAY for p in people if p.staff)


def test_staff_work_at_their_levels_and_every_village_has_someone(people):
    units = Unit.objects.in_bulk()
    levels = {(kind, units[p.unit[0]].level) for p in people if (kind := p.staff)}
    offices = {Level.PROVINCE, Level.CITY, Level.COUNTY, Level.TOWNSHIP}
    assert levels == {("village_part_time", Level.VILLAGE)} | {
        (kind, level) for kind in ("authorized", "part_time") for level in offices
    }
    served = {p.unit[0] for p in people if p.staff == "village_part_time"}
    assert served == {pk for pk, unit in units.items() if unit.level == Level.VILLAGE}


@pytest.fixture(autouse=True)
def _database(db):
    """The tree is there to look units up in."""


def test_members_stand_in_villages_with_their_true_paths(people):
    units = Unit.objects.in_bulk()
    assert all(units[p.unit[0]].path == p.unit[1] for p in people)
    assert {units[p.unit[0]].level for p in people if not p.staff} == {Level.VILLAGE}


def test_the_demo_county_has_more_than_its_share(people):
    counts = Counter(p.unit[1][: len("/01/02/")] for p in people if not p.staff)
    path = Unit.objects.get(code=COUNTY).path
    assert counts[path] > 2 * sum(counts.values()) / len(counts)


def test_numbers_are_valid_and_say_the_same_as_the_person(people):
    for person in people:
        parsed = parse_id(person.number, today=KEY_DAY)
        assert (parsed.number, parsed.birth, parsed.sex) == (person.number, person.birth, person.sex)
        assert parse_phone(person.phone) == person.phone


def test_nobody_is_twice(people):
    assert len({p.number for p in people}) == len(people)
    assert len({p.person_id for p in people}) == len(people)


def test_no_two_orders_draw_from_the_same_numbers(orders):
    """Numbers are kept apart within an order only: the region must keep the orders apart."""
    regions = Counter(order.region for order in orders)
    assert [region for region, count in regions.items() if count > 1] == []


def test_everyone_is_of_age_when_they_join(people):
    for person in people:
        assert person.joined >= date(person.birth.year + 18, 1, 1)
        assert date(1940, 1, 1) < person.birth < date(2005, 1, 1)
        assert person.joined >= date(1985, 1, 1)


def test_people_are_the_same_at_every_run(orders):
    again = list(_orders(MEMBERS // SCALE))
    assert again == orders
    for order in orders[::20]:
        assert list(_invent(order)) == list(_invent(order))


@pytest.mark.parametrize("scale", [100, 6_000, 20_000, 1_000_000])
def test_any_scale_makes_exactly_its_members(scale):
    made = list(_orders(MEMBERS // scale))
    assert sum(count for order in made for _, count in order.members) == MEMBERS // scale
    assert Counter(kind for o in made for _, kind, n in o.staff for _ in range(n)) == STAFF
    assert all(order.movers <= sum(count for _, count in order.members) for order in made)
