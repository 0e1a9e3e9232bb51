"""A county brings in a roster in the shape that offices have."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from fpa.core.identity import make_id
from tests.journeys.pages import follow, looks_right, press, says

pytestmark = pytest.mark.journey

GOOD = [
    ["茶园社区", "覃丽华", make_id("431202", date(1979, 8, 1), 502), "１３８７４５５１００１"],
    ["茶园社区", "舒建平", make_id("431202", date(1968, 11, 23), 503), ""],
    ["铁树湾社区", "蒲春莲", make_id("431202", date(1990, 2, 14), 504).lower(), "13874551003"],
]
BAD = [
    ["茶园社区", "向小芳", GOOD[1][2][:-1] + ("1" if GOOD[1][2][-1] == "0" else "0"), ""],
    ["铁树湾社区", "覃丽华", GOOD[0][2], ""],
]


def _roster(file: Path) -> Path:
    """A title, a note, a header of two rows with merged cells, the rows, a total."""
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("名册")
        sheet.merge_range("A1:E1", "鹤城区计划生育协会会员花名册")
        sheet.merge_range("A2:E2", "填报单位：鹤城区计生协　　填表日期：2023年6月30日")
        sheet.merge_range("A3:A4", "序号")
        sheet.merge_range("B3:B4", "村（社区）")
        sheet.merge_range("C3:E3", "会员基本情况")
        sheet.write_row("C4", ["姓名", "公民身份号码", "联系电话"])
        rows = [*GOOD, *BAD]
        for number, row in enumerate(rows, 1):
            sheet.write_row(3 + number, 0, [number, *row])
        sheet.write_row(4 + len(rows), 0, ["合计", "", f"{len(rows)}人"])
    return file


def test_county_imports_a_roster(seat: Callable[..., Page], tmp_path: Path) -> None:
    page = seat("county")
    page.get_by_role("navigation", name="功能菜单").get_by_role("link", name="导入记录").click()
    looks_right(page)
    follow(page, "导入会员")
    looks_right(page)
    page.get_by_label("表格文件").set_input_files(_roster(tmp_path / "会员花名册.xlsx"))
    press(page, "上传并检查")

    says(page, "检查完毕，还没有写入")
    _counts(page, new="3", rejected="2")
    expect(page.get_by_role("row", name="名册 8 退回")).to_contain_text("公民身份号码")
    expect(page.locator("main")).not_to_contain_text(BAD[0][2])
    looks_right(page)

    says(page, "新增会员 3 人。")
    press(page, "确认导入")
    says(page, "已导入到鹤城区")
    looks_right(page)
    _rejected_rows(page, tmp_path)

    page.goto("/members/")
    page.get_by_label("姓名或拼音首字母").fill("pcl")
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_role("row", name="蒲*")).to_contain_text("铁树湾社区")
    looks_right(page)


def _counts(page: Page, **wanted: str) -> None:
    labels = {"new": "新增", "rejected": "退回"}
    for name, number in wanted.items():
        expect(page.locator(".key-figure", has_text=labels[name])).to_contain_text(number)


def _rejected_rows(page: Page, folder: Path) -> None:
    """The rejected rows come back in the file's own layout, with a 原因."""
    with page.expect_download() as got:
        follow(page, "下载退回的行")
    got.value.save_as(folder / "退回.xlsx")
    rows = CalamineWorkbook.from_path(folder / "退回.xlsx").get_sheet_by_index(0).to_python()
    header = next(row for row in rows if "原因" in row)
    assert "公民身份号码" in header
    reasons = {row[2]: row[header.index("原因")] for row in rows if row[2] in ("向小芳", "覃丽华")}
    assert set(reasons) == {"向小芳", "覃丽华"}
    assert all(reasons.values())
