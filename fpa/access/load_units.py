"""Loading the tree of units from the committed data file (`fpa/access/data/README.md` names its source)."""

import csv
import gzip
from datetime import date
from pathlib import Path

from django.db import connection

from fpa.access.models import Level, Unit

UNITS_FILE = Path(__file__).parent / "data" / "units.csv.gz"
FOUNDED = date(2000, 1, 1)
"""The file says what is valid, not since when; the tree starts here."""

SEGMENTS = {Level.CITY: (2, 4), Level.COUNTY: (4, 6), Level.TOWNSHIP: (6, 9), Level.VILLAGE: (9, 12)}
"""Which digits of the 12-digit code are a level's own."""

FIRST_VERSIONS = """
INSERT INTO access_unitversion (unit_id, code, name, parent_id, path, valid_from, reason)
SELECT id, code, name, parent_id, path, valid_from, '' FROM access_unit ORDER BY id
"""
"""What each unit's history opens with."""


def load_units() -> int:
    """Load the whole tree where there is none yet; returns the number of units made."""
    if Unit.objects.exists():
        return 0
    paths: dict[str, str] = {"": ""}
    ids: dict[str, int] = {}
    with gzip.open(UNITS_FILE, "rt", encoding="utf-8", newline="") as lines:
        rows = sorted(csv.DictReader(lines), key=lambda row: Level[row["level"].upper()])
    for level in Level:
        units = [_unit(row, paths, ids) for row in rows if Level[row["level"].upper()] == level]
        for unit in Unit.objects.bulk_create(units, batch_size=5000):
            ids[unit.code], paths[unit.code] = unit.pk, unit.path
    with connection.cursor() as cursor:
        cursor.execute(FIRST_VERSIONS)
        return cursor.rowcount


def _unit(row: dict[str, str], paths: dict[str, str], ids: dict[str, int]) -> Unit:
    level = Level[row["level"].upper()]
    segment = row["code"][slice(*SEGMENTS[level])] if level in SEGMENTS else ""
    return Unit(
        code=row["code"],
        name=row["name"],
        short_name=row["short_name"],
        initials=row["initials"],
        level=level,
        kind=row["kind"],
        parent_id=ids.get(row["parent"]),
        path=f"{paths[row['parent']]}{segment}/",
        valid_from=FOUNDED,
    )
