"""The database itself as the guard of scope, read from its catalogue and tried with plain SQL as the application."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, models, transaction

from fpa.access import exceptions
from fpa.access.guards import POLICIES, our_models, visibility_of
from fpa.access.models import Appointment
from fpa.access.scope import scoped, set_scope
from fpa.core.database import app_role
from fpa.core.visibility import Visibility
from fpa.figures.models import Fact
from tests.world import Place

HERE = "relnamespace = current_schema()::regnamespace"
OURS = sorted(our_models(), key=lambda model: model._meta.label_lower)
GUARDED = [model for model in OURS if visibility_of(model) is not Visibility.REFERENCE]
APPEND_ONLY = [model for model in OURS if getattr(model, "append_only", False)]


def label(model: type[models.Model]) -> str:
    return model._meta.label_lower


def query(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall()


def column(statement: str, *values: Any) -> set[Any]:
    return {row[0] for row in query(statement, *values)}


# What the catalogue says


@pytest.mark.parametrize("model", GUARDED, ids=label)
def test_guarded_table_has_exactly_one_policy_a_command(db, model):
    table = model._meta.db_table
    assert query(
        f"SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE {HERE} AND relname = %s", table
    ) == [(True, True)]
    found = query("SELECT cmd, permissive, roles FROM pg_policies WHERE tablename = %s ORDER BY cmd", table)
    commands = sorted(POLICIES[visibility_of(model)])
    assert [(cmd, permissive) for cmd, permissive, _ in found] == [(c, "PERMISSIVE") for c in commands]
    assert all("public" in roles for _, _, roles in found), "a policy for one role leaves the others without"


@pytest.mark.parametrize("model", GUARDED, ids=label)
def test_policy_reads_the_rows_own_path_and_the_settings_only(db, model):
    """No sub-select and no function but the setting's: the scale-out engine refuses them (design §9)."""
    for using, check in query(
        "SELECT qual, with_check FROM pg_policies WHERE tablename = %s", model._meta.db_table
    ):
        for expression in filter(None, (using, check)):
            assert "SELECT" not in expression.upper()
            assert "path" in expression
            assert "fpa.scope_lo" in expression


def test_every_model_without_a_policy_is_listed_with_its_reason(db):
    unguarded = {label(model) for model in OURS if visibility_of(model) is Visibility.REFERENCE}
    assert unguarded == exceptions.UNGUARDED_MODELS.keys()
    loose = column(
        f"SELECT relname FROM pg_class WHERE {HERE} AND relkind IN ('r', 'p') AND NOT relrowsecurity"
    )
    tables = {model._meta.db_table for model in OURS if label(model) in unguarded}
    assert loose == tables | exceptions.FOREIGN_TABLES.keys()


def test_every_table_is_ours_or_listed(db):
    tables = column(
        f"SELECT relname FROM pg_class WHERE {HERE} AND relkind IN ('r', 'p') AND NOT relispartition"
    )
    assert tables == {model._meta.db_table for model in OURS} | exceptions.FOREIGN_TABLES.keys()


def test_nothing_goes_round_the_policies(db):
    """Views, materialised views, foreign tables, definer functions: only what is listed."""
    assert (
        column(f"SELECT relname FROM pg_class WHERE {HERE} AND relkind IN ('v', 'm', 'f')")
        == exceptions.VIEWS.keys()
    )
    definers = column(
        "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = current_schema()::regnamespace"
    )
    assert definers == exceptions.SECURITY_DEFINERS.keys()
    functions = column("SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace")
    functions |= column("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
    assert [name for name in functions if not name.startswith(tuple(exceptions.FUNCTION_PREFIXES))] == []
    children = "SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid AND relkind <> 'i'"
    assert column(f"{children} AND NOT relispartition") == set()


def test_partitions_have_the_policies_of_their_table_and_no_privileges(db):
    """A partition that is asked directly applies its own policies alone: so it has them, and nobody may ask it."""
    partitions = query(
        "SELECT c.relname, p.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_inherits"
        " JOIN pg_class c ON c.oid = inhrelid JOIN pg_class p ON p.oid = inhparent WHERE c.relkind = 'r'"
    )
    assert {parent for _, parent, _ in partitions} == {Fact._meta.db_table}
    rules = (
        "SELECT cmd, permissive, roles, qual, with_check FROM pg_policies WHERE tablename = %s ORDER BY cmd"
    )
    for partition, parent, forced in partitions:
        assert forced, partition
        assert query(rules, partition) == query(rules, parent)
        assert query(
            "SELECT has_any_column_privilege(%s, 'SELECT, INSERT, UPDATE, REFERENCES')", partition
        ) == [(False,)]
        assert query("SELECT has_table_privilege(%s, 'DELETE, TRUNCATE, TRIGGER')", partition) == [(False,)]
        refused(f"SELECT 1 FROM {partition}")


def test_application_is_a_role_without_powers(db):
    role = app_role(settings.OWNER_DATABASE["NAME"])
    assert query("SELECT current_user") == [(role,)]
    powers = "rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
    assert query(f"SELECT {powers} FROM pg_roles WHERE rolname = %s", role) == [(False,) * 5]
    assert query("SELECT 1 FROM pg_auth_members WHERE member = %s::regrole", role) == []
    owned = "SELECT relname FROM pg_class WHERE relowner = %s::regrole"
    assert column(f"{owned} AND relpersistence <> 't'", role) == set()
    assert query("SELECT has_schema_privilege(current_schema(), 'CREATE')") == [(False,)]


@pytest.mark.parametrize("model", OURS, ids=label)
def test_privileges_are_those_that_the_model_declares(db, model):
    """Append-only tables keep SELECT and INSERT."""
    table = model._meta.db_table
    kinds = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
    held = {kind for kind in kinds if query("SELECT has_table_privilege(%s, %s)", table, kind) == [(True,)]}
    assert held == (
        {"SELECT", "INSERT"} if model in APPEND_ONLY else {"SELECT", "INSERT", "UPDATE", "DELETE"}
    )
    if model in APPEND_ONLY:
        columns = [f.column for f in model._meta.fields]
        may = {
            c
            for c in columns
            if query("SELECT has_column_privilege(%s, %s, 'UPDATE')", table, c) == [(True,)]
        }
        assert may == set()


@pytest.mark.parametrize("model", APPEND_ONLY, ids=label)
@pytest.mark.parametrize("statement", ["DELETE FROM {0}", "TRUNCATE {0}", "UPDATE {0} SET {1} = {1}"])
def test_append_only_row_is_neither_changed_nor_removed(db, model, statement):
    with transaction.atomic():
        set_scope("/")
        refused(statement.format(model._meta.db_table, model._meta.pk.column))


@pytest.mark.parametrize("model", APPEND_ONLY, ids=label)
@pytest.mark.parametrize("strength", ["UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"])
def test_append_only_row_is_not_locked(db, model, strength):
    with transaction.atomic():
        set_scope("/")
        refused(f"SELECT 1 FROM {model._meta.db_table} FOR {strength}")


def refused(statement: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        query(statement)


# What plain SQL gets


def paths_in(model: type[models.Model]) -> set[str]:
    return column(f"SELECT path FROM {model._meta.db_table}")


def test_world_could_leak_in_every_table(world):
    """Every guarded table holds rows of the county's side and of the sibling's: else the tests below prove nothing."""
    county, sibling = world["county"].unit.path, world["sibling"].unit.path
    bare = [
        label(model)
        for model in GUARDED
        for side in (county, sibling)
        if not any(path.startswith(side) for path in paths_in(model))
    ]
    assert bare == [], "a new model needs a row in tests/world.py"


def test_sql_without_a_scope_sees_no_row(world):
    set_scope(None)
    assert {label(model): paths_in(model) for model in GUARDED if paths_in(model)} == {}


@pytest.mark.parametrize("name", ["province", "city", "county", "sibling", "township", "village", "cousin"])
def test_sql_in_a_scope_sees_its_own_rows_and_all_of_them(world, name):
    own = world[name].unit.path
    for model in GUARDED:
        set_scope("/")
        everything = paths_in(model)
        set_scope(own)
        assert paths_in(model) == {path for path in everything if is_in_sight(path, own, model)}, label(model)


def is_in_sight(path: str, own: str, model: type[models.Model]) -> bool:
    published = visibility_of(model) in (Visibility.PUBLISHED_DOWN, Visibility.CO_HELD)
    return path.startswith(own) or (published and own.startswith(path))


def foreign_rows(world: dict[str, Place]) -> Iterator[tuple[type[models.Model], Any]]:
    """Each guarded model with a row of the sibling county."""
    set_scope("/")
    for model in GUARDED:
        yield model, model._default_manager.filter(path__startswith=world["sibling"].unit.path).first()


def test_sql_can_neither_change_nor_remove_foreign_rows(world):
    rows = list(foreign_rows(world))
    set_scope(world["county"].unit.path)
    for model, _ in rows:
        if model in APPEND_ONLY:
            continue
        table, side = model._meta.db_table, world["sibling"].unit.path
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET path = path WHERE path LIKE %s", [f"{side}%"])
            assert cursor.rowcount == 0, label(model)
            cursor.execute(f"DELETE FROM {table} WHERE path LIKE %s", [f"{side}%"])
            assert cursor.rowcount == 0, label(model)


def test_published_rows_of_those_above_are_read_and_not_written(world):
    set_scope(world["village"].unit.path)
    for model in GUARDED:
        if (
            visibility_of(model) not in (Visibility.PUBLISHED_DOWN, Visibility.CO_HELD)
            or model in APPEND_ONLY
        ):
            continue
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {table} WHERE path = '/'")
            assert cursor.rowcount > 0, label(model)
            cursor.execute(f"UPDATE {table} SET path = path WHERE path = '/'")
            assert cursor.rowcount == 0, label(model)
            cursor.execute(f"DELETE FROM {table} WHERE path = '/'")
            assert cursor.rowcount == 0, label(model)


@pytest.mark.parametrize("model", GUARDED, ids=label)
def test_sql_can_not_put_a_row_into_a_foreign_unit(world, model):
    """A copy of one's own row with a foreign path is refused by the policy, before any other rule of the table."""
    sibling = world["sibling"].unit.path
    columns = [f.column for f in model._meta.fields if f.column not in (None, "path")]
    chosen = ", ".join(f'"{c}"' for c in columns)
    statement = (
        f"INSERT INTO {model._meta.db_table} ({chosen}, path) OVERRIDING SYSTEM VALUE"
        f" SELECT {chosen}, %s FROM {model._meta.db_table} LIMIT 1"
    )
    set_scope(world["county"].unit.path)
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [sibling])


def test_scope_does_not_outlive_its_transaction(committed_db):
    with scoped("/"):
        assert paths_in(Appointment)
    assert query("SELECT current_setting('fpa.scope_lo', true)")[0][0] in (None, "")
    assert paths_in(Appointment) == set()
