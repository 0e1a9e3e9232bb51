"""A refresh that dies, and refreshers beside each other: no mark is lost, nothing counts twice."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event as Signal
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from fpa.access.scope import whole_province
from fpa.core import database
from fpa.core.periods import Period
from fpa.figures import freshness
from fpa.figures.freshness import refresh, wait_for_stale
from fpa.figures.models import Fact, Stale
from fpa.figures.queries import read
from fpa.figures.recount import recount
from tests.cast import COUNTY, cast_unit

from .records import join
from .test_commands import run

PROCESSES = get_context("fork")


def _refresh_and_hang(after: str, counted: Signal, forever: Signal) -> None:
    """In a process of its own: refresh, and stop for ever once `after` is done within the transaction."""
    done = getattr(freshness, after)

    def hang(*arguments: Any) -> None:
        done(*arguments)
        counted.set()
        forever.wait()

    setattr(freshness, after, hang)
    refresh()


@contextmanager
def hanging_refresh(after: str) -> Iterator[BaseProcess]:
    """A refresh that has come as far as `after` and holds its transaction open."""
    counted, forever = PROCESSES.Event(), PROCESSES.Event()
    connection.close()
    process = PROCESSES.Process(target=_refresh_and_hang, args=(after, counted, forever), daemon=True)
    process.start()
    assert counted.wait(60)
    try:
        yield process
    finally:
        process.kill()
        process.join()


def members(name: str = "county") -> Any:
    with whole_province():
        return read(["member.total"], cast_unit(name), Period.parse("2023H1"))["member.total"].value


def join_at(*names: str) -> None:
    for name in names:
        with whole_province():
            join(cast_unit(name), date(2023, 1, 1))


@pytest.mark.parametrize("after", ["recompute", "_consume"])
def test_a_refresh_killed_midway_loses_no_mark(committed_db, after):
    refresh()
    join_at("village", "sibling", "county")
    marks = set(Stale.objects.values_list("id", flat=True))
    with hanging_refresh(after) as process:
        assert members() == 0
        process.kill()
        process.join()
        assert process.exitcode == -9
    assert set(Stale.objects.values_list("id", flat=True)) == marks
    assert members() == 0
    assert refresh() == len(marks)
    assert (members(), members("sibling"), members("province")) == (2, 1, 3)
    assert recount(cast_unit("province"), Period.parse("2023H1")).differences == []


def test_a_second_refresh_waits_and_finds_nothing_left_where_the_first_ends_well(committed_db):
    refresh()
    join_at("village")
    ready, go = PROCESSES.Event(), PROCESSES.Event()
    connection.close()
    process = PROCESSES.Process(target=_refresh_when_told, args=(ready, go), daemon=True)
    process.start()
    assert ready.wait(60)
    go.set()
    consumed = refresh()
    process.join(60)
    assert process.exitcode == 1 - consumed
    assert members() == 1


def _refresh_when_told(ready: Signal, go: Signal) -> None:
    ready.set()
    go.wait()
    os._exit(refresh())


def test_marks_are_taken_while_a_refresh_hangs(committed_db):
    """Offices go on working: a long refresh holds up nobody's action."""
    refresh()
    join_at("village")
    with hanging_refresh("recompute"):
        join_at("sibling")
        assert Stale.objects.count() == 2
        assert wait_for_stale(0)
    assert refresh() == 2
    assert (members(), members("sibling")) == (1, 1)


def falsify(name: str, sql: str) -> int:
    """Change facts behind the platform's back, as the tables' owner; gives the number of rows."""
    with database.connect(settings.OWNER_DATABASE, NAME=name) as owner, owner.transaction():
        owner.execute("SELECT set_config('fpa.scope_lo', '/', true), set_config('fpa.scope_hi', '0', true)")
        return owner.execute(sql).rowcount


FALSE = {
    "a value": "UPDATE figures_fact SET value = value + 1 WHERE {one}",
    "an own number": "UPDATE figures_fact SET own = 7 WHERE {one}",
    "a lost row": "DELETE FROM figures_fact WHERE {one}",
    "a row too many": (
        "INSERT INTO figures_fact (figure, period, unit_id, path, own, value)"
        " SELECT 'member.total', '2023-12', id, path, 5, 5 FROM access_unit WHERE code = '431221000000'"
    ),
}
ONE = "figure = 'member.total' AND period = '2023-06' AND path = '/12/02/'"


def test_recount_finds_what_the_owner_falsified_and_repair_mends_it(committed_db):
    join_at("village")
    refresh()
    for what, sql in FALSE.items():
        assert falsify(committed_db, sql.format(one=ONE)) == 1, what
        code, out, _ = run("recount", "--period", "2023H2" if "2023-12" in sql else "2023H1", "--repair")
        assert code == 1, what
        assert "会员（member.total）" in out
        assert "有差异 1 个" in out
        with whole_province():
            values = Fact.objects.filter(figure="member.total", unit__code=COUNTY, period="2023-06")
            assert (values.get().value, values.get().own) == (1, 0), what
    assert run("recount")[0] == 0
