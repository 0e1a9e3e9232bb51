"""How long an export's file is kept: the days that the settings say, and not longer."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from fpa.pages.actions import expire_export
from fpa.pages.models import ExportState, ListExport


def purge_exports(now: datetime | None = None) -> None:
    """Expire exports whose days are over, and delete files of no known export at the same age.

    Call it in a scope over the whole province: it asks only how old an export is.
    """
    at = now or timezone.now()
    for export in ListExport.objects.filter(state=ExportState.DONE, expires_at__lte=at):
        expire_export(export=export)
    _drop_files(at - timedelta(days=settings.EXPORT_DAYS))


def _drop_files(before: datetime) -> None:
    """Files that no export holds: parts that a killed worker left, and what it wrote to beside them."""
    held = {str(pk) for pk in ListExport.objects.filter(state=ExportState.DONE).values_list("pk", flat=True)}
    for path in Path(settings.EXPORT_DIR).glob("*"):
        if path.name not in held and path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
