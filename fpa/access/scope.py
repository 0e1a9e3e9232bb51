"""The scope of a transaction: the range of unit paths whose rows the database shows (design §4, §9).

Set with `SET LOCAL`, so a pooled connection carries nothing over. A transaction without a scope sees no row.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from django.db import OperationalError, connection, transaction

from fpa.core import locks
from fpa.core.visibility import ROOT_PATH, upper_bound

_SET = "SELECT set_config('fpa.scope_lo', %s, true), set_config('fpa.scope_hi', %s, true)"
_PRESENT = "SELECT nullif(current_setting('fpa.scope_lo', true), '') AS scope"
_EXCHANGE = f"{_SET}, before.scope FROM ({_PRESENT} OFFSET 0) before"
_PUT_BY = f"""
    SELECT set_config('fpa.outer_lo', before.lo, true), set_config('fpa.outer_hi', before.hi, true),
        set_config('fpa.scope_lo', '{ROOT_PATH}', true), set_config('fpa.scope_hi', '{upper_bound(ROOT_PATH)}', true)
    FROM (SELECT coalesce(current_setting('fpa.scope_lo', true), '') AS lo,
                 coalesce(current_setting('fpa.scope_hi', true), '') AS hi OFFSET 0) before"""
_TAKE_BACK = """
    SELECT set_config('fpa.scope_lo', current_setting('fpa.outer_lo'), true),
        set_config('fpa.scope_hi', current_setting('fpa.outer_hi'), true)"""
_SET_SIGHT = f"{_SET}, set_config('fpa.user', %s, true)"

PATIENCE_MS = 3_000
"""How long a move waits for writers; whoever comes meanwhile waits behind it."""


class TreeIsBusy(Exception):
    """Rows are being written right now, so no unit can move."""


def lock_tree_shared() -> None:
    """Keep every unit where it stands until this transaction ends; call it before the first path is read.

    A row carries its unit's path: one written while the unit moves would stay behind, in sight of the wrong people.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [locks.TREE])


def lock_tree_exclusive() -> None:
    """Let no row be written beside this transaction until it ends. Raises TreeIsBusy after three seconds' wait."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE_MS}")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [locks.TREE])
            cursor.execute("SET LOCAL lock_timeout = 0")
    except OperationalError as error:  # waited too long, or two moves wait for each other
        raise TreeIsBusy from error


def set_scope(path: str | None) -> None:
    """Let the rest of this transaction see `path` and all below it; None shows nothing.

    Raises RuntimeError outside a transaction, where the setting would be lost at once.
    """
    _refuse_outside_a_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_SET, _bounds(path))


def _refuse_outside_a_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("a scope lives in a transaction; open one first")


def _exchange_scope(path: str) -> str | None:
    """Set the scope as `set_scope` does, and give the one that it replaces: one statement, since every
    look-up over the whole province does it."""
    with connection.cursor() as cursor:
        cursor.execute(_EXCHANGE, _bounds(path))
        return cursor.fetchone()[2]


def _bounds(path: str | None) -> list[str]:
    return [path or "", upper_bound(path) if path else ""]


def set_sight(path: str | None, user_id: int | None) -> None:
    """Let the rest of this transaction see `path` and all below it, and read what is granted to an account by name; in
    one statement, since every request does it. None ends either.

    Raises RuntimeError outside a transaction, as `set_scope` does.
    """
    _refuse_outside_a_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_SET_SIGHT, [*_bounds(path), str(user_id or "")])


def current_scope() -> str | None:
    """Path of this transaction's scope, or None."""
    with connection.cursor() as cursor:
        cursor.execute(_PRESENT)
        row = cursor.fetchone()
    return row[0] if row else None


@contextmanager
def scoped(path: str, *, savepoint: bool = True) -> Iterator[None]:
    """Run a block of a job, command or test in a transaction that sees `path` and all below it.

    The scope that was there before is set again at the end; after an error the block is undone, and without a
    `savepoint` the whole transaction that it stands in.
    """
    with transaction.atomic(savepoint=savepoint):
        before = _exchange_scope(path)
        yield
        if not connection.needs_rollback:  # a transaction that is to be undone takes its scope along
            set_scope(before)


def whole_province(*, savepoint: bool = True) -> AbstractContextManager[None]:
    """Run a block over the whole province: sealing, recounting, and look-ups that must know of foreign rows.

    Each use is a decision: `access.exceptions.WHOLE_PROVINCE` says why the block shows nobody a row that is not theirs.
    """
    return scoped(ROOT_PATH, savepoint=savepoint)


def read_whole_province(sql: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of one query over the whole province, in one round trip, with or without a transaction; the scope stays
    what it is. Each use is a decision as each of `whole_province` is."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_PUT_BY}; {sql}; {_TAKE_BACK}", params)
        cursor.nextset()
        return list(cursor.fetchall())
