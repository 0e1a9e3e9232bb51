"""The empty table that is offered: text cells, required columns marked, and understood when it comes back."""

from zipfile import ZipFile

import pytest
from django.urls import reverse
from lxml import etree

from fpa.core.sheets import open_sheets
from fpa.core.sheets.header import find_tables
from fpa.core.tests.sheets_factory import make_xlsx
from fpa.imports.importer import importer_of
from fpa.imports.template import write_template
from fpa.membership.tests.rosters import number, run
from tests.cast import COUNTY

KINDS = ("members", "posts")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(params=KINDS)
def template(request, importer, tmp_path):
    """The template of a kind, and that kind."""
    kind = importer_of(request.param)
    file = tmp_path / "t.xlsx"
    with file.open("wb") as out:
        write_template(out, kind)
    return file, kind


def header_of(file):
    with open_sheets(file) as book:
        (sheet,) = book.sheets
        (row,) = sheet.rows()
        return sheet.name, row.cells


def part(file, name):
    with ZipFile(file) as archive:
        return etree.fromstring(archive.read(name))


def test_template_has_the_usual_columns_with_required_ones_marked(template):
    file, kind = template
    wanted = [
        f"{field.label}*" if field.required else field.label
        for field in kind.fields
        if field.key in kind.template
    ]
    assert header_of(file) == (f"{kind.label}名册", wanted)
    assert any(label.endswith("*") for label in wanted)


def test_template_is_understood_when_it_comes_back(template, tmp_path):
    file, kind = template
    header = header_of(file)[1]
    filled = make_xlsx(tmp_path / "filled.xlsx", {"S": [header, ["甲"] * len(header)]})
    with open_sheets(filled) as book:
        (table,) = find_tables(book, kind.fields, kind.fill_down).found
    assert list(table.columns) == [field.key for field in kind.fields if field.key in kind.template]


def test_template_keeps_long_numbers_as_text(template):
    """A cell that is not text turns an ID number into 4.31202E+17 while it is typed."""
    file, kind = template
    (column,) = part(file, "xl/worksheets/sheet1.xml").iter(f"{MAIN}col")
    styles = part(file, "xl/styles.xml")
    codes = {one.get("numFmtId"): one.get("formatCode") for one in styles.iter(f"{MAIN}numFmt")}
    style = styles.find(f"{MAIN}cellXfs")[int(column.get("style"))]
    assert codes[style.get("numFmtId")] == "@"
    assert (column.get("min"), column.get("max")) == ("1", str(len(kind.template)))


def test_template_explains_each_column(template):
    file, kind = template
    comments = ["".join(one.itertext()) for one in part(file, "xl/comments1.xml").iter(f"{MAIN}comment")]
    assert comments == [kind.template[field.key] for field in kind.fields if field.key in kind.template]


def test_template_of_members_filled_in_is_taken_whole(province_scope, client_as, tmp_path):
    answer = client_as("county").get(reverse("import_template", args=["members"]))
    file = tmp_path / "t.xlsx"
    file.write_bytes(answer.content)
    cells = {
        "姓名*": "张三", "证件号码*": number(1), "手机号": "13800000001", "入会日期": "2020年3月5日",
        "会员类别": "骨干会员", "乡镇（街道）": "城中街道", "村（社区）": "新街社区",
    }  # fmt: skip
    header = header_of(file)[1]
    assert set(header) == set(cells)
    filled = make_xlsx(tmp_path / "filled.xlsx", {"会员名册": [header, [cells[label] for label in header]]})
    assert run(filled, COUNTY) == {"new": 1, "changed": 0, "unchanged": 0, "rejected": [], "dropped": []}


@pytest.mark.parametrize(
    ("name", "status"), [("county", 200), ("township", 200), ("village", 403), ("auditor", 403)]
)
def test_template_is_for_who_may_import(db, client_as, name, status):
    answer = client_as(name).get(reverse("import_template", args=["members"]))
    assert answer.status_code == status
    assert ("attachment" in answer.headers.get("Content-Disposition", "")) == (status == 200)
