"""A village worker reports on the phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE
from tests.journeys.pages import follow, looks_right, press, says
from tests.journeys.story import TITLE

pytestmark = pytest.mark.journey


def test_village_reports_on_a_phone(seat: Callable[..., Page]) -> None:
    page = seat("village", size=PHONE)
    expect(page.get_by_role("heading", level=1)).to_have_text("今天要办 1 件")
    looks_right(page)

    follow(page, TITLE)
    looks_right(page)
    page.get_by_label("走访慰问户数").fill("-3")
    page.get_by_label("发放资金物资").fill("30000000")
    says(page, "“走访慰问户数”不能是负数。没有发生请填 0。")
    looks_right(page)

    page.get_by_label("走访慰问户数").fill("0")
    press(page, "检查并上报")
    says(page, "“发放资金物资”大于 0 时，“走访慰问户数”也应大于 0")
    looks_right(page)
    follow(page, "去改这一格")
    cell = page.get_by_label("走访慰问户数")
    expect(cell).to_be_focused()

    cell.fill("１２")
    press(page, "检查并上报")
    says(page, "户均慰问金额偏离一般水平")
    press(page, "保存说明，继续")
    says(page, "户均慰问金额偏离一般水平")
    page.get_by_label("情况说明").fill("春节前集中走访，标准由县里统一")
    press(page, "保存说明，继续")

    expect(page.get_by_role("heading", level=1)).to_have_text("核对并上报")
    says(page, "30,000,000 元")
    looks_right(page)
    press(page, "确认上报")
    says(page, "已上报，等待城中街道计生协审核。")
    looks_right(page)
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("今天要办 0 件")
