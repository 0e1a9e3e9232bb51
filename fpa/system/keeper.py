"""The keeper: one process that keeps figures a few seconds behind the records and seals the audit.

It wakes when an action leaves a mark, and at the latest every few seconds; several keepers do no harm, since both
works hold an advisory lock.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.db import Error, connection
from django.utils import timezone

from fpa.access.scope import lock_tree_shared, whole_province
from fpa.audit.seal import seal
from fpa.core import locks
from fpa.core.actor import SYSTEM
from fpa.core.limits import limited_job, ran_out_of_time
from fpa.core.modules import modules
from fpa.core.refusals import Refusal
from fpa.figures.freshness import refresh, wait_for_stale

log = logging.getLogger(__name__)

SEAL_EVERY = 20
"""Seconds; an event is sealed within 60 s of its commit."""
DAY_EVERY = 600
"""Seconds between two looks at what days have done: terms that ended, tasks that are overdue."""
WAKE_EVERY = 3.0
PAUSE_AFTER_ERROR = 5


@dataclass
class Work:
    """Work that is done again and again, and when it is due next."""

    name: str
    do: Callable[[], object]
    every: float
    due: float = 0

    @property
    def is_due(self) -> bool:
        """Whether it is time."""
        return time.monotonic() >= self.due

    def attempt(self) -> None:
        """Do it, and say in the log what keeps it from being done: it is tried again after as long as it took, so that
        it leaves the database half of the time, and the other works go on."""
        began, pause = time.monotonic(), self.every
        try:
            self.do()
        except Exception as error:
            self._say(error)
            connection.close()
            pause = max(self.every, PAUSE_AFTER_ERROR, time.monotonic() - began)
        self.due = time.monotonic() + pause

    def _say(self, error: Exception) -> None:
        if isinstance(error, Refusal):
            log.error("%s", error)
        elif not ran_out_of_time(error):  # of that the log tells already (`limited_job`)
            log.exception("%s：%s没有做成，稍后重试", SYSTEM.name, self.name)


def keep() -> None:
    """Keep on until the process is told to stop; a lost database is waited for."""
    fresh = Work("指标刷新", refresh, 0)
    works = [fresh, Work("审计封存", _seal, SEAL_EVERY), *day_works()]
    while True:
        for work in works:
            if work.is_due:
                work.attempt()
        _wait(is_for_marks=fresh.is_due)


def _wait(*, is_for_marks: bool) -> None:
    """Wait for new marks; while the refresh pauses, and where the database is away, for time to pass."""
    try:
        if is_for_marks:
            wait_for_stale(WAKE_EVERY)
            return
    except Error:
        log.exception("%s：数据库暂时不可用，稍后重试", SYSTEM.name)
        connection.close()
    time.sleep(WAKE_EVERY)


def day_works() -> list[Work]:
    """What passing days do to the records of every room: each is tried and fails for itself."""
    found = [do for module in modules().values() for do in module.on_day]
    return [Work("到期办理", partial(pass_day, do), DAY_EVERY) for do in found]


def pass_day(do: Callable[[date], object]) -> None:
    """Do one of these works; one keeper at a time."""
    # by no seat, and shown to nobody
    with whole_province(), limited_job("到期办理"), connection.cursor() as cursor:
        lock_tree_shared()
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [locks.DAY])
        do(timezone.localdate())


def _seal() -> None:
    """Seal what waits. Raises CannotSeal where the log was tampered with: it is told each time, and figures go on."""
    with whole_province(), limited_job("审计封存"):  # one log for the province; shows nobody anything
        seal()
