"""`fpa worker`: the process that does long jobs. Killed at any moment, the next one goes on."""

import asyncio

from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from fpa.imports.queue import enqueue
from fpa.imports.runner import waiting_jobs
from fpa.pages.export_runner import enqueue_waiting_exports

CONCURRENCY = 2
"""One long import does not keep a short one waiting."""


def work(*, wait: bool = True) -> None:
    """Queue again what an earlier worker left, then work until told to stop; without `wait`, until nothing is left."""
    for job_id in waiting_jobs():
        enqueue(job_id)
    enqueue_waiting_exports()
    connector = app.connector
    if not isinstance(connector, DjangoConnector):
        raise TypeError("the worker starts from Django's connector")
    with app.replace_connector(connector.get_worker_connector()):
        asyncio.run(_run(wait))


async def _run(wait: bool) -> None:
    async with app.open_async():
        await app.run_worker_async(
            concurrency=CONCURRENCY, wait=wait, delete_jobs="successful", fetch_job_polling_interval=1.0
        )
