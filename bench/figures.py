"""A figure with its breakdown at province level: the time that its statements take in the database."""

import re
import statistics
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.scratch import owner_connection, result, scratch_database
from fpa.access.models import Unit
from fpa.access.scope import whole_province
from fpa.core.periods import Period
from fpa.demo.people import make_people
from fpa.figures.freshness import refresh
from fpa.figures.queries import breakdown, read

SCALE = 100
REPEATS = 15
LIMIT_MS = 2


def run() -> list[dict[str, Any]]:
    """Median of the execution times that EXPLAIN ANALYZE reports for the statements of one reading, added up."""
    with scratch_database():
        make_people(SCALE, lambda done, total: None)
        refresh()
        with owner_connection() as owner:
            owner.execute("VACUUM ANALYZE")
        with whole_province():
            province = Unit.objects.get(level=1)
            statements = _statements(province)
            times = [sum(_milliseconds(sql) for sql in statements) for _ in range(REPEATS)]
    return [
        result(
            "figure with breakdown at province level, in the database",
            statistics.median(times),
            LIMIT_MS,
            "ms",
        )
    ]


def _statements(province: Unit) -> list[str]:
    period = Period.parse("2023H1")
    with CaptureQueriesContext(connection) as captured:
        read(["member.total"], province, period)
        breakdown("member.total", province, period)
    return [query["sql"] for query in captured if re.match(r"\s*(SELECT|WITH)", query["sql"])]


def _milliseconds(statement: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + statement.replace("%", "%%"))
        plan = cursor.fetchone()[0][0]
    return plan["Planning Time"] + plan["Execution Time"]
