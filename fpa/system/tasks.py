"""The worker's daily task for the platform itself; procrastinate finds this module."""

import logging

from procrastinate.contrib.django import app

from fpa.access.scope import whole_province
from fpa.access.tries import forget_old_tries
from fpa.audit.gaps import forget_sealed_files
from fpa.audit.outside import current_head
from fpa.core.limits import limited_job
from fpa.pages.once import forget_steps

log = logging.getLogger("fpa.audit.head")
"""Shown at every log level (settings): whoever keeps the platform's log elsewhere keeps the head with it."""


@app.periodic(cron="7 3 * * *")
@app.task(name="daily_upkeep", queueing_lock="daily_upkeep")
def daily_upkeep(timestamp: int) -> None:
    """Say the audit's head for the log outside, and forget what counts no more."""
    with (
        whole_province(),
        limited_job("每日维护"),
    ):  # sealed or not is asked of all events; nothing is shown
        log.info("审计树头 %s", current_head())
        forget_sealed_files()
        forget_old_tries()
        forget_steps()
