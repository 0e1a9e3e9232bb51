"""The map as drawn lines: outlines of cities and counties, projected once, as paths of an SVG.

Drawn by the server, so a map stands there without scripts, prints sharply, and each unit on it is a plain link. The
file is replaceable (see `static/map/README.md`).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import cos, radians
from typing import Any

from django.conf import settings

MAP_FILE = settings.BASE_DIR / "static" / "map" / "hunan.json"
WIDTH = 640
CODE_LENGTH = 6
LATITUDE = 27.6
"""Middle of the province; there a degree of longitude is this much shorter than one of latitude."""

Point = tuple[float, float]
Ring = list[Point]


@dataclass(frozen=True)
class Outline:
    """A unit's shape: SVG path data, and where its label stands."""

    code: str
    name: str
    lines: str
    x: float
    y: float


@dataclass(frozen=True)
class MapSheet:
    """A map: its outlines in code order, and the size of its drawing."""

    outlines: tuple[Outline, ...]
    height: int
    width: int = WIDTH


@cache
def sheet_of(parent: str, level: str) -> MapSheet:
    """The map of the cities or counties (`level`) below a 6-digit code; the province's holds all counties.

    A parent without outlines below it gives an empty sheet.
    """
    shapes = [s for s in _features() if s["properties"]["level"] == level and _is_below(s, parent)]
    rings = {shape["properties"]["code"]: list(_rings(shape["geometry"])) for shape in shapes}
    points = [point for each in rings.values() for ring in each for point in ring]
    if not points:
        return MapSheet((), 0)
    left, top = min(x for x, _ in points), min(y for _, y in points)
    scale = WIDTH / (max(x for x, _ in points) - left)
    height = round((max(y for _, y in points) - top) * scale)
    drawn = [
        _outline(s["properties"], [[((x - left) * scale, (y - top) * scale) for x, y in ring] for ring in r])
        for s, r in zip(shapes, rings.values(), strict=True)
    ]
    return MapSheet(tuple(drawn), height)


@cache
def _features() -> list[dict[str, Any]]:
    return json.loads(MAP_FILE.read_text(encoding="utf-8"))["features"]


def _is_below(shape: dict[str, Any], parent: str) -> bool:
    return shape["properties"]["parent"] == parent or parent.endswith("0000")


def _rings(geometry: dict[str, Any]) -> Iterator[Ring]:
    """All rings of a polygon or of several, as points with y growing downwards."""
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    for polygon in polygons:
        for ring in polygon:
            yield [(x * cos(radians(LATITUDE)), -y) for x, y in ring]


def _outline(properties: dict[str, str], rings: list[Ring]) -> Outline:
    lines = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in rings)
    x, y = _centre(max(rings, key=lambda ring: abs(_area(ring))))
    return Outline(properties["code"], properties["name"], lines, round(x, 1), round(y, 1))


def _area(ring: Ring) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)) / 2


def _centre(ring: Ring) -> Point:
    """The centre of gravity of a ring that ends where it begins."""
    area, x, y = _area(ring), 0.0, 0.0
    for (x1, y1), (x2, y2) in pairwise(ring):
        cross = x1 * y2 - x2 * y1
        x, y = x + (x1 + x2) * cross, y + (y1 + y2) * cross
    return x / (6 * area), y / (6 * area)
