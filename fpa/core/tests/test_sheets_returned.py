"""Rejected rows come back in the user's own layout, and can be mended and sent again."""

from datetime import date, datetime

import pytest

from fpa.core.sheets import Merge, open_sheets
from fpa.core.sheets.header import Field, find_tables
from fpa.core.sheets.returned import as_text, write_rejected
from fpa.core.tests.sheets_factory import HEADER, PEOPLE, make_csv, make_xls, make_xlsx

FIELDS = [Field("name", "姓名", required=True), Field("id", "身份证号", ("证件号码",), required=True)]
GRID = [["花名册"], ["序号", "基本信息", None, None, "联系", None], [None, *HEADER[1:]], *PEOPLE, ["合计", 2]]
MERGES = ["A1:F1", "A2:A3", "B2:D2", "E2:F2"]


def give_back(path, rejected, out):
    with open_sheets(path) as book:
        return write_rejected(find_tables(book, FIELDS).found, rejected, out)


def read(path):
    with open_sheets(path) as book:
        return {sheet.name: list(sheet.rows()) for sheet in book.sheets}, book.sheets[0].merged


@pytest.mark.parametrize("make", [make_xlsx, make_xls])
def test_write_rejected_keeps_layout_and_adds_the_reason(tmp_path, make):
    path = make(tmp_path / "in", {"甲": GRID}, MERGES)
    assert give_back(path, {("甲", 5): "身份证号的校验码不对"}, tmp_path / "out.xlsx") == 1
    sheets, merged = read(tmp_path / "out.xlsx")
    cells = [row.cells for row in sheets["甲"]]
    assert cells[0] == ["花名册"] * 6 + [None]
    assert cells[2] == [None, *HEADER[1:], "原因"]
    assert cells[3:] == [["2", *PEOPLE[1][1:], "身份证号的校验码不对"]]
    assert set(merged) == {Merge(1, 0, 1, 5), Merge(2, 1, 2, 3), Merge(2, 4, 2, 5)}


def test_write_rejected_can_be_sent_again_and_reuses_the_reason_column(tmp_path):
    path = make_xlsx(tmp_path / "in.xlsx", {"甲": GRID}, MERGES)
    give_back(path, {("甲", 4): "错一", ("甲", 5): "错二"}, tmp_path / "once.xlsx")
    assert give_back(tmp_path / "once.xlsx", {("甲", 5): "还是错"}, tmp_path / "twice.xlsx") == 1
    (rows,) = read(tmp_path / "twice.xlsx")[0].values()
    assert rows[-1].cells == ["2", *PEOPLE[1][1:], "还是错"]
    assert rows[2].cells.count("原因") == 1


def test_write_rejected_writes_only_sheets_with_rejected_rows(tmp_path):
    plain = [["姓名", "身份证号"], ["张三", "1"], ["李四", "2"]]
    path = make_xlsx(tmp_path / "in.xlsx", {"甲": plain, "乙": plain})
    assert give_back(path, {("乙", 2): "错", ("乙", 3): "错"}, tmp_path / "out.xlsx") == 2
    assert list(read(tmp_path / "out.xlsx")[0]) == ["乙"]


def test_write_rejected_never_mangles_ids_nor_runs_formulas(tmp_path):
    path = make_csv(tmp_path / "in.csv", [["姓名", "身份证号"], ["=cmd|' /C calc'!A0", "430102199001011234"]])
    give_back(path, {("in", 2): "错"}, tmp_path / "out.xlsx")
    (rows,) = read(tmp_path / "out.xlsx")[0].values()
    assert rows[1].cells[:2] == ["=cmd|' /C calc'!A0", "430102199001011234"]
    assert rows[1].formulas == ()


@pytest.mark.parametrize(
    ("cell", "text"),
    [(None, ""), (True, "TRUE"), (13812345678, "13812345678"), (1.5, "1.5"), ("x", "x"),
     (4.30102199001011e17, "4.30102199001011E+17"), (date(2026, 1, 2), "2026-01-02"),
     (datetime(2026, 1, 2, 3, 4), "2026-01-02 03:04:00")],
)  # fmt: skip
def test_as_text_shows_what_the_user_typed(cell, text):
    assert as_text(cell) == text
