"""Files that nobody should send: each is answered on the page with a reason, and nothing is written."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from fpa.core.tests.sheets_factory import (
    make_csv,
    make_ole,
    make_raw_xlsx,
    make_xls,
    make_xlsx,
    xml_row,
)
from fpa.imports.files import path_of
from fpa.imports.models import ImportRow, Job, State
from fpa.imports.runner import run_import
from fpa.membership.models import Member
from fpa.membership.tests.rosters import HEADER, person
from tests.cast import COUNTY

GRID = [HEADER, person(1)]


def plain(content):
    """A maker of a file with this content, whatever its name says."""

    def make(path):
        path.write_bytes(content)
        return path

    return make


def cut(make, keep):
    """A maker of a workbook that was not transferred whole."""

    def made(path):
        content = make(path, {"S": GRID}).read_bytes()
        path.write_bytes(content[: int(len(content) * keep)])
        return path

    return made


FILES = {
    "picture.xlsx": (plain(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20), "不是表格"),
    "page.xls": (plain(b"<html><body><table><tr><td>x</td></tr></table></body></html>"), ""),
    "scan.pdf": (plain(b"%PDF-1.7\n" + b"x" * 2000), "PDF"),
    "archive.xlsx": (plain(b"Rar!\x1a\x07\x00" + b"x" * 2000), ""),
    "nothing.csv": (plain(b"  \r\n \r\n"), "没有任何内容"),
    "password.xlsx": (
        lambda path: make_ole(path, {"EncryptionInfo": b"x", "EncryptedPackage": b"y"}),
        "密码",
    ),
    "macro.xlsm": (
        lambda path: make_raw_xlsx(path, xml_row(1, HEADER), {"xl/vbaProject.bin": "x"}),
        "宏",
    ),
    "bomb.xlsx": (
        lambda path: make_raw_xlsx(path, xml_row(1, HEADER), {"xl/bomb.xml": bytes(300 << 20)}),
        "解开后",
    ),
    "far.xlsx": (
        lambda path: make_raw_xlsx(
            path, xml_row(1, HEADER) + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
        ),
        "XFD1048576",
    ),
    "half.xlsx": (cut(make_xlsx, 0.5), "损坏"),
    "half.xls": (cut(make_xls, 0.5), "损坏"),
    "entities.xlsx": (
        lambda path: make_raw_xlsx(path, xml_row(1, HEADER), before='<!DOCTYPE x [<!ENTITY b "b">]>'),
        "损坏",
    ),
    "hidden.xlsx": (lambda path: make_xlsx(path, {"看": [], "藏": GRID}, hidden=["藏"]), "隐藏"),
    "no header.xlsx": (lambda path: make_xlsx(path, {"S": [[1, 2], [3, 4]]}), "没有找到表头"),
    "no number.xlsx": (lambda path: make_xlsx(path, {"S": [["姓名", "电话"], ["张三", "1"]]}), "证件号码"),
    "two phones.xlsx": (
        lambda path: make_xlsx(path, {"S": [[*HEADER, "手机号码"], [*person(1), "1"]]}),
        "都像是“手机号”",
    ),
    "header only.xlsx": (lambda path: make_xlsx(path, {"S": [HEADER]}), "没有一行数据"),
    "no village.xlsx": (
        lambda path: make_xlsx(path, {"S": [HEADER[:3], person(1)[:3]]}),
        "请增加一列“村（社区）”或“单位代码”",
    ),
    "open quote.csv": (plain(f'{",".join(HEADER)}\n"张三,1,2,3\n'.encode()), "引号"),
}


@pytest.mark.parametrize("name", FILES)
def test_import_files_bad_one_is_answered_on_the_page(province_scope, client_as, tmp_path, name):
    make, reason = FILES[name]
    client = client_as("county")
    content = make(tmp_path / name).read_bytes()
    form = {"unit": COUNTY, "file": SimpleUploadedFile(name, content), "key": uuid4()}
    page = client.post(reverse("import_members"), form).url
    job = Job.objects.get()
    run_import(job.pk)
    job.refresh_from_db()
    assert job.state == State.REFUSED
    assert reason in job.error
    assert job.error in client.get(page).text.replace("&quot;", '"').replace("&#x27;", "'")
    assert not ImportRow.objects.exists()
    assert not Member.objects.exists()


def test_import_files_refused_one_is_deleted(
    province_scope, client_as, tmp_path, django_capture_on_commit_callbacks
):
    content = make_csv(tmp_path / "a.csv", [["姓名"], ["张三"]]).read_bytes()
    form = {"unit": COUNTY, "file": SimpleUploadedFile("a.csv", content), "key": uuid4()}
    client_as("county").post(reverse("import_members"), form)
    job = Job.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        run_import(job.pk)
    assert not path_of(job.pk).exists()


def test_import_files_empty_upload_is_said_on_the_form(province_scope, client_as):
    form = {"unit": COUNTY, "file": SimpleUploadedFile("a.csv", b""), "key": uuid4()}
    answer = client_as("county").post(reverse("import_members"), form)
    assert answer.status_code == 200
    assert not Job.objects.exists()


def test_import_files_too_large_is_said_on_the_form(province_scope, client_as, monkeypatch):
    monkeypatch.setattr("fpa.imports.forms.MAX_BYTES", 10)
    form = {"unit": COUNTY, "file": SimpleUploadedFile("a.csv", b"x" * 11), "key": uuid4()}
    assert "请分成几个文件" in client_as("county").post(reverse("import_members"), form).text
    assert not Job.objects.exists()


def test_import_files_missing_file_and_key_are_said_on_the_form(province_scope, client_as):
    answer = client_as("county").post(reverse("import_members"), {"unit": COUNTY})
    assert "请上传表格文件" in answer.text


def test_import_files_odd_names_are_harmless(province_scope, client_as, tmp_path):
    """A name is only shown, escaped, and never becomes a path."""
    content = make_csv(tmp_path / "a.csv", GRID).read_bytes()
    name = "../../etc/<script>alert(1)</script>" + "长" * 300 + ".csv"
    form = {"unit": COUNTY, "file": SimpleUploadedFile(name, content), "key": uuid4()}
    client = client_as("county")
    page = client.post(reverse("import_members"), form).url
    job = Job.objects.get()
    run_import(job.pk)
    assert path_of(job.pk).exists()
    assert "<script>alert" not in client.get(page).text
    assert "<script>alert" not in client.get(reverse("import_list")).text
