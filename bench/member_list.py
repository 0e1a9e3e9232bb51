"""The member list at a million members: the first page as a county's clerk and as the province's clerk see it."""

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
LIMIT_MS = 100


def run() -> list[dict[str, Any]]:
    """Median milliseconds of the whole answer: session, permission, rows, page."""
    with scratch_database():
        make_people(SCALE, lambda done, total: None)
        with whole_province():
            make_accounts()
        refresh()
        _analyze()
        return [_first_page(account) for account in ("province", "county", "village")]


def _analyze() -> None:
    from bench.scratch import owner_connection

    with owner_connection() as owner:
        owner.execute("VACUUM ANALYZE")


def _first_page(account: str) -> dict[str, Any]:
    client = Client()
    client.force_login(User.objects.get(username=account))
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        response = client.get("/members/")
        times.append((time.perf_counter() - started) * 1000)
        if response.status_code != HTTPStatus.OK:
            raise RuntimeError(f"/members/ answered {response.status_code}")
    return result(
        f"member list, first page at 1 million members, {account}", statistics.median(times), LIMIT_MS, "ms"
    )
