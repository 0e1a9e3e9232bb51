"""Advisory locks of the database, each by its number or name here: two of one number would wait for each other."""

from uuid import UUID

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from fpa.core.ids import lock_key

TREE = 4_300_001
"""Held shared by whoever writes rows at units, alone by whoever moves units."""
DAY = 4_300_002
"""Held by the one keeper that looks at what days have done."""
FILES = 4_300_011
"""Held shared by whoever keeps a file, alone by whoever purges them."""
SEAL = 5_291_980
"""Held by the one sealer of the audit."""
REFRESH = 5_291_981
"""Held by the one refresh of the figures."""


def lock_by_name(name: str) -> None:
    """Wait for, and hold until the transaction ends, the lock of a name: of a thing that has no row to lock yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])


def lock_row(pk: UUID) -> None:
    """Wait for, and hold until the transaction ends, the lock of a row by its key, whether or not it stands already."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key(pk)])


def try_lock_row(pk: UUID, patience: float = 0) -> bool:
    """Whether this transaction holds the lock of a row until it ends; another may hold it for `patience` seconds yet.

    The connection of a killed worker takes a moment to end. Waits for the lock itself, so a time limit of statements
    that is shorter than `patience` ends the wait with its own error.
    """
    if not patience:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_key(pk)])
            return bool(cursor.fetchone()[0])
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout')")
            before = cursor.fetchone()[0]
            _limit_wait(f"{round(patience * 1000)}ms")
            lock_row(pk)
            _limit_wait(before)
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            return False
        raise
    return True


def _limit_wait(limit: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [limit])
