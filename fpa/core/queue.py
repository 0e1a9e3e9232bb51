"""Handing jobs to the worker: procrastinate's queue, in the same database and the same transaction."""

from contextlib import suppress
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued


def enqueue(task: str, job_id: UUID) -> None:
    """Queue a task's job once the transaction commits; nothing where it is queued already."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(task, queueing_lock=f"{task}-{job_id}").defer(job_id=str(job_id))


async def enqueue_async(task: str, job_id: UUID) -> None:
    """The same, from a task that runs in the worker's own loop."""
    with suppress(AlreadyEnqueued):
        await app.configure_task(task, queueing_lock=f"{task}-{job_id}").defer_async(job_id=str(job_id))
