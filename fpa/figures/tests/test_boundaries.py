"""A past period in the boundaries of then and of now, after a township has moved to the sibling county."""

from datetime import date

import pytest
from django.utils import timezone

from fpa.core.periods import Period
from fpa.figures.boundaries import CannotTell, read_then
from fpa.figures.freshness import refresh
from fpa.figures.queries import breakdown, read
from fpa.figures.recount import recount
from fpa.organization.actions.units import move_unit
from tests.cast import CITY, COUNTY, SIBLING, cast_unit

from .records import join
from .test_pages import text_of

pytestmark = pytest.mark.usefixtures("opened_database")

H1 = Period.parse("2023H1")


@pytest.fixture
def moved(province_scope, actor):
    """Two members in the cast's village, one at its township, four beside them in the county, one in the sibling."""
    for unit, number in (("village", 2), ("township", 1), ("county", 4), ("sibling", 1)):
        for _ in range(number):
            join(cast_unit(unit), date(2023, 1, 1))
    refresh()
    township = cast_unit("township")
    move_unit(
        unit=township,
        to_parent=cast_unit("sibling"),
        on=timezone.localdate(),
        document="湘民发",
        by=actor("city"),
    )
    refresh()
    return township


def counties(parts) -> dict[str, object]:
    return {unit.code: value for unit, value in parts if value}


def test_breakdown_of_then_stands_beside_that_of_now(moved):
    city = cast_unit("city")
    then = read_then("member.total", city, H1, city.path)
    assert then.value == read(["member.total"], city, H1)["member.total"].value == 8
    assert counties(then.parts) == {COUNTY: 7, SIBLING: 1}
    assert counties(breakdown("member.total", city, H1)) == {COUNTY: 4, SIBLING: 4}


def test_breakdown_of_then_names_the_units_that_stood_below(moved):
    county, city = cast_unit("county"), cast_unit("city")
    then = read_then("member.total", county, H1, city.path)
    assert then.value == 7
    assert dict(then.parts)[moved] == 3
    assert moved not in dict(breakdown("member.total", county, H1))
    sibling = read_then("member.total", cast_unit("sibling"), H1, city.path)
    assert (sibling.value, moved in dict(sibling.parts)) == (1, False)


def test_a_period_after_the_move_is_the_same_in_both(moved):
    city, year = cast_unit("city"), Period.parse(str(timezone.localdate().year))
    then = read_then("member.total", city, year, city.path)
    assert counties(then.parts) == counties(breakdown("member.total", city, year)) == {COUNTY: 4, SIBLING: 4}


def test_boundaries_of_then_do_not_show_what_has_left_the_scope(moved):
    county = cast_unit("county")
    with pytest.raises(CannotTell, match="划到了您的管理范围以外"):
        read_then("member.total", county, H1, county.path)
    sibling = cast_unit("sibling")
    assert read_then("member.total", sibling, H1, sibling.path).value == 1


def test_boundaries_of_then_are_not_told_of_distinct_persons(moved):
    with pytest.raises(CannotTell, match="去重"):
        read_then("staff.persons", cast_unit("city"), H1, "/")


def test_a_rate_of_then_is_divided_anew(moved):
    city = cast_unit("city")
    then = read_then("org.county.listed_rate", city, H1, city.path)
    assert then.value == read(["org.county.listed_rate"], city, H1)["org.county.listed_rate"].value == 0


def test_facts_are_whole_after_the_move(moved):
    assert recount(cast_unit("province")).differences == []


def test_figure_detail_switches_between_then_and_now(moved, client_as):
    client = client_as("city")
    now = text_of(client.get("/figures/member.total/", {"period": "2023H1", "unit": CITY}))
    then = text_of(client.get("/figures/member.total/", {"period": "2023H1", "boundaries": "then"}))
    assert "按现在区划" in now
    assert "按当时区划" in now
    assert now != then
    refused = client_as("county").get("/figures/member.total/", {"period": "2023H1", "boundaries": "then"})
    assert "划到了您的管理范围以外" in text_of(refused)
