"""Reads of 系统管理: the logins of a scope, and what an appointment leaves open."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils import timezone

from fpa.access.models import Appointment, User
from fpa.access.seats import actor_in
from fpa.core.lists import Status
from fpa.core.modules import OpenItem, modules

IN_USE, LOCKED_FOR_A_WHILE = "在用", "暂时锁定"


def users_in_scope() -> QuerySet[User]:
    """Logins that have, or had, a post in the transaction's scope, with those appointments as `held_here`.

    A login itself has no unit: it is in sight through its appointments, which row-level security keeps to the scope.
    """
    here = Appointment.objects.select_related("post", "unit").order_by("path", "id")
    return User.objects.filter(Exists(Appointment.objects.filter(user=OuterRef("pk")))).prefetch_related(
        Prefetch("appointments", here, to_attr="held_here")
    )


def current_seats(user: Any) -> list[Appointment]:
    """Of a user's appointments in scope, those that are not over today."""
    today = timezone.localdate()
    return [seat for seat in user.held_here if seat.valid_to is None or seat.valid_to > today]


def state_of(user: User) -> Status:
    """Whether a login can be used, in a word."""
    if not user.is_active:
        return Status("已停用", "off")
    if user.locked_until and user.locked_until > timezone.now():
        return Status(LOCKED_FOR_A_WHILE, "late")
    return Status(IN_USE, "done")


def open_items(seat: Appointment) -> list[OpenItem]:
    """What is open at a post by every room's account: what is handed over when its holder goes (design §4)."""
    holder = actor_in(seat, seat.user)
    return [item for module in modules().values() if module.handover for item in module.handover(holder)]
