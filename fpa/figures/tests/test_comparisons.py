"""Readings beside other times and figures: from the year's beginning, 同比 and 环比, for each thousand."""

from datetime import date
from decimal import Decimal

import pytest

from fpa.core.periods import Period
from fpa.figures.comparisons import change_of, changes, parts_to_date, per_thousand, share_of, year_to_date
from fpa.figures.freshness import refresh
from fpa.figures.queries import read
from tests.cast import cast_unit

from .records import JOINED, REPORTED, declared, join
from .test_kinds import SHARE, VISITED

pytestmark = pytest.mark.usefixtures("opened_database")


@pytest.fixture
def joined(province_scope):
    """Who joined at the county's side: 2 in January and 1 in May of 2023, 1 in March and 4 in May of 2024."""
    with declared(JOINED, REPORTED, SHARE, VISITED):
        for day, number in (
            (date(2023, 1, 9), 2), (date(2023, 5, 9), 1), (date(2024, 3, 9), 1), (date(2024, 5, 9), 4)
        ):  # fmt: skip
            for _ in range(number):
                join(cast_unit("village"), day)
        refresh()
        yield


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("2023", ["2023"]),
        ("2023H1", ["2023H1"]),
        ("2023H2", ["2023"]),
        ("2023Q3", ["2023H1", "2023Q3"]),
        ("2023-05", ["2023Q1", "2023-04", "2023-05"]),
        ("2023-01", ["2023-01"]),
        ("2023-11", ["2023H1", "2023Q3", "2023-10", "2023-11"]),
    ],
)
def test_parts_to_date_are_as_long_as_can_be(code, parts):
    assert [str(part) for part in parts_to_date(Period.parse(code))] == parts


@pytest.mark.parametrize(
    ("key", "code", "found"),
    [
        ("test.joined", "2024-05", 5),
        ("test.joined", "2024-04", 1),
        ("test.joined", "2024H1", 5),
        ("test.reported", "2024Q3", Decimal("12.5")),
        ("test.visited", "2024H1", 5),
        ("test.visited", "2024-05", None),
        ("member.total", "2024H1", None),
        ("test.share", "2024H1", None),
        ("test.joined", "2025-05", None),
    ],
)
def test_year_to_date_adds_what_may_be_added(joined, key, code, found):
    assert year_to_date(key, cast_unit("county"), Period.parse(code)) == found


def test_changes_are_against_last_year_and_the_period_before(joined):
    reading = read(["test.joined"], cast_unit("county"), Period.parse("2024-05"))["test.joined"]
    (year,) = changes(reading)
    assert (year.word, str(year.period), year.base, year.difference, year.rate) == (
        "同比",
        "2023-05",
        1,
        3,
        3,
    )
    stock = read(["member.total"], cast_unit("county"), Period.parse("2024-05"))["member.total"]
    found = [(c.word, str(c.period), c.base, c.difference) for c in changes(stock)]
    assert found == [("同比", "2023-05", 3, 5), ("环比", "2024-04", 4, 4)]


def test_changes_of_a_year_are_told_once(joined):
    reading = read(["member.total"], cast_unit("county"), Period.parse("2024"))["member.total"]
    assert [c.word for c in changes(reading)] == ["同比"]


def test_change_of_a_share_is_a_difference_without_a_rate():
    change = change_of(SHARE, "同比", Period.parse("2023"), Decimal("0.7"), Decimal("0.5"))
    assert (change.difference, change.rate) == (Decimal("0.2"), None)
    assert change_of(JOINED, "同比", Period.parse("2023"), 3, 0).rate is None


def test_per_thousand_divides_by_another_figure(joined):
    half = Period.parse("2024H1")
    assert per_thousand("test.joined", "member.total", cast_unit("county"), half) == Decimal("625.00")
    assert per_thousand("test.joined", "member.total", cast_unit("sibling"), half) is None
    assert share_of(None, 5) is None
