"""The member list at a million members: the first page as clerks of three levels see it, and how it is read."""

import statistics
import time
from http import HTTPStatus
from typing import Any

from django.test import Client

from bench.scratch import result, scratch_database
from fpa.access.models import Level, Unit, User
from fpa.access.scope import scoped, whole_province
from fpa.core.lists import PAGE_SIZE
from fpa.demo.accounts import make_accounts
from fpa.demo.people import make_people
from fpa.figures.freshness import refresh
from fpa.membership.views import MEMBERS
from tests.plans import plan_of, reads_a_range_of_paths

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
        pages = [_first_page(account) for account in ("province", "county", "village")]
        return [*pages, _plans()]


def _analyze() -> None:
    from bench.scratch import owner_connection

    with owner_connection() as owner:
        owner.execute("VACUUM ANALYZE")


def _plans() -> dict[str, Any]:
    """At how many of the levels that have a range of their own the list is not read as that range."""
    astray = 0
    for level in (Level.COUNTY, Level.VILLAGE):
        with scoped(Unit.objects.filter(level=level).order_by("path")[0].path):
            astray += not reads_a_range_of_paths(plan_of(MEMBERS[:PAGE_SIZE]))
    return result("member list, plans at 1 million that do not read the index on path", astray, 0, "plans")


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
