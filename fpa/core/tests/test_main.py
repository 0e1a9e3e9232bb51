"""`fpa COMMAND` as a process: as which role each command reaches the database."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from fpa.__main__ import OWNER_COMMANDS
from fpa.core import database, locks
from fpa.core.database import app_role
from tests.journeys.server import environment

ROOT = Path(__file__).parents[3]
WHO = "from django.db import connection as c; k = c.cursor(); k.execute('SELECT current_user'); print(k.fetchone()[0])"


def fpa(*words: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    kept = {k: v for k, v in os.environ.items() if k not in ("FPA_DATABASE_ROLE", "DJANGO_SETTINGS_MODULE")}
    command = [sys.executable, "-m", "fpa", *words]
    return subprocess.run(command, cwd=ROOT, env=kept | environ, capture_output=True, text=True, timeout=60)


def test_commands_run_as_the_role_that_owns_nothing():
    done = fpa("shell", "-v", "0", "-c", WHO)
    assert (done.returncode, done.stdout.strip()) == (0, app_role(settings.OWNER_DATABASE["NAME"]))


def test_migrations_run_as_the_owner(committed_db):
    """`sqlmigrate` reaches the database and changes nothing; the application's role may not even see the migrations."""
    done = fpa("migrate", "--check", DATABASE_URL=environment(committed_db)["DATABASE_URL"])
    assert done.returncode == 0, done.stderr
    script = "import os, fpa.__main__ as m; m.main(['fpa', 'sqlmigrate', 'access', '0001']);"
    script += "from django.conf import settings as s; print(s.DATABASES['default']['USER'])"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == settings.OWNER_DATABASE["USER"]


def test_owner_commands_are_the_ones_that_change_tables():
    assert {"setup", "migrate", "makemigrations", "sqlmigrate"} == OWNER_COMMANDS


@pytest.mark.parametrize(
    "words", [["no-such-command"], ["audit", "no-such-verb"], ["keeper", "--no-such-option"]]
)
def test_a_wrong_command_is_refused_with_words(words):
    done = fpa(*words)
    assert done.returncode != 0
    assert words[-1] in done.stderr
    assert "Traceback" not in done.stderr


def test_a_command_whose_statement_takes_too_long_says_so_with_the_way_out(committed_db):
    """It waits for another refresh, which does not end."""
    limits = {"DATABASE_URL": environment(committed_db)["DATABASE_URL"], "FPA_JOB_STATEMENT_SECONDS": "0.3"}
    with database.connect(settings.OWNER_DATABASE, NAME=committed_db) as other, other.transaction():
        other.execute("SELECT pg_advisory_xact_lock(%s)", [locks.REFRESH])
        done = fpa("figures", "--unit", "430000000000", "--period", "2023H1", **limits)
    assert done.returncode == 2
    assert "用时超过了上限，命令已停下" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_command_of_the_platform_says_what_it_does():
    done = fpa("help")
    for command in (
        "setup",
        "demo",
        "serve",
        "worker",
        "keeper",
        "audit",
        "import",
        "figures",
        "recount",
        "report",
    ):
        assert f"\n    {command}\n" in done.stdout


@pytest.mark.parametrize("at", [["bin/fpa"], [sys.executable, "-m", "fpa"]])
def test_help_is_reached_both_ways(at):
    environ = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        [*at, "audit", "--help"], cwd=ROOT, capture_output=True, text=True, env=environ, timeout=60
    )
    assert done.returncode == 0
    assert "审计日志" in done.stdout
