"""The worker's tasks; procrastinate finds this module."""

from procrastinate.contrib.django import app

from fpa.files.retention import purge_files


@app.periodic(cron="37 3 * * *")
@app.task(name="purge_files", queueing_lock="purge_files")
def purge_unused_files(timestamp: int) -> None:
    """Remove what nothing holds any more."""
    purge_files()
