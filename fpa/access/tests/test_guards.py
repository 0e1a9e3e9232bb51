"""The database guards, compared with the catalogue: each table has exactly what its model declares."""

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, models, transaction

from conftest import _owner_of
from fpa.access.guards import KEPT_BY_MIGRATIONS, POLICIES, apply_guards, our_models, visibility_of
from fpa.access.models import Appointment, Post, Unit, UnitVersion, User
from fpa.access.scope import scoped, whole_province
from fpa.approval.models import Flow
from fpa.audit.models import Event
from fpa.audit.tests.log import owner
from fpa.core.database import app_role
from fpa.core.visibility import Visibility
from fpa.reporting.models import CellHistory, Form
from tests.cast import cast_unit

MODELS = sorted(our_models(), key=lambda model: model._meta.label)
SCOPED = [model for model in MODELS if visibility_of(model) is not Visibility.REFERENCE]


def asked(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def policies(table):
    """{command: (using, with check)} as the database has them."""
    rows = asked(
        "SELECT cmd, qual, with_check, permissive, roles FROM pg_policies WHERE tablename = %s", table
    )
    assert all(row[3:] == ("PERMISSIVE", ["public"]) or row[3:] == ("PERMISSIVE", "{public}") for row in rows)
    return {row[0]: row[1:3] for row in rows}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_table_has_exactly_the_policies_that_its_model_declares(db, model):
    table = model._meta.db_table
    found, wanted = policies(table), POLICIES[visibility_of(model)]
    assert set(found) == set(wanted)
    assert asked("SELECT count(*) FROM pg_policies WHERE tablename = %s", table) == [(len(wanted),)]
    switches = asked(
        "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", table
    )
    assert switches == [(bool(wanted), bool(wanted))]


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model._meta.label)
def test_policies_are_ranges_over_the_rows_own_path_without_sub_selects(db, model):
    """A sub-select is refused by the scale-out engine; a function over the path can't use its index (limits.md)."""
    for command, clauses in policies(model._meta.db_table).items():
        for clause in filter(None, clauses):
            assert "SELECT" not in clause.upper().replace("CURRENT_SETTING", ""), command
            assert "fpa.scope_lo" in clause
            assert "fpa.scope_hi" in clause


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model._meta.label)
def test_paths_are_compared_byte_by_byte(db, model):
    table = model._meta.db_table
    collation = asked(
        "SELECT collname FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation"
        " WHERE attrelid = %s::regclass AND attname = 'path'",
        table,
    )
    assert collation == [("C",)]


def privileges(table):
    rights = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
    rows = asked(
        "SELECT right_name FROM unnest(%s::text[]) AS right_name WHERE has_table_privilege(%s, right_name)",
        list(rights),
        table,
    )
    return {row[0] for row in rows}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_privileges_leave_an_append_only_table_to_be_added_to(db, model):
    table, append_only = model._meta.db_table, getattr(model, "append_only", False)
    assert privileges(table) == {"SELECT", "INSERT"} | (set() if append_only else {"UPDATE", "DELETE"})
    columns = asked(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND has_column_privilege(attrelid, attnum, 'UPDATE')",
        table,
    )
    if append_only:
        assert columns == []


def test_no_table_can_be_emptied_or_hooked_by_the_application(db):
    tables = connection.introspection.table_names()
    assert len(tables) > len(MODELS)
    assert [t for t in tables if privileges(t) & {"TRUNCATE", "REFERENCES", "TRIGGER"}] == []


@pytest.mark.parametrize("table", sorted(KEPT_BY_MIGRATIONS))
def test_privileges_leave_what_migrations_keep_to_be_read(db, table):
    assert privileges(table) == {"SELECT"}


def test_the_application_owns_nothing_and_passes_no_policy(db):
    role = app_role(settings.OWNER_DATABASE["NAME"])
    assert asked("SELECT current_user") == [(role,)]
    rights = "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = %s"
    assert asked(rights, role) == [(False, False, False, False)]
    assert asked("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = %s", role) == [(0,)]
    assert asked("SELECT count(*) FROM pg_auth_members WHERE member = %s::regrole", role) == [(0,)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET reason = 'x'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "DELETE FROM reporting_cellhistory",
        "UPDATE reporting_cellhistory SET value = 1",
        "ALTER TABLE access_post DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE access_post NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY scope_all ON access_post",
        "CREATE POLICY mine ON access_post USING (true)",
        "SET ROLE fpa_owner",
        "ALTER ROLE CURRENT_USER BYPASSRLS",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "CREATE VIEW public.v AS SELECT * FROM access_post",
        "CREATE TABLE public.t AS SELECT * FROM access_unit",
    ],
)
def test_the_application_can_not_loosen_a_guard(db, statement):
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model._meta.label)
def test_without_a_scope_no_row_is_seen(db, model):
    with whole_province():
        Post.objects.create(unit=cast_unit("county"), title="x", role="office")
    assert not model.objects.exists()


@pytest.mark.parametrize(
    ("reader", "seen"),
    [
        ("village", True),
        ("township", True),
        ("county", True),
        ("city", True),
        ("province", True),
        ("sibling", False),
    ],
)
def test_published_down_is_seen_below_and_above_but_not_beside(province_scope, reader, seen):
    form = Form.objects.create(unit=cast_unit("county"), code="x", name="表", period_kind="half")
    with scoped(cast_unit(reader).path):
        assert Form.objects.filter(pk=form.pk).exists() is seen


@pytest.mark.parametrize(
    ("writer", "may"),
    [("village", False), ("township", False), ("sibling", False), ("county", True), ("city", True)],
)
def test_published_down_is_written_by_the_publishers_side_only(province_scope, writer, may):
    form = Form.objects.create(unit=cast_unit("county"), code="x", name="表", period_kind="half")
    with scoped(cast_unit(writer).path):
        assert Form.objects.filter(pk=form.pk).update(name="改") == int(may)
        assert Form.objects.filter(pk=form.pk).select_for_update().count() in (0, 1)
        assert len(Form.objects.select_for_update().filter(pk=form.pk)) == int(may)
        assert Form.objects.filter(pk=form.pk).delete()[0] == int(may)


@pytest.mark.parametrize("model", [Post, Form, Flow])
def test_a_row_can_not_be_moved_out_of_the_scope(province_scope, model):
    fields = {
        Post: {"title": "x", "role": "office"},
        Form: {"code": "x", "name": "x", "period_kind": "half"},
        Flow: {"code": "x", "version": 1, "name": "x", "steps": []},
    }[model]
    row = model.objects.create(unit=cast_unit("county"), **fields)
    with (
        pytest.raises(ProgrammingError, match=r"row-level security|permission denied"),
        scoped(cast_unit("county").path),
    ):
        model.objects.filter(pk=row.pk).update(path=cast_unit("sibling").path)


def test_visibility_must_be_declared():
    class Undeclared(models.Model):
        class Meta:
            app_label = "access"
            managed = False

    class Wrong(Undeclared):
        visibility = "subtree"

        class Meta:
            app_label = "access"
            managed = False

    try:
        for model in (Undeclared, Wrong):
            with pytest.raises(TypeError, match=f"{model.__name__} declares no visibility"):
                visibility_of(model)
    finally:
        for model in (Undeclared, Wrong):
            del model._meta.apps.all_models["access"][model.__name__.lower()]
        Unit._meta.apps.clear_cache()


def test_guards_put_back_whatever_was_changed_by_hand(committed_db):
    before = {t: (policies(t), privileges(t)) for t in ("access_post", "audit_event", "access_user")}
    with owner() as them:
        them.execute("CREATE POLICY loose ON access_post USING (true)")
        them.execute("ALTER POLICY scope_all ON access_post USING (true)")
        them.execute("ALTER TABLE access_post NO FORCE ROW LEVEL SECURITY")
        them.execute("CREATE POLICY scope_all ON access_user USING (false)")
        them.execute("ALTER TABLE access_user ENABLE ROW LEVEL SECURITY")
        role = app_role(committed_db)
        them.execute(f"GRANT DELETE, TRUNCATE ON audit_event TO {role}")
        them.execute(f"GRANT UPDATE (reason) ON audit_event TO {role}")
    assert Post.objects.exists()
    with _owner_of(committed_db):
        apply_guards()
        apply_guards()
    assert {t: (policies(t), privileges(t)) for t in before} == before
    assert not Post.objects.exists()
    assert User.objects.exists()
    with pytest.raises(ProgrammingError), whole_province():
        Event.objects.update(reason="x")


def test_guards_work_in_a_schema_whose_name_needs_quoting(committed_db):
    """A province is a schema, found by the search path; its name may be anything."""
    with owner() as them:
        them.execute('ALTER SCHEMA public RENAME TO "43-Hunan"')
        them.execute(f'ALTER DATABASE {committed_db} SET search_path = "43-Hunan"')
    with _owner_of(committed_db):
        apply_guards()
    connection.close()
    assert not Post.objects.exists()
    with whole_province():
        assert Post.objects.exists()
        assert Appointment.objects.count() == 8
    assert UnitVersion.objects.exists()
    assert not CellHistory.objects.exists()
