"""Locks of rows: one transaction holds one until it ends; who waits gets it as soon as it is free, or is told."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction

from fpa.core import database
from fpa.core.ids import lock_key, uuid7
from fpa.core.limits import limited, ran_out_of_time
from fpa.core.locks import lock_row, try_lock_row
from tests.waiting import wait_for

AWAITED = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"


@pytest.fixture
def held(committed_db):
    """A row's key, whose lock another connection holds: (key, connection)."""
    key = uuid7()
    with database.connect(connection.settings_dict) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [lock_key(key)])
        yield key, other


def lock_timeout():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        return cursor.fetchone()[0]


def test_a_lock_is_held_until_the_transaction_ends(committed_db):
    key = uuid7()
    with database.connect(connection.settings_dict) as other:
        taken = "SELECT pg_try_advisory_lock(%s)"
        for take in (lambda: try_lock_row(key), lambda: try_lock_row(key, 5), lambda: lock_row(key) is None):
            with transaction.atomic():
                assert take()
                assert not other.execute(taken, [lock_key(key)]).fetchone()[0]
        assert other.execute(taken, [lock_key(key)]).fetchone()[0]


@pytest.mark.parametrize("patience", [0, 0.05])
def test_what_another_holds_is_not_taken_and_the_transaction_goes_on(held, patience):
    with transaction.atomic():
        assert not try_lock_row(held[0], patience)
        assert lock_timeout() == "0"


def test_who_waits_has_the_lock_as_soon_as_it_is_free(held):
    key, other = held

    def free_when_awaited():
        wait_for(lambda: other.execute(AWAITED).fetchone()[0])
        other.execute("SELECT pg_advisory_unlock(%s)", [lock_key(key)])

    with ThreadPoolExecutor() as beside, transaction.atomic():
        began = time.monotonic()
        freed = beside.submit(free_when_awaited)
        assert try_lock_row(key, 60)
        assert time.monotonic() - began < 30
        assert lock_timeout() == "0"
        freed.result()


def test_a_time_limit_that_is_shorter_ends_the_wait_with_its_own_error(held):
    with pytest.raises(OperationalError) as error, transaction.atomic(), limited(0.05):
        try_lock_row(held[0], 60)
    assert ran_out_of_time(error.value)
