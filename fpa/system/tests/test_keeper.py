"""`fpa keeper` as the process that it is, on a database that commits: it seals, refreshes, and goes on."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from fpa.access.scope import whole_province
from fpa.audit.models import Leaf, TreeHead, Unsealed
from fpa.audit.tests.log import owner, seal_now, verify_now, write_events
from fpa.core import database, locks
from fpa.core.periods import Period
from fpa.figures.freshness import mark_stale, refresh, wait_for_stale
from fpa.figures.models import Fact, Stale
from fpa.membership.models import Member
from fpa.people.tests.people import make_member
from tests.cast import cast_unit
from tests.journeys.server import environment
from tests.waiting import wait_for

ROOT = Path(__file__).parents[3]
Keeper = subprocess.Popen[str]


@pytest.fixture
def keeper(committed_db: str) -> Iterator[Callable[..., Keeper]]:
    """Start a keeper on the test's own database, with the test's own file of tree heads."""
    refresh()
    made: list[Keeper] = []

    def start(**more: str) -> Keeper:
        environ = environment(committed_db) | {"FPA_TREE_HEADS": str(settings.TREE_HEAD_FILE)} | more
        command = [sys.executable, "-m", "fpa", "keeper"]
        made.append(subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True))
        return made[-1]

    yield start
    for process in made:
        process.kill()
        process.communicate()


def join(name: str) -> None:
    """A member joins the village, as its action does: the row and the mark in one transaction."""
    with whole_province():
        unit = cast_unit("village")
        make_member(unit, name, joined_on=date(2020, 1, 1))
        mark_stale(Member, unit.path, since=date(2020, 1, 1))


def members_of(name: str) -> int:
    """The figure as it stands at a unit of the cast, in this half-year."""
    period = str(Period.of(timezone.localdate(), "half"))
    with whole_province():
        fact = Fact.objects.filter(figure="member.total", period=period, unit=cast_unit(name)).first()
    return int(fact.value) if fact else 0


def is_sealed() -> bool:
    return Leaf.objects.exists() and not Unsealed.objects.exists()


def test_keeper_seals_and_keeps_figures_fresh_until_it_is_told_to_stop(keeper):
    write_events(2)
    process = keeper()
    wait_for(is_sealed)
    head = TreeHead.objects.get()
    assert head.size == 2
    assert bytes(head.root).hex() in wait_for(lambda: settings.TREE_HEAD_FILE.read_text())
    for count, name in enumerate(("张三", "李四"), 1):
        join(name)
        wait_for(lambda count=count: members_of("village") == count)
        assert [members_of(above) for above in ("township", "county", "city", "province")] == [count] * 4
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == -signal.SIGTERM
    assert verify_now().problems == []


def test_keeper_goes_on_after_its_connection_is_lost(keeper):
    process = keeper()
    join("张三")
    wait_for(lambda: members_of("village") == 1)
    wait_for(lambda: terminate_others() > 0)
    join("李四")
    wait_for(lambda: members_of("village") == 2)
    assert process.poll() is None


def terminate_others() -> int:
    """End every other session of the database while it waits for news; gives how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND state = 'idle' AND usename = current_user"
        )
        return int(cursor.fetchone()[0])


def test_keeper_does_not_seal_what_was_tampered_with_and_keeps_the_figures_going(keeper):
    write_events(1)
    seal_now()
    with owner() as them:
        them.execute("DELETE FROM audit_treehead")
    write_events(1)
    process = keeper()
    join("张三")
    wait_for(lambda: members_of("village") == 1)
    assert process.stderr is not None
    assert "暂停封存" in process.stderr.readline()
    join("李四")
    wait_for(lambda: members_of("village") == 2)
    assert process.poll() is None
    assert Unsealed.objects.count() == 1


def test_keeper_whose_refresh_takes_too_long_seals_all_the_same_and_tries_again(keeper):
    write_events(1)
    join("张三")
    with database.connect(connection.settings_dict) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [locks.REFRESH])
        process = keeper(FPA_JOB_STATEMENT_SECONDS="1")
        assert process.stderr is not None
        assert "指标刷新：数据库有一步超过 1 秒的上限" in process.stderr.readline()
        wait_for(is_sealed)
        assert members_of("village") == 0
    wait_for(lambda: members_of("village") == 1)
    assert process.poll() is None


def test_two_keepers_count_and_seal_once(keeper):
    write_events(3)
    processes = [keeper(), keeper()]
    for name in ("张三", "李四", "王五"):
        join(name)
    wait_for(is_sealed)
    wait_for(lambda: members_of("province") == 3)
    assert Leaf.objects.count() == 3
    assert all(process.poll() is None for process in processes)
    wait_for(lambda: not Stale.objects.exists())
    assert verify_now().problems == []


def test_keeper_killed_at_any_moment_leaves_nothing_undone(keeper):
    """While it starts, when it has counted, when it has sealed: the next one does what is left, and nothing twice."""
    moments = [lambda: True, lambda: not Stale.objects.exists(), is_sealed]
    for count, moment in enumerate(moments, 1):
        write_events(5)
        join(f"第{count}人")
        process = keeper()
        wait_for(moment)
        process.kill()
        process.wait()
    write_events(1)
    keeper()
    wait_for(lambda: members_of("province") == 3)
    wait_for(is_sealed)
    assert Leaf.objects.count() == 16
    assert verify_now().problems == []


def test_wait_for_stale_is_woken_by_a_mark_and_otherwise_waits_its_time(committed_db):
    refresh()
    assert wait_for_stale(0.05) is False
    join("张三")
    assert wait_for_stale(30) is True
    refresh()
    assert not Stale.objects.exists()
