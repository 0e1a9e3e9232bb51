"""Everything can be reached without a mouse."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.cast import PASSWORD
from tests.journeys.pages import looks_right, says

pytestmark = pytest.mark.journey


def test_keyboard_logs_in_filters_and_hears_of_errors(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto("/login/")
    looks_right(page)
    expect(page.get_by_label("账号")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    looks_right(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="请填写账号。")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("账号")).to_be_focused()
    page.keyboard.type("county")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("/")

    page.goto("/members/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="跳到正文")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    _tab_to(page, page.get_by_label("姓名或拼音首字母"))
    page.keyboard.type("zxm")
    page.keyboard.press("Enter")
    says(page, "共 1 条")
    _tab_to(page, page.get_by_role("combobox", name="状态"))
    page.keyboard.press("/")
    expect(page.get_by_role("textbox", name="姓名或拼音首字母")).to_have_value("zxm")


def _tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until a field has the focus; a page's first fields are some steps away at most."""
    for _ in range(25):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is not reached by Tab")
