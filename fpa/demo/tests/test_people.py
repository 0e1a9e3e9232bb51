"""Invented people: the same at every run, with valid numbers of their own, and as many as the speech says."""

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest

from fpa.access.models import Level, Unit
from fpa.core.identity import make_id, parse_id, parse_phone
from fpa.demo.accounts import COUNTY
from fpa.demo.people import (
    FEMALE,
    KEY_DAY,
    MALE,
    MEMBERS,
    STAFF,
    SURNAMES,
    TURNOVER,
    Order,
    _free_number,
    _invent,
    _orders,
    _write_county,
)
from fpa.membership.models import Member
from fpa.organization.models import Staff
from fpa.people.models import Person
from fpa.people.secrets import ID, PHONE

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


VILLAGE = "431202001001"


def an_order(members=3, movers=1, staff=2, index=9_999, region="439900"):
    """An order for one village, with numbers that nobody else draws."""
    unit = Unit.objects.get(code=VILLAGE)
    place = (unit.pk, unit.path)
    return Order(index, region, [(place, members)], movers, [(place, "village_part_time", staff)])


@pytest.mark.parametrize(("members", "movers", "staff"), [(0, 0, 0), (0, 0, 2), (1, 1, 0), (5, 2, 3)])
def test_order_is_filled_as_it_says(members, movers, staff):
    people = list(_invent(an_order(members, movers, staff)))
    assert Counter(p.staff for p in people) == Counter(
        {key: n for key, n in (("", members + movers), ("village_part_time", staff)) if n}
    )
    assert sum(p.left is not None for p in people) == movers
    assert {p.unit[1] for p in people} <= {"/12/02/001/001/"}


def test_who_left_had_joined_before_and_is_no_staff(people):
    left = [p for p in people if p.left]
    assert all(p.joined <= KEY_DAY < p.left for p in left)
    assert not any(p.staff for p in left)


def test_keys_are_of_version_seven_and_sort_as_they_were_made(orders):
    """One county after another, one person after another: an index on them grows at its end."""
    for order in orders[:20]:
        keys = [p.person_id for p in _invent(order)]
        assert keys == sorted(keys)
        assert {key.version for key in keys} == {7}
        assert {key.int >> 40 & 0xFFFF for key in keys} == {order.index}


def test_names_go_with_the_sex_and_are_real_surnames(people):
    for person in people[::50]:
        assert person.name[0] in SURNAMES
        assert set(person.name[1:]) <= set(FEMALE if person.sex == "female" else MALE)
        assert len(person.name) in (2, 3)
    share = sum(p.sex == "female" for p in people) / len(people)
    assert 0.6 < share < 0.64


def test_staff_are_of_working_age(people):
    for person in (p for p in people if p.staff):
        age = (KEY_DAY - person.birth) / timedelta(days=365)
        assert 20 <= age <= 60


@pytest.mark.parametrize(("female", "serial"), [(True, 996), (False, 997)])
def test_free_number_is_the_last_one_left(female, serial):
    birth = date(1980, 5, 17)
    every = {make_id("431202", birth, n): n for n in range(1000)}
    used = {number for number, n in every.items() if n != serial}
    assert every[_free_number("431202", birth, female, used, Random("x"))] == serial
    assert len(used) == 1000


def test_orders_hold_every_unit_of_their_county_and_no_other(orders):
    for order in orders[:-1]:
        places = {path for (_, path), _ in order.members} | {path for (_, path), *_ in order.staff}
        assert len({path[: len("/01/02/")] for path in places}) <= 1
    offices = {path for (_, path), *_ in orders[-1].staff}
    assert {path.count("/") for path in offices} == {1, 2}
    assert (orders[-1].members, orders[-1].movers, orders[-1].region) == ([], 0, "430000")


def test_functional_zones_have_no_office_staff(orders):
    zones = set(Unit.objects.filter(kind="functional_zone").values_list("pk", flat=True))
    assert len(zones) == 12
    assert not [
        n for o in orders for (pk, _), kind, n in o.staff if pk in zones and kind != "village_part_time"
    ]


def test_order_is_written_with_secrets_sealed_and_found(province_scope):
    order = an_order()
    invented = list(_invent(order))
    assert _write_county(order) == len(invented) == 6
    for one in invented:
        person = Person.objects.get(pk=one.person_id)
        assert (person.name, person.sex, person.birth_date) == (one.name, one.sex, one.birth)
        assert (person.unit_id, person.path) == one.unit
        assert person.initials.isascii()
        assert len(person.initials) == len(one.name)
        assert (ID.read(person), PHONE.read(person)) == (one.number, one.phone)
        assert Person.objects.get(**ID.lookup(one.number)) == person
        assert one.number.encode() not in bytes(person.id_cipher) + bytes(person.id_index)


def test_order_is_written_as_members_and_staff(province_scope):
    order = an_order()
    _write_county(order)
    invented = {p.person_id: p for p in _invent(order)}
    members = list(Member.objects.filter(person_id__in=invented))
    assert len(members) == 4
    for member in members:
        one = invented[member.person_id]
        assert (member.joined_on, member.left_on) == (one.joined, one.left)
        assert member.left_reason == ("moved_away" if one.left else "")
        assert member.kind == ("core" if ord(one.name[-1]) % 12 == 0 else "ordinary")
    staff = Staff.objects.filter(person_id__in=invented)
    assert {(s.kind, s.title, s.valid_to, s.name) for s in staff} == {
        ("village_part_time", "村计生专干", None, invented[s.person_id].name) for s in staff
    }
    assert staff.count() == 2


def test_order_that_an_earlier_run_wrote_is_not_written_again(province_scope):
    order = an_order()
    assert _write_county(order) == _write_county(order) == 6
    assert Person.objects.filter(pk__in=[p.person_id for p in _invent(order)]).count() == 6
    assert Person.objects.count() == 6


def test_order_of_nobody_is_written_as_nothing(province_scope):
    assert _write_county(an_order(0, 0, 0)) == 0
    assert not Person.objects.exists()
