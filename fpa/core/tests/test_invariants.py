"""What holds of every value, tried on values that nobody chose: periods, dates, figures, numbers, proofs, paths."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from fpa.core import chinese
from fpa.core.dates import FIRST_YEAR, LAST_YEAR, parse_date, years_before
from fpa.core.identity import BadId, make_id, mask_id, parse_id
from fpa.core.merkle import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from fpa.core.periods import KINDS, Period
from fpa.core.visibility import ROOT_PATH, upper_bound

DAYS = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
PERIODS = st.builds(Period.of, DAYS, st.sampled_from(KINDS))
MONEY = st.decimals(Decimal("-9e12"), Decimal("9e12"), places=2)
LEAVES = st.lists(st.binary(max_size=4).map(leaf_hash), min_size=1, max_size=40)
PATHS = st.lists(st.sampled_from(["0", "1", "9", "10", "99", "100"]), max_size=4).map(
    lambda parts: ROOT_PATH + "".join(f"{part}/" for part in parts)
)


@given(PERIODS)
def test_period_is_written_as_it_is_read(period):
    assert Period.parse(str(period)) == period
    assert Period.of(period.start, period.kind) == Period.of(period.end, period.kind) == period


@given(PERIODS)
def test_period_ends_the_day_before_the_next_begins(period):
    assert period.previous().end + timedelta(days=1) == period.start
    assert Period.of(period.end + timedelta(days=1), period.kind).previous() == period
    assert period.same_last_year().label.removeprefix(str(period.year - 1)) == period.label.removeprefix(
        str(period.year)
    )


@given(PERIODS, DAYS)
def test_period_holds_a_day_where_one_of_its_months_and_all_its_parents_do(period, day):
    assert period.contains(day) == any(month.contains(day) for month in period.months())
    assert not period.contains(day) or all(parent.contains(day) for parent in period.parents())


@given(DAYS, DAYS)
def test_date_is_read_in_every_usual_writing(day, today):
    year, month, number = day.year, day.month, day.day
    for written in (
        day,
        f"{day}",
        f"{year}{month:02}{number:02}",
        f"{year}年{month}月{number}日",
        f"{year}.{month}.{number}",
        f" {year}/{month:02}/{number:02} ",
    ):
        assert parse_date(written, today) == day


@given(DAYS, st.integers(0, 120))
def test_years_before_is_the_same_day_but_for_the_leap_day(day, years):
    assume(day.year - years >= 1)
    earlier = years_before(day, years)
    assert (earlier.year, earlier.month) == (day.year - years, day.month)
    assert earlier.day == day.day or (day.month, day.day, earlier.day) == (2, 29, 28)


@given(MONEY)
def test_number_and_wan_say_no_more_than_there_is(value):
    assert chinese.parse_number(chinese.number(value)) == value
    said = chinese.wan(value)
    shown = chinese.parse_number(said.removesuffix("余"))
    assert shown is not None
    assert abs(shown) < abs(value) if said.endswith("余") else shown == value


@given(st.decimals(0, 1, places=7), st.integers(0, 4))
def test_percent_of_a_part_is_neither_nothing_nor_the_whole(share, places):
    shown = Decimal(chinese.percent(share, places).removesuffix("%"))
    assert (shown == 0) == (share == 0)
    assert (shown == 100) == (share == 1)
    assert abs(shown - share * 100) <= Decimal(1).scaleb(-places)


@given(MONEY)
def test_rmb_is_read_back_to_the_amount(value):
    assert amount_of(chinese.rmb(value).removeprefix("人民币")) == value


def amount_of(words: str) -> Decimal:
    """An amount in capitals, read by a clerk who knows the digits and the places, and passes over 零 and 整."""
    bare = words.removeprefix("负").removesuffix("整")
    total = section = digit = Decimal(0)
    for char in bare:
        if char in "零壹贰叁肆伍陆柒捌玖":
            digit = Decimal("零壹贰叁肆伍陆柒捌玖".index(char))
        elif char in "拾佰仟":
            section, digit = section + digit * 10 ** ("拾佰仟".index(char) + 1), Decimal(0)
        elif char == "万":
            total, section, digit = total + (section + digit) * 10**4, Decimal(0), Decimal(0)
        elif char == "亿":
            total, section, digit = (total + section + digit) * 10**8, Decimal(0), Decimal(0)
        elif char == "元":
            total, section, digit = total + section + digit, Decimal(0), Decimal(0)
        else:
            total, digit = total + digit * Decimal("0.1" if char == "角" else "0.01"), Decimal(0)
    return -total if words.startswith("负") else total


@given(DAYS, st.integers(0, 998), st.data())
def test_id_number_tells_its_day_and_no_changed_digit_passes(birth, serial, data):
    number = make_id("430102", birth, serial)
    known = parse_id(number, today=date(LAST_YEAR, 12, 31))
    assert (known.number, known.birth, known.sex) == (number, birth, "male" if serial % 2 else "female")
    assert mask_id(number) == f"{number[:4]}{'*' * 10}{number[-4:]}"
    place = data.draw(st.integers(0, 16))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[place]]))
    try:
        parse_id(number[:place] + other + number[place + 1 :], today=date(LAST_YEAR, 12, 31))
    except BadId:
        return
    raise AssertionError("a number with one digit changed was taken")


@given(LEAVES, st.data())
def test_tree_proves_what_it_holds_and_nothing_else(leaves, data):
    size, head = len(leaves), root(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(leaves, index)
    assert verify_inclusion(leaves[index], index, size, proof, head)
    assert not verify_inclusion(leaf_hash(b"other leaf"), index, size, proof, head)
    old = data.draw(st.integers(1, size))
    grown = Frontier().append(leaves[:old])
    assert verify_consistency(old, grown.root(), size, head, consistency_proof(leaves, old))
    forged = [leaf_hash(b"other leaf"), *leaves[1:]]
    assert not verify_consistency(old, grown.root(), size, root(forged), consistency_proof(forged, old))
    assert Frontier.parse(old, grown.hashes()).append(leaves[old:]).root() == head


@given(PATHS, PATHS)
def test_range_of_a_path_holds_exactly_what_is_below_it(scope, path):
    """As COLLATE "C" compares: byte by byte."""
    low, high, it = scope.encode(), upper_bound(scope).encode(), path.encode()
    assert (low <= it < high) == path.startswith(scope)
