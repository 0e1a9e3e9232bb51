"""What the tables themselves hold to, and the filters of every list."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from fpa.core.dates import years_before
from fpa.membership.models import Member
from fpa.organization.models import Staff, Standing
from fpa.people.models import Person
from fpa.people.tests.people import make_member, make_person, make_staff

TODAY = date(2024, 2, 28)


@pytest.fixture
def village(province_scope, unit_of):
    return unit_of("village")


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(1980, 5, 20), date(2024, 5, 19), 43),
        (date(1980, 5, 20), date(2024, 5, 20), 44),
        (date(1980, 2, 29), date(2023, 2, 28), 42),
        (date(1980, 2, 29), date(2023, 3, 1), 43),
        (date(2024, 1, 1), date(2024, 1, 1), 0),
    ],
)
def test_person_age_is_in_full_years(birth, day, age):
    assert Person(birth_date=birth).age_on(day) == age


@pytest.mark.parametrize("birth", [date(1964, 2, 28), date(1964, 2, 29), date(1964, 3, 1), date(1963, 2, 28)])
def test_members_aged_agrees_with_the_age_of_each_person(village, birth):
    member = make_member(village, birth_date=birth)
    age = member.person.age_on(TODAY)
    assert Member.objects.aged(age, age, TODAY).exists()
    assert not Member.objects.aged(age + 1, None, TODAY).exists()
    assert not Member.objects.aged(None, age - 1, TODAY).exists()
    assert Member.objects.aged(None, None, TODAY).exists()


@pytest.mark.parametrize(
    ("day", "years", "before"),
    [
        (date(2024, 2, 29), 1, date(2023, 2, 28)),
        (date(2024, 2, 29), 4, date(2020, 2, 29)),
        (date(2023, 3, 1), 23, date(2000, 3, 1)),
    ],
)
def test_years_before_keeps_the_day(day, years, before):
    assert years_before(day, years) == before


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [("张", True), ("张晓梅", True), ("zx", True), ("ZXM", True), ("晓", False), ("xm", False)],
)
def test_called_finds_beginnings_of_names_and_initials(village, typed, is_found):
    make_member(village)
    assert Member.objects.called(typed).exists() is is_found


def test_staff_are_called_by_their_own_name(village):
    staff = make_staff(village, "李主任")
    assert list(Staff.objects.called("李")) == [staff] == list(Staff.objects.called("lz"))
    assert not Staff.objects.called("主").exists()


def test_under_ends_where_the_next_unit_begins(village, next_village, unit_of):
    own, other = make_member(village), make_member(next_village)
    assert list(Member.objects.under(village.path)) == [own]
    assert list(Member.objects.under(unit_of("township").path)) == sorted(
        [own, other], key=lambda m: (m.path, m.pk)
    )


def refuses(constraint):
    return pytest.raises(IntegrityError, match=constraint)


@pytest.mark.parametrize(
    ("constraint", "more"),
    [
        ("member_in_order", {"left_on": date(2019, 1, 1), "left_reason": "death"}),
        ("member_leaves_with_a_reason", {"left_on": date(2021, 1, 1)}),
        ("member_leaves_with_a_reason", {"left_reason": "death"}),
    ],
)
def test_member_table_refuses_contradictions(village, constraint, more):
    with refuses(constraint), transaction.atomic():
        make_member(village, **more)


def test_member_table_refuses_two_open_memberships(village, next_village):
    member = make_member(village)
    with refuses("member_one_open"), transaction.atomic():
        Member.objects.create(person=member.person, unit=next_village, joined_on=TODAY)


def test_person_table_refuses_the_same_id_twice(village, next_village):
    make_person(village, id_number="43120219800520002X")
    with refuses("id_index"), transaction.atomic():
        make_person(next_village, id_number="431202800520002")


def test_staff_table_refuses_a_person_without_a_name(village):
    with refuses("staff_has_a_name"), transaction.atomic():
        make_staff(village, "")


def test_standing_table_refuses_the_same_open_twice(village):
    Standing.objects.create(unit=village, kind="listed", since=TODAY)
    with refuses("standing_one_open"), transaction.atomic():
        Standing.objects.create(unit=village, kind="listed", since=TODAY)


def test_rows_say_what_they_are_in_words(village):
    assert str(make_member(village)) == "张晓梅"
    assert str(Standing(kind="three_fix")) == "出台“三定”方案"
