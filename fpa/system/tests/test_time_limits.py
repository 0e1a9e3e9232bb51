"""Every job ends by its time limit, here while somebody keeps a table for himself, and says what becomes of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection
from procrastinate.contrib.django import app

from fpa.access.scope import scoped, whole_province
from fpa.access.seats import actor_for
from fpa.audit.tests.log import owner
from fpa.core.limits import ran_out_of_time
from fpa.files.tasks import purge_unused_files
from fpa.imports import runner
from fpa.imports.tasks import purge_uploads
from fpa.pages import actions, export_files, export_runner
from fpa.pages.models import ListExport
from fpa.pages.tasks import purge_exports
from fpa.people.tests.people import make_member
from fpa.system.keeper import day_works
from fpa.system.tasks import daily_upkeep
from tests.cast import cast_unit


def at_night(task: Callable[..., object]) -> Callable[[], object]:
    """A periodic task as the worker calls it."""
    return lambda: task(timestamp=0)


JOBS = {
    "清理附件": (at_night(purge_unused_files), "files_attachment"),
    "清理导入文件": (at_night(purge_uploads), "imports_job"),
    "清理导出文件": (at_night(purge_exports), "pages_listexport"),
    "每日维护": (at_night(daily_upkeep), "audit_treehead"),
    "到期办理": (lambda: [work.do() for work in day_works()], "approval_task"),
    "导入排队": (runner.idle_jobs, "imports_job"),
    "导出排队": (export_runner.idle_exports, "pages_listexport"),
}
"""What a job is called → the job, and a table that it cannot do without."""
WHOLE_TASKS = {"run_import", "run_export", "requeue_imports", "requeue_exports"}
"""Tasks that are tested by what they run."""


@contextmanager
def kept_from_all(table: str) -> Iterator[None]:
    """Somebody holds a table for himself alone."""
    with owner() as them, them.transaction():
        them.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


@pytest.fixture
def short(settings):
    """A limit that is soon over."""
    settings.JOB_STATEMENT_SECONDS = 0.3


@pytest.mark.parametrize("name", JOBS)
def test_job_ends_by_its_limit_and_the_log_names_it(committed_db, short, caplog, name):
    job, table = JOBS[name]
    with kept_from_all(table), pytest.raises(DatabaseError) as error:
        job()
    assert ran_out_of_time(error.value)
    assert f"{name}：数据库有一步超过 0.3 秒的上限，已停下" in caplog.text
    assert not connection.in_atomic_block
    job()


def test_every_task_of_ours_is_tested():
    """A task that is added has its line above."""
    known = {task.name for task in (purge_unused_files, purge_uploads, purge_exports, daily_upkeep)}
    ours = {name for name, task in app.tasks.items() if task.func.__module__.startswith("fpa.")}
    assert ours == known | WHOLE_TASKS


def test_export_that_takes_too_long_ends_with_the_way_out(committed_db, settings, tmp_path, short):
    settings.EXPORT_DIR = tmp_path / "exports"
    by = actor_for("county")
    with whole_province():
        make_member(cast_unit("village"), "张三", joined_on=date(2020, 1, 1))
    with scoped(by.path):
        export = actions.request_export(address="/members/", way="xlsx", key=uuid4(), by=by)
    with kept_from_all("membership_member"):
        export_runner.run_export(export.pk)
    with whole_province():
        now = ListExport.objects.get(pk=export.pk)
    assert (now.state, now.attempts) == ("failed", 1)
    assert now.error == (
        "数据库为这次导出查询时有一步超过了 0.3 秒的上限，已停止，没有文件。"
        "请用筛选缩小范围后重新导出；仍不行请联系系统管理员。"
    )
    assert not export_files.path_of(export.pk).exists()
