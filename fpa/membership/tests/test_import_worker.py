"""The worker's import: real processes, killed at bad moments, on a database of their own."""

import signal
import subprocess
import sys
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection

from fpa.access.models import Unit
from fpa.access.scope import whole_province
from fpa.access.seats import actor_for
from fpa.audit.models import Event
from fpa.core.tests.sheets_factory import make_csv
from fpa.imports.actions import confirm_import, upload_import
from fpa.imports.importer import importer_of
from fpa.imports.models import ImportRow, Job, State
from fpa.membership.models import Member
from fpa.membership.tests.rosters import HEADER, many
from tests.cast import COUNTY
from tests.journeys.server import environment
from tests.waiting import wait_for

MANY = 12_000
"""Rows: long enough to be killed in the middle, and for helper processes."""
SOME = 4_000
"""Rows that are written while a worker that was started beside is long looking for work; no helper starts for them."""
PATIENCE = 60.0


def worker(database: str, *options: str) -> subprocess.Popen[bytes]:
    """Start `fpa worker` on a database, with the tests' uploads."""
    known = environment(database) | {"FPA_UPLOADS": str(settings.UPLOAD_DIR)}
    return subprocess.Popen([sys.executable, "-m", "fpa", "worker", *options], env=known)


def seen(job: Job) -> Job:
    with whole_province():
        return Job.objects.get(pk=job.pk)


def kill_at(process: subprocess.Popen[bytes], holds: Callable[[], bool]) -> None:
    wait_for(holds, PATIENCE)
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.fixture
def rows():
    return MANY


@pytest.fixture
def job(committed_db, tmp_path, rows):
    file = make_csv(tmp_path / "名册.csv", [HEADER, *many(rows)])
    by = actor_for("county")
    with whole_province():
        return upload_import(
            importer=importer_of("members"),
            unit=Unit.objects.get(code=COUNTY),
            filename=file.name,
            pieces=[file.read_bytes()],
            key=uuid4(),
            by=by,
        )


def test_import_worker_killed_while_checking_and_writing_goes_on(committed_db, job):
    kill_at(worker(committed_db), lambda: seen(job).done > 0)
    assert seen(job).state == State.UPLOADED
    with whole_province():
        assert not ImportRow.objects.exists()
    assert worker(committed_db, "--once").wait() == 0
    assert (seen(job).state, seen(job).counts["new"]) == (State.READY, MANY)

    with whole_province():
        confirm_import(job=job, by=actor_for("county"))
    kill_at(worker(committed_db), lambda: seen(job).words.startswith("正在写入"))
    assert worker(committed_db, "--once").wait() == 0
    assert seen(job).state == State.DONE
    with whole_province():
        assert Member.objects.count() == MANY
        assert Event.objects.filter(verb="member.imported").count() == 1


@pytest.mark.parametrize("rows", [SOME])
def test_import_worker_two_at_once_write_once(committed_db, job, rows):
    assert worker(committed_db, "--once").wait() == 0
    with whole_province():
        confirm_import(job=job, by=actor_for("county"))
    processes = [worker(committed_db, "--once") for _ in range(2)]
    assert [process.wait() for process in processes] == [0, 0]
    with whole_province():
        assert Member.objects.count() == rows
        assert Event.objects.filter(verb="member.imported").count() == 1
    connection.close()
