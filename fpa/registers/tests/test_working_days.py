"""Working days by the notices of the State Council, and the laws that counting keeps."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpa.registers import working_days
from fpa.registers.models import CalendarDay
from fpa.registers.working_days import LIBRARY_YEARS, Calendar

CALENDAR = Calendar({date(2027, 2, 6): False, date(2027, 2, 14): True, date(2027, 2, 8): False})
DAYS = st.dates(date(2019, 1, 1), date(2029, 12, 31))
COUNTS = st.integers(0, 60)
LAW = settings(deadline=None, database=None)
"""A busy machine is slow, and a broken law is found anew."""


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2024, 2, 9), True),
        (date(2024, 2, 12), False),
        (date(2024, 2, 18), True),
        (date(2025, 10, 6), False),
        (date(2025, 10, 11), True),
        (date(2026, 11, 27), True),
        (date(2026, 11, 28), False),
        (date(2027, 2, 8), False),
        (date(2027, 2, 14), True),
        (date(2029, 10, 1), True),
    ],
)
def test_working_day_is_as_the_notice_has_it(day, works):
    assert CALENDAR.is_working_day(day) is works


@pytest.mark.parametrize(
    ("day", "n", "then"),
    [
        (date(2024, 2, 8), 1, date(2024, 2, 9)),
        (date(2024, 2, 9), 1, date(2024, 2, 18)),
        (date(2024, 2, 10), 5, date(2024, 2, 22)),
        (date(2024, 2, 10), 0, date(2024, 2, 10)),
        (date(2024, 2, 18), -1, date(2024, 2, 9)),
    ],
)
def test_add_working_days_crosses_a_spring_festival(day, n, then):
    assert CALENDAR.add_working_days(day, n) == then


@LAW
@given(DAYS, COUNTS)
def test_added_working_days_are_counted_between(day, n):
    assert CALENDAR.working_days_between(day, CALENDAR.add_working_days(day, n)) == n


@LAW
@given(DAYS, COUNTS, COUNTS)
def test_adding_in_two_steps_is_adding_at_once(day, first, then):
    once = CALENDAR.add_working_days(day, first + then)
    assert CALENDAR.add_working_days(CALENDAR.add_working_days(day, first), then) == once


@LAW
@given(DAYS, st.integers(1, 60))
def test_added_days_end_on_a_working_day_and_lead_back(day, n):
    end = CALENDAR.add_working_days(day, n)
    assert CALENDAR.is_working_day(end)
    start = CALENDAR.next_working_day(day)
    assert CALENDAR.add_working_days(CALENDAR.add_working_days(start, n), -n) == start


@LAW
@given(DAYS, DAYS, DAYS)
def test_days_between_add_up_whatever_the_order(one, two, three):
    between = CALENDAR.working_days_between
    assert between(one, two) + between(two, three) == between(one, three)
    assert between(one, one) == 0


@LAW
@given(DAYS)
def test_next_working_day_is_the_first_from_the_day_on(day):
    found = CALENDAR.next_working_day(day)
    assert found >= day
    assert CALENDAR.is_working_day(found)
    assert not any(CALENDAR.is_working_day(day + timedelta(days=n)) for n in range((found - day).days))


def test_caveat_names_the_years_that_nobody_knows():
    last = LIBRARY_YEARS[-1]
    assert CALENDAR.caveat(date(2024, 1, 1), date(2025, 1, 1)) == ""
    assert (
        Calendar()
        .caveat(date(last, 1, 1), date(last + 1, 1, 1))
        .startswith(f"{last + 1}年的放假调休安排还没有录全")
    )
    for count, words in ((12, "还没有录全"), (13, "")):
        some = Calendar({date(last + 1, 1, n + 1): False for n in range(count)})
        assert words in some.caveat(date(last, 1, 1), date(last + 1, 1, 1))
    assert some.caveat(date(last, 1, 1), date(last + 1, 12, 31)) == ""
    assert "2030和2031年" in Calendar().caveat(date(2030, 1, 1), date(2031, 1, 1))


def test_entered_day_goes_before_the_library_by_one_query(db, django_assert_num_queries):
    CalendarDay.objects.create(day=date(2026, 11, 27), is_working=False, name="防汛", basis="省政府通知")
    with django_assert_num_queries(1):
        assert not working_days.is_working_day(date(2026, 11, 27))
    with django_assert_num_queries(1):
        assert working_days.add_working_days(date(2026, 11, 26), 20) == date(2026, 12, 25)
    with django_assert_num_queries(1):
        assert working_days.working_days_between(date(2026, 11, 26), date(2026, 11, 30)) == 1
