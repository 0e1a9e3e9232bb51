"""Fixtures of the tests of access: further seats, and deeds done by several people at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.db import connection

from fpa.access.models import Appointment, Post, Unit, User
from fpa.access.scope import whole_province
from tests.waiting import wait_for

WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture
def seat_for(db: None) -> Callable[..., Appointment]:
    """Put someone in a new post: `seat_for("county", unit, "office", valid_to=…)`."""

    def make(name: str, unit: Unit, role: str = "office", **days: date) -> Appointment:
        with whole_province():
            post = Post.objects.create(unit=unit, title=f"{unit.short_name}兼职", role=role)
            user = User.objects.get(username=name)
            wanted = {"valid_from": date(2020, 1, 1)} | days
            return Appointment.objects.create(unit=unit, post=post, user=user, **wanted)

    return make


def while_held(rows: Any, *deeds: Callable[[], Any]) -> list[Any]:
    """What each deed gives or raises, all of them begun while the rows are held; see `while_done`."""
    return while_done(lambda: list(rows.select_for_update(of=("self",))), *deeds)


def while_done(first: Callable[[], Any], *deeds: Callable[[], Any]) -> list[Any]:
    """What each deed gives or raises, each in a session of its own, all of them begun when `first` is done and not
    yet committed. It commits when every deed waits for it: so each has read what was there before.
    """

    def do(deed: Callable[[], Any]) -> Any:
        try:
            with whole_province():
                return _outcome(deed)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        with whole_province():
            assert first()
            waiting = [pool.submit(do, deed) for deed in deeds]
            wait_for(lambda: _waiting() == len(deeds))
        return [future.result() for future in waiting]


def _outcome(deed: Callable[[], Any]) -> Any:
    """As a view has it: a refusal is answered within the request's transaction, and so does not undo it."""
    try:
        return deed()
    except Exception as refusal:
        return refusal


def _waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees the first look again
        cursor.execute(WAITING)
        return int(cursor.fetchone()[0])
