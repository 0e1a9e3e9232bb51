"""Facts of whole subtrees: taken out before they are counted anew, carried along when a unit moves."""

from typing import Any

from django.db import connection

from fpa.access.models import Unit
from fpa.access.scope import whole_province
from fpa.core.visibility import upper_bound
from fpa.figures import catalogue
from fpa.figures.figure import Kind

LESSEN = """
UPDATE figures_fact a SET value = a.value - p.value
FROM figures_fact p JOIN access_unit u ON u.id = p.unit_id
WHERE a.figure = p.figure AND a.period = p.period AND a.cut = p.cut
  AND a.figure = ANY(%s) AND a.unit_id = ANY(%s) AND u.path = %s
"""

ENLARGE = """
INSERT INTO figures_fact AS f (figure, period, unit_id, cut, path, own, value)
SELECT p.figure, p.period, a.id, p.cut, a.path, 0, p.value
FROM figures_fact p JOIN access_unit u ON u.id = p.unit_id CROSS JOIN access_unit a
WHERE p.figure = ANY(%s) AND a.id = ANY(%s) AND u.path = %s AND p.value <> 0
ORDER BY 1, 2, 3, 4
ON CONFLICT (figure, period, unit_id, cut) DO UPDATE SET value = f.value + excluded.value
"""

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
        cursor.execute(LESSEN, [added, above, path])
        cursor.execute(DELETE, [keys, path, upper_bound(path)])


def move_facts(old_path: str, new_path: str) -> None:
    """After a unit has moved: take its facts out of the old line above it, and add them to the new one.

    Call it in the move's transaction, which holds the tree alone, when units and facts have their new paths. Nothing is
    counted; what counts distinct subjects is marked at both lines, as is what a waiting mark no longer reaches.
    """
    old, new = _lines(old_path, new_path)
    added = [figure.key for figure in catalogue.stored() if figure.kind.is_additive]
    distinct = [figure.key for figure in catalogue.stored() if figure.kind is Kind.DISTINCT]
    left, joined = _ids(old), _ids(new)
    with whole_province(), connection.cursor() as cursor:  # facts above are nobody's to see here
        cursor.execute(LESSEN, [added, left, new_path])
        cursor.execute(ENLARGE, [added, joined, new_path])
        cursor.execute(FOLLOW, [new_path, old_path, old_path, upper_bound(old_path)])
        cursor.execute(REACH, [new_path, old])
        cursor.execute(RECOUNT, [distinct, [*old, *new]])


def _lines(old_path: str, new_path: str) -> tuple[list[str], list[str]]:
    """The paths above the old place alone, and those above the new place alone."""
    old, new = _above(old_path), _above(new_path)
    return [path for path in old if path not in new], [path for path in new if path not in old]


def _above(path: str) -> list[str]:
    steps = path.strip("/").split("/")[:-1]
    return ["/", *("/" + "/".join(steps[: n + 1]) + "/" for n in range(len(steps)))]


def _ids(paths: list[str]) -> list[Any]:
    return list(Unit.objects.filter(path__in=paths).values_list("pk", flat=True))
