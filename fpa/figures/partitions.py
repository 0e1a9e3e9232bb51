"""The years of the table of facts: one partition each, made ahead by every migration (`fpa setup`).

A period's code begins with its year and is compared byte by byte, so the codes of 2023 (2023, 2023-05, 2023H1, 2023Q2)
are the range from '2023' to '2024'. The application's role owns nothing and can't make one; `YEARS_AHEAD` years stand
ready, so that a platform may go that long without an update.
"""

from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from fpa.figures.fact_periods import first_day

TABLE = "figures_fact"
YEARS_AHEAD = 5


def wanted_years(today: date) -> range:
    """The years that need a partition: from the first kept one on, and some ahead."""
    return range(first_day().year, today.year + YEARS_AHEAD + 1)


def missing_years(today: date) -> list[int]:
    """The years without a partition among those that need one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [TABLE]
        )
        present = {name.rpartition(".")[2] for (name,) in cursor.fetchall()}
    return [year for year in wanted_years(today) if partition_of(year) not in present]


def partition_of(year: int) -> str:
    """The name of a year's partition."""
    return f"{TABLE}_{year}"


def create_statement(year: int) -> str:
    """The statement that makes a year's partition."""
    return (
        f"CREATE TABLE {partition_of(year)} PARTITION OF {TABLE} FOR VALUES FROM ('{year}') TO ('{year + 1}')"
    )


def make_partitions(**_: Any) -> None:
    """Make the partitions that are missing, as the tables' owner; safe to run again. The guards follow (access).

    Where migrations have gone back to the time before partitions, there is nothing to make.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_partitioned_table WHERE partrelid = to_regclass(%s)", [TABLE])
        if cursor.fetchone() is None:
            return
        for year in missing_years(timezone.localdate()):
            cursor.execute(create_statement(year))
