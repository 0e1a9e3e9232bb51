"""Readers: values, parts, course, coverage, order, and that none of it costs more for more figures."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from fpa.access.models import Level, Unit
from fpa.access.scope import scoped, whole_province
from fpa.core.periods import Period
from fpa.figures import catalogue, queries
from fpa.figures.catalogue import Coverage, UnknownFigure
from fpa.figures.freshness import refresh
from fpa.figures.models import Fact, Stale
from fpa.membership.models import Member
from tests.cast import cast_unit

from .records import JOINED, REPORTED, declared, join

pytestmark = pytest.mark.usefixtures("opened_database")

H1 = Period.parse("2023H1")


@pytest.fixture
def counted(province_scope):
    """Two members in the village, one at the sibling county's own office, one at a functional zone."""
    for unit in (cast_unit("village"), cast_unit("village"), cast_unit("sibling"), zone()):
        join(unit, date(2023, 5, 1))
    refresh()


def zone() -> Unit:
    found = Unit.objects.under(cast_unit("city").path).filter(kind="functional_zone").first()
    assert found
    return found


def test_read_gives_value_own_part_and_qualifier(counted):
    found = queries.read(["member.total", "site.member_home"], cast_unit("sibling"), H1)
    member, pending = found.values()
    assert (member.value, member.own, member.qualifier, member.day) == (1, 1, "exact", date(2023, 6, 30))
    assert (pending.value, pending.own, pending.qualifier, pending.day) == (None, None, "pending", None)
    assert queries.read(["member.total"], cast_unit("city"), H1)["member.total"].own == 0


@pytest.mark.parametrize(
    ("code", "qualifier"),
    [
        ("2023-05", "exact"),
        ("2023Q1", "exact"),
        ("2022H2", "not_kept"),
        ("2099-01", "not_kept"),
        ("2023Q2", "exact"),
        ("2023", "exact"),
    ],
)
def test_read_tells_when_no_stock_is_kept(counted, code, qualifier):
    reading = queries.read(["member.total"], cast_unit("city"), Period.parse(code))["member.total"]
    assert (reading.qualifier, reading.value) == (
        qualifier,
        {"2023Q1": 0}.get(code, 4) if qualifier == "exact" else None,
    )


def test_read_counts_a_stock_of_this_period_as_at_today(counted):
    today = timezone.localdate()
    for kind in ("month", "quarter", "half", "year"):
        reading = queries.read(["member.total"], cast_unit("city"), Period.of(today, kind))["member.total"]
        assert (reading.value, reading.day) == (4, today)


def test_read_tells_when_records_are_ahead_of_facts(counted):
    join(cast_unit("village"), date(2023, 5, 1))
    long_ago = timezone.now() - timedelta(hours=3)
    Stale.objects.update(at=long_ago)
    found = queries.read(["member.total", "org.city.total"], cast_unit("city"), H1)
    assert found["member.total"].as_of == found["org.city.total"].as_of == long_ago
    alone = queries.read(["org.city.total"], cast_unit("city"), H1)["org.city.total"]
    assert timezone.now() - alone.as_of < timedelta(minutes=1)


def test_read_refuses_a_key_that_is_not_there(province_scope):
    with pytest.raises(UnknownFigure, match="没有“member”这个指标"):
        queries.read(["member"], cast_unit("city"), H1)


def test_read_keeps_cents_and_gives_whole_numbers_as_int(province_scope):
    with declared(REPORTED):
        for _ in range(2):
            join(cast_unit("village"), date(2023, 5, 1))
            refresh()
            value = queries.read(["test.reported"], cast_unit("county"), H1)["test.reported"].value
    assert (value, type(value)) == (5, int)


@pytest.mark.parametrize("keys", [["member.total"], ["member.total", "staff.authorized", "staff.part_time"]])
def test_read_costs_the_same_for_more_figures(counted, django_assert_num_queries, keys):
    with django_assert_num_queries(4):
        queries.read(keys, cast_unit_of_province(), H1)


def cast_unit_of_province() -> Unit:
    """The province without a query that the assertion would count."""
    return PROVINCE


PROVINCE = Unit(pk=1, path="/", level=Level.PROVINCE)


def test_breakdown_stands_in_code_order_with_zones_last(counted):
    parts = queries.breakdown("member.total", cast_unit("city"), H1)
    codes = [unit.code for unit, _ in parts if not unit.is_functional_zone]
    assert codes == sorted(codes)
    assert len(codes) == 12
    assert parts[-1][0].is_functional_zone
    assert {u.code: v for u, v in parts if v} == {"431202000000": 2, "431221000000": 1, zone().code: 1}


def test_breakdown_costs_two_queries_and_gives_nothing_where_nothing_is_kept(
    counted, django_assert_num_queries
):
    with django_assert_num_queries(2):
        assert len(queries.breakdown("member.total", PROVINCE, H1)) in (0, 14)
    assert queries.breakdown("member.total", cast_unit("city"), Period.parse("2022-05")) == []
    assert queries.breakdown("site.member_home", cast_unit("city"), H1) == []


def test_coverage_counts_units_with_a_value_and_leaves_zones_out(counted):
    province, county = cast_unit("province"), cast_unit("county")
    assert str(queries.coverage("member.total", province, H1)) == "2/122 个县"
    townships = Unit.objects.filter(parent=county).count()
    assert queries.coverage("member.total", county, H1) == Coverage(1, townships, "个乡镇")
    assert queries.coverage("member.total", cast_unit("village"), H1) is None
    assert queries.coverage("site.member_home", province, H1) is None


def test_coverage_may_be_a_figures_own(counted):
    assert str(queries.coverage("org.city.listed", cast_unit("province"), H1)) == "14/14 个市州"
    assert queries.coverage("org.city.listed", cast_unit("county"), H1) is None


def test_ranking_puts_the_highest_first_and_equals_in_code_order(counted):
    ranked = queries.ranking("member.total", cast_unit("city"), H1, Level.COUNTY)
    assert [(u.code, v) for u, v in ranked[:2]] == [("431202000000", 2), ("431221000000", 1)]
    rest = [u.code for u, _ in ranked[2:]]
    assert rest == sorted(rest)
    assert len(ranked) == 12


def test_trend_follows_the_periods_and_leaves_open_what_is_not_known(counted):
    periods = [Period.parse(code) for code in ("2022H2", "2023H1", "2023", "2099H1")]
    course = queries.trend("member.total", cast_unit("city"), periods)
    assert [value for _, value in course] == [None, 4, 4, None]


def test_trend_of_a_flow_has_no_value_where_nothing_was_recorded(counted):
    with declared(JOINED):
        join(cast_unit("village"), date(2024, 11, 1))
        refresh()
        periods = [Period.parse(code) for code in ("2024H1", "2024H2", "2025H1")]
        course = queries.trend(JOINED.key, cast_unit("county"), periods)
    assert [value is None for _, value in course] == [True, False, True]


def test_latest_period_is_the_last_half_with_a_reported_flow(counted):
    assert queries.latest_period(cast_unit("city")) == Period.of(timezone.localdate(), "half")
    with declared(JOINED):
        join(cast_unit("village"), date(2024, 11, 1))
        refresh()
        assert str(queries.latest_period(cast_unit("county"))) == "2024H2"
        assert str(queries.latest_period(cast_unit("sibling"))) == "2023H1"


@pytest.mark.parametrize(
    ("key", "code", "found"),
    [
        ("member.total", "2023H1", 4),
        ("member.total", "2023H2", 4),
        ("test.joined", "2023-05", 4),
        ("test.joined", "2023-06", 0),
        ("test.reported", "2023H1", 4),
        ("test.reported", "2023Q1", 0),
    ],
)
def test_records_behind_are_those_that_were_counted(counted, key, code, found):
    with declared(JOINED, REPORTED):
        rows = queries.records_behind(catalogue.get(key), cast_unit("city"), Period.parse(code))
        assert rows.count() == found


def test_facts_of_a_sibling_are_not_to_be_seen(counted):
    with scoped(cast_unit("county").path):
        assert not Fact.objects.filter(unit=cast_unit("sibling")).exists()
        assert not Fact.objects.filter(unit=cast_unit("city")).exists()
        assert not queries.records_behind(catalogue.get("member.total"), cast_unit("sibling"), H1).exists()
        assert queries.read(["member.total"], cast_unit("county"), H1)["member.total"].value == 2


def test_breakdown_reads_by_index(committed_db):
    """A fact is found by its key and the children's numbers, never by reading the table."""
    with whole_province():
        join(cast_unit("village"), date(2023, 5, 1))
    refresh()
    with whole_province():
        children = [u.pk for u in Unit.objects.filter(parent=cast_unit("province"))]
        rows = Fact.objects.filter(figure="member.total", period="2023-06", unit_id__in=children, cut="")
        plan = rows.explain()
    assert "Index Cond" in plan
    assert "figure" in plan.split("Index Cond")[1].splitlines()[0]
    assert Member.objects.count() == 0
