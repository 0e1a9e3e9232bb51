"""Running what waits: refused, stopped, interrupted and gone on with; nothing twice, nothing for who lost the seat."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from fpa.access.models import Appointment, Post, User
from fpa.access.scope import whole_province
from fpa.access.seats import actor_for
from fpa.audit.models import Event
from fpa.core import database
from fpa.core.ids import lock_key
from fpa.imports import files, runner
from fpa.imports.actions import CannotImport, cancel_import, confirm_import, hold
from fpa.imports.models import WAITING, ImportInbox, ImportRow, Job, State
from fpa.imports.tests.conftest import again
from fpa.imports.tests.post_rows import normalise
from fpa.pages.progress import Progress
from tests.journeys.server import environment
from tests.waiting import wait_for

NO_SEAT = "确认人已不在原岗位或没有导入权限，没有写入任何数据。请由在岗人员重新上传。"
AWAITED = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"
INTERRUPTED = "处理时 5 次被中断，已停止。请把文件分成几个后重新上传；仍不行请联系系统管理员。"


def confirmed(job):
    with whole_province():
        confirm_import(job=job, by=actor_for("county"))
    return job


def made():
    with whole_province():
        return Post.objects.filter(title__in=["专干", "联络员", "站长"]).count()


REFUSED = {
    "nothing": (b"", "文件里没有任何内容。请检查是否选错了文件。"),
    "a header alone": ("岗位名称,村\n".encode(), "表头下面没有一行数据。请填写后重新上传。"),
    "a header and blank rows": ("岗位名称,村\n,\n ,\n".encode(), "表头下面没有一行数据。请填写后重新上传。"),
    "a header and a total": ("岗位名称,村\n合计,2\n".encode(), "表头下面没有一行数据。请填写后重新上传。"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_run_refuses_a_file_with_the_reason(
    province_scope, uploaded, django_capture_on_commit_callbacks, case
):
    content, reason = REFUSED[case]
    job = uploaded(content)
    with django_capture_on_commit_callbacks(execute=True):
        now = again(job)
    assert (now.state, now.error, now.words) == (State.REFUSED, reason, "")
    assert now.finished_at is not None
    assert not files.path_of(job.pk).exists()
    assert not ImportRow.objects.exists()


def end_appointment(username):
    yesterday = timezone.localdate() - timedelta(days=1)
    Appointment.objects.filter(user__username=username).update(valid_to=yesterday)


def leave_the_post(job):
    end_appointment("county")


def lock_account(job):
    User.objects.filter(pk=job.user_id).update(is_active=False)


def take_the_right(job):
    Post.objects.filter(pk=job.post_id).update(role="village")


def move_to_another_post(job):
    seat = Appointment.objects.get(user=job.user)
    other = Post.objects.create(unit=seat.unit, title="另一个岗位", role="office")
    Appointment.objects.filter(pk=seat.pk).update(post=other)


def move_the_unit(job):
    Job.objects.filter(pk=job.pk).update(path="/12/21/")


@pytest.mark.parametrize(
    "lose", [leave_the_post, lock_account, take_the_right, move_to_another_post, move_the_unit]
)
def test_run_writes_nothing_for_who_lost_the_seat(province_scope, checked, lose):
    job = confirmed(checked())
    lose(job)
    now = again(job)
    assert (now.state, now.error) == (State.FAILED, NO_SEAT)
    assert made() == 0
    assert not ImportRow.objects.exists()
    assert not Event.objects.filter(verb="member.imported").exists()


@pytest.mark.parametrize(("loser", "state"), [("county", State.DONE), ("city", State.FAILED)])
def test_run_writes_by_the_right_of_who_confirmed(province_scope, checked, loser, state):
    """The city confirms the county's file: only the city's seat counts when it is written."""
    job = checked()
    confirm_import(job=job, by=actor_for("city"))
    end_appointment(loser)
    assert again(job).state == state
    assert made() == (2 if state == State.DONE else 0)


def test_run_writes_nothing_that_nobody_has_confirmed(province_scope, checked):
    job = checked()
    Job.objects.filter(pk=job.pk).update(state=State.CONFIRMED)
    now = again(job)
    assert (now.state, now.error, made()) == (State.FAILED, NO_SEAT, 0)


def test_run_checks_for_who_lost_the_seat_but_never_writes(province_scope, uploaded):
    """A check writes nothing of anybody's: it may end, and the writing asks again."""
    job = uploaded()
    end_appointment("county")
    assert again(job).state == State.READY


def test_run_raced_for_ever_ends_with_the_way_out(province_scope, checked, importer):
    job = confirmed(checked())
    importer.races = 9
    now = again(job)
    assert (now.state, made()) == (State.FAILED, 0)
    assert now.error.startswith("写入时，有的行与平台已有的记录或文件中的另一行冲突")


def test_run_that_breaks_is_told_by_the_number_in_the_log(province_scope, checked, importer, caplog):
    job = confirmed(checked())
    importer.apply = lambda *args: 1 / 0
    now = again(job)
    assert now.state == State.FAILED
    assert now.error.startswith("系统处理时出错，没有写入任何数据。请把编号 ")
    number = now.error.partition("请把编号 ")[2][:8]
    assert f"import {job.pk} stopped, number {number}" in caplog.text
    assert made() == 0


@pytest.mark.parametrize("state", sorted(set(State) - set(WAITING)))
def test_run_leaves_alone_what_does_not_wait(province_scope, checked, state):
    job = checked()
    Job.objects.filter(pk=job.pk).update(state=state, words="wie zuvor")
    before = Job.objects.values().get()
    runner.run_import(job.pk)
    assert Job.objects.values().get() == before


def test_run_of_an_unknown_import_does_nothing(province_scope):
    runner.run_import(uuid4())
    assert not Job.objects.exists()


def test_waiting_jobs_are_those_with_something_to_do(province_scope, uploaded):
    jobs = {state: uploaded() for state in State}
    for state, job in jobs.items():
        Job.objects.filter(pk=job.pk).update(state=state)
    assert set(runner.waiting_jobs()) == {jobs[state].pk for state in WAITING}


def test_run_beside_another_does_nothing(committed_db, uploaded, monkeypatch):
    job = uploaded()
    monkeypatch.setattr(runner, "PATIENCE", 0)
    with database.connect(connection.settings_dict) as other, other.transaction():
        other.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key(job.pk)])
        now = again(job)
        assert (now.state, now.attempts) == (State.UPLOADED, 0)
        with whole_province():
            assert hold(job.pk) is None
    assert again(job).state == State.READY


def test_run_awaiting_a_killed_workers_connection_to_end(committed_db, uploaded):
    """The lock of a worker that is gone lasts a moment longer than the worker."""
    job = uploaded()
    other = database.connect(connection.settings_dict)
    other.execute("SELECT pg_advisory_lock(%s)", [lock_key(job.pk)])
    with ThreadPoolExecutor() as beside:
        beside.submit(end_when_awaited, other)
        assert again(job).state == State.READY
    assert other.closed


def end_when_awaited(connection):
    with connection:
        wait_for(lambda: connection.execute(AWAITED).fetchone()[0])


def in_own_connection(deed):
    try:
        return deed()
    finally:
        connection.close()


@pytest.mark.parametrize(("before", "state", "error"), [(4, State.READY, ""), (5, State.FAILED, INTERRUPTED)])
def test_run_is_started_five_times_at_most(committed_db, uploaded, before, state, error):
    job = uploaded()
    with whole_province():
        Job.objects.filter(pk=job.pk).update(attempts=before)
    now = again(job)
    assert (now.state, now.error, now.attempts) == (state, error, before + 1)


END_THIS_CONNECTION = "pg_terminate_backend(pg_backend_pid())"


def lose_while_checking(importer, monkeypatch):
    monkeypatch.setattr(importer, "judge", f"{importer.judge} WHERE {END_THIS_CONNECTION}")


def lose_while_writing(importer, monkeypatch):
    original = importer.apply

    def write_and_lose(job, by, progress):
        original(job, by, progress)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {END_THIS_CONNECTION}")

    monkeypatch.setattr(importer, "apply", write_and_lose)


def end_connection(info):
    """From another connection of the same role, as an administrator's restart of the database does."""
    with database.connect(connection.settings_dict) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [info.backend_pid])


def lose_while_copying(importer, monkeypatch):
    def lose(records, context):
        end_connection(connection.connection.info)
        return normalise(records, context)

    monkeypatch.setattr(type(importer), "normalise", property(lambda importer: lose))


def lose_while_telling(importer, monkeypatch):
    original = Progress.begin

    def begin_and_lose(progress):
        count = original(progress)
        end_connection(progress.connection.info)
        return count

    monkeypatch.setattr(Progress, "begin", begin_and_lose)


LOSSES = [lose_while_checking, lose_while_copying, lose_while_telling, lose_while_writing]


@pytest.mark.parametrize("lose", LOSSES)
def test_run_that_loses_the_database_is_done_again_from_the_start(
    committed_db, uploaded, importer, monkeypatch, lose
):
    """What a killed worker leaves: its transaction is gone, and the job waits with one start counted."""
    job = uploaded()
    is_writing = lose is lose_while_writing
    waiting, rest, posts = (
        (State.CONFIRMED, State.DONE, 2) if is_writing else (State.UPLOADED, State.READY, 0)
    )
    if is_writing:
        confirmed(again(job))
    with monkeypatch.context() as patch:
        lose(importer, patch)
        with pytest.raises((OperationalError, psycopg.OperationalError)):
            runner.run_import(job.pk)
    connection.close()
    with whole_province():
        now = Job.objects.get(pk=job.pk)
        assert (now.state, now.attempts, made()) == (waiting, 1, 0)
        assert not ImportInbox.objects.exists()
    assert (again(job).state, made()) == (rest, posts)


def test_run_says_its_progress_before_the_work_ends(committed_db, uploaded, importer, monkeypatch):
    job, seen = uploaded(), []
    original = importer.context

    def look():
        with database.connect(connection.settings_dict) as other, other.transaction():
            other.execute(
                "SELECT set_config('fpa.scope_lo', '/', true), set_config('fpa.scope_hi', '0', true)"
            )
            seen.append(other.execute("SELECT state, words, attempts FROM imports_job").fetchone())
        return original()

    monkeypatch.setattr(importer, "context", look)
    assert again(job).state == State.READY
    assert seen == [("uploaded", "正在打开文件", 1)]


def test_confirmed_and_cancelled_at_once_is_one_of_them(committed_db, uploaded):
    for _ in range(3):
        job = again(uploaded())
        start = Barrier(2)

        def at_once(action, job=job, start=start):
            by = actor_for("county")
            start.wait()
            try:
                with whole_province():
                    return action(job=job, by=by).state
            except CannotImport as error:
                return str(error)

        with ThreadPoolExecutor(2) as pool:
            steps = [
                pool.submit(in_own_connection, lambda action=action: at_once(action))
                for action in (confirm_import, cancel_import)
            ]
            said = {step.result() for step in steps}
        with whole_province():
            state = Job.objects.get(pk=job.pk).state
            verbs = set(Event.objects.filter(object_id=job.pk).values_list("verb", flat=True))
        assert state in said
        assert len(said & {State.CONFIRMED, State.CANCELLED}) == 1
        assert len(verbs & {"import.confirmed", "import.cancelled"}) == 1


def test_cancelled_while_it_is_checked_stays_cancelled(committed_db, uploaded, importer, monkeypatch):
    job = uploaded()
    original = importer.context

    def cancel_meanwhile():
        with ThreadPoolExecutor(1) as pool:
            pool.submit(in_own_connection, cancel).result()
        return original()

    def cancel():
        with whole_province():
            cancel_import(job=job, by=actor_for("county"))

    monkeypatch.setattr(importer, "context", cancel_meanwhile)
    now = again(job)
    assert (now.state, now.error) == (State.CANCELLED, "")
    with whole_province():
        assert not ImportRow.objects.exists()
    assert not files.path_of(job.pk).exists()


def test_worker_takes_up_what_an_earlier_one_left(committed_db, uploaded):
    """Neither the queue nor the worker that knew of it is there any more: the job alone tells that it waits."""
    job = uploaded("姓名,身份证号,村\n".encode())
    with whole_province():
        Job.objects.filter(pk=job.pk).update(kind="members")
    ProcrastinateJob.objects.all()._raw_delete("default")
    known = environment(committed_db) | {"FPA_UPLOADS": str(settings.UPLOAD_DIR)}
    worker = subprocess.run([sys.executable, "-m", "fpa", "worker", "--once"], env=known, check=False)
    with whole_province():
        now = Job.objects.get(pk=job.pk)
    assert (worker.returncode, now.state, now.error) == (
        0,
        State.REFUSED,
        "表头下面没有一行数据。请填写后重新上传。",
    )
    assert not ProcrastinateJob.objects.filter(args__job_id=str(job.pk)).exists()


def test_run_of_a_kind_that_is_gone_stops(province_scope, uploaded):
    job = uploaded()
    Job.objects.filter(pk=job.pk).update(kind="cows")
    assert again(job).state == State.FAILED
