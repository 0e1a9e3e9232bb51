"""What every page of a journey is held against, and small steps that journeys share."""

import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.cast import PASSWORD

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
AXE_RUN = "axe.run({exclude: ['.map text']}, {resultTypes: ['violations']}).then(got => got.violations)"
"""The map's numbers stand on shades within a white outline, which axe does not see; the table repeats them."""
SHAPES = """() => [...new Set([...document.querySelectorAll('html, body, body *')].map(e => {
  const kind = x => x ? x.tagName + '.' + (x.getAttribute('class') || '') : '';
  const text = e.matches('html, body') ? '' : !!e.textContent.trim();
  return [innerWidth, kind(e.parentElement), kind(e), e.getAttributeNames().sort(), e.getAttribute('type'),
          e.getAttribute('role'), e.checkVisibility(), text].join('|');
}))]"""
"""Every kind of element of a page, with all of it that axe's rules weigh: where it stands, what it has and lacks."""
CHECKED: set[str] = set()
"""The kinds of elements in which axe found nothing so far in this run: a page that has no other needs no more of it."""
WEIGHTY = {"serious", "critical"}
WITHIN_SECONDS = 25


def looks_right(page: Page) -> None:
    """No weighty violation of accessibility (axe-core), and no sideways scroll."""
    page.wait_for_load_state("load")
    expect(page.locator(".htmx-request")).to_have_count(0)  # what is under way stands paler
    shapes = set(page.evaluate(SHAPES))
    if not shapes <= CHECKED:
        _axe_finds_nothing(page)
        CHECKED.update(shapes)
    wide, shown = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide <= shown, f"{page.url} is {wide} px wide on a screen of {shown} px"


def _axe_finds_nothing(page: Page) -> None:
    page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate(AXE_RUN)
    told = [
        f"{v['id']} ({v['impact']}): {v['help']}: {[node['html'][:160] for node in v['nodes'][:4]]}"
        for v in found
        if v["impact"] in WEIGHTY
    ]
    assert not told, f"{page.url}\n" + "\n".join(told)


def log_in(page: Page, account: str) -> None:
    """Log in through the page, and land at home."""
    page.goto("/login/")
    page.get_by_label("账号").fill(account)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("/")


def press(page: Page, name: str) -> None:
    """Press the one button of a name in the page's body, not in the shell."""
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    """Follow the first link of a name in the page's body, not in the shell."""
    page.locator("main").get_by_role("link", name=name).first.click()


def says(page: Page, words: str) -> None:
    """The page's body says these words."""
    expect(page.locator("main")).to_contain_text(words)


def comes_by_itself(page: Page, wanted: Locator) -> None:
    """Load a page anew until something stands there that the platform brings about by itself within seconds."""
    until = time.monotonic() + WITHIN_SECONDS
    while not wanted.is_visible() and time.monotonic() < until:
        page.reload()
    expect(wanted).to_be_visible()
