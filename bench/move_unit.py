"""Moving a unit with 50,000 members: how long nobody else can write at any unit."""

import time
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from bench.scratch import owner_connection, result, scratch_database
from fpa.access.models import Unit
from fpa.access.scope import whole_province
from fpa.core.actor import SYSTEM
from fpa.figures.freshness import mark_stale_subtree, refresh
from fpa.membership.models import Member
from fpa.organization.actions.units import move_unit

MEMBERS = 50_000
LIMIT_SECONDS = 3

PEOPLE = """
WITH village AS (
    SELECT id, path, row_number() OVER (ORDER BY path) AS n
    FROM access_unit WHERE level = 5 AND path >= %(lo)s AND path < %(hi)s
),
person AS (
    INSERT INTO people_person (id, unit_id, path, name, initials, sex, birth_date, id_cipher, id_index, created_at)
    SELECT gen_random_uuid(), v.id, v.path, '王小明', 'wxm', CASE g %% 2 WHEN 0 THEN 'male' ELSE 'female' END,
           '1990-01-01'::date - (g %% 20000), '', int8send(g), now()
    FROM generate_series(1, %(number)s) g JOIN village v ON v.n = 1 + g %% (SELECT count(*) FROM village)
    RETURNING id, unit_id, path, name, initials
)
INSERT INTO membership_member (unit_id, path, person_id, name, initials, kind, joined_on, left_reason)
SELECT unit_id, path, id, name, initials, 'ordinary', %(on)s, '' FROM person
"""


def run() -> list[dict[str, Any]]:
    """The whole action: the tree is held alone from its first statement to its commit."""
    with scratch_database("move"):
        county = _county_with_members()
        with owner_connection() as owner:
            owner.execute("VACUUM ANALYZE")
        seconds = _move(county)
    return [result("moving a unit of 50,000 members", seconds, LIMIT_SECONDS, "s")]


def _county_with_members() -> Unit:
    with whole_province(), connection.cursor() as cursor:
        county = Unit.objects.filter(level=3, kind="administrative").order_by("path")[0]
        values: dict[str, Any] = {
            "lo": county.path,
            "hi": f"{county.path[:-1]}0",
            "number": MEMBERS,
            "on": date(2020, 1, 1),
        }
        cursor.execute(PEOPLE, values)
        mark_stale_subtree(Member, county.path)
    refresh()
    return county


def _move(county: Unit) -> float:
    with whole_province():
        target = Unit.objects.filter(level=2).exclude(children=county).order_by("path")[0]
    started = time.monotonic()
    with whole_province():
        move_unit(unit=county, to_parent=target, on=timezone.localdate(), document="湘民发", by=SYSTEM)
    return time.monotonic() - started
