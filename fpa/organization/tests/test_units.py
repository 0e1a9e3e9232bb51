"""The tree, a unit's page, and finding units."""

import pytest

from fpa.access.models import Unit
from fpa.organization.queries import children_of
from fpa.pages.queries import full_name_of, search_units
from fpa.people.tests.people import make_member


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("hhs", "怀化市"),
        ("HHS", "怀化市"),
        ("ｈｈｓ", "怀化市"),
        ("怀化", "怀化市"),
        ("鹤城", "鹤城区"),
        ("431202000000", "鹤城区"),
        ("431202", "鹤城区"),
    ],
)
def test_search_units_puts_the_one_that_is_meant_first(db, typed, first):
    assert search_units(typed, "/")[0].name == first


def test_search_units_finds_a_part_of_a_name(db, unit_of):
    assert "城中街道" in [unit.name for unit in search_units("中街", unit_of("county").path)]


@pytest.mark.parametrize("typed", ["", "  ", "没有这个地方", "999999", "%", "'"])
def test_search_units_finds_nothing_for_nonsense(db, typed):
    assert search_units(typed, "/") == []


def test_search_units_stays_within_the_seat(db, unit_of):
    assert search_units("hhs", unit_of("county").path) == []
    assert all(
        unit.path.startswith(unit_of("county").path) for unit in search_units("社区", unit_of("county").path)
    )


def test_search_units_forgets_units_that_are_gone(db, unit_of):
    Unit.objects.filter(pk=unit_of("county").pk).update(valid_to="2024-01-01")
    assert "鹤城区" not in [unit.name for unit in search_units("鹤城区", "/")]


def test_line_of_reads_from_the_city_down(db, unit_of):
    assert full_name_of(unit_of("township")) == "怀化市鹤城区城中街道"
    assert full_name_of(unit_of("province")) == "湖南省"


def test_children_of_stand_in_code_order_zones_last(db):
    changsha = Unit.objects.get(code="430100000000")
    zones = [unit.is_functional_zone for unit in children_of(Unit.objects.get(code="430000000000"))]
    assert zones == sorted(zones)
    children = list(children_of(changsha))
    assert [unit.code for unit in children] == sorted(unit.code for unit in children)
    assert vars(children[0])["children_count"] == Unit.objects.filter(parent=children[0]).count()


def test_unit_tree_keeps_functional_zones_apart(client_as):
    parents = Unit.objects.filter(children__kind="functional_zone").distinct()
    page = client_as("province").get(f"/units/{parents[0].code}/children/").content.decode()
    assert "功能区（不计入县市区）" in page


def test_unit_tree_begins_at_the_seat(client_as, unit_of):
    page = client_as("county").get("/units/").content.decode()
    assert unit_of("township").code in page
    assert unit_of("sibling").code not in page


def test_unit_tree_finds_by_initials(client_as):
    assert "怀化市" in client_as("province").get("/units/?q=hhs").content.decode()


@pytest.mark.parametrize("url", ["/units/{}/", "/units/{}/children/"])
def test_unit_pages_are_shut_to_siblings(client_as, unit_of, url):
    address = url.format(unit_of("county").code)
    assert client_as("county").get(address).status_code == 200
    assert client_as("sibling").get(address).status_code == 404
    assert client_as("village").get(address).status_code == 404


def test_unit_children_take_as_many_queries_for_many_units(queries_of, unit_of):
    few, many = (
        queries_of("province", f"/units/{unit_of(n).code}/children/") for n in ("township", "province")
    )
    assert few == many


def test_unit_detail_shows_facts_history_and_the_way_down(client_as, province_scope, unit_of):
    make_member(unit_of("village"))
    page = client_as("county").get(f"/units/{unit_of('village').code}/").content.decode()
    for words in ("区划代码", unit_of("village").code, "沿革", "入序、参公、三定", "城中", "会员名单"):
        assert words in page


def test_unit_detail_links_only_units_of_the_seat(client_as, unit_of):
    page = client_as("county").get(f"/units/{unit_of('village').code}/").content.decode()
    assert f"/units/{unit_of('township').code}/" in page
    assert f"/units/{unit_of('city').code}/" not in page


def test_search_units_page_offers_options_of_the_seat(client_as, unit_of):
    page = client_as("county").get("/units/search/?field=unit&unit=czjd").content.decode()
    assert f'value="{unit_of("township").code} 城中街道"' in page
    assert "option" not in client_as("sibling").get("/units/search/?field=unit&unit=czjd").content.decode()
