"""A township returns one faulty cell; the village mends it; the figure above rises by itself."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.cast import COUNTY, PROVINCE
from tests.journeys.conftest import PHONE
from tests.journeys.pages import comes_by_itself, follow, looks_right, press, says
from tests.journeys.story import TITLE, now_period

pytestmark = pytest.mark.journey

VILLAGE = "文化山社区"
REASON = "与县里的慰问台账对不上，请核对户数"


def test_township_returns_a_cell_and_the_figure_rises(seat: Callable[..., Page]) -> None:
    village = seat("village2", size=PHONE)
    _report(village, households="210")

    township = seat("township")
    follow(township, VILLAGE)
    looks_right(township)
    row = township.get_by_role("row", name="走访慰问户数")
    row.get_by_label("退回这一格").check()
    press(township, "退回勾选的格")
    says(township, "“走访慰问户数”没有写明退回原因")
    row.get_by_label("走访慰问户数的退回原因").fill(REASON)
    expect(township.get_by_label("请于何日前改好")).not_to_have_value("")
    press(township, "退回勾选的格")
    says(township, f"已退回 1 格给{VILLAGE}")
    looks_right(township)

    _mend(village, households="21")

    second = seat("township2")
    follow(second, VILLAGE)
    says(second, "已改，原为笔误")
    looks_right(second)
    press(second, "审核通过")
    says(second, f"{VILLAGE}的数据已审核通过，计入汇总。")

    for account, unit in (("county", COUNTY), ("province", PROVINCE)):
        page = seat(account)
        page.goto(f"/figures/visit.households/?unit={unit}&period={now_period()}")
        comes_by_itself(page, page.get_by_role("row", name="合计 21"))
        looks_right(page)


def _report(page: Page, households: str) -> None:
    follow(page, TITLE)
    page.get_by_label("走访慰问户数").fill(households)
    page.get_by_label("发放资金物资").fill("12,600")
    press(page, "检查并上报")
    press(page, "确认上报")
    says(page, "已上报")


def _mend(page: Page, households: str) -> None:
    """Find the return at home and on the cell; only that cell may be changed; answer, mend, send again."""
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("今天要办 1 件")
    says(page, REASON)
    looks_right(page)
    page.locator("main").get_by_role("link", name="走访慰问户数").click()
    says(page, "退回了 1 格，只需要改这些，其余已锁定")
    says(page, REASON)
    looks_right(page)
    expect(page.get_by_role("textbox", name="发放资金物资")).to_have_count(0)
    page.get_by_label("答复").fill("已改，原为笔误。")
    press(page, "答复")
    expect(page.locator(".words")).to_contain_text("已改，原为笔误。")
    page.get_by_role("textbox", name="走访慰问户数").fill(households)
    press(page, "检查并上报")
    looks_right(page)
    press(page, "确认上报")
    says(page, "已上报")
