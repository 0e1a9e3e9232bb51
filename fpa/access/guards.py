"""The database guards: policies and privileges, made from what each model declares.

After every migration each table of ours gets exactly the policies its `visibility` names and the privileges
its `append_only` leaves; so a table can't be forgotten, and a changed declaration can't leave an old policy
behind. A model without a declaration stops the migration. What the catalogue shows to be right already is not
touched: a table that is in use would have everyone wait.

Policies follow design §9: one a table and command, one expression over the row's own columns and the settings.
A partition has the policies of its table and no privileges: its rows are reached through the table alone.
"""

import time
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.db import OperationalError, connection, models, transaction
from psycopg.errors import DeadlockDetected, LockNotAvailable

from fpa.access import definers
from fpa.access.catalogue import Guards, Policy, as_written, read_guards
from fpa.access.models import ScopedModel
from fpa.core.database import app_role
from fpa.core.visibility import Visibility

LO = "nullif(current_setting('fpa.scope_lo', true), '')"
HI = "nullif(current_setting('fpa.scope_hi', true), '')"
SUBTREE = f"path >= {LO} AND path < {HI}"
PUBLISHED = f"({LO} ^@ path) OR ({SUBTREE})"
CO_HELD = f"({PUBLISHED}) OR (co_holders @> ARRAY[{LO}::varchar])"
VIEWER = "nullif(current_setting('fpa.user', true), '')::bigint"
TODAY = f"(CURRENT_TIMESTAMP AT TIME ZONE '{settings.TIME_ZONE}')::date"
GRANTED = f"({SUBTREE}) OR (grantees @> ARRAY[{VIEWER}] AND granted_until >= {TODAY})"

KEPT_BY_MIGRATIONS = frozenset(
    {"django_migrations", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions"}
)
"""Tables of Django's own that the platform only reads: what is in them, the owner's migrations have put there."""

POLICIES: dict[Visibility, dict[str, str]] = {
    Visibility.SUBTREE: {"ALL": SUBTREE},
    Visibility.PUBLISHED_DOWN: {"SELECT": PUBLISHED, "INSERT": SUBTREE, "UPDATE": SUBTREE, "DELETE": SUBTREE},
    Visibility.CO_HELD: {"SELECT": CO_HELD, "INSERT": SUBTREE, "UPDATE": SUBTREE, "DELETE": SUBTREE},
    Visibility.GRANTED: {"SELECT": GRANTED, "INSERT": SUBTREE, "UPDATE": SUBTREE, "DELETE": SUBTREE},
    Visibility.REFERENCE: {},
}


LOCK_WAIT_MS, PAUSE_SECONDS, TRIES = 300, 2.0, 5
"""How long one try waits for a table, how long others have it between two, and how often we try."""

_HOLDERS = """
    SELECT pid, usename, extract(epoch FROM now() - xact_start)::int FROM pg_stat_activity
    WHERE pid <> pg_backend_pid() AND pid IN (SELECT pid FROM pg_locks WHERE relation = to_regclass(%s) AND granted)
    ORDER BY xact_start
"""
_SEQUENCES_WITHOUT_USE = """
    SELECT oid::regclass FROM pg_class WHERE relnamespace = quote_ident(current_schema())::regnamespace
      AND CASE relkind WHEN 'S' THEN NOT has_sequence_privilege(%s, oid, 'USAGE') ELSE false END
"""


class GuardsBusy(Exception):
    """A table whose guards must change is in use by others; the message says by whom, and the way out, in Chinese."""


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
    """Give every table its policies and privileges, and leave alone what has them; safe to run again, beside open work.

    Raises GuardsBusy where a table that needs a change stays in use by others.
    """
    role = app_role(settings.OWNER_DATABASE["NAME"])
    ours = {model._meta.db_table: model for model in our_models()}
    with connection.cursor() as cursor:
        schema, found, written = _schema(cursor), read_guards(cursor, role), {}
        tables = sorted(connection.introspection.table_names(cursor))
        for table, parent in [(name, "") for name in tables] + _partitions(cursor):
            model = ours.get(parent or table)
            guards = found[table]
            due = _no_privileges(table, role, guards) if parent else _privileges(table, role, model, guards)
            if model:
                kind = visibility_of(model)
                if kind not in written:
                    written[kind] = as_written(cursor, connection.ops.quote_name(table), _wanted(kind))
                due += _policies(table, kind, guards, written[kind])
            change(table, due)
        moving = [t for t, m in ours.items() if is_append_only(m) and issubclass(m, ScopedModel)]
        change("move_paths", definers.statements(cursor, moving, schema, role))
        change(schema, _shared(cursor, schema, role))


def change(what: str, statements: list[str]) -> None:
    """Run the statements of one table together, waiting only briefly for its lock, a few times over.

    Whoever comes meanwhile waits behind us, so a wait is short and the pause between two is not. Raises GuardsBusy.
    """
    if not statements:
        return
    for tries_left in reversed(range(TRIES)):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = {LOCK_WAIT_MS}")
                cursor.execute(";".join(statements))
            return
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable | DeadlockDetected):
                raise
            if not tries_left:
                raise GuardsBusy(_busy_words(what)) from error
            time.sleep(PAUSE_SECONDS)


def _busy_words(what: str) -> str:
    """Which table is in use, and by whom."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS, [what])
        holders = [f"进程 {pid}（{who}，已 {seconds} 秒）" for pid, who, seconds in cursor.fetchall()]
    by = f"正被{'、'.join(holders)}占用" if holders else "正被其他事务占用"
    return (
        f"数据表 {what} {by}，试了 {TRIES} 次没能更新它的权限。系统照常运行，其余的表已更新。"
        "请等它结束（或者在数据库里结束它）后再运行一次 fpa setup。"
    )


def is_append_only(model: type[models.Model] | None) -> bool:
    """Whether rows of a model's table are added and never changed."""
    return bool(getattr(model, "append_only", False))


def _schema(cursor: Any) -> str:
    cursor.execute("SELECT quote_ident(current_schema())")
    return cursor.fetchone()[0]


def _shared(cursor: Any, schema: str, role: str) -> list[str]:
    """The right to use the schema and its sequences, where it is not held yet."""
    name = connection.ops.quote_name(role)
    cursor.execute("SELECT has_schema_privilege(%s, current_schema(), 'USAGE')", [role])
    due = [] if cursor.fetchone()[0] else [f"GRANT USAGE ON SCHEMA {schema} TO {name}"]
    cursor.execute(_SEQUENCES_WITHOUT_USE, [role])
    return due + [f"GRANT USAGE ON SEQUENCE {sequence} TO {name}" for (sequence,) in cursor.fetchall()]


def _partitions(cursor: Any) -> list[tuple[str, str]]:
    """The partitions of our tables, each with its table."""
    cursor.execute(
        "SELECT c.relname, p.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " JOIN pg_class p ON p.oid = i.inhparent"
        " WHERE c.relispartition AND c.relkind = 'r'"
        " AND c.relnamespace = quote_ident(current_schema())::regnamespace ORDER BY 1"
    )
    return list(cursor.fetchall())


def _no_privileges(table: str, role: str, found: Guards) -> list[str]:
    """A partition is reached through its table alone."""
    name, held = connection.ops.quote_name(table), bool(found.granted | found.granted_to_all)
    return [f"REVOKE ALL ON {name} FROM PUBLIC, {connection.ops.quote_name(role)}"] if held else []


def _privileges(table: str, role: str, model: type[models.Model] | None, found: Guards) -> list[str]:
    """SELECT; INSERT for an append-only table, UPDATE and DELETE beside it for any other; never TRUNCATE.

    The rows of an append-only table that follow their unit are moved by `definers.move_paths`.
    """
    verbs = {"SELECT", "INSERT"} if is_append_only(model) else {"SELECT", "INSERT", "UPDATE", "DELETE"}
    verbs = {"SELECT"} if table in KEPT_BY_MIGRATIONS else verbs
    name, to = connection.ops.quote_name(table), connection.ops.quote_name(role)
    due = [f"REVOKE ALL ON {name} FROM PUBLIC"] if found.granted_to_all else []
    if found.granted != verbs:
        due += [f"REVOKE ALL ON {name} FROM {to}", f"GRANT {', '.join(sorted(verbs))} ON {name} TO {to}"]
    return due


def _policies(table: str, kind: Visibility, found: Guards, written: set[Policy]) -> list[str]:
    """The statements that leave a table with exactly its declared policies, enabled and forced; none where it has."""
    name, is_guarded = connection.ops.quote_name(table), bool(POLICIES[kind])
    due = []
    if found.policies != written:
        # Whoever made them: one more, and its rows are seen by either.
        due += [f"DROP POLICY {connection.ops.quote_name(policy[0])} ON {name}" for policy in found.policies]
        due += [f"CREATE POLICY {policy} ON {name} {rest}" for policy, rest in _wanted(kind).items()]
    if found.switches != (is_guarded, is_guarded):
        switch = "ENABLE ROW LEVEL SECURITY, FORCE" if is_guarded else "DISABLE ROW LEVEL SECURITY, NO FORCE"
        due.append(f"ALTER TABLE {name} {switch} ROW LEVEL SECURITY")
    return due


def _wanted(kind: Visibility) -> dict[str, str]:
    """Name of each policy of a kind of visibility, and what follows the table's name in its statement."""
    return {f"scope_{c.lower()}": f"FOR {c} {_clause(c, e)}" for c, e in POLICIES[kind].items()}


def _clause(command: str, expression: str) -> str:
    using, check = f"USING ({expression})", f"WITH CHECK ({expression})"
    return {"SELECT": using, "DELETE": using, "INSERT": check}.get(command, f"{using} {check}")
