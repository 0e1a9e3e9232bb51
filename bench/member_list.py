"""The member list at a million members: its first and its 200th page, and a search, at three levels."""

import statistics
import time
from http import HTTPStatus
from typing import Any

from django.test import Client

from bench.scratch import result, scratch_database
from fpa.access.models import User
from fpa.access.scope import whole_province
from fpa.demo.accounts import make_accounts
from fpa.demo.people import make_people
from fpa.figures.freshness import refresh

SCALE = 6
"""One in six of the province: 1,012,283 members."""
REPEATS = 15
LIMIT_MS = 60
PAGES = {"page 1": "/members/", "page 200": "/members/?page=200", "called 王": "/members/?name=王"}
RARE = {"called 王伟芳": "/members/?name=王伟芳"}


def run() -> list[dict[str, Any]]:
    """Median milliseconds of the whole answer: session, permission, rows, page."""
    with scratch_database():
        make_people(SCALE, lambda done, total: None)
        with whole_province():
            make_accounts()
        refresh()
        _analyze()
        asked = [(account, PAGES) for account in ("province", "county", "village")] + [("province", RARE)]
        return [_page(account, what, url) for account, pages in asked for what, url in pages.items()]


def _analyze() -> None:
    from bench.scratch import owner_connection

    with owner_connection() as owner:
        owner.execute("VACUUM ANALYZE")


def _page(account: str, what: str, url: str) -> dict[str, Any]:
    client = Client()
    client.force_login(User.objects.get(username=account))
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        response = client.get(url)
        times.append((time.perf_counter() - started) * 1000)
        if response.status_code != HTTPStatus.OK:
            raise RuntimeError(f"{url} answered {response.status_code}")
    name = f"member list at 1 million members, {what}, {account}"
    return result(name, statistics.median(times), LIMIT_MS, "ms")
