"""Marking figures stale in an action, with 2,400 figures in the catalogue."""

import statistics
import time
from dataclasses import replace
from datetime import date
from typing import Any

from bench.scratch import result, scratch_database
from fpa.access.models import Unit
from fpa.access.scope import whole_province
from fpa.figures import catalogue
from fpa.figures.freshness import mark_stale
from fpa.membership.models import Member
from fpa.organization.models import Standing

FIGURES = 2_400
REPEATS = 200
LIMIT_MS = 2


def run() -> list[dict[str, Any]]:
    """Median of the whole call, statement included."""
    pattern = catalogue.get_all(["org.city.listed"])[0]
    catalogue.register(
        *(
            replace(pattern, key=f"bench.{n}", name=f"指标{n}", rows=Standing.objects.all)
            for n in range(FIGURES)
        )
    )
    with scratch_database("marks"), whole_province():
        village = Unit.objects.filter(level=5).order_by("path")[0]
        mark_stale(Member, village.path, since=date(2023, 1, 1))
        times = [_milliseconds(village) for _ in range(REPEATS)]
    for n in range(FIGURES):
        catalogue.unregister(f"bench.{n}")
    return [result(f"mark_stale at {FIGURES:,} figures", statistics.median(times), LIMIT_MS, "ms")]


def _milliseconds(village: Unit) -> float:
    started = time.perf_counter()
    mark_stale(Member, village.path, since=date(2023, 1, 1))
    return (time.perf_counter() - started) * 1000
