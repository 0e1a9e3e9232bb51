"""What PostgreSQL means to do for a query, read under the policy of the scope at hand."""

from typing import Any

from django.db import connection
from django.db.models import QuerySet


def plan_of(rows: QuerySet[Any]) -> str:
    """The plan of a query, a line a step."""
    query, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {query}", params)
        return "\n".join(line for (line,) in cursor.fetchall())


def index_condition(plan: str, *words: str) -> str:
    """The first index condition that holds all the words; "" where no index is read by them."""
    conditions = (line.strip() for line in plan.splitlines() if "Index Cond" in line)
    return next((line for line in conditions if all(word in line for word in words)), "")


def reads_a_range_of_paths(plan: str) -> bool:
    """Whether the rows of a subtree are read as one range of an index on path, and no table of people in full."""
    has_range = index_condition(plan, "(path)::text >= ", "(path)::text < ")
    return bool(has_range) and "Seq Scan" not in plan
