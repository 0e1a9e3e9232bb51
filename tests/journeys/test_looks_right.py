"""The check of every page is not satisfied by a page that it has seen before, where this one differs."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.journeys.pages import looks_right

pytestmark = pytest.mark.journey

GOOD = (
    "<html lang=zh><title>页</title><main><h1>页</h1>"
    "<label for=a>名</label><input id=a {0}><button>{1}</button></main>"
)


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (GOOD.format("", ""), "button-name"),
        (GOOD.replace("for=a", "").format("", "保存"), "label"),
        (GOOD.format("role=nonsense", "保存"), "aria-roles"),
        (GOOD.format("", "保存").replace("lang=zh", ""), "html-has-lang"),
        (GOOD.format("", "<b style='color: #eee; background: #fff'>保存</b>"), "color-contrast"),
    ],
)
def test_looks_right_finds_what_is_new_on_a_page(
    open_page: Callable[..., Page], body: str, rule: str
) -> None:
    page = open_page()
    page.set_content(GOOD.format("", "保存"))
    looks_right(page)
    page.set_content(body)
    with pytest.raises(AssertionError, match=rule):
        looks_right(page)


def test_looks_right_sees_a_page_wider_than_the_screen(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.set_content(GOOD.format("style='width: 4000px'", "保存"))
    with pytest.raises(AssertionError, match="px wide"):
        looks_right(page)
