"""The database guards: policies and privileges, made from what each model declares.

After every migration each table of ours gets exactly the policies its `visibility` names and the privileges
its `append_only` leaves; so a table can't be forgotten, and a changed declaration can't leave an old policy
behind. A model without a declaration stops the migration.

Policies follow design §9: one a table and command, one expression over the row's own columns and the settings.
A partition has the policies of its table and no privileges: its rows are reached through the table alone.
"""

from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.db import connection, models

from fpa.access.models import ScopedModel
from fpa.core.database import app_role
from fpa.core.visibility import Visibility

LO = "nullif(current_setting('fpa.scope_lo', true), '')"
HI = "nullif(current_setting('fpa.scope_hi', true), '')"
SUBTREE = f"path >= {LO} AND path < {HI}"
PUBLISHED = f"({LO} ^@ path) OR ({SUBTREE})"

KEPT_BY_MIGRATIONS = frozenset(
    {"django_migrations", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions"}
)
"""Tables of Django's own that the platform only reads: what is in them, the owner's migrations have put there."""

POLICIES: dict[Visibility, dict[str, str]] = {
    Visibility.SUBTREE: {"ALL": SUBTREE},
    Visibility.PUBLISHED_DOWN: {"SELECT": PUBLISHED, "INSERT": SUBTREE, "UPDATE": SUBTREE, "DELETE": SUBTREE},
    Visibility.REFERENCE: {},
}


def apply_after_migrate(app_config: AppConfig, **_: Any) -> None:
    """Apply the guards once, when the last app of the run has been migrated (apps without models send no signal)."""
    if app_config is [app for app in apps.get_app_configs() if app.models_module][-1]:
        apply_guards()


def our_models() -> list[type[models.Model]]:
    """All models of our own packages that have a table."""
    return [m for m in apps.get_models() if m.__module__.startswith("fpa.") and m._meta.managed]


def visibility_of(model: type[models.Model]) -> Visibility:
    """Read a model's declared visibility. Raises TypeError where none is declared."""
    declared = getattr(model, "visibility", None)
    if not isinstance(declared, Visibility):
        raise TypeError(f"{model.__module__}.{model.__name__} declares no visibility (fpa.core.visibility)")
    return declared


def apply_guards() -> None:
    """Give every table its policies and privileges; safe to run again."""
    role = connection.ops.quote_name(app_role(settings.OWNER_DATABASE["NAME"]))
    ours = {model._meta.db_table: model for model in our_models()}
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        schema = _schema(cursor)
        cursor.execute(f"GRANT USAGE ON SCHEMA {schema} TO {role}")
        for table in sorted(tables):
            model = ours.get(table)
            statements = _privileges(table, role, model)
            statements += _policies(table, model, _present(cursor, table)) if model else []
            cursor.execute(";".join(statements))
        for table, parent in _partitions(cursor):
            statements = [f"REVOKE ALL ON {connection.ops.quote_name(table)} FROM {role}"]
            statements += _policies(table, ours[parent], _present(cursor, table))
            cursor.execute(";".join(statements))
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}")


def _schema(cursor: Any) -> str:
    cursor.execute("SELECT quote_ident(current_schema())")
    return cursor.fetchone()[0]


def _partitions(cursor: Any) -> list[tuple[str, str]]:
    """The partitions of our tables, each with its table."""
    cursor.execute(
        "SELECT c.relname, p.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " JOIN pg_class p ON p.oid = i.inhparent"
        " WHERE c.relispartition AND c.relkind = 'r'"
        " AND c.relnamespace = quote_ident(current_schema())::regnamespace ORDER BY 1"
    )
    return list(cursor.fetchall())


def _present(cursor: Any, table: str) -> list[str]:
    """Names of a table's policies, whoever made them: one more, and its rows are seen by either."""
    cursor.execute(
        "SELECT policyname FROM pg_policies WHERE schemaname = current_schema() AND tablename = %s", [table]
    )
    return [name for (name,) in cursor.fetchall()]


def _privileges(table: str, role: str, model: type[models.Model] | None) -> list[str]:
    """SELECT; INSERT for an append-only table, UPDATE and DELETE beside it for any other; never TRUNCATE.

    An append-only row that belongs to a unit keeps one thing that may change: its path, which follows the unit.
    """
    append_only = getattr(model, "append_only", False)
    verbs = "SELECT, INSERT" if append_only else "SELECT, INSERT, UPDATE, DELETE"
    if append_only and model and issubclass(model, ScopedModel):
        verbs += ", UPDATE (path)"
    if table in KEPT_BY_MIGRATIONS:
        verbs = "SELECT"
    name = connection.ops.quote_name(table)
    return [f"REVOKE ALL ON {name} FROM {role}", f"GRANT {verbs} ON {name} TO {role}"]


def _policies(table: str, model: type[models.Model], present: list[str]) -> list[str]:
    """The statements that leave a table with exactly its declared policies, enabled and forced."""
    name = connection.ops.quote_name(table)
    wanted = POLICIES[visibility_of(model)]
    drops = [f"DROP POLICY {connection.ops.quote_name(policy)} ON {name}" for policy in present]
    creates = [
        f"CREATE POLICY scope_{c.lower()} ON {name} FOR {c} {_clause(c, e)}" for c, e in wanted.items()
    ]
    switch = (
        "ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
        if wanted
        else "DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY"
    )
    return [*drops, *creates, f"ALTER TABLE {name} {switch}"]


def _clause(command: str, expression: str) -> str:
    using, check = f"USING ({expression})", f"WITH CHECK ({expression})"
    return {"SELECT": using, "DELETE": using, "INSERT": check}.get(command, f"{using} {check}")
