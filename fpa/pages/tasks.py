"""The worker's tasks for exports; procrastinate finds this module."""

from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import connection
from procrastinate.contrib.django import app

from fpa.access.scope import whole_province
from fpa.core.limits import limited_job
from fpa.core.queue import enqueue_async
from fpa.pages import export_retention, export_runner
from fpa.pages.actions import TASK

EXPORTS = "exports"


@app.task(name=TASK, queue=EXPORTS)
def run_export(job_id: str) -> None:
    """Write one export."""
    export_runner.run_export(UUID(job_id))


@app.periodic(cron="* * * * *")
@app.task(name="requeue_exports", queueing_lock="requeue_exports", pass_context=False)
async def requeue_exports(timestamp: int) -> None:
    """Queue again what waits though nobody is at it."""
    for export_id in await sync_to_async(_idle, thread_sensitive=False)():
        await enqueue_async(TASK, export_id)


def _idle() -> list[UUID]:
    """In a thread of its own, whose connection ends with it."""
    try:
        return export_runner.idle_exports()
    finally:
        connection.close()


@app.periodic(cron="27 3 * * *")
@app.task(name="purge_exports", queueing_lock="purge_exports")
def purge_exports(timestamp: int) -> None:
    """Forget files that are kept no longer."""
    with whole_province(), limited_job("清理导出文件"):  # it asks only how old an export is
        export_retention.purge_exports()
