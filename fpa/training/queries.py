"""Reads of training worth a name."""

from django.db import models

from fpa.training.models import Role, Session


def count_attendance(session: Session) -> dict[str, int]:
    """How many of each role are on a session's list; one query."""
    counts = session.attendance.order_by("role").values_list("role").annotate(models.Count("pk"))
    return {Role(role).label: count for role, count in counts}
