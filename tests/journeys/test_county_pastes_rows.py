"""A county's clerk pastes a few rows out of WPS, one column of which the platform must not hold."""

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from fpa.core.identity import make_id
from tests.journeys.conftest import PHONE
from tests.journeys.pages import follow, looks_right, press, says

pytestmark = pytest.mark.journey

ROWS = [
    ["姓名", "公民身份号码", "孕检日期", "村（社区）"],
    ["向秋云", make_id("431202", date(1985, 4, 9), 612), "2024-05-06", "茶园社区"],
    ["尹春桃", "43120219850409", "2024-05-07", "茶园社区"],
]


@pytest.mark.parametrize("small", [False, True])
def test_county_pastes_rows(seat: Callable[..., Page], small: bool) -> None:
    page = seat("county", size=PHONE) if small else seat("county")
    page.goto("/imports/members/")
    follow(page, "粘贴几行")
    looks_right(page)
    page.get_by_label("从表格里复制的行").fill("\n".join("\t".join(row) for row in ROWS))
    press(page, "检查")
    says(page, "检查完毕，还没有写入")
    says(page, "这些列平台不予收集，读取前已从表中删去，没有进入系统：孕检日期。")
    expect(page.locator("main")).not_to_contain_text("2024-05-06")
    looks_right(page)
    press(page, "取消这次导入")
    says(page, "已取消")
