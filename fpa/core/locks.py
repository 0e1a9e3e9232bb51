"""Advisory locks of the database, each by its number or name here: two of one number would wait for each other."""

from django.db import connection

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
