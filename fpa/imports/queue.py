"""Handing imports to the worker."""

from uuid import UUID

from fpa.core import queue

TASK = "run_import"


def enqueue(job_id: UUID) -> None:
    """Queue a job once the transaction commits; nothing where it is queued already."""
    queue.enqueue(TASK, job_id)
