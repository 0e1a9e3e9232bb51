"""A new day counts only what is dated since the last one; a new figure is counted from all its records."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone

from fpa.core.periods import Period
from fpa.figures.cuts import age_cut
from fpa.figures.figure import Figure, Kind
from fpa.figures.freshness import refresh
from fpa.figures.models import Fact, Stale, StockDay
from fpa.figures.opening import open_day
from fpa.figures.queries import read
from fpa.figures.recount import recount
from fpa.membership.models import Member
from tests.cast import cast_unit

from .records import JOINED, declared, join, only

AGED = Figure(
    key="test.aged",
    name="会员",
    unit="人",
    kind=Kind.STOCK,
    definition="期末会员",
    rows=lambda: Member.objects.all(),
    since="joined_on",
    until="left_on",
    cuts=[age_cut("person__birth_date", (18, 46, 60))],
)


def members(day: date, name: str = "province") -> object:
    return read(["member.total"], cast_unit(name), Period.of(day, "month"))["member.total"].value


@pytest.fixture
def at(monkeypatch):
    """Let it be another day."""

    def be(day: date) -> date:
        monkeypatch.setattr(timezone, "localdate", lambda *_: day)
        return day

    return be


def test_open_day_marks_nothing_where_nothing_is_dated_since(opened_database, province_scope):
    join(cast_unit("village"), date(2023, 1, 1))
    refresh()
    open_day(timezone.localdate() + timedelta(days=1))
    assert not Stale.objects.exists()


def test_open_day_marks_the_units_whose_rows_begin_or_end_since_the_last_day(opened_database, province_scope):
    today = timezone.localdate()
    join(cast_unit("village"), today + timedelta(days=2))
    join(cast_unit("sibling"), date(2023, 1, 1), today + timedelta(days=1))
    join(cast_unit("county"), today + timedelta(days=3))
    join(cast_unit("city"), date(2023, 1, 1))
    refresh()
    open_day(today + timedelta(days=2))
    marks = set(Stale.objects.values_list("figure", "path", "subtree", "since"))
    since = today + timedelta(days=1)
    assert marks == {("member.total", cast_unit(name).path, False, since) for name in ("village", "sibling")}


def test_open_day_opens_new_months_with_what_stands(province_scope, at):
    join(cast_unit("village"), date(2023, 1, 1))
    at(date(2026, 11, 20))
    join(cast_unit("village"), date(2026, 12, 5), date(2027, 1, 20))
    refresh()
    at(date(2027, 2, 3))
    assert refresh() == 1
    assert [members(date(2026, m, 1)) for m in (11, 12)] == [1, 2]
    assert [members(date(2027, m, 1)) for m in (1, 2)] == [1, 1]
    assert recount(cast_unit("province")).differences == []


def test_open_day_of_a_new_year_counts_only_flows_dated_ahead(province_scope, at):
    with declared(JOINED):
        at(date(2026, 12, 20))
        join(cast_unit("village"), date(2028, 5, 1))
        join(cast_unit("sibling"), date(2026, 5, 1))
        refresh()
        at(date(2027, 1, 2))
        open_day(date(2027, 1, 2))
        assert set(Stale.objects.values_list("figure", "path")) == {
            ("test.joined", cast_unit("village").path)
        }
        refresh()
        assert read(["test.joined"], cast_unit("county"), Period.parse("2028-05"))["test.joined"].value == 1
        assert recount(cast_unit("province")).differences == []


def test_refresh_counts_a_figure_that_is_declared_anew_or_with_other_cuts(opened_database, province_scope):
    join(cast_unit("village"), date(2023, 1, 1))
    refresh()
    with declared(replace(AGED, cuts=())):
        refresh()
        assert read(["test.aged"], cast_unit("city"), Period.parse("2023H1"))["test.aged"].value == 1
        assert refresh() == 0
    with declared(AGED):
        refresh()
        assert Fact.objects.filter(figure="test.aged", cut="age:18-45", period="2023H1").exists()
        assert refresh() == 0
        assert recount(cast_unit("province")).differences == []


@pytest.mark.parametrize("born", [date(1980, 2, 29), date(1980, 3, 1), date(1966, 11, 28)])
def test_open_day_takes_whoever_comes_of_age_into_the_next_band(province_scope, at, born):
    with declared(AGED), only(AGED.key):
        at(date(2026, 2, 1))
        member = join(cast_unit("village"), date(2023, 1, 1))
        member.person.birth_date = born
        member.person.save()
        for day in (date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1), date(2026, 11, 28)):
            at(day)
            refresh()
            proof = recount(cast_unit("province"))
            assert (proof.differences, proof.proven > 0) == ([], True), day


def test_open_day_twice_on_a_day_is_nothing(opened_database, province_scope):
    refresh()
    open_day(timezone.localdate())
    assert StockDay.objects.count() == 1
    assert not Stale.objects.exists()
