"""The browser that the stories are walked in: Debian's Chromium without its windows, else the whole of it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium-headless-shell", "chromium")
"""The first takes half the time of the second, and draws the same pages."""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser of one's own. While Playwright runs, nothing else may run an event loop."""
    path = next((found for found in map(shutil.which, NAMES) if found), None)
    assert path, f"Debian's browser is missing: apt-get install {NAMES[0]}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()
