"""What surrounds an import: files, the queue, tasks that tidy up, progress, the registry."""

from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from fpa.access.models import Unit
from fpa.access.scope import whole_province
from fpa.access.seats import actor_for
from fpa.core.crypto import sm3
from fpa.core.ids import lock_key
from fpa.imports import files, runner, tasks
from fpa.imports.actions import CannotImport, upload_import
from fpa.imports.importer import importer_of, importers, register
from fpa.imports.models import Job
from fpa.imports.queue import enqueue
from fpa.pages.progress import Progress
from tests.cast import COUNTY, SIBLING

CONTENT = "姓名,身份证号,村\n".encode()


@pytest.fixture
def upload(settings, tmp_path):
    """Upload a file as the county."""
    settings.UPLOAD_DIR = tmp_path / "uploads"

    def send(unit=COUNTY):
        with whole_province():
            return upload_import(
                importer=importer_of("members"),
                unit=Unit.objects.get(code=unit),
                filename="a.csv",
                pieces=[CONTENT[:5], CONTENT[5:]],
                key=uuid4(),
                by=actor_for("county"),
            )

    return send


def test_keeping_file_is_private_and_its_digest_known(province_scope, upload):
    job = upload()
    path = files.path_of(job.pk)
    assert path.read_bytes() == CONTENT
    assert job.digest == sm3(CONTENT).hex()
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    with pytest.raises(FileExistsError):
        files.store(job.pk, [b"other"])


def test_keeping_upload_for_a_foreign_unit_is_refused(province_scope, upload):
    with pytest.raises(CannotImport, match="只能为本单位"):
        upload(SIBLING)
    assert not Job.objects.exists()


def broken(error):
    yield CONTENT[:5]
    raise error


@pytest.mark.parametrize("error", [OSError("the client is gone"), KeyboardInterrupt()])
def test_keeping_upload_that_breaks_off_leaves_nothing(settings, tmp_path, error):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    with pytest.raises(type(error)):
        files.store(uuid4(), broken(error))
    assert list(settings.UPLOAD_DIR.iterdir()) == []


def test_keeping_queue_holds_a_job_once(province_scope, upload):
    job = upload()
    enqueue(job.pk)
    queued = ProcrastinateJob.objects.filter(args__job_id=str(job.pk))
    assert [(one.task_name, one.queue_name) for one in queued] == [("run_import", "imports")]


def test_keeping_idle_jobs_are_those_that_nobody_holds(committed_db, upload):
    job = upload()
    assert (runner.idle_jobs(), runner.waiting_jobs()) == ([job.pk], [job.pk])
    with Progress(job) as other:
        other.connection.execute("SELECT pg_advisory_lock(%s)", [lock_key(job.pk)])
        assert (runner.idle_jobs(), runner.waiting_jobs()) == ([], [job.pk])


def test_keeping_progress_is_seen_while_the_work_is_open(committed_db, upload):
    job = upload()
    with whole_province(), Progress(job) as progress:
        assert [progress.begin(), progress.begin()] == [1, 2]
        progress.say("正在读取", 10)
        progress.say("太快了", 11)
        job.refresh_from_db()
        assert (job.words, job.done) == ("正在读取", 10)
        progress.say("马上", 12, now=True)
        job.refresh_from_db()
        assert (job.words, job.done, job.attempts) == ("马上", 12, 2)


def test_keeping_progress_without_a_connection_says_nothing(province_scope, upload):
    job = upload()
    Progress(job).say("没人听", 1, now=True)
    job.refresh_from_db()
    assert job.words == "排队等候"


def test_keeping_requeue_puts_a_forgotten_job_back(committed_db, upload):
    job = upload()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    async_to_sync(tasks.requeue_imports.func)(0)
    async_to_sync(tasks.requeue_imports.func)(0)
    assert ProcrastinateJob.objects.filter(args__job_id=str(job.pk)).count() == 1


def test_keeping_registry_takes_a_kind_once():
    assert "members" in {importer.kind for importer in importers()}
    with pytest.raises(ValueError, match="members"):
        register(importer_of("members"))
    with pytest.raises(LookupError):
        importer_of("cows")
