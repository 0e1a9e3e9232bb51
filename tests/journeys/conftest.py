"""A real Chromium before a real server: one of each for all stories, and windows of its own for each story."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Response,
    StorageState,
    WebError,
    expect,
    sync_playwright,
)

from conftest import clone_template, drop_database
from tests.journeys.pages import log_in
from tests.journeys.server import serving
from tests.journeys.story import connected, prepare

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, PHONE = {"width": 1366, "height": 768}, {"width": 360, "height": 800}
TIMEOUT = 20_000
"""Milliseconds; a busy machine is slow, and a right page costs nothing of it."""

expect.set_options(timeout=TIMEOUT)


@pytest.fixture(scope="package")
def platform(django_db_blocker: Any) -> Iterator[str]:
    """The address of a running platform, its scene set; the database is gone afterwards."""
    name = f"test_{settings.OWNER_DATABASE['NAME']}__journey_{os.getpid()}"
    clone_template(django_db_blocker, name)
    try:
        with django_db_blocker.unblock(), connected(name):
            prepare()
        with serving(name) as address:
            yield address
    finally:
        drop_database(name)


@pytest.fixture(scope="package")
def sessions() -> dict[str, StorageState]:
    """The logins made so far: account → cookies."""
    return {}


@pytest.fixture(scope="package")
def browser(platform: str) -> Iterator[Browser]:
    """Debian's Chromium, one for all stories, each of which has windows of its own. Ended with the package: while
    Playwright runs, nothing else may run an event loop."""
    path = shutil.which("chromium")
    assert path, "The journeys need Debian's browser: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """What went wrong behind the pages of a test, such as a script that the CSP stopped; must stay empty."""
    found: list[str] = []
    yield found
    assert not found


@pytest.fixture
def open_page(browser: Browser, platform: str, faults: list[str]) -> Iterator[Callable[..., Page]]:
    """A window of its own, nobody logged in: `open_page(size=PHONE, javascript=False)`."""
    contexts: list[BrowserContext] = []

    def opened(size: dict[str, int] = DESKTOP, javascript: bool = True, login: Any = None) -> Page:
        context = browser.new_context(
            base_url=platform,
            viewport={"width": size["width"], "height": size["height"]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=javascript,
            storage_state=login,
        )
        context.set_default_timeout(TIMEOUT)
        _watch(context, faults)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def seat(open_page: Callable[..., Page], sessions: dict[str, StorageState]) -> Callable[..., Page]:
    """A window at home of an account, logged in through the login page: `seat("village", size=PHONE)`."""

    def taken(account: str, **how: Any) -> Page:
        if account not in sessions:
            page = open_page()
            log_in(page, account)
            sessions[account] = page.context.storage_state()
        page = open_page(login=sessions[account], **how)
        page.goto("/")
        return page

    return taken


def _watch(context: BrowserContext, faults: list[str]) -> None:
    """Note errors of scripts, the CSP and the server."""

    def on_error(error: WebError) -> None:
        faults.append(str(error.error))

    def on_said(said: ConsoleMessage) -> None:
        if said.type == "error":
            faults.append(said.text)

    def on_answer(answer: Response) -> None:
        if answer.status >= 500:
            faults.append(f"{answer.status} {answer.url}")

    context.on("weberror", on_error)
    context.on("console", on_said)
    context.on("response", on_answer)
