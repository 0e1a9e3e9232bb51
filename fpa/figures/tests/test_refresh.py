"""Facts follow the records: joins, leaves, transfers, bulk work, a new day, marks that come meanwhile."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import DecimalField, Func, Value
from django.utils import timezone

from fpa.access.models import Unit
from fpa.access.scope import scoped, whole_province
from fpa.core.limits import ran_out_of_time
from fpa.core.periods import Period
from fpa.figures import freshness
from fpa.figures.figure import Figure, amount_of
from fpa.figures.freshness import (
    CannotRefresh,
    mark_stale,
    mark_stale_subtree,
    rebuild,
    refresh,
    wait_for_stale,
)
from fpa.figures.models import Fact, Stale, StockDay
from fpa.figures.queries import read
from fpa.figures.recount import recount
from fpa.membership.models import Member
from tests.cast import COUNTY, SIBLING, cast_unit

from .records import JOINED, REPORTED, declared, join, join_many, leave, transfer

pytestmark = pytest.mark.usefixtures("opened_database")

H1, H2 = Period.parse("2023H1"), Period.parse("2023H2")


def value(key: str, unit: Unit, period: str) -> object:
    return read([key], unit, Period.parse(period))[key].value


def test_refresh_counts_what_was_there_before_the_first_call(province_scope):
    refresh()
    province = cast_unit("province")
    assert [value(f"org.{level}.total", province, "2023H1") for level in ("city", "county")] == [14, 122]
    assert refresh() == 0


SLOW = Figure(
    key="test.slow",
    name="难算的数",
    unit="人",
    definition="每名会员计 1，逐条等候",
    rows=lambda: Member.objects.annotate(
        amount=Func(template="(SELECT 1.0 FROM pg_sleep(30))", output_field=DecimalField())
    ),
    measure="amount",
    on="joined_on",
    columns=[amount_of("amount")],
)


def test_refresh_of_a_figure_that_takes_too_long_holds_up_no_other(province_scope, settings, caplog):
    village = cast_unit("village")
    refresh()
    settings.JOB_STATEMENT_SECONDS = 2
    with declared(JOINED, SLOW):
        join(village, date(2023, 5, 1))
        with pytest.raises(CannotRefresh, match=r"指标难算的数（test\.slow）重算时有一步超过 2 秒的上限"):
            refresh()
        assert value("test.joined", village, "2023H1") == 1
        assert set(Stale.objects.values_list("figure", flat=True)) == {"test.slow"}
        assert connection.needs_rollback is False
    with declared(JOINED, replace(SLOW, rows=lambda: Member.objects.annotate(amount=Value(Decimal(1))))):
        refresh()
        assert value("test.slow", village, "2023H1") == 1
    assert not Stale.objects.exists()


def test_rebuild_that_takes_too_long_changes_nothing(province_scope, settings):
    village = cast_unit("village")
    join(village, date(2023, 5, 1))
    refresh()
    settings.JOB_STATEMENT_SECONDS = 1
    with declared(SLOW):
        with pytest.raises(OperationalError) as error, transaction.atomic():
            rebuild(["member.total", "test.slow"])
        assert ran_out_of_time(error.value)
    assert value("member.total", village, "2023H1") == 1


def test_refresh_carries_a_join_to_every_unit_above(province_scope):
    join(cast_unit("village"), date(2023, 6, 30))
    refresh()
    assert [value("member.total", cast_unit(n), "2023H1") for n in ("village", "county", "province")] == [
        1,
        1,
        1,
    ]
    assert value("member.total", cast_unit("sibling"), "2023H1") == 0


@pytest.mark.parametrize(
    ("joined", "left", "counted"),
    [
        (date(2023, 7, 1), None, {"2023": 1, "2023H1": 0, "2023H2": 1, "2023-06": 0, "2023Q4": 1}),
        (date(2023, 6, 30), date(2023, 12, 31), {"2023": 0, "2023H1": 1, "2023Q2": 1, "2023H2": 0}),
        (date(2019, 1, 1), date(2023, 6, 30), {"2023H1": 0, "2023H2": 0, "2023": 0}),
        (date(2019, 1, 1), date(2023, 7, 1), {"2023H1": 1, "2023H2": 0}),
        (date(2019, 1, 1), date(2019, 1, 1), {"2023H1": 0}),
    ],
)
def test_refresh_counts_a_stock_as_at_the_last_day(province_scope, joined, left, counted):
    join(cast_unit("village"), joined, left)
    refresh()
    assert {code: value("member.total", cast_unit("county"), code) for code in counted} == counted


def test_refresh_counts_a_flow_in_every_period_around(province_scope):
    with declared(JOINED, REPORTED):
        for day in (date(2023, 5, 1), date(2023, 5, 31), date(2023, 12, 31), date(2022, 12, 31)):
            join(cast_unit("village"), day)
        refresh()
        county = cast_unit("county")
        months = {
            code: value("test.joined", county, code) for code in ("2023-05", "2023Q2", "2023H1", "2023")
        }
        assert months == {"2023-05": 2, "2023Q2": 2, "2023H1": 2, "2023": 3}
        assert value("test.joined", county, "2022") is None
        quarters = {
            code: value("test.reported", county, code) for code in ("2023-05", "2023Q2", "2023H1", "2023")
        }
        assert quarters == {"2023-05": 0, "2023Q2": 5, "2023H1": 5, "2023": 7.5}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_refresh_equals_the_recount_whatever_happened(province_scope, seed):
    chance = random.Random(seed)
    places = [*Unit.objects.filter(code__in=(COUNTY, SIBLING))]
    units = [u for place in places for u in Unit.objects.under(place.path)[:: chance.randint(5, 9)]]
    units.append(cast_unit("province"))
    members: list[Member] = []
    with declared(JOINED, REPORTED):
        for _ in range(60):
            day = date(2022, 10, 1) + timedelta(days=chance.randint(0, 1500))
            deed = chance.choice((join, join, leave, transfer, refresh))
            if deed is join:
                members.append(join(chance.choice(units), day))
            elif deed is refresh:
                refresh()
            elif members:
                member = chance.choice(members)
                leave(member, max(day, member.joined_on)) if deed is leave else transfer(
                    member, chance.choice(units)
                )
        proof = recount(cast_unit("province"))
    assert proof.differences == []
    assert proof.proven > 1_216


def test_refresh_twice_changes_nothing(province_scope):
    join(cast_unit("village"), date(2023, 1, 1))
    mark_stale_subtree(Member, cast_unit("county").path)
    assert refresh() > 1
    before = list(Fact.objects.order_by("pk").values_list())
    mark_stale_subtree(Member, "/")
    assert refresh() == 1
    assert list(Fact.objects.order_by("pk").values_list()) == before


def test_refresh_takes_back_what_a_record_no_longer_counts(province_scope):
    member = join(cast_unit("village"), date(2023, 1, 1))
    refresh()
    leave(member, date(2023, 6, 1))
    refresh()
    assert [value("member.total", cast_unit("city"), code) for code in ("2023H1", "2023H2")] == [0, 0]


def test_refresh_leaves_unmarked_units_alone(province_scope):
    refresh()
    join(cast_unit("village"), date(2023, 1, 1))
    Stale.objects.all().delete()
    mark_stale(Member, cast_unit("sibling").path)
    refresh()
    assert value("member.total", cast_unit("county"), "2023H1") == 0


def test_touch_subtree_needs_one_mark_for_any_number_of_units(province_scope):
    refresh()
    county = cast_unit("county")
    join_many(county.path, 500, date(2023, 2, 1))
    mark_stale_subtree(Member, county.path)
    assert Stale.objects.count() == 1
    assert refresh() == 1
    assert value("member.total", county, "2023H1") == 500
    assert recount(county, H1).differences == []


def test_touch_refuses_a_figure_that_is_not_there(province_scope):
    with pytest.raises(LookupError, match=r"没有“no\.such”这个指标"):
        mark_stale(["no.such"], "/")


def test_touch_is_undone_with_its_action(committed_db):
    refresh()
    with transaction.atomic():
        with whole_province():
            join(cast_unit("village"), date(2023, 1, 1))
        transaction.set_rollback(True)
    assert not wait_for_stale(0.01)


def test_refresh_does_not_lose_marks_that_come_meanwhile(committed_db, monkeypatch):
    refresh()
    village = cast_unit("village")
    counted = freshness.recompute

    def meanwhile(*arguments):
        counted(*arguments)
        with ThreadPoolExecutor(1) as other:
            other.submit(_join_in_a_session_of_its_own, village).result()

    with whole_province():
        join(village, date(2023, 1, 1))
    monkeypatch.setattr(freshness, "recompute", meanwhile)
    assert refresh() == 1
    monkeypatch.undo()
    assert wait_for_stale(0)
    with whole_province():
        assert value("member.total", village, "2023H1") == 1
    assert refresh() == 1
    with whole_province():
        assert value("member.total", village, "2023H1") == 2


def _join_in_a_session_of_its_own(unit: Unit) -> None:
    with whole_province():
        join(unit, date(2023, 1, 1))
    connection.close()


def test_refresh_by_several_at_once_counts_once(committed_db):
    villages = list(Unit.objects.under(cast_unit("county").path).filter(level=5)[:6])
    with ThreadPoolExecutor(4) as several:
        for village in villages:
            several.submit(_join_in_a_session_of_its_own, village)
            several.submit(_refresh_in_a_session_of_its_own)
    refresh()
    assert recount(cast_unit("province")).differences == []
    with whole_province():
        assert value("member.total", cast_unit("county"), "2023H1") == len(villages)


def _refresh_in_a_session_of_its_own() -> None:
    refresh()
    connection.close()


def test_wait_for_stale_wakes_when_an_action_commits(committed_db):
    refresh()
    assert not wait_for_stale(0.01)
    with ThreadPoolExecutor(1) as other:
        woken = other.submit(_wait_in_a_session_of_its_own)
        _join_in_a_session_of_its_own(cast_unit("village"))
        assert woken.result()


def _wait_in_a_session_of_its_own() -> bool:
    try:
        return wait_for_stale(20)
    finally:
        connection.close()


def test_open_day_counts_what_was_dated_ahead(province_scope):
    refresh()
    today = timezone.localdate()
    join(cast_unit("village"), today)
    StockDay.objects.update(day=today - timedelta(days=1))
    Stale.objects.all().delete()
    refresh()
    assert value("member.total", cast_unit("county"), str(today.year)) == 1
    assert StockDay.objects.get().day == today


def test_open_day_brings_the_standing_values_into_a_new_half(province_scope, monkeypatch):
    join(cast_unit("village"), date(2020, 1, 1))
    tomorrow = date(2027, 1, 1)
    refresh()
    monkeypatch.setattr(timezone, "localdate", lambda *_: tomorrow)
    refresh()
    assert value("member.total", cast_unit("province"), "2027H1") == 1
    assert recount(cast_unit("province")).differences == []


def test_refresh_by_a_seat_changes_facts_above_it(province_scope):
    with scoped(cast_unit("village").path):
        join(cast_unit("village"), date(2023, 1, 1))
    refresh()
    above = Unit.objects.above(cast_unit("village").path)
    assert {value("member.total", unit, "2023") for unit in above} == {1}


@pytest.mark.parametrize("number", [30, 3_000])
def test_refresh_takes_the_same_few_statements_for_any_number(
    province_scope, django_assert_max_num_queries, number
):
    refresh()
    join_many(cast_unit("county").path, number, date(2023, 2, 1))
    mark_stale_subtree(Member, cast_unit("county").path)
    with django_assert_max_num_queries(28):
        refresh()
    assert value("member.total", cast_unit("province"), "2023H1") == number
