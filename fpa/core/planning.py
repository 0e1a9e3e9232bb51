"""What the planner must be told: of rows written in this very transaction it knows no statistics, takes them for a
few, and joins tens of thousands by nested loops, for minutes or hours."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

FEW = 200
"""So many rows are joined as the planner likes."""


@contextmanager
def bulk_joins(*, rows: int) -> Iterator[None]:
    """Join by hash in this block, not by nested loops or in order, where more than a few `rows` are at hand.

    The setting ends with the block, or with the transaction that is to be undone. Raises RuntimeError outside a
    transaction, where it would be lost at once.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("what the planner is told lives in a transaction; open one first")
    if rows <= FEW:
        yield
        return
    _allow_other_joins("off")
    yield
    if not connection.needs_rollback:
        _allow_other_joins("on")


def _allow_other_joins(setting: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config(name, %s, true) FROM unnest(ARRAY['enable_nestloop', 'enable_mergejoin']) name",
            [setting],
        )
