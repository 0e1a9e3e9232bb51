"""The keeper: one process that keeps figures a few seconds behind the records and seals the audit.

It wakes when an action leaves a mark, and at the latest every few seconds; several keepers do no harm, since both
works hold an advisory lock.
"""

import logging
import time

from django.db import Error, connection

from fpa.access.scope import everything
from fpa.audit.seal import seal
from fpa.core.actor import SYSTEM
from fpa.figures.freshness import refresh, wait_for_stale

log = logging.getLogger(__name__)

SEAL_EVERY = 20
"""Seconds; an event is sealed within 60 s of its commit."""
WAKE_EVERY = 3.0
PAUSE_AFTER_ERROR = 5


def keep() -> None:
    """Keep on until the process is told to stop; a lost database is waited for."""
    sealed_at = 0.0
    while True:
        try:
            refresh()
            if time.monotonic() - sealed_at >= SEAL_EVERY:
                with everything():
                    seal()
                sealed_at = time.monotonic()
            wait_for_stale(WAKE_EVERY)
        except Error:
            log.exception("%s：数据库暂时不可用，稍后重试", SYSTEM.name)
            connection.close()
            time.sleep(PAUSE_AFTER_ERROR)
