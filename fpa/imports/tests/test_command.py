"""`fpa import`: its words, its JSON and its exit codes, for any kind, and that a refusal leaves nothing."""

import json
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from fpa.access.models import Post, Unit, User
from fpa.audit.models import Event
from fpa.core.tests.sheets_factory import make_csv
from fpa.imports import files
from fpa.imports.models import ImportRow, Job, State
from fpa.imports.tests.posts import GRID, HEADER, VILLAGE
from tests.cast import CITY, COUNTY, SIBLING
from tests.journeys.server import environment


@pytest.fixture
def command(settings, tmp_path, importer):
    """`fpa import posts` with a grid; gives what it printed and its exit code."""
    settings.UPLOAD_DIR = tmp_path / "uploads"

    def run(grid=GRID, *options, unit=COUNTY, by="county", file=None):
        path = file or make_csv(tmp_path / "岗位.csv", grid)
        out = StringIO()
        code = 0
        try:
            call_command("import", "posts", str(path), "--unit", unit, "--by", by, *options, stdout=out)
        except SystemExit as end:
            code = end.code
        return out.getvalue().rstrip("\n"), code

    return run


def uploads(settings):
    return list(settings.UPLOAD_DIR.glob("*"))


def test_command_says_in_words_what_was_done(province_scope, command):
    assert command() == (
        "导入完毕：新增 2，更新 0，无变化 0，退回 1 行。\n岗位 第 4 行“岗位名称”：没有这样的岗位",
        0,
    )


def test_command_says_in_words_what_would_be_done(province_scope, command, settings):
    assert command(GRID[:3], "--dry-run") == ("检查完毕，没有写入：新增 2，更新 0，无变化 0，退回 0 行。", 0)
    assert not Job.objects.exists()
    assert not Event.objects.filter(verb__startswith="import.").exists()
    assert uploads(settings) == []


def test_command_gives_json_with_whole_numbers_and_rejected_rows_in_order(province_scope, command):
    grid = [HEADER, ["站长", VILLAGE], ["专干", VILLAGE], ["联络员", "不存在"], ["专干", VILLAGE]]
    said, code = command(grid, "--format", "json")
    outcome = json.loads(said)
    assert code == 0
    assert {key: outcome[key] for key in ("new", "changed", "unchanged")} == {
        "new": 1,
        "changed": 0,
        "unchanged": 0,
    }
    assert [set(row) for row in outcome["rejected"]] == [{"sheet", "row", "column", "reason"}] * 3
    assert [(row["row"], row["column"]) for row in outcome["rejected"]] == [
        (2, "岗位名称"),
        (4, "村"),
        (5, "岗位名称"),
    ]
    assert "\\u" not in said


def test_command_dry_run_says_the_same_as_the_import(province_scope, command):
    first, _ = command(GRID, "--dry-run", "--format", "json")
    second, _ = command(GRID, "--format", "json")
    assert first == second


REFUSED = {
    "a unit of others": (
        {"unit": SIBLING},
        f"没有代码为“{SIBLING}”的单位，或它不在鹤城区计生协的管理范围内。",
    ),
    "the unit above": ({"unit": CITY}, f"没有代码为“{CITY}”的单位，或它不在鹤城区计生协的管理范围内。"),
    "no unit": ({"unit": "鹤城区"}, "没有代码为“鹤城区”的单位，或它不在鹤城区计生协的管理范围内。"),
    "nobody": ({"by": "nobody"}, "没有账号“nobody”，或账号已停用。"),
    "no post": ({"by": "outsider"}, "账号“outsider”今天没有任职，不能办理业务。"),
    "no right": (
        {"by": "village", "unit": "431202001001"},
        "只能为本单位及下级现有单位导入岗位，请重新选择单位。",
    ),
    "no file": ({"file": "/nowhere/岗位.csv"}, "找不到文件：/nowhere/岗位.csv。请核对路径。"),
    "a folder": ({"file": "/tmp"}, "找不到文件：/tmp。请核对路径。"),
    "no rows": ({"grid": [HEADER]}, "表头下面没有一行数据。请填写后重新上传。"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("as_json", [True, False])
def test_command_refuses_with_two_and_leaves_nothing(province_scope, command, settings, case, as_json):
    options, reason = REFUSED[case]
    grid = options.get("grid", GRID)
    rest = {key: value for key, value in options.items() if key != "grid"}
    said, code = command(grid, *(["--format", "json"] if as_json else []), **rest)
    assert code == 2
    assert (json.loads(said) if as_json else said) == (
        {"error": reason} if as_json else f"没有导入：{reason}"
    )
    assert not Job.objects.exists()
    assert not ImportRow.objects.exists()
    assert uploads(settings) == []


def test_command_refuses_an_account_that_was_stopped(province_scope, command, actor):
    User.objects.filter(username="county").update(is_active=False)
    assert command() == ("没有导入：没有账号“county”，或账号已停用。", 2)


def test_command_refuses_a_closed_unit(province_scope, command):
    Unit.objects.filter(code="431202001001").update(valid_to="2025-01-01")
    assert command(unit="431202001001")[1] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("cows", "a.csv", "--unit", COUNTY, "--by", "county"), "cows"),
        (("members", "a.csv", "--by", "county"), "--unit"),
        (("members", "a.csv", "--unit", COUNTY), "--by"),
        (("members", "--unit", COUNTY, "--by", "county"), "file"),
        (("members", "a.csv", "--unit", COUNTY, "--by", "county", "--format", "xml"), "xml"),
    ],
)
def test_command_needs_its_arguments(db, arguments, said):
    with pytest.raises(CommandError, match=said):
        call_command("import", *arguments)


def test_command_with_nothing_to_write_leaves_no_import(province_scope, command, settings):
    said, code = command([HEADER, ["站长", VILLAGE]])
    assert said.startswith("导入完毕：新增 0，更新 0，无变化 0，退回 1 行。")
    assert code == 0
    assert not Job.objects.exists()
    assert uploads(settings) == []


def test_command_leaves_the_same_trail_as_the_pages(province_scope, command):
    command()
    job = Job.objects.get()
    assert (job.state, job.user.username, job.ip) == (State.DONE, "county", None)
    assert (job.confirmed_by, job.confirmed_post, job.confirmed_ip) == (job.user, job.post, None)
    verbs = Event.objects.filter(object_id=str(job.pk)).order_by("id").values_list("verb", "actor_name")
    assert list(verbs) == [
        ("import.uploaded", "演员county"),
        ("import.confirmed", "演员county"),
        ("member.imported", "演员county"),
    ]


def test_command_keeps_the_file_for_the_rejected_rows(province_scope, command, client_as):
    command()
    job = Job.objects.get()
    assert files.path_of(job.pk).exists()
    assert client_as("county").get(f"/imports/{job.pk}/rejected/").status_code == 200


def test_command_that_breaks_writes_nothing_and_names_a_number(
    province_scope, command, importer, settings, caplog
):
    importer.apply = lambda *args: 1 / 0
    said, code = command(GRID, "--format", "json")
    assert code == 2
    number = json.loads(said)["error"].partition("编号 ")[2][:8]
    assert f"import stopped, number {number}" in caplog.text
    assert not Post.objects.filter(title="专干").exists()
    assert not Job.objects.exists()
    assert uploads(settings) == []


def test_command_as_a_process_prints_json_alone(committed_db, tmp_path):
    """As a script calls it: nothing but the answer on stdout, and 0 for a file that was taken."""
    roster = make_csv(tmp_path / "名册.csv", [["姓名", "身份证号", "村"], ["张三", "4.3E+17", VILLAGE]])
    arguments = ("import", "members", str(roster), "--unit", COUNTY, "--by", "county", "--format", "json")
    process = subprocess.run(
        [sys.executable, "-m", "fpa", *arguments],
        env=environment(committed_db) | {"FPA_LOG_LEVEL": "INFO"},
        capture_output=True,
        check=False,
    )
    said = json.loads(process.stdout)
    assert (process.returncode, said["new"], [row["column"] for row in said["rejected"]]) == (
        0,
        0,
        ["身份证号"],
    )
