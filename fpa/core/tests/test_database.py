"""Where the database is: addresses, roles, and the secrets beside them."""

import json
import os
import secrets
import stat
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from fpa.core import database
from fpa.core.database import app_role, parse_url
from fpa.core.secret_files import secret_file

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("postgresql://u:p@db.example:5433/fpa", ("u", "p", "db.example", "5433", "fpa", {})),
        ("postgres://u@db.example/fpa", ("u", "", "db.example", "", "fpa", {})),
        ("postgresql:///fpa", ("", "", "", "", "fpa", {})),
        (
            "postgresql://u:p%40s%2Fs%3A%25@h/f%20pa?sslmode=require&connect_timeout=3",
            ("u", "p@s/s:%", "h", "", "f pa", {"sslmode": "require", "connect_timeout": "3"}),
        ),
        ("postgresql://u%40home:%E5%AF%86@h/fpa", ("u@home", "密", "h", "", "fpa", {})),
        ("postgresql://u@/fpa?host=/Var/Run&port=5433", ("u", "", "/Var/Run", "5433", "fpa", {})),
        ("postgresql://u@%2FVar%2FRun%2FPg/fpa", ("u", "", "/Var/Run/Pg", "", "fpa", {})),
        ("postgresql://u@%2FVar%2FRun:5433/fpa", ("u", "", "/Var/Run", "5433", "fpa", {})),
        ("postgresql://u:p@[::1]:5432/fpa", ("u", "p", "::1", "5432", "fpa", {})),
        ("postgresql://u@[::1]/fpa", ("u", "", "::1", "", "fpa", {})),
        (
            "postgresql://u@h/fpa?options=-c%20search_path%3Dhunan",
            ("u", "", "h", "", "fpa", {"options": "-c search_path=hunan"}),
        ),
    ],
)
def test_parse_url_reads_every_part(url, found):
    parsed = parse_url(url)
    assert parsed["ENGINE"] == "django.db.backends.postgresql"
    keys = ("USER", "PASSWORD", "HOST", "PORT", "NAME", "OPTIONS")
    assert tuple(parsed[key] for key in keys) == found


def test_parse_url_refuses_a_port_that_is_none():
    with pytest.raises(ValueError, match="Port could not"):
        parse_url("postgresql://u@h:none/fpa")


def test_owner_settings_are_those_of_the_address(monkeypatch, tmp_path):
    """With an address no embedded server is started, nor its folder made."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://boss:x@db/hunan")
    owner = database.owner_settings(tmp_path / "data")
    assert (owner["USER"], owner["NAME"], owner["HOST"]) == ("boss", "hunan", "db")
    assert not (tmp_path / "data").exists()


def test_app_settings_differ_in_role_and_password_only(tmp_path):
    owner = parse_url("postgresql://boss:x@db/hunan?sslmode=require")
    app = database.app_settings(owner, tmp_path)
    assert app["USER"] == "hunan_app"
    assert app["PASSWORD"] == (tmp_path / "app-password").read_text()
    assert len(app["PASSWORD"]) > 40
    assert {k: v for k, v in app.items() if k not in ("USER", "PASSWORD")} == {
        k: v for k, v in owner.items() if k not in ("USER", "PASSWORD")
    }


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("fpa", "fpa_app"),
        ("hunan", "hunan_app"),
        ("test_fpa", "fpa_app"),
        ("test_fpa__4711", "fpa_app"),
        ("test_fpa__tpl_0123456789", "fpa_app"),
        ("my_test_db", "my_test_db_app"),
    ],
)
def test_app_role_is_shared_by_a_databases_tests(name, role):
    assert app_role(name) == role


def test_connect_takes_options_and_changes(db):
    options = {"application_name": "probe", "pool": True}
    with database.connect(settings.OWNER_DATABASE | {"OPTIONS": options}, NAME="postgres") as them:
        row = them.execute("SELECT current_database(), current_setting('application_name')").fetchone()
        assert row == ("postgres", "probe")
        assert them.autocommit


@pytest.fixture
def strange_database(tmp_path):
    """A database with a name that needs quoting, its role gone at the end."""
    name = f"test_Ünïcode {os.getpid()}"
    with database.connect(settings.OWNER_DATABASE) as owner:
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield settings.OWNER_DATABASE | {"NAME": name}
        owner.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
        owner.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(app_role(name))))


def test_ensure_app_role_makes_a_role_without_rights_and_again_renews_its_password(
    strange_database, tmp_path
):
    role = app_role(strange_database["NAME"])
    database.ensure_app_role(strange_database, tmp_path)
    database.ensure_app_role(strange_database, tmp_path)
    with database.connect(strange_database) as owner:
        rights = owner.execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication, rolcanlogin FROM pg_roles"
            " WHERE rolname = %s",
            [role],
        ).fetchall()
    assert rights == [(False, False, False, False, False, True)]
    with database.connect(database.app_settings(strange_database, tmp_path)) as app:
        assert app.execute("SELECT current_user").fetchone() == (role,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE public.mine (n int)")


def test_ensure_app_role_limits_what_sets_no_limit_itself(strange_database, tmp_path):
    """A statement of a command, or of a library's own connection, ends some day, and soon after its process."""
    database.ensure_app_role(strange_database, tmp_path)
    with database.connect(database.app_settings(strange_database, tmp_path)) as app:
        for name, value in database.ROLE_SETTINGS.items():
            assert app.execute(f"SHOW {name}").fetchone() == (value,)


def test_ensure_app_role_says_which_right_is_missing(strange_database, tmp_path):
    database.ensure_app_role(strange_database, tmp_path)
    app = database.app_settings(strange_database, tmp_path)
    other = app | {"NAME": settings.OWNER_DATABASE["NAME"]}
    (tmp_path / "elsewhere").mkdir()
    with database.connect(settings.OWNER_DATABASE) as owner:
        owner.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                sql.Identifier(other["NAME"]), sql.Identifier(app["USER"])
            )
        )
        try:
            with pytest.raises(
                psycopg.errors.InsufficientPrivilege, match=r"CREATEROLE|alter role|permission denied"
            ):
                database.ensure_app_role(other, tmp_path)
        finally:
            owner.execute(
                sql.SQL("REVOKE CONNECT ON DATABASE {} FROM {}").format(
                    sql.Identifier(other["NAME"]), sql.Identifier(app["USER"])
                )
            )


def test_secret_file_is_made_once_and_read_by_its_owner_alone(tmp_path):
    path = tmp_path / "deep" / "down" / "secret"
    made = []

    def make() -> str:
        made.append(secrets.token_hex(8))
        return made[-1]

    assert [secret_file(path, make) for _ in range(3)] == made * 3
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret"]


def test_secret_file_survives_what_a_crash_left(tmp_path):
    (tmp_path / f".secret.{os.getpid()}").write_text("half of one that is much longer than the new one")
    assert secret_file(tmp_path / "secret", lambda: "whole") == "whole"
    assert secret_file(tmp_path / "secret", lambda: "other") == "whole"


def test_secret_file_is_one_secret_for_all_who_make_it_at_once(tmp_path):
    """Web, worker and keeper of a fresh installation start together, each with threads."""
    gate, found = Barrier(8), []

    def ask() -> None:
        gate.wait()
        found.append(secret_file(tmp_path / "secret", lambda: secrets.token_hex(16)))

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert set(found) == {(tmp_path / "secret").read_text()}


RACE = """
import json, secrets, sys
from pathlib import Path
from fpa.core.secret_files import secret_file
print("ready", flush=True)
sys.stdin.readline()
names = [f"secret-{n}" for n in range(200)]
print(json.dumps([secret_file(Path(sys.argv[1]) / name, lambda: secrets.token_hex(16)) for name in names]))
"""


def test_secret_file_is_one_secret_for_several_processes(tmp_path):
    runners = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, str(tmp_path)],
            cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for _ in range(3)
    ]  # fmt: skip
    for runner in runners:
        assert runner.stdout.readline() == "ready\n"
    for runner in runners:
        runner.stdin.write("go\n")
        runner.stdin.flush()
    answers = [json.loads(runner.communicate()[0]) for runner in runners]
    assert answers[0] == answers[1] == answers[2]
    assert len(set(answers[0])) == 200
    assert len(list(tmp_path.iterdir())) == 200
