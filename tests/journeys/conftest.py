"""A real Chromium before a real server: one of each for all stories, and windows of its own for each story."""

import os
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
)

from conftest import clone_template, drop_database
from tests.journeys.browser import chromium
from tests.journeys.pages import log_in
from tests.journeys.server import serving
from tests.journeys.story import connected, prepare

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
def browser(platform: str) -> Iterator[Browser]:
    """One for all stories, each of which has windows of its own. Ended with the package, and with it its event loop."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="package")
def noted() -> list[str]:
    """What the windows of all stories note."""
    return []


@pytest.fixture
def faults(noted: list[str]) -> Iterator[list[str]]:
    """What went wrong behind the pages of a test, such as a script that the CSP stopped; must stay empty."""
    noted.clear()
    yield noted
    assert not noted


@pytest.fixture(scope="package")
def new_context(browser: Browser, platform: str, noted: list[str]) -> Callable[..., BrowserContext]:
    """A profile of its own, at a size, with scripts or without, with the cookies of a login or none."""

    def made(size: dict[str, int] = DESKTOP, javascript: bool = True, login: Any = None) -> BrowserContext:
        context = browser.new_context(
            base_url=platform,
            viewport={"width": size["width"], "height": size["height"]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=javascript,
            storage_state=login,
        )
        context.set_default_timeout(TIMEOUT)
        _watch(context, noted)
        return context

    return made


@pytest.fixture
def open_page(new_context: Callable[..., BrowserContext], faults: list[str]) -> Iterator[Callable[..., Page]]:
    """A window of its own, nobody logged in: `open_page(size=PHONE, javascript=False)`."""
    contexts: list[BrowserContext] = []

    def opened(**how: Any) -> Page:
        contexts.append(new_context(**how))
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="package")
def accounts(new_context: Callable[..., BrowserContext]) -> Callable[..., BrowserContext]:
    """The profile in which an account is logged in, kept for all stories: a fresh one takes as long as two pages."""
    logins: dict[str, StorageState] = {}
    kept: dict[str, BrowserContext] = {}

    def context_of(account: str, **how: Any) -> BrowserContext:
        if account not in logins:
            context = new_context()
            log_in(context.new_page(), account)
            logins[account] = context.storage_state()
            context.close()
        key = f"{account} {how}"
        if key not in kept:
            kept[key] = new_context(login=logins[account], **how)
        return kept[key]

    return context_of


@pytest.fixture
def seat(accounts: Callable[..., BrowserContext], faults: list[str]) -> Iterator[Callable[..., Page]]:
    """A window at home of an account, logged in through the login page: `seat("village", size=PHONE)`."""
    pages: list[Page] = []

    def taken(account: str, **how: Any) -> Page:
        pages.append(accounts(account, **how).new_page())
        pages[-1].goto("/")
        return pages[-1]

    yield taken
    for page in pages:
        page.close()


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
