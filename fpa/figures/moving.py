"""Facts of whole subtrees: taken out before they are counted anew, carried along when a unit moves."""

from typing import Any

from django.db import connection
from django.db.models import Max, Min
from django.utils import timezone

from fpa.access.models import Unit
from fpa.access.scope import whole_province
from fpa.core.visibility import upper_bound
from fpa.figures import catalogue
from fpa.figures.fact_periods import parts_of, years
from fpa.figures.figure import Kind

LESSEN = """
UPDATE figures_fact a SET value = a.value - p.value
FROM figures_fact p
WHERE a.figure = p.figure AND a.period = p.period AND a.cut = p.cut
  AND p.figure = ANY(%s) AND p.period = ANY(%s) AND p.unit_id = %s AND p.value <> 0 AND a.unit_id = ANY(%s)
"""

ENLARGE = """
INSERT INTO figures_fact AS f (figure, period, unit_id, cut, path, own, value)
SELECT p.figure, p.period, a.id, p.cut, a.path, 0, p.value
FROM figures_fact p CROSS JOIN access_unit a
WHERE p.figure = ANY(%s) AND p.period = ANY(%s) AND p.unit_id = %s AND p.value <> 0 AND a.id = ANY(%s)
ORDER BY 1, 2, 3, 4
ON CONFLICT (figure, period, unit_id, cut) DO UPDATE SET path = excluded.path, value = f.value + excluded.value
"""

HELD = """
SELECT DISTINCT figure, period FROM figures_fact WHERE figure = ANY(%s) AND period = ANY(%s) AND unit_id = %s
"""
"""A unit has a fact wherever one below it has: so these are all figures and periods of its subtree."""

BY_INDEX = "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
AS_BEFORE = BY_INDEX.replace("= off", "TO DEFAULT")

FOLLOW_FACTS = """
UPDATE figures_fact f SET path = u.path
FROM unnest(%s::text[], %s::text[]) held(figure, period), access_unit u
WHERE f.figure = held.figure AND f.period = held.period AND f.unit_id BETWEEN %s AND %s
  AND u.id = f.unit_id AND u.path >= %s AND u.path < %s
"""
"""By figure, period and range of units, as the key has them: the table has no index on paths, and millions of rows."""

DELETE = """
DELETE FROM figures_fact f USING access_unit u
WHERE u.id = f.unit_id AND f.figure = ANY(%s) AND u.path >= %s AND u.path < %s
"""

FOLLOW = """
UPDATE figures_stale SET path = %s || substr(path, length(%s) + 1) WHERE path >= %s AND path < %s
"""

REACH = """
INSERT INTO figures_stale (figure, path, subtree, since)
SELECT figure, %s, true, since FROM figures_stale WHERE subtree AND path = ANY(%s)
"""
"""What was marked below a unit of the old line is marked on below the moved unit, which that mark no longer reaches."""

RECOUNT = """
INSERT INTO figures_stale (figure, path, subtree)
SELECT figure, path, false FROM unnest(%s::text[]) figure CROSS JOIN unnest(%s::text[]) path
"""


def forget(keys: list[str], path: str) -> None:
    """Take a subtree's facts out: from the values of the units above it, then from the table.

    Call it as `recompute`. A fact is found by its unit's path of now, so facts of moved units are found too. Values of
    distinct subjects above are counted anew by the `recompute` that follows.
    """
    added = [figure.key for figure in catalogue.get_all(keys) if figure.kind.is_additive]
    above = [unit.pk for unit in Unit.objects.above(path) if unit.path != path]
    with connection.cursor() as cursor:
        cursor.execute(LESSEN, [added, _periods(), _id(path), above])
        cursor.execute(DELETE, [keys, path, upper_bound(path)])


def move_facts(old_path: str, new_path: str) -> None:
    """After a unit has moved: let its facts follow, take them out of the old line above it, add them to the new one.

    Call it in the move's transaction, which holds the tree alone, when the units have their new paths. Nothing is
    counted; what counts distinct subjects is marked at both lines, as is what a waiting mark no longer reaches.
    """
    old, new = _lines(old_path, new_path)
    added = [figure.key for figure in catalogue.stored() if figure.kind.is_additive]
    distinct = [figure.key for figure in catalogue.stored() if figure.kind is Kind.DISTINCT]
    moved = [added, _periods(), _id(new_path)]
    with whole_province(), connection.cursor() as cursor:  # facts above are nobody's to see here
        _follow(cursor, [*added, *distinct], new_path)
        cursor.execute(LESSEN, [*moved, _ids(old)])
        cursor.execute(ENLARGE, [*moved, _ids(new)])
        cursor.execute(FOLLOW, [new_path, old_path, old_path, upper_bound(old_path)])
        cursor.execute(REACH, [new_path, old])
        cursor.execute(RECOUNT, [distinct, [*old, *new]])


def _follow(cursor: Any, keys: list[str], path: str) -> None:
    """Give the facts of a subtree the paths of their units."""
    units = Unit.objects.under(path).aggregate(low=Min("pk"), high=Max("pk"))
    cursor.execute(HELD, [keys, _periods(), _id(path)])
    held = cursor.fetchall()
    cursor.execute(BY_INDEX)
    pairs = [[figure for figure, _ in held], [period for _, period in held]]
    cursor.execute(FOLLOW_FACTS, [*pairs, units["low"], units["high"], path, upper_bound(path)])
    cursor.execute(AS_BEFORE)


def _periods() -> list[str]:
    """The codes of all periods that may have facts."""
    return [str(part) for year in years(timezone.localdate()) for part in parts_of(year)]


def _id(path: str) -> Any:
    return Unit.objects.get(path=path).pk


def _lines(old_path: str, new_path: str) -> tuple[list[str], list[str]]:
    """The paths above the old place alone, and those above the new place alone."""
    old, new = _above(old_path), _above(new_path)
    return [path for path in old if path not in new], [path for path in new if path not in old]


def _above(path: str) -> list[str]:
    steps = path.strip("/").split("/")[:-1]
    return ["/", *("/" + "/".join(steps[: n + 1]) + "/" for n in range(len(steps)))]


def _ids(paths: list[str]) -> list[Any]:
    return list(Unit.objects.filter(path__in=paths).values_list("pk", flat=True))
