"""Coming back to a list finds it as it was left."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.pages import follow, looks_right

pytestmark = pytest.mark.journey


def test_list_keeps_filters_and_page(seat: Callable[..., Page]) -> None:
    page = seat("county")
    page.goto("/members/")
    page.get_by_label("姓名或拼音首字母").fill("l")
    page.get_by_role("combobox", name="状态").select_option("在会")
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_label("正在使用的筛选条件")).to_contain_text("在会")
    follow(page, "第 2 页")
    expect(page.get_by_role("link", name="第 2 页")).to_have_attribute("aria-current", "page")
    expect(page).to_have_url(re.compile("page=2"))
    looks_right(page)
    row = page.get_by_role("row", name="李*").nth(3)
    words, address = row.inner_text(), page.url

    row.get_by_role("link").click()
    follow(page, "修改资料")
    page.locator("main").get_by_role("button", name="保存修改").click()
    looks_right(page)
    follow(page, "返回会员")
    expect(page).to_have_url(address)
    _is_as_left(page, words)

    row.get_by_role("link").click()
    page.get_by_role("heading", name="会员资料").wait_for()
    page.go_back()
    expect(page).to_have_url(address)
    _is_as_left(page, words)


def _is_as_left(page: Page, words: str) -> None:
    expect(page.get_by_role("textbox", name="姓名或拼音首字母")).to_have_value("l")
    expect(page.get_by_label("正在使用的筛选条件")).to_contain_text("在会")
    assert words in page.locator("main").inner_text()
