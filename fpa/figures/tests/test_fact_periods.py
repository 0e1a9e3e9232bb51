"""Which periods have facts."""

from datetime import date

import pytest
from django.utils import timezone

from fpa.core.periods import Period
from fpa.figures import catalogue, fact_periods
from fpa.figures.recount import kept_periods
from fpa.figures.values import period_of_fact

from .records import JOINED

TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def first_period(settings):
    settings.FIRST_PERIOD = "2025H2"


@pytest.mark.parametrize(
    ("since", "codes"),
    [
        (None, ["2025H2", "2026H1", "2026H2"]),
        (date(2019, 1, 1), ["2025H2", "2026H1", "2026H2"]),
        (date(2026, 6, 30), ["2026H1", "2026H2"]),
        (date(2026, 7, 1), ["2026H2"]),
        (date(2027, 1, 1), []),
    ],
)
def test_halves_run_from_the_first_or_a_day_to_today(since, codes):
    assert [str(half) for half in fact_periods.halves(TODAY, since)] == codes


def test_spans_put_a_part_into_every_period_around_that_does_not_end_too_early():
    pairs = fact_periods.spans(TODAY, date(2026, 4, 1))
    assert {whole for part, whole in pairs if part == "2026-02"} == {"2026H1", "2026"}
    assert {whole for part, whole in pairs if part == "2026-05"} == {"2026-05", "2026Q2", "2026H1", "2026"}
    assert {whole for part, whole in pairs if part == "2026Q1"} == {"2026H1", "2026"}
    assert {whole for part, whole in pairs if part == "2026"} == {"2026"}
    assert len(pairs) == len(set(pairs))


def test_spans_leave_out_what_was_before_the_platform():
    periods = {whole for _, whole in fact_periods.spans(TODAY)}
    assert {"2025H2", "2025Q3", "2025-07", "2025", "2027-12"} <= periods
    assert not {"2025H1", "2025-06", "2024"} & periods


@pytest.mark.parametrize(
    ("code", "stock", "flow"),
    [
        ("2025H1", None, None),
        ("2025H2", "2025-12", "2025H2"),
        ("2025", "2025-12", "2025"),
        ("2026Q2", "2026-06", "2026Q2"),
        ("2026-06", "2026-06", "2026-06"),
        ("2026Q1", "2026-03", "2026Q1"),
        ("2026-05", "2026-05", "2026-05"),
        ("2026Q3", "2026-09", "2026Q3"),
        ("2026-11", "2026-11", "2026-11"),
        ("2026H2", "2026-11", "2026H2"),
        ("2026", "2026-11", "2026"),
        ("2026-12", None, "2026-12"),
        ("2027H1", None, "2027H1"),
    ],
)
def test_period_of_fact_is_the_last_month_for_a_stock_and_itself_for_a_flow(code, stock, flow):
    period = Period.parse(code)
    found = period_of_fact(catalogue.get("member.total"), period, TODAY)
    assert (str(found) if found else None) == stock
    found = period_of_fact(JOINED, period, TODAY)
    assert (str(found) if found else None) == flow


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        ("2026-06", "2026H1"),
        ("2026Q2", "2026H1"),
        ("2025", "2025H2"),
        ("2026-05", None),
        ("2026-11", "2026H2"),
    ],
)
def test_period_of_fact_is_the_half_for_a_stocks_cuts(code, kept):
    found = period_of_fact(catalogue.get("member.total"), Period.parse(code), TODAY, cut=True)
    assert (str(found) if found else None) == kept


def test_stock_periods_are_months_and_halves_for_cuts():
    since = date(2026, 9, 30)
    assert [str(p) for p in fact_periods.stock_periods(TODAY, since)] == ["2026-09", "2026-10", "2026-11"]
    assert [str(p) for p in fact_periods.stock_periods(TODAY, since, cut=True)] == ["2026H2"]


@pytest.mark.parametrize(("code", "parts"), [("2026-05", 1), ("2026Q2", 4), ("2026H1", 9), ("2026", 19)])
def test_parts_of_are_all_shorter_periods_in_it(code, parts):
    period = Period.parse(code)
    found = fact_periods.parts_of(period)
    assert len(found) == parts
    assert period in found
    assert all(period == part or period in part.parents() for part in found)


def test_stock_day_is_never_ahead_of_today():
    assert fact_periods.stock_day(Period.parse("2026H1"), TODAY) == date(2026, 6, 30)
    assert fact_periods.stock_day(Period.parse("2026"), TODAY) == TODAY


@pytest.mark.parametrize("code", ["2028", "2028H1", "2030-01", "2099Q4"])
def test_period_of_fact_is_none_where_no_flow_is_counted_yet(code):
    """Facts reach to the end of next year; a zero there would belie a record dated further ahead."""
    assert period_of_fact(JOINED, Period.parse(code), TODAY) is None


@pytest.mark.parametrize("since", [date(2025, 1, 1), date(2025, 6, 30), date(2019, 1, 1)])
def test_spans_since_a_day_before_the_platform_are_those_of_its_first_day(since):
    """A late mark of an old record must not open periods that the platform does not keep."""
    assert fact_periods.spans(TODAY, since) == fact_periods.spans(TODAY)


@pytest.mark.parametrize("code", ["2025H1", "2025Q2", "2025-01"])
def test_recount_and_refresh_keep_the_same_periods(code):
    kept_by_recount = {str(period) for period in kept_periods(JOINED, None)}
    assert kept_by_recount == {whole for _, whole in fact_periods.spans(timezone.localdate())}
    assert code not in kept_by_recount


@pytest.mark.parametrize(
    ("asked", "stock", "flow"), [("2026H1", 1, 1), ("2026", 1, 1), ("2026-05", 1, 1), ("2024", 0, 0)]
)
def test_recount_takes_the_one_period_asked_for_where_it_is_kept(asked, stock, flow):
    period = Period.parse(asked)
    assert len(kept_periods(catalogue.get("member.total"), period)) == stock
    assert len(kept_periods(JOINED, period)) == flow
