"""The worker's tasks; procrastinate finds this module."""

from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import connection
from procrastinate.contrib.django import app

from fpa.access.scope import whole_province
from fpa.core.limits import limited_job
from fpa.core.queue import enqueue_async
from fpa.imports import retention, runner
from fpa.imports.queue import TASK

IMPORTS = "imports"


@app.task(name=TASK, queue=IMPORTS)
def run_import(job_id: str) -> None:
    """Check or write one import."""
    runner.run_import(UUID(job_id))


@app.periodic(cron="* * * * *")
@app.task(name="requeue_imports", queueing_lock="requeue_imports", pass_context=False)
async def requeue_imports(timestamp: int) -> None:
    """Queue again what waits though nobody is at it, and give back tasks whose worker died."""
    for job_id in await sync_to_async(_idle_jobs, thread_sensitive=False)():
        await enqueue_async(TASK, job_id)
    for stalled in await app.job_manager.get_stalled_jobs():
        await app.job_manager.retry_job(stalled)


def _idle_jobs() -> list[UUID]:
    """In a thread of its own, whose connection ends with it."""
    try:
        return runner.idle_jobs()
    finally:
        connection.close()


@app.periodic(cron="*/10 * * * *")
@app.task(name="purge_uploads", queueing_lock="purge_uploads")
def purge_uploads(timestamp: int) -> None:
    """Forget files and rows that are kept no longer."""
    with whole_province(), limited_job("清理导入文件"):
        retention.purge()
