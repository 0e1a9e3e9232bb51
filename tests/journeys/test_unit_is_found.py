"""The one search box knows initials; the tree opens down to the villages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.pages import follow, looks_right, says

pytestmark = pytest.mark.journey


def test_unit_is_found_by_initials_and_in_the_tree(seat: Callable[..., Page]) -> None:
    page = seat("province")
    looks_right(page)
    page.get_by_label("找单位、会员、功能").fill("hhs")
    hit = page.locator("#go-results").get_by_role("link", name="怀化市 湖南省", exact=True)
    expect(hit).to_be_visible()
    looks_right(page)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#go-results a").first).to_be_focused()
    hit.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("怀化市")
    says(page, "431200000000")
    looks_right(page)

    page.get_by_role("navigation", name="功能菜单").get_by_role("link", name="组织机构").click()
    looks_right(page)
    for name, below in (("怀化市", "鹤城区"), ("鹤城区", "城中街道"), ("城中街道", "新街社区")):
        page.locator("summary", has_text=name).click()
        expect(page.locator("main")).to_contain_text(below)
    looks_right(page)
    follow(page, "新街社区")
    expect(page.get_by_role("heading", level=1)).to_have_text("新街社区")
    looks_right(page)
