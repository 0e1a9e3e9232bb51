from datetime import date, timedelta

import pytest

from fpa.core.periods import KINDS, BadPeriod, Kind, Period


@pytest.mark.parametrize(
    ("code", "kind", "start", "end", "label"),
    [
        ("2023", "year", date(2023, 1, 1), date(2023, 12, 31), "2023年"),
        ("2023H1", "half", date(2023, 1, 1), date(2023, 6, 30), "2023年上半年"),
        ("2023H2", "half", date(2023, 7, 1), date(2023, 12, 31), "2023年下半年"),
        ("2023Q1", "quarter", date(2023, 1, 1), date(2023, 3, 31), "2023年第一季度"),
        ("2023Q2", "quarter", date(2023, 4, 1), date(2023, 6, 30), "2023年第二季度"),
        ("2023Q4", "quarter", date(2023, 10, 1), date(2023, 12, 31), "2023年第四季度"),
        ("2023-05", "month", date(2023, 5, 1), date(2023, 5, 31), "2023年5月"),
        ("2023-12", "month", date(2023, 12, 1), date(2023, 12, 31), "2023年12月"),
        ("2024-02", "month", date(2024, 2, 1), date(2024, 2, 29), "2024年2月"),
    ],
)
def test_period_knows_its_days_and_its_name(
    code: str, kind: Kind, start: date, end: date, label: str
) -> None:
    period = Period.parse(code)
    assert (str(period), period.kind, period.label) == (code, kind, label)
    assert (period.start, period.end) == (start, end)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "23",
        "2023H3",
        "2023H0",
        "2023Q5",
        "2023-5",
        "2023-13",
        "2023-00",
        "2023h1",
        "2023 H1",
        "２０２３",
        "1899",
    ],
)
def test_period_parse_refuses_what_is_no_code(code: str) -> None:
    with pytest.raises(BadPeriod, match="请写成 2023、2023H1、2023Q2 或 2023-05"):
        Period.parse(code)


def test_period_of_a_day_contains_exactly_its_days() -> None:
    for offset in range(0, 1500, 7):
        day = date(2022, 1, 1) + timedelta(days=offset)
        for kind in KINDS:
            period = Period.of(day, kind)
            assert period.contains(day)
            assert period.contains(period.start)
            assert period.contains(period.end)
            assert not period.contains(period.start - timedelta(days=1))
            assert not period.contains(period.end + timedelta(days=1))
            assert Period.parse(str(period)) == period


@pytest.mark.parametrize(
    ("code", "parents"),
    [
        ("2023-05", ["2023Q2", "2023H1", "2023"]),
        ("2023-07", ["2023Q3", "2023H2", "2023"]),
        ("2023Q4", ["2023H2", "2023"]),
        ("2023H2", ["2023"]),
        ("2023", []),
    ],
)
def test_period_parents_go_from_the_nearest_to_the_year(code: str, parents: list[str]) -> None:
    assert [str(parent) for parent in Period.parse(code).parents()] == parents


@pytest.mark.parametrize(
    ("code", "first", "last", "count"),
    [
        ("2023", "2023-01", "2023-12", 12),
        ("2023H2", "2023-07", "2023-12", 6),
        ("2023Q2", "2023-04", "2023-06", 3),
        ("2023-05", "2023-05", "2023-05", 1),
    ],
)
def test_period_months_fill_it(code: str, first: str, last: str, count: int) -> None:
    months = Period.parse(code).months()
    assert (str(months[0]), str(months[-1]), len(months)) == (first, last, count)
    assert all(Period.parse(code) in (month, *month.parents()) for month in months)


@pytest.mark.parametrize(
    ("code", "previous", "last_year"),
    [
        ("2023", "2022", "2022"),
        ("2023H1", "2022H2", "2022H1"),
        ("2023Q1", "2022Q4", "2022Q1"),
        ("2023Q3", "2023Q2", "2022Q3"),
        ("2023-01", "2022-12", "2022-01"),
        ("2024-02", "2024-01", "2023-02"),
    ],
)
def test_period_compares_with_before_and_last_year(code: str, previous: str, last_year: str) -> None:
    period = Period.parse(code)
    assert (str(period.previous()), str(period.same_last_year())) == (previous, last_year)


def test_period_order_is_by_start_then_longest_first() -> None:
    codes = ["2022-12", "2023", "2023H1", "2023Q1", "2023-01", "2023-02", "2023Q2", "2023H2", "2024"]
    assert [str(period) for period in sorted(Period.parse(code) for code in reversed(codes))] == codes


def test_period_is_a_value() -> None:
    assert {Period.parse("2023H1"): 1}[Period.of(date(2023, 6, 30), "half")] == 1
    assert Period.parse("2023H1") != Period.parse("2023Q1")
    assert Period.parse("2023Q3").number == 3
    assert Period.parse(" 2023 ").number == 1


def test_period_chain_of_previous_touches_without_gap_or_overlap() -> None:
    for kind in KINDS:
        period = Period.of(date(2026, 11, 24), kind)
        for _ in range(40):
            before = period.previous()
            assert before.end + timedelta(days=1) == period.start
            assert before < period
            assert before.kind == kind
            period = before


def test_period_labels_and_codes_are_unique_within_a_year() -> None:
    days = [date(2023, month, 15) for month in range(1, 13)]
    periods = {Period.of(day, kind) for day in days for kind in KINDS}
    assert len(periods) == 1 + 2 + 4 + 12
    assert len({period.label for period in periods}) == len({str(period) for period in periods}) == 19


def test_period_parents_hold_the_whole_child() -> None:
    for code in ("2024-02", "2024-12", "2024Q3", "2024H1"):
        child = Period.parse(code)
        for parent in child.parents():
            assert parent.contains(child.start)
            assert parent.contains(child.end)
            assert set(child.months()) < set(parent.months())


def test_period_refusal_shortens_what_it_quotes() -> None:
    with pytest.raises(BadPeriod) as caught:
        Period.parse("长" * 1000)
    assert len(str(caught.value)) < 80
