"""A sealed log to tamper with, and the owner's connection to do it with."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connections

from fpa.access.models import User
from fpa.access.scope import whole_province
from fpa.audit import chain
from fpa.audit.models import Event
from fpa.audit.record import record
from fpa.audit.seal import seal
from fpa.audit.verify import Verification, verify
from fpa.core import database
from fpa.core.actor import SYSTEM

TABLES = ("audit_event", "audit_leaf", "audit_treehead", "audit_unsealed")


def begin_log() -> None:
    """Forget the file of tree heads and the writers' files: a log of its own begins."""
    Path(settings.TREE_HEAD_FILE).unlink(missing_ok=True)
    shutil.rmtree(chain.folder(), ignore_errors=True)
    chain.begin_anew()


def write_events(count: int, verb: str = "thing.done") -> list[Event]:
    """Commit `count` events; a scope is opened for it."""
    with whole_province():
        user = User.objects.get(username="county")
        changes = {"n": [0, 1]}
        return [record(verb, user, by=SYSTEM, changes=changes, reason=f"第{n}件") for n in range(count)]


def seal_now() -> int:
    """Seal and publish."""
    with whole_province():
        return seal()


def verify_now() -> Verification:
    """Verify over the whole province."""
    with whole_province():
        return verify()


def found() -> set[tuple[str, str]]:
    """The problems of a verification as (kind, event id)."""
    return {(problem.kind, problem.event_id) for problem in verify_now().problems}


def head_lines() -> list[bytes]:
    """The lines of the file outside the database."""
    return Path(settings.TREE_HEAD_FILE).read_bytes().splitlines(keepends=True)


def write_head_lines(lines: list[bytes]) -> None:
    """Put other lines into the file outside the database."""
    Path(settings.TREE_HEAD_FILE).write_bytes(b"".join(lines))


@contextmanager
def owner() -> Iterator[psycopg.Connection]:
    """The database as its owner has it, with every row in sight."""
    with database.connect(settings.OWNER_DATABASE, NAME=connections["default"].settings_dict["NAME"]) as them:
        them.execute("SELECT set_config('fpa.scope_lo', '/', false), set_config('fpa.scope_hi', '0', false)")
        them.execute("SET synchronous_commit = off")
        yield them


class Original:
    """Keeps what the log was, so that many tamperings can be tried on one."""

    def __init__(self, them: psycopg.Connection) -> None:
        self.them = them
        self.lines = head_lines()
        for table in TABLES:
            them.execute(f"CREATE TEMP TABLE kept_{table} AS TABLE {table}")

    def put_back(self) -> None:
        """Undo whatever was done to the log."""
        statements = (f"DELETE FROM {table}; INSERT INTO {table} TABLE kept_{table}" for table in TABLES)
        self.them.execute(";".join(statements))
        write_head_lines(self.lines)
