"""The drawn map: labels stand in their own shapes, shades follow results, and the file can be replaced."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fpa.access.models import Level, Unit
from fpa.analysis.dashboard import drawn_map
from fpa.analysis.parts import UnitShare
from fpa.core import maps
from fpa.core.maps import WIDTH, Outline, sheet_of
from tests.cast import cast_unit

Ring = list[tuple[float, float]]


def rings_of(outline: Outline) -> list[Ring]:
    """The rings of a path as points, read back from what the browser gets."""
    rings = []
    for text in re.findall(r"M([^MZ]+)Z", outline.lines):
        numbers = [float(n) for n in re.findall(r"[\d.]+", text)]
        rings.append(list(zip(numbers[::2], numbers[1::2], strict=True)))
    return rings


def holds(ring: Ring, x: float, y: float) -> bool:
    """Whether a point lies in a ring, by counting the sides to its right."""
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


@pytest.mark.parametrize("parent", ["430000", "431200", "430100"])
def test_labels_of_a_map_stand_in_their_own_shape(parent):
    """One that lies outside a bent shape would be read as the neighbour's."""
    sheet = sheet_of(parent, "city" if parent == "430000" else "county")
    astray = [o.name for o in sheet.outlines if not any(holds(r, o.x, o.y) for r in rings_of(o))]
    assert astray == []


def test_each_county_is_drawn_on_its_own_city_only(province_scope):
    seen: dict[str, str] = {}
    for city in Unit.objects.filter(level=Level.CITY):
        for outline in sheet_of(city.code[:6], "county").outlines:
            assert outline.code not in seen, outline.name
            assert outline.code[:4] == city.code[:4]
            seen[outline.code] = city.name
    assert len(seen) == 122


@pytest.fixture
def another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A map file of another make: a square with a hole, and a unit of two islands."""

    def square(left: float, low: float, size: float) -> list[list[float]]:
        corners = [(0, 0), (size, 0), (size, size), (0, size), (0, 0)]
        return [[left + x, low + y] for x, y in corners]

    def feature(code: str, kind: str, coordinates: Any) -> dict[str, Any]:
        about = {"code": code, "name": f"县{code}", "level": "county", "parent": "431200"}
        return {"properties": about, "geometry": {"type": kind, "coordinates": coordinates}}

    features = [
        feature("431202", "Polygon", [square(110, 27, 2), square(110.5, 27.5, 0.5)]),
        feature("431221", "MultiPolygon", [[square(113, 27, 0.2)], [square(113, 28, 1)]]),
    ]
    file = tmp_path / "map.json"
    file.write_text(json.dumps({"features": features}), encoding="utf-8")
    monkeypatch.setattr(maps, "MAP_FILE", file)
    _forget()
    yield
    _forget()


def _forget() -> None:
    sheet_of.cache_clear()
    maps._features.cache_clear()


def test_the_file_can_be_replaced(another_file):
    county, sibling = sheet_of("431200", "county").outlines
    assert [len(rings_of(outline)) for outline in (county, sibling)] == [2, 2]
    assert county.x < sibling.x
    assert holds(max(rings_of(sibling), key=lambda ring: ring[2][0] - ring[0][0]), sibling.x, sibling.y)
    sheet = sheet_of("431200", "county")
    assert max(x for o in sheet.outlines for ring in rings_of(o) for x, _ in ring) == pytest.approx(
        WIDTH, 0.001
    )


def test_a_unit_that_the_file_lacks_is_in_the_list_only(another_file, province_scope):
    city = cast_unit("city")
    parts = [UnitShare(unit, 5) for unit in Unit.objects.filter(parent=city)]
    drawn = drawn_map(city, Level.COUNTY, parts)
    assert drawn
    assert [shape.part.unit.code[:6] for shape in drawn.shapes] == ["431202", "431221"]


@pytest.mark.parametrize("divided", [False, True])
def test_shades_follow_the_measure_that_is_compared(province_scope, divided):
    """By the ratio where one is asked for: the largest total need not be the darkest."""
    city = cast_unit("city")
    counties = list(Unit.objects.filter(parent=city, kind="administrative").order_by("path"))
    parts = [UnitShare(unit, 1000 - n, Decimal(n + 1) / 2, divided) for n, unit in enumerate(counties)]
    drawn = drawn_map(city, Level.COUNTY, parts)
    assert drawn
    shades = {shape.part.unit.code: shape.shade for shape in drawn.shapes}
    first, last = counties[0].code, counties[-1].code
    assert (shades[first], shades[last]) == ((1, 5) if divided else (5, 1))
    lows = [low for shade, low, _ in drawn.legend if shade]
    assert lows == sorted(lows)
    assert {shade for shade, _, _ in drawn.legend} == set(shades.values())


def test_what_has_no_number_has_no_shade(province_scope):
    city = cast_unit("city")
    parts = [UnitShare(unit, 0, None, True) for unit in Unit.objects.filter(parent=city)]
    drawn = drawn_map(city, Level.COUNTY, parts)
    assert drawn
    assert {shape.shade for shape in drawn.shapes} == {0}
    assert drawn.legend == ((0, 0, 0),)
