"""What one file may cost: rows that repeat, rows above the limit, statements without end."""

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fpa.access.models import Post
from fpa.access.scope import whole_province
from fpa.access.seats import actor_for
from fpa.core.tests.sheets_factory import make_xlsx
from fpa.imports import files
from fpa.imports.actions import CannotImport, confirm_import
from fpa.imports.copy_lines import Lines, Repetitions
from fpa.imports.import_file import import_file
from fpa.imports.models import ImportRow, Job, State
from fpa.imports.tests.conftest import again
from fpa.imports.tests.posts import GRID, HEADER, VILLAGE
from tests.cast import COUNTY

TOO_MANY = (
    "文件里有内容的行超过了 3 行（标题、表头也算），一个文件最多 3 行。"
    "请按乡镇（街道）或村（社区）分成几个文件，分别上传。"
)
TOO_LONG = (
    "数据库处理这个文件时有一步超过了 0.2 秒的上限，已停止，没有写入任何数据。"
    "请把文件分成几个后重新上传；仍不行请联系系统管理员。"
)
ENDLESS = "pg_sleep(30) IS NULL"


def test_repeats_are_marked_without_joining_the_inbox_with_itself(province_scope, uploaded):
    """The planner knows nothing of rows just copied: such a join was done row by row, 57 s for 200,000 rows."""
    job = uploaded([HEADER, *[["专干", VILLAGE]] * 300])
    with CaptureQueriesContext(connection) as queries:
        assert again(job).counts == {"new": 1, "changed": 0, "unchanged": 0, "rejected": 299}
    assert [sql for query in queries if (sql := query["sql"]).count("imports_importinbox") > 1] == []
    assert not any("UPDATE imports_importinbox" in query["sql"] for query in queries)


def chunk_of(keys, start):
    text = b"".join(b"job\t%d\tS\t%d\t\t\t\t{}\n" % (n, n) for n in range(start, start + len(keys)))
    return Lines("S", {"title": "岗位"}, list(range(start, start + len(keys))), keys, text)


def test_repeats_cost_what_other_rows_cost():
    def seconds(key_of):
        repetitions, started = Repetitions("title", "岗位名称"), time.process_time()
        for start in range(0, 100_000, 5_000):
            repetitions.mark(chunk_of([key_of(n) for n in range(start, start + 5_000)], start))
        return time.process_time() - started

    assert seconds(lambda n: b"%d" % (n % 1000)) < 20 * seconds(lambda n: b"%d" % n) + 1


@pytest.mark.parametrize("is_workbook", [True, False])
def test_rows_above_the_limit_are_refused_with_the_rule(
    province_scope, uploaded, settings, tmp_path, is_workbook
):
    settings.IMPORT_MAX_ROWS = 3
    content = make_xlsx(tmp_path / "a.xlsx", {"岗位": GRID}).read_bytes() if is_workbook else GRID
    assert again(uploaded(GRID[:3])).state == State.READY
    job = again(uploaded(content))
    assert (job.state, job.error) == (State.REFUSED, TOO_MANY)
    assert not ImportRow.objects.filter(job=job).exists()


def test_limit_of_rows_is_said_before_the_upload(province_scope, client_as, settings):
    settings.IMPORT_MAX_ROWS = 12_345
    assert "不超过 100 MB、12,345 行" in client_as("county").get("/imports/members/").text


def test_statement_of_a_check_without_end_is_stopped(province_scope, uploaded, importer, settings):
    settings.IMPORT_STATEMENT_SECONDS = 0.2
    importer.judge = f"{importer.judge} WHERE {ENDLESS}"
    job = again(uploaded())
    assert (job.state, job.error) == (State.FAILED, TOO_LONG)
    assert not ImportRow.objects.exists()


def test_statement_of_a_writing_without_end_is_stopped(
    province_scope, checked, importer, settings, monkeypatch
):
    original = importer.apply

    def write_for_ever(job, by, progress):
        original(job, by, progress)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {ENDLESS}")

    job = checked()
    confirm_import(job=job, by=actor_for("county"))
    settings.IMPORT_STATEMENT_SECONDS = 0.2
    monkeypatch.setattr(importer, "apply", write_for_ever)
    now = again(job)
    assert (now.state, now.error) == (State.FAILED, TOO_LONG)
    assert not Post.objects.filter(title__in=["专干", "联络员"]).exists()


def test_command_says_that_a_statement_took_too_long(committed_db, importer, settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    settings.IMPORT_STATEMENT_SECONDS = 0.2
    importer.judge = f"{importer.judge} WHERE {ENDLESS}"
    file = make_xlsx(tmp_path / "a.xlsx", {"岗位": GRID})
    with pytest.raises(CannotImport) as caught:
        import_file(importer, file, COUNTY, "county", dry_run=False)
    assert str(caught.value) == TOO_LONG
    with whole_province():
        assert not Job.objects.exists()
    assert list(settings.UPLOAD_DIR.glob("*")) == []


def test_time_limit_of_a_job_ends_with_it(committed_db, uploaded, settings):
    settings.IMPORT_STATEMENT_SECONDS = 77
    job = again(uploaded())
    assert files.path_of(job.pk).exists()
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone()[0] != "77s"


def test_progress_is_said_between_the_statements_of_a_writing(province_scope, checked, monkeypatch):
    said = []
    monkeypatch.setattr(
        "fpa.pages.progress.Progress.say", lambda self, words, *rest, **how: said.append(words)
    )
    job = checked()
    confirm_import(job=job, by=actor_for("county"))
    assert again(job).state == State.DONE
    assert said[-3:] == ["正在写入", "正在新增岗位", "正在更新岗位"]
