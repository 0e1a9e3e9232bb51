"""`fpa setup` on a database that is in use: it mends what is missing and changes nothing else."""

import subprocess
import sys
import threading
import time

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from psycopg.errors import LockNotAvailable

from conftest import _owner_of
from fpa.access import guards
from fpa.access.models import Post, Unit, User
from fpa.access.scope import whole_province
from fpa.approval.models import Flow
from fpa.audit.tests.log import owner
from fpa.core import database
from fpa.reporting.models import Form
from tests.cast import PASSWORD
from tests.journeys.server import ROOT, environment


@pytest.fixture
def set_up(committed_db, capsys):
    """Run the command as the owner and give what it said."""

    def run():
        with _owner_of(committed_db):
            call_command("setup")
        return capsys.readouterr().out.strip()

    return run


def test_setup_again_keeps_keys_units_and_people(set_up):
    keys = settings.KEYRING_FILE.read_bytes()
    before = Unit.objects.count(), User.objects.count()
    assert set_up() == set_up() == "数据库已就绪。"
    assert (Unit.objects.count(), User.objects.count()) == before
    assert settings.KEYRING_FILE.read_bytes() == keys
    assert not Post.objects.exists()
    with whole_province():
        assert Post.objects.count() == 8


def test_setup_puts_back_guards_and_leaves_the_role_its_password(set_up, committed_db):
    with owner() as them:
        them.execute("ALTER TABLE access_post DISABLE ROW LEVEL SECURITY")
        them.execute("CREATE TABLE leftover (id int)")
    set_up()
    assert not Post.objects.exists()
    with database.connect(settings.DATABASES["default"], NAME=committed_db) as app:
        rights = "SELECT has_table_privilege('leftover', p) FROM unnest(%s::text[]) p"
        found = app.execute(rights, [["SELECT", "TRUNCATE", "REFERENCES", "TRIGGER"]]).fetchall()
    assert [held for (held,) in found] == [True, False, False, False]


# Beside open work: nobody waits


@pytest.fixture
def long_transaction(committed_db):
    """A transaction that has written posts and units and stays open, as an import's does for an hour."""
    with database.connect(settings.DATABASES["default"], NAME=committed_db) as them, them.transaction():
        them.execute("SELECT set_config('fpa.scope_lo', '/', true), set_config('fpa.scope_hi', '0', true)")
        for table in ("access_post", "access_unit", "access_user", "audit_event", "membership_member"):
            them.execute(f"SELECT 1 FROM {table} LIMIT 1")
        them.execute("UPDATE access_post SET title = title")
        them.execute("UPDATE access_user SET name = name WHERE username = 'outsider'")
        yield them


def pages_are_served(until):
    """Log in and open pages again and again; gives the longest time that one took."""
    longest, client = 0.0, Client()
    while True:
        is_last = until()
        began = time.monotonic()
        assert client.post("/login/", {"username": "county", "password": PASSWORD}).status_code == 302
        assert client.get("/units/").status_code == 200
        longest = max(longest, time.monotonic() - began)
        if is_last:
            return longest


def test_setup_beside_a_long_transaction_changes_nothing_and_lets_pages_be_served(
    long_transaction, committed_db
):
    command = [sys.executable, "-m", "fpa", "setup"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(committed_db), stdout=subprocess.PIPE, text=True
    )
    longest = pages_are_served(until=lambda: process.poll() is not None)
    assert (process.wait(30), process.stdout.read().strip()) == (0, "数据库已就绪。")
    assert longest < 5


def test_setup_that_must_change_a_table_in_use_says_by_whom_and_lets_pages_be_served(
    long_transaction, committed_db, monkeypatch
):
    monkeypatch.setattr(guards, "PAUSE_SECONDS", 0.2)
    with owner() as them, pytest.raises(LockNotAvailable):
        them.execute("SET lock_timeout = 10; ALTER TABLE access_post NO FORCE ROW LEVEL SECURITY")
    refusals = []
    thread = threading.Thread(target=lambda: refusals.append(refusal_of(guards.change, TIGHTEN)))
    thread.start()
    longest = pages_are_served(until=lambda: not thread.is_alive())
    (refusal,) = refusals
    assert "数据表 access_post 正被进程" in refusal
    assert "没能更新它的权限" in refusal
    assert "再运行一次 fpa setup" in refusal
    assert longest < 5
    long_transaction.execute("SELECT 1")


TIGHTEN = ["ALTER TABLE access_post FORCE ROW LEVEL SECURITY"]


def refusal_of(change, statements):
    """What is said to whoever asks for a change, on the owner's connection of this thread."""
    connection.settings_dict = (
        connection.settings_dict
        | settings.OWNER_DATABASE
        | {"NAME": connections["default"].settings_dict["NAME"]}
    )
    try:
        change("access_post", statements)
    except guards.GuardsBusy as busy:
        return str(busy)
    finally:
        connection.close()
    return ""


def test_guards_execute_nothing_where_nothing_differs(committed_db):
    """Not one statement that locks a table; the probes are temporary tables."""
    with _owner_of(committed_db), CaptureQueriesContext(connection) as queries:
        guards.apply_guards()
    sent = [q["sql"].strip() for q in queries]
    harmless = ("SELECT", "CREATE TEMPORARY TABLE guard_probe", "DROP TABLE guard_probe", "SAVEPOINT")
    touching = [s for s in sent if not s.startswith(harmless) and "ON guard_probe" not in s]
    assert touching == []


@pytest.mark.parametrize(
    "damage",
    [
        "ALTER TABLE access_post NO FORCE ROW LEVEL SECURITY",
        "ALTER POLICY scope_all ON access_post USING (true)",
        "ALTER POLICY scope_all ON access_post TO CURRENT_USER",
        "DROP POLICY scope_all ON access_post",
        "CREATE POLICY more ON access_post USING (true)",
        "GRANT TRUNCATE ON access_post TO {role}",
        "GRANT UPDATE (title) ON access_post TO {role}",
        "GRANT SELECT ON access_post TO PUBLIC",
        "REVOKE INSERT ON access_post FROM {role}",
    ],
)
def test_guards_execute_what_differs_on_that_table_alone(committed_db, damage):
    with owner() as them:
        them.execute(damage.format(role=settings.DATABASES["default"]["USER"]))
    with _owner_of(committed_db), CaptureQueriesContext(connection) as queries:
        guards.apply_guards()
    changed = [q["sql"] for q in queries if "access_post" in q["sql"] and "guard_probe" not in q["sql"]]
    assert len(changed) == 1
    with _owner_of(committed_db), CaptureQueriesContext(connection) as queries:
        guards.apply_guards()
    assert not any("access_post" in q["sql"] and "guard_probe" not in q["sql"] for q in queries)


def test_setup_publishes_standard_flows_and_forms_once(set_up):
    def published():
        with whole_province():
            return set(Flow.objects.values_list("code", "version")), set(
                Form.objects.values_list("code", "version")
            )

    set_up()
    flows, forms = published()
    assert {("training_plan.3", 1), ("submission.5", 1)} <= flows
    assert ("visit", 1) in forms
    set_up()
    assert published() == (flows, forms)
