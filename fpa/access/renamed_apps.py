"""Apps that have another name than when a database was set up: their tables and their migrations' records follow.

Django knows a migration by its app, so this comes before `migrate`. A table is renamed, not copied: it costs a moment's
lock. Running it again, or on a new database, changes nothing.
"""

from django.db import connection, transaction
from psycopg import sql

RENAMED_APPS = {"jobs": "imports"}
"""Old label → new label."""


def rename_apps() -> None:
    """Bring tables and migration records of renamed apps under their new label; as the owner, before `migrate`."""
    with transaction.atomic(), connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        if "django_migrations" not in tables:
            return
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        for old, new in RENAMED_APPS.items():
            cursor.execute("UPDATE django_migrations SET app = %s WHERE app = %s", [new, old])
            cursor.execute("UPDATE django_content_type SET app_label = %s WHERE app_label = %s", [new, old])
            for table in [name for name in tables if name.startswith(f"{old}_")]:
                names = sql.Identifier(table), sql.Identifier(new + table.removeprefix(old))
                cursor.execute(sql.SQL("ALTER TABLE {} RENAME TO {}").format(*names))
