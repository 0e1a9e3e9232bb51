"""A county finds a member, sees the ID number for a reason, and transfers the membership."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.pages import follow, looks_right, press, says
from tests.journeys.story import ZXM_ID

pytestmark = pytest.mark.journey

REASON = "核对住院护理补贴理赔材料"
MASKED = f"{ZXM_ID[:4]}**********{ZXM_ID[-4:]}"


def test_member_is_found_seen_for_a_reason_and_transferred(seat: Callable[..., Page]) -> None:
    page = seat("county")
    _find_by_initials(page)
    _find_by_number(page)
    _reveal(page)
    _transfer(page)
    _audited(seat("auditor"))


def _find_by_initials(page: Page) -> None:
    page.get_by_role("navigation", name="功能菜单").get_by_role("link", name="会员", exact=True).click()
    page.get_by_label("姓名或拼音首字母").fill("zxm")
    page.get_by_role("button", name="查询").click()
    row = page.get_by_role("row", name="张*")
    expect(row).to_contain_text(MASKED)
    looks_right(page)
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("张晓梅")


def _find_by_number(page: Page) -> None:
    page.goto("/members/find/")
    page.get_by_role("textbox", name="证件号码或手机号").fill(ZXM_ID)
    looks_right(page)
    press(page, "查找")
    expect(page.get_by_role("heading", level=1)).to_have_text("张晓梅")
    assert ZXM_ID not in page.url
    expect(page.locator("main")).not_to_contain_text(ZXM_ID)
    looks_right(page)


def _reveal(page: Page) -> None:
    follow(page, "查看证件号码")
    press(page, "查看")
    says(page, "请填写查看事由。")
    page.get_by_label("查看事由").fill(REASON)
    looks_right(page)
    press(page, "查看")
    says(page, ZXM_ID)
    looks_right(page)
    follow(page, "看完了，重新隐藏")
    says(page, MASKED)


def _transfer(page: Page) -> None:
    follow(page, "转移")
    page.get_by_label("转入单位").fill("东兴社区")
    page.get_by_label("转移原因").fill("搬家")
    looks_right(page)
    press(page, "下一步：核对")
    says(page, "会员数减 1；东兴社区计生协会员数加 1。")
    looks_right(page)
    page.get_by_role("button", name=re.compile("修改.*转移原因")).click()
    expect(page.get_by_label("转移原因")).to_be_focused()
    page.get_by_label("转移原因").fill("随子女迁居")
    press(page, "下一步：核对")
    says(page, "随子女迁居")
    press(page, "确认转移")
    says(page, "张晓梅已转到东兴社区计生协。")
    looks_right(page)


def _audited(page: Page) -> None:
    page.get_by_role("link", name="审计日志").first.click()
    row = page.get_by_role("row", name=REASON)
    expect(row).to_contain_text("演员county")
    looks_right(page)
    row.get_by_role("link").click()
    says(page, REASON)
    looks_right(page)
