"""The tests' database: migrated once into a template with the real tree and the cast, then cloned.

Tests run as the application's role, so row-level security holds in every one of them.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from psycopg import sql

from fpa.core import database
from tests.waiting import wait_for

ROOT = Path(__file__).parent


def pytest_configure() -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.TREE_HEAD_FILE = settings.DATA_DIR / "test" / f"heads-{os.getpid()}.jsonl"
    settings.UPLOAD_DIR = settings.DATA_DIR / "test" / "uploads"
    settings.EXPORT_DIR = settings.DATA_DIR / "test" / "exports"


def _fingerprint() -> str:
    """Changes with whatever shapes the template: models, migrations, guards, the tree, the cast."""
    wanted = [
        *ROOT.glob("fpa/*/migrations/*.py"),
        *ROOT.glob("fpa/*/models*.py"),
        *ROOT.glob("fpa/access/*.py"),
    ]
    wanted += [
        ROOT / "tests/cast.py",
        ROOT / "conftest.py",
        ROOT / "fpa/access/data/units.csv.gz",
        settings.KEYRING_FILE,
    ]
    digest = hashlib.sha256()
    for path in sorted(wanted):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:10]


@contextmanager
def _only_one() -> Iterator[None]:
    (settings.DATA_DIR / "test").mkdir(parents=True, exist_ok=True)
    with (settings.DATA_DIR / "test" / "template.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _base() -> str:
    return f"test_{settings.OWNER_DATABASE['NAME']}"


@contextmanager
def _owner_of(name: str) -> Iterator[None]:
    """Point Django at a database as its owner, for migrations."""
    before = dict(connections["default"].settings_dict)
    connections["default"].close()
    connections["default"].settings_dict.update(settings.OWNER_DATABASE, NAME=name)
    yield
    connections["default"].close()
    connections["default"].settings_dict.update(before)


def _template(blocker: Any) -> str:
    """Name of the up-to-date template; made where it is missing."""
    from django.core.management import call_command

    name = f"{_base()}__tpl_{_fingerprint()}"
    with database.connect(settings.OWNER_DATABASE) as owner:
        known = owner.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if known:
            return name
        pattern = f"{_base()}__tpl_%"
        for (old,) in owner.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s", [pattern]
        ).fetchall():
            owner.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(old)))
        making = f"{name}_making"
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(making)))
        with blocker.unblock(), _owner_of(making):
            from tests.cast import make_cast

            call_command("setup", verbosity=0)
            make_cast()
        owner.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(making), sql.Identifier(name))
        )
    return name


def clone_template(blocker: Any, name: str) -> None:
    """Make database `name` afresh from the template."""
    with _only_one():
        template = _template(blocker)
        with database.connect(settings.OWNER_DATABASE) as owner:
            owner.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
            owner.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )


def drop_database(name: str) -> None:
    """Drop a test's database, once connections just closed have ended: the owner may not end them."""
    with database.connect(settings.OWNER_DATABASE) as owner:
        connected = "SELECT 1 FROM pg_stat_activity WHERE datname = %s"
        wait_for(lambda: owner.execute(connected, [name]).fetchone() is None)
        owner.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Every test process has a clone of its own."""
    name = f"{_base()}__{os.getpid()}"
    clone_template(django_db_blocker, name)
    connections["default"].settings_dict["NAME"] = name
    yield
    with django_db_blocker.unblock():
        connections["default"].close()
    drop_database(name)


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A clone of its own for a test that must commit (workers, sealing, races); gives the database's name."""
    from tests.journeys.server import forget

    session = connections["default"].settings_dict["NAME"]
    name = f"{_base()}__c{os.getpid()}"
    clone_template(django_db_blocker, name)
    settings.TREE_HEAD_FILE.unlink(missing_ok=True)  # a log of its own begins
    with django_db_blocker.unblock():
        connections["default"].close()
        connections["default"].settings_dict["NAME"] = name
        yield name
        connections["default"].close()
        connections["default"].settings_dict["NAME"] = session
    settings.TREE_HEAD_FILE.unlink(missing_ok=True)
    drop_database(name)
    forget(name)


pytest_plugins = ["tests.fixtures"]
