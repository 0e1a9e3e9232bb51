"""The keeper: one process that keeps figures a few seconds behind the records and seals the audit.

It wakes when an action leaves a mark, and at the latest every few seconds; several keepers do no harm, since both
works hold an advisory lock.
"""

import logging
import time

from django.db import Error, connection
from django.utils import timezone

from fpa.access.scope import lock_tree_shared, whole_province
from fpa.audit.seal import CannotSeal, seal
from fpa.core import locks
from fpa.core.actor import SYSTEM
from fpa.core.limits import limited
from fpa.core.modules import modules
from fpa.figures.freshness import refresh, wait_for_stale

log = logging.getLogger(__name__)

SEAL_EVERY = 20
"""Seconds; an event is sealed within 60 s of its commit."""
SEAL_SECONDS = 600
"""The longest that a statement of the sealing may take."""
DAY_EVERY = 600
"""Seconds between two looks at what days have done: terms that ended, tasks that are overdue."""
WAKE_EVERY = 3.0
PAUSE_AFTER_ERROR = 5


def keep() -> None:
    """Keep on until the process is told to stop; a lost database is waited for."""
    seal_at = day_at = 0.0
    while True:
        try:
            refresh()
            if time.monotonic() >= seal_at:
                _seal()
                seal_at = time.monotonic() + SEAL_EVERY
            if time.monotonic() >= day_at:
                pass_day()
                day_at = time.monotonic() + DAY_EVERY
            wait_for_stale(WAKE_EVERY)
        except Error:
            log.exception("%s：数据库暂时不可用，稍后重试", SYSTEM.name)
            connection.close()
            time.sleep(PAUSE_AFTER_ERROR)


def pass_day() -> None:
    """Have every room do what passing days do to its records; one keeper at a time."""
    with whole_province(), connection.cursor() as cursor:  # by no seat, and shown to nobody
        lock_tree_shared()
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [locks.DAY])
        for module in modules().values():
            if module.on_day:
                module.on_day(timezone.localdate())


def _seal() -> None:
    """Seal what waits. A log that was tampered with stops the sealing, and is told each time; figures go on."""
    try:
        with (
            whole_province(),
            limited(SEAL_SECONDS),
        ):  # the log is one for the province, and shows nobody anything
            seal()
    except CannotSeal as refusal:
        log.error("%s", refusal)
