"""Files that nothing holds any more go: first rows that no record links, then contents that no row names."""

import time
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from fpa.access.scope import whole_province
from fpa.core import locks
from fpa.core.limits import limited_job
from fpa.files.models import Attachment
from fpa.files.queries import links_to
from fpa.files.storage import stored_before

KEPT_DAYS = 7
PURGE = "清理附件"


def purge_files() -> int:
    """Forget unlinked attachments older than KEPT_DAYS, and the contents that nobody names; gives how many contents.

    Contents are removed while no upload is under way; where one is, they wait for the next night.
    """
    # it asks only whether a file is linked, wherever it stands; shows nothing
    with whole_province(), limited_job(PURGE):
        _drop_unlinked()
    with whole_province(), limited_job(PURGE):
        return _drop_contents() if _is_alone() else 0


def _drop_unlinked() -> None:
    unlinked = Attachment.objects.filter(created_at__lt=timezone.now() - timedelta(days=KEPT_DAYS))
    for relation in links_to(Attachment):
        linked = relation.related_model._base_manager.exclude(**{relation.field.name: None})
        unlinked = unlinked.exclude(pk__in=linked.values(relation.field.attname))
    unlinked._raw_delete(unlinked.db)


def _is_alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [locks.FILES])
        return bool(cursor.fetchone()[0])


def _drop_contents() -> int:
    dropped = 0
    for paths in stored_before(time.time() - timedelta(days=1).total_seconds()):
        known = set(
            Attachment.objects.filter(digest__in=[p.name for p in paths]).values_list("digest", flat=True)
        )
        for path in paths:
            if path.name not in known:
                path.unlink(missing_ok=True)
                dropped += 1
    return dropped
