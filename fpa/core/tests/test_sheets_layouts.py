"""Rejected rows given back in each layout that they may come in, and read again from there."""

from datetime import date, datetime

import pytest

from fpa.core.sheets import Merge, open_sheets
from fpa.core.sheets.header import Field, find_tables
from fpa.core.sheets.returned import REASON, as_text, write_rejected
from fpa.core.tests.sheets_factory import make_csv, make_xls, make_xlsx
from fpa.core.workbook import SheetNames

ID = "430102199001011234"
FIELDS = [Field("name", "姓名", required=True), Field("id", "身份证号", ("号码",), required=True)]
PLAIN = [["姓名", "身份证号"], ["张三", ID], ["李四", ID], ["王五", ID]]


def returned(path, rejected, out):
    """The sheets of what is given back: their rows by name, and the merges of the first."""
    with open_sheets(path) as book:
        count = write_rejected(find_tables(book, FIELDS).found, rejected, out)
    with open_sheets(out) as book:
        rows = {sheet.name: [row.cells for row in sheet.rows()] for sheet in book.sheets}
        return count, rows, set(book.sheets[0].merged)


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ([2], ["张三"]),
        ([3], ["李四"]),
        ([2, 4], ["张三", "王五"]),
        ([4, 3, 2], ["张三", "李四", "王五"]),
        ([2, 99], ["张三"]),
        ([1, 3], ["李四"]),
    ],
)
@pytest.mark.parametrize("make", [make_xlsx, make_xls])
def test_write_rejected_gives_the_rows_in_their_order(tmp_path, make, rows, names):
    rejected = {("甲", row): f"错{row}" for row in rows}
    count, sheets, _ = returned(make(tmp_path / "a", {"甲": PLAIN}), rejected, tmp_path / "out.xlsx")
    assert count == len(names)
    assert [cells[0] for cells in sheets["甲"]] == ["姓名", *names]
    assert sheets["甲"][0] == ["姓名", "身份证号", REASON]


@pytest.mark.parametrize(
    ("header", "column"),
    [
        (["姓名", "身份证号"], 2),
        (["姓名", "身份证号", "备注"], 3),
        (["姓名", "身份证号", "原因"], 2),
        (["原因", "姓名", "身份证号"], 0),
        (["姓名", "原因", "身份证号", "备注"], 1),
        (["姓名", "身份证号", "退回原因"], 3),
        ([None, "姓名", "身份证号"], 3),
    ],
)
def test_write_rejected_puts_the_reason_in_its_column(tmp_path, header, column):
    row = [
        {"姓名": "张三", "身份证号": ID, "备注": "x", "退回原因": "y", "原因": "旧"}.get(name)
        for name in header
    ]
    path = make_xlsx(tmp_path / "a.xlsx", {"甲": [header, row]})
    _, sheets, _ = returned(path, {("甲", 2): "新的原因"}, tmp_path / "out.xlsx")
    head, body = sheets["甲"]
    assert (head[column], body[column]) == (REASON, "新的原因")
    assert head.count(REASON) == 1
    assert [body[at] for at, name in enumerate(header) if name == "身份证号"] == [ID]


@pytest.mark.parametrize(
    ("grid", "merges", "kept"),
    [
        ([["花名册", None], *PLAIN], ["A1:B1"], {Merge(1, 0, 1, 1)}),
        (
            [["花名册", None], ["单位：甲村", None], *PLAIN],
            ["A1:B1", "A2:B2"],
            {Merge(1, 0, 1, 1), Merge(2, 0, 2, 1)},
        ),
        ([["基本情况", None], *PLAIN], ["A1:B1"], {Merge(1, 0, 1, 1)}),
        ([["姓名", "证件"], [None, "号码"], ["张三", ID]], ["A1:A2"], set()),
        (PLAIN, ["A2:A3"], set()),
    ],
)
def test_write_rejected_keeps_titles_and_merges_along_a_row(tmp_path, grid, merges, kept):
    path = make_xlsx(tmp_path / "a.xlsx", {"甲": grid}, merges)
    last = len(grid)
    count, sheets, merged = returned(path, {("甲", last): "错"}, tmp_path / "out.xlsx")
    assert (count, merged) == (1, kept)
    assert sheets["甲"][0][0] == grid[0][0]
    assert sheets["甲"][-1] == [*grid[-1], "错"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (ID, ID),
        ("00123", "00123"),
        ("=1+1", "=1+1"),
        ("+86", "+86"),
        ("@x", "@x"),
        ("'001", "001"),
        ("一\n二", "一\n二"),
        ("长" * 300, "长" * 300),
        ("https://example.com", "https://example.com"),
        ("１２３", "１２３"),
    ],
)
def test_write_rejected_gives_text_back_unchanged(tmp_path, value, text):
    path = make_csv(tmp_path / "甲.csv", [["姓名", "身份证号", "备注"], ["张三", ID, value]])
    _, sheets, _ = returned(path, {("甲", 2): "错"}, tmp_path / "out.xlsx")
    assert sheets["甲"][1] == ["张三", ID, text, "错"]


def test_write_rejected_can_be_mended_and_rejected_over_and_over(tmp_path):
    path = make_xlsx(tmp_path / "0.xlsx", {"甲": [["名册", None], *PLAIN]}, ["A1:B1"])
    for turn in range(1, 4):
        out = tmp_path / f"{turn}.xlsx"
        count, sheets, _ = returned(path, {("甲", 3): f"第{turn}次"}, out)
        assert (count, sheets["甲"][2:]) == (1, [["张三", ID, f"第{turn}次"]])
        path = out


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (0, "0"),
        (-1, "-1"),
        (10**14, "100000000000000"),
        (0.1, "0.1"),
        (1e-7, "1E-07"),
        (1e16, "1E+16"),
        (False, "FALSE"),
        ("", ""),
        (" x ", " x "),
        (datetime(2026, 1, 2), "2026-01-02 00:00:00"),
        (date(1900, 1, 1), "1900-01-01"),
    ],
)
def test_as_text_of_each_kind_of_cell(cell, text):
    assert as_text(cell) == text


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (["甲", "甲", "甲"], ["甲", "甲(2)", "甲(3)"]),
        (["A", "a"], ["A", "a(2)"]),
        (["甲/乙", "甲\\乙"], ["甲 乙", "甲 乙(2)"]),
        (["[x]"], ["x"]),
        (["'引'"], ["引"]),
        ([""], ["表"]),
        (["?*:"], ["表"]),
        (["History"], ["History(2)"]),
        (["长" * 40, "长" * 40], ["长" * 31, "长" * 28 + "(2)"]),
    ],
)
def test_sheet_names_are_such_as_excel_takes(wanted, names):
    taken = SheetNames()
    assert [taken.take(name) for name in wanted] == names
