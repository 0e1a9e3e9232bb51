"""`fpa import members`: its answers, its refusals, its exit codes."""

from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from fpa.core.tests.sheets_factory import HEADER as PLAIN
from fpa.core.tests.sheets_factory import make_csv, make_xlsx
from fpa.figures.models import Stale
from fpa.imports.models import ImportInbox, ImportRow, Job, State
from fpa.membership.models import Member
from fpa.membership.tests.rosters import HEADER, bring, number, person, run
from fpa.people.models import Person
from tests.cast import CITY, COUNTY, SIBLING

ROWS = [HEADER, person(1), person(2, name="李 四")]


def test_import_command_counts_new_and_writes(province_scope, tmp_path):
    assert bring(tmp_path, ROWS) == {"new": 2, "changed": 0, "unchanged": 0, "rejected": [], "dropped": []}
    member = Member.objects.get(person__name="李四")
    assert (member.unit.name, member.person.sex, member.person.initials) == ("新街社区", "female", "ls")
    assert Job.objects.get().state == State.DONE
    assert not ImportRow.objects.exists()
    assert Stale.objects.exists()  # who reads the figures, or the keeper, counts them


def test_import_command_dry_run_leaves_nothing(province_scope, tmp_path):
    files = set(settings.UPLOAD_DIR.glob("*"))
    assert run(make_csv(tmp_path / "a.csv", ROWS), COUNTY, "county", "--dry-run")["new"] == 2
    assert not Person.objects.exists()
    assert not Job.objects.exists()
    assert not ImportInbox.objects.exists()
    assert set(settings.UPLOAD_DIR.glob("*")) == files


def test_import_command_says_it_in_words(province_scope, tmp_path):
    out = StringIO()
    file = make_csv(tmp_path / "a.csv", [*ROWS, person(3, id=None)])
    call_command("import", "members", str(file), "--unit", COUNTY, "--by", "county", stdout=out)
    assert "新增 2" in out.getvalue()
    assert "a 第 4 行“身份证号”：证件号码没有填写" in out.getvalue()


REFUSALS = {
    "unknown unit": (("999999999999", "county"), "没有代码"),
    "unit out of scope": ((SIBLING, "county"), "范围"),
    "unit above": ((CITY, "county"), "范围"),
    "unknown user": ((COUNTY, "nobody"), "没有账号"),
    "user without a post": ((COUNTY, "outsider"), "没有任职"),
    "user without the permission": (("430000000000", "auditor"), "只能为本单位"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_import_command_refuses_who_and_where(province_scope, tmp_path, case):
    (unit, by), reason = REFUSALS[case]
    answer = run(make_csv(tmp_path / "a.csv", ROWS), unit, by)
    assert set(answer) == {"error"}
    assert reason in answer["error"]


FILES = {
    "not a spreadsheet": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "不是表格"),
    "empty": (b"", "没有任何内容"),
    "no header": ("甲,乙\n1,2\n".encode(), "表头"),
    "no ID column": ("姓名,手机\n张三,13800000001\n".encode(), "证件号码"),
    "two ID columns": ("姓名,身份证号,身份证号码,村\n张三,1,2,新街\n".encode(), "都像是"),
    "header alone": ("姓名,身份证号,村\n".encode(), "没有一行数据"),
    "no unit column": (f"姓名,身份证号\n张三,{number(1)}\n".encode(), "村（社区）"),
    "broken zip": (b"PK\x03\x04" + b"x" * 400, "损坏"),
    "open quote": (f'姓名,身份证号,村\n"张三,{number(1)},新街\n'.encode(), "引号"),
}


@pytest.mark.parametrize("case", FILES)
def test_import_command_refuses_the_file_with_a_reason(province_scope, tmp_path, case):
    content, reason = FILES[case]
    file = tmp_path / "名册.xlsx"
    file.write_bytes(content)
    answer = run(file, COUNTY)
    assert set(answer) == {"error"}
    assert reason in answer["error"]
    assert not Job.objects.exists()


def test_import_command_missing_file(province_scope, tmp_path):
    assert "找不到文件" in run(tmp_path / "nothing.xlsx", COUNTY)["error"]


def test_import_command_exit_codes(province_scope, tmp_path):
    with pytest.raises(SystemExit) as end:
        call_command("import", "members", "nothing", "--unit", COUNTY, "--by", "county", stdout=StringIO())
    assert end.value.code == 2


def test_import_command_unexpected_error_is_told_by_number(province_scope, tmp_path, caplog, settings):
    file = make_csv(tmp_path / "a.csv", ROWS)
    settings.UPLOAD_DIR = file / "not a folder"
    assert "编号" in run(file, COUNTY)["error"]
    assert "import stopped" in caplog.text


def test_import_command_sheets_without_a_table_are_told(province_scope, tmp_path):
    file = make_xlsx(tmp_path / "a.xlsx", {"名册": ROWS, "说明": [["请按要求填写"]]}, hidden=[])
    run(file, COUNTY)
    assert any("说明" in note for note in Job.objects.get().notes)


def test_import_command_totals_are_told(province_scope, tmp_path):
    bring(tmp_path, [*ROWS, ["合计", "2 人", None, None]])
    assert any("合计" in note for note in Job.objects.get().notes)


def test_import_command_takes_the_house_roster(province_scope, tmp_path):
    """The header that the reading of sheets is tested with is a members' header too."""
    row = [1, "张三", "男", number(1), "13800000001", "新街社区"]
    assert run(make_xlsx(tmp_path / "a.xlsx", {"S": [PLAIN, row]}), COUNTY)["new"] == 1
