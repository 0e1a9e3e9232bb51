"""A figure by the units below: order, ratios, places, classes."""

from decimal import Decimal

import pytest

from fpa.access.models import Level, Unit
from fpa.analysis.parts import (
    Per,
    UnitShare,
    bounds_of,
    class_of,
    parts_of_figure,
    ranked,
    ratio_of,
    villages_below,
)
from fpa.core.periods import Period
from fpa.figures.queries import read
from tests.cast import cast_unit

from .facts import H1, put

VISITS = "visit.households"


def parts(name: str, level: Level, per: Per = Per.TOTAL):
    reading = read([VISITS, "member.total"], cast_unit(name), Period.parse(H1))
    return parts_of_figure(reading[VISITS], level, per, reading["member.total"].value)


@pytest.mark.parametrize(
    ("value", "base", "per", "ratio"),
    [
        (100, 3, Per.VILLAGE, "33.33"),
        (1, 3000, Per.MEMBER, "0.03"),
        (5, 0, Per.VILLAGE, None),
        (None, 5, Per.VILLAGE, None),
        (5, 5, Per.TOTAL, None),
        (0, 5, Per.VILLAGE, "0.00"),
    ],
)
def test_ratio_of_divides_exactly_or_not_at_all(value, base, per, ratio):
    assert ratio_of(value, base, per) == (None if ratio is None else Decimal(ratio))


def test_parts_of_figure_are_in_code_order_with_zones_last(province_scope):
    units = [part.unit for part in parts("city", Level.COUNTY).lines]
    zones = [unit.is_functional_zone for unit in units]
    assert zones == sorted(zones)
    assert sum(zones) == 1
    codes = [unit.code for unit in units if not unit.is_functional_zone]
    assert codes == sorted(codes)
    assert len(codes) == 12


def test_parts_of_figure_of_the_province_by_counties_leave_the_zones_to_the_rest(province_scope):
    put(VISITS, cast_unit("village"), 10)
    put(VISITS, Unit.objects.filter(kind="functional_zone")[0], 4)
    found = parts("province", Level.COUNTY)
    assert len(found.lines) == 122
    assert {part.unit.code: part.value for part in found.lines if part.value} == {"431202000000": 10}
    assert (found.rest, found.rest_word) == (4, "本级、功能区等")


def test_parts_of_figure_add_up_with_the_units_own(province_scope):
    put(VISITS, cast_unit("village"), 10)
    put(VISITS, cast_unit("county"), 3)
    found = parts("county", Level.TOWNSHIP)
    assert sum(part.value or 0 for part in found.lines) + found.rest == 13
    assert (found.rest, found.rest_word) == (3, "本级")


def test_parts_of_figure_for_each_village(province_scope):
    county = cast_unit("county")
    put(VISITS, cast_unit("village"), 500)
    found = parts("city", Level.COUNTY, Per.VILLAGE)
    line = next(part for part in found.lines if part.unit == county)
    villages = Unit.objects.under(county.path).filter(level=Level.VILLAGE).count()
    assert line.measure == line.ratio == (Decimal(500) / villages).quantize(Decimal("0.01"))
    whole = Unit.objects.under(cast_unit("city").path).filter(level=Level.VILLAGE).count()
    assert found.ratio == (Decimal(500) / whole).quantize(Decimal("0.01"))


def test_parts_of_figure_for_a_hundred_members(province_scope):
    put(VISITS, cast_unit("village"), 30)
    put("member.total", cast_unit("village"), 200)
    found = parts("city", Level.COUNTY, Per.MEMBER)
    measures = {part.unit.code: part.measure for part in found.lines}
    assert measures["431202000000"] == 15
    assert measures["431221000000"] is None
    assert found.ratio == 15


def test_villages_below_counts_by_child(province_scope):
    city = cast_unit("city")
    counts = villages_below(city, Level.COUNTY)
    assert sum(counts.values()) == Unit.objects.under(city.path).filter(level=Level.VILLAGE).count()
    assert set(counts) <= set(Unit.objects.filter(parent=city).values_list("path", flat=True))


def unit(name: str, kind: str = "administrative") -> Unit:
    return Unit(name=name, kind=kind)


def test_ranked_shares_places_and_leaves_zones_and_the_unknown_out():
    lines = [
        UnitShare(unit("甲"), 5),
        UnitShare(unit("乙"), 9),
        UnitShare(unit("丙"), 5),
        UnitShare(unit("丁"), 1),
        UnitShare(unit("戊", "functional_zone"), 99),
        UnitShare(unit("己"), 7, None, divided=True),
    ]
    assert [(place, part.unit.name) for place, part in ranked(lines)] == [
        (1, "乙"),
        (2, "甲"),
        (2, "丙"),
        (4, "丁"),
    ]


def test_ranked_by_ratio_does_not_follow_the_total():
    small, large = (
        UnitShare(unit("小"), 10, Decimal(5), divided=True),
        UnitShare(unit("大"), 100, Decimal(1), divided=True),
    )
    assert [part.unit.name for _, part in ranked([large, small])] == ["小", "大"]


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        (range(1, 11), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]),
        ([0, 0, 0], [0, 0, 0]),
        ([0, 7, 7, 7], [0, 5, 5, 5]),
        ([None, 3], [0, 5]),
        ([], []),
    ],
)
def test_class_of_makes_five_classes_of_like_size(values, classes):
    bounds = bounds_of(values)
    assert [class_of(value, bounds) for value in values] == classes
