"""A list exported in the background: 300,000 members of a city or more, as a workbook, in a process of its own."""

import multiprocessing
import resource
import time
from typing import Any
from uuid import uuid4

from django.db import connections

from bench.scratch import owner_connection, result, scratch_database
from fpa.access.scope import scoped, whole_province
from fpa.access.seats import actor_for
from fpa.demo.accounts import make_accounts
from fpa.demo.people import make_people
from fpa.pages.actions import request_export
from fpa.pages.export_runner import run_export
from fpa.pages.models import ListExport

SCALE = 20
"""One in twenty of the province: 303,685 members and those who followed others."""
LIMIT_S, LIMIT_MB = 20, 300


def run() -> list[dict[str, Any]]:
    """Seconds from the worker's start on the export to its commit, and the most memory that its process held."""
    with scratch_database("export"):
        make_people(SCALE, lambda done, total: None)
        with whole_province():
            make_accounts()
        with owner_connection() as owner:
            owner.execute("VACUUM ANALYZE")
        by = actor_for("province")
        with scoped(by.path):
            export = request_export(address="/members/", way="xlsx", key=uuid4(), by=by)
        seconds, megabytes, rows = _written(export)
    return [
        result(f"background export of {rows:,} members", seconds, LIMIT_S, "s"),
        result("background export, memory of its process", megabytes, LIMIT_MB, "MB"),
    ]


def _written(export: ListExport) -> tuple[float, float, int]:
    """Run the export in a fresh process, so that the memory measured is its own."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    told = context.SimpleQueue()
    process = context.Process(target=_write, args=(export.pk, told))
    process.start()
    answer = told.get()
    process.join()
    return answer


def _write(export_id: Any, told: Any) -> None:
    started = time.perf_counter()
    run_export(export_id)
    seconds = time.perf_counter() - started
    with whole_province():
        done = ListExport.objects.get(pk=export_id)
    if done.state != "done":
        raise RuntimeError(done.error)
    told.put((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, done.done))
