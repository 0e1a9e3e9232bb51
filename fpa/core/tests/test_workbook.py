"""What offices take away opens, prints and stays harmless."""

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from fpa.core.sheets import open_sheets
from fpa.core.workbook import (
    ColumnSpec,
    SheetNames,
    SheetSpec,
    is_formula_like,
    write_csv,
    write_workbook,
)

COLUMNS = [
    ColumnSpec("姓名"),
    ColumnSpec("场次", "number"),
    ColumnSpec("金额（元）", "money"),
    ColumnSpec("日期", "date"),
    ColumnSpec("完成率", "percent"),
]
ROWS: list[list[Any]] = [
    ["张三", 1200, Decimal("1234.5"), date(2026, 11, 24), 0.985],
    ["430102199001011234", None, 0, None, ""],
]
NOTES = ["口径：已审核", "截至：2026年11月24日"]
MADE: dict[str, Any] = {"made_by": "省办&王", "made_at": datetime(2026, 11, 24, 9, 30)}
LAST_LINE = "导出人：省办&王　导出时间：2026-11-24 09:30"


def write(path, *specs):
    write_workbook(path, specs or [SheetSpec("会员", COLUMNS, iter(ROWS), NOTES)], **MADE)
    return path


def part(path, name):
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode()


def rows_of(path):
    with open_sheets(path) as book:
        return {sheet.name: [row.cells for row in sheet.rows()] for sheet in book.sheets}


def test_write_workbook_lays_out_title_notes_header_rows_and_who(tmp_path):
    rows = rows_of(write(tmp_path / "a.xlsx"))["会员"]
    assert rows[0] == ["会员"] * 5
    assert [row[0] for row in rows[1:3]] == NOTES
    assert rows[3] == [column.label for column in COLUMNS]
    assert rows[4] == ["张三", 1200, 1234.5, date(2026, 11, 24), 0.985]
    assert rows[5] == ["430102199001011234", None, 0, None, None]
    assert rows[6][0] == LAST_LINE


def test_write_workbook_prints_on_a4_one_page_wide(tmp_path):
    path = write(tmp_path / "a.xlsx")
    sheet = part(path, "xl/worksheets/sheet1.xml")
    assert 'paperSize="9"' in sheet
    assert 'fitToHeight="0"' in sheet
    assert "landscape" not in sheet
    assert 'ySplit="4"' in sheet
    assert "省办&amp;&amp;王" in sheet
    assert "&amp;R第 &amp;P 页 共 &amp;N 页" in sheet
    assert "$4:$4" in part(path, "xl/workbook.xml")


def test_write_workbook_turns_wide_sheets(tmp_path):
    path = write(tmp_path / "a.xlsx", SheetSpec("宽", [ColumnSpec("x", width=30)] * 4, []))
    assert 'orientation="landscape"' in part(path, "xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "＝1"]
)
def test_write_workbook_keeps_formula_like_text_as_text(tmp_path, text):
    path = write(tmp_path / "a.xlsx", SheetSpec(text, [ColumnSpec(text)], [[text]], [text]))
    assert is_formula_like(text)
    assert "<f>" not in part(path, "xl/worksheets/sheet1.xml")
    assert 'quotePrefix="1"' in part(path, "xl/styles.xml")


def test_write_workbook_keeps_numbers_as_numbers_and_ids_as_text(tmp_path):
    path = write(tmp_path / "a.xlsx", SheetSpec("x", COLUMNS, [[430102, -5, -1.25, None, None]]))
    (values,) = [row for row in rows_of(path)["x"] if row[0] == "430102"]
    assert values[1:3] == [-5, -1.25]


def test_write_workbook_goes_on_in_further_sheets(tmp_path, monkeypatch):
    monkeypatch.setattr("fpa.core.workbook.MAX_ROWS", 2)
    path = write(tmp_path / "a.xlsx", SheetSpec("会员", [ColumnSpec("号")], ([n] for n in range(5))))
    sheets = rows_of(path)
    assert list(sheets) == ["会员", "会员(2)", "会员(3)"]
    assert [cells[0] for rows in sheets.values() for cells in rows[2:-1]] == ["0", "1", "2", "3", "4"]


def test_write_workbook_with_no_rows_and_into_memory():
    out = io.BytesIO()
    write_workbook(out, [SheetSpec("空", COLUMNS, [])], **MADE)
    assert out.getvalue().startswith(b"PK")


def test_write_workbook_says_where_it_cuts_a_text(tmp_path):
    path = write(tmp_path / "a.xlsx", SheetSpec("x", [ColumnSpec("长")], [["长" * 40000]]))
    text = rows_of(path)["x"][2][0]
    assert (len(text), text[-11:]) == (32767, "（内容过长，已截断）"[-11:].rjust(11, "…"))


def test_write_workbook_refuses_rows_of_another_width(tmp_path):
    with pytest.raises(ValueError, match="zip"):
        write(tmp_path / "a.xlsx", SheetSpec("x", [ColumnSpec("甲")], [["1", "2"]]))


@pytest.mark.parametrize("shown", ["yyyy-mm-dd", "0.0%", "#,##0.00", "#,##0", "@"])
def test_write_workbook_shows_numbers_as_offices_read_them(tmp_path, shown):
    assert f'formatCode="{shown}"' in part(write(tmp_path / "a.xlsx"), "xl/styles.xml")


def test_write_csv_is_read_by_excel_and_disarms_formulas():
    out = io.BytesIO()
    rows: list[list[Any]] = [
        ["=1+1", -5, Decimal("1.50"), date(2026, 1, 2), None],
        ["张,三", True, "-", datetime(2026, 1, 2, 3), 0.5],
    ]
    write_csv(out, [ColumnSpec("@姓名"), *COLUMNS[1:]], rows)
    assert (
        out.getvalue()
        == (
            "\ufeff'@姓名,场次,金额（元）,日期,完成率\r\n"
            "'=1+1,-5,1.50,2026-01-02,\r\n"
            '"张,三",是,\'-,2026-01-02 03:00:00,0.5\r\n'
        ).encode()
    )


def test_write_csv_comes_back_as_it_went(tmp_path):
    with (tmp_path / "a.csv").open("wb") as out:
        write_csv(out, [ColumnSpec("a"), ColumnSpec("b")], [["=1+1", "x"], ["@y", "'z"]])
    assert rows_of(tmp_path / "a.csv")["a"][1:] == [["=1+1", "x"], ["@y", "z"]]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (["会员", "会员"], ["会员", "会员(2)"]),
        (["a/b:c?"], ["a b c"]),
        (["'x'"], ["x"]),
        (["长" * 40, "长" * 40], ["长" * 31, "长" * 28 + "(2)"]),
        (["", "[]"], ["表", "表(2)"]),
        (["A", "a", "History"], ["A", "a(2)", "History(2)"]),
    ],
)
def test_sheet_names_are_what_excel_takes(wanted, names):
    taken = SheetNames()
    assert [taken.take(name) for name in wanted] == names
