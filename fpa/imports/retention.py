"""How long an import keeps what it holds of people: nothing of a file outlives its use by more than KEPT_DAYS."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from fpa.imports.actions import lapse_import
from fpa.imports.files import KEPT_DAYS
from fpa.imports.models import WAITING, ImportRow, Job, State


def purge(now: datetime | None = None) -> None:
    """End imports that nobody confirmed within KEPT_DAYS of the upload, and forget those that ended as long ago.

    Of an ended import the file goes and the rejected rows, which tell of people; its counts and its audit events stay.
    Files of no known import go at the same age. Call it in a scope over the whole province: it asks only how old an
    import is.
    """
    before = (now or timezone.now()) - timedelta(days=KEPT_DAYS)
    for job in Job.objects.filter(state=State.READY, created_at__lt=before):
        lapse_import(job=job)
    rows = ImportRow.objects.filter(job_id__in=Job.objects.filter(finished_at__lt=before).values("pk"))
    rows._raw_delete(rows.db)
    _drop_files(before)


def _drop_files(before: datetime) -> None:
    folder = Path(settings.UPLOAD_DIR)
    names = {path.name for path in folder.glob("*") if path.stat().st_mtime < before.timestamp()}
    needed = Job.objects.filter(Q(state__in=[*WAITING, State.READY]) | Q(finished_at__gte=before))
    for name in names - {str(pk) for pk in needed.values_list("pk", flat=True)}:
        (folder / name).unlink(missing_ok=True)
