"""Reads of training worth a name."""

from uuid import UUID

from django.db import models
from django.utils import timezone

from fpa.access.scope import whole_province
from fpa.training.models import Certificate, Role, Session


def is_valid(code: UUID) -> bool:
    """Whether a certificate with this code is in force today; all that the public is told."""
    with whole_province():  # whoever holds a certificate may have it checked; nothing of the row is shown
        certificate = Certificate.objects.filter(code=code).first()
        return certificate is not None and certificate.is_valid_on(timezone.localdate())


def count_attendance(session: Session) -> dict[str, int]:
    """How many of each role are on a session's list; one query."""
    counts = session.attendance.order_by("role").values_list("role").annotate(models.Count("pk"))
    return {Role(role).label: count for role, count in counts}
