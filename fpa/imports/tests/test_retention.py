"""What an import keeps of people, and for how long: files, staged and rejected rows, of every state."""

import os
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from fpa.access.scope import whole_province
from fpa.audit.models import Event
from fpa.core.modules import merged
from fpa.imports import files, tasks
from fpa.imports.actions import lapse_import
from fpa.imports.files import KEPT_DAYS
from fpa.imports.models import WAITING, ImportRow, Job, State
from fpa.imports.retention import purge
from fpa.imports.tests.conftest import again
from fpa.imports.tests.posts import GRID

LATE = timedelta(days=KEPT_DAYS, minutes=1)
EARLY = timedelta(days=KEPT_DAYS, minutes=-1)
ENDED = sorted(set(State) - {*WAITING, State.READY})


def age(job, by, **values):
    """Make an import and its file so much older."""
    then = timezone.now() - by
    Job.objects.filter(pk=job.pk).update(created_at=then, **values)
    os.utime(files.path_of(job.pk), (then.timestamp(), then.timestamp()))
    job.refresh_from_db()
    return job


@pytest.fixture
def purged(province_scope, django_capture_on_commit_callbacks):
    """Purge, with what follows from the commit."""

    def run():
        with django_capture_on_commit_callbacks(execute=True):
            purge()

    return run


def left(job):
    """State, number of rows, and whether the file is there."""
    now = Job.objects.get(pk=job.pk)
    return State(now.state), now.rows.count(), files.path_of(job.pk).exists()


def test_unconfirmed_import_ends_after_the_days_with_rows_and_file(purged, checked):
    late, early = age(checked(), LATE), age(checked(), EARLY)
    purged()
    assert left(late) == (State.CANCELLED, 0, False)
    assert left(early) == (State.READY, 3, True)
    now = Job.objects.get(pk=late.pk)
    assert now.error == "上传后超过 7 天没有确认，已自动取消，文件和检查结果都已删除。请重新上传。"
    assert now.finished_at is not None
    (event,) = Event.objects.filter(verb="import.lapsed")
    assert (event.object_id, event.actor_id, event.actor_name) == (str(late.pk), None, "系统")
    assert event.path == late.path
    assert "import.lapsed" in merged("verbs")


def test_unconfirmed_import_ends_once(purged, checked):
    age(checked(), LATE)
    for _ in range(2):
        purged()
    assert Event.objects.filter(verb="import.lapsed").count() == 1


@pytest.mark.parametrize("state", sorted(set(State) - {State.READY}))
def test_import_that_was_confirmed_or_ended_meanwhile_does_not_lapse(province_scope, checked, state):
    job = checked()
    Job.objects.filter(pk=job.pk).update(state=state)
    assert lapse_import(job=job).state == state
    assert left(job) == (state, 3, True)
    assert not Event.objects.filter(verb="import.lapsed").exists()


@pytest.mark.parametrize("state", WAITING)
def test_import_that_awaiting_the_worker_keeps_all_it_needs(purged, checked, state):
    job = age(checked(), LATE, state=state)
    purged()
    assert left(job) == (state, 3, True)


def test_rejected_rows_go_with_the_file_after_the_days(purged, written):
    late, early = written(), written([GRID[0], ["干事", "新街社区"], GRID[3]])
    age(late, LATE, finished_at=timezone.now() - LATE)
    age(early, LATE, finished_at=timezone.now() - EARLY)
    purged()
    assert left(late) == (State.DONE, 0, False)
    assert left(early) == (State.DONE, 1, True)  # the days count from its end, however old the file is
    assert Job.objects.get(pk=late.pk).counts["rejected"] == 1


@pytest.mark.parametrize("state", ENDED)
def test_ended_import_keeps_no_rows_and_no_file(purged, checked, state):
    job = age(checked(), LATE, state=state, finished_at=timezone.now() - LATE)
    purged()
    assert left(job) == (state, 0, False)


def test_file_of_no_import_goes_when_it_is_old(purged, checked):
    kept = checked()
    late, early = uuid4(), uuid4()
    for name, by in ((late, LATE), (early, EARLY)):
        files.store(name, [b"x"])
        then = (timezone.now() - by).timestamp()
        os.utime(files.path_of(name), (then, then))
    purged()
    there = [files.path_of(name).exists() for name in (kept.pk, late, early)]
    assert there == [True, False, True]


def test_purge_without_a_folder(purged, settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "none"
    purged()
    assert not settings.UPLOAD_DIR.exists()


def test_nightly_task_purges_in_a_scope_of_its_own(committed_db, uploaded):
    job = again(uploaded())
    with whole_province():
        age(job, LATE)
    tasks.purge_uploads.func(0)
    with whole_province():
        assert left(job) == (State.CANCELLED, 0, False)
        assert not ImportRow.objects.exists()
