"""The map: every administrative city and county has its outline, and all stand on the sheet."""

import re

import pytest

from fpa.access.models import Level, Unit
from fpa.core.maps import WIDTH, sheet_of


def codes(level: Level, **where: object) -> set[str]:
    units = Unit.objects.filter(level=level, kind="administrative", **where)
    return {code[:6] for code in units.values_list("code", flat=True)}


@pytest.mark.parametrize(("level", "count"), [(Level.CITY, 14), (Level.COUNTY, 122)])
def test_sheet_of_the_province_has_the_units_of_the_tree(db, level, count):
    sheet = sheet_of("430000", level.name.lower())
    assert {outline.code for outline in sheet.outlines} == codes(level)
    assert len(sheet.outlines) == count


def test_sheet_of_a_city_has_its_counties(db):
    for city in Unit.objects.filter(level=Level.CITY):
        sheet = sheet_of(city.code[:6], "county")
        assert {outline.code for outline in sheet.outlines} == codes(Level.COUNTY, parent=city)


def test_sheet_of_has_the_names_of_the_tree(db):
    names = dict(Unit.objects.filter(level__in=(2, 3)).values_list("code", "name"))
    outlines = [*sheet_of("430000", "city").outlines, *sheet_of("430000", "county").outlines]
    assert [o.name for o in outlines if names[o.code.ljust(12, "0")] != o.name] == []


@pytest.mark.parametrize(
    ("parent", "level"), [("430000", "city"), ("430000", "county"), ("431200", "county")]
)
def test_sheet_of_draws_within_its_size(parent, level):
    sheet = sheet_of(parent, level)
    for outline in sheet.outlines:
        numbers = [float(n) for n in re.findall(r"-?[\d.]+", outline.lines)]
        xs, ys = numbers[::2], numbers[1::2]
        assert 0 <= min(xs) <= outline.x <= max(xs) <= WIDTH
        assert 0 <= min(ys) <= outline.y <= max(ys) <= sheet.height + 0.5
        assert re.fullmatch(r"(M[\d. ]+(L[\d. ]+)+Z)+", outline.lines)


def test_sheet_of_puts_the_north_up():
    y = {outline.name: outline.y for outline in sheet_of("430000", "city").outlines}
    x = {outline.name: outline.x for outline in sheet_of("430000", "city").outlines}
    assert y["岳阳市"] < y["郴州市"]
    assert x["怀化市"] < x["长沙市"]


@pytest.mark.parametrize(("parent", "level"), [("431202", "township"), ("990000", "village")])
def test_sheet_of_what_the_file_lacks_is_empty(parent, level):
    assert sheet_of(parent, level).outlines == ()
