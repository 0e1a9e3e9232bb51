"""Handing jobs to the worker: procrastinate's queue, in the same database and the same transaction."""

from contextlib import suppress
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

TASK = "run_import"


def enqueue(job_id: UUID) -> None:
    """Queue a job once the transaction commits; nothing where it is queued already."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(TASK, queueing_lock=f"import-{job_id}").defer(job_id=str(job_id))
