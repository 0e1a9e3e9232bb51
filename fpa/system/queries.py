"""Reads of 系统管理: the logins of a scope, and what an appointment leaves open."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone

from fpa.access.models import Appointment, User
from fpa.access.seats import actor_in
from fpa.approval.queries import open_cases_for, returned_cases_for, threads_awaiting
from fpa.core.lists import Status


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
        return Status("暂时锁定", "late")
    return Status("在用", "done")


@dataclass(frozen=True)
class OpenItem:
    """Something that is open at a post: its kind, what it is, where it is done."""

    kind: str
    title: str
    url: str


def open_items(seat: Appointment) -> list[OpenItem]:
    """What waits for the word of a post: what is handed over when its holder goes (design §4)."""
    holder = actor_in(seat, seat.user)
    cases = [("待审核", case) for case in open_cases_for(holder)]
    cases += [("退回待改", case) for case in returned_cases_for(holder)]
    found = [OpenItem(kind, str(case), reverse("case_detail", args=[case.pk])) for kind, case in cases]
    return found + [OpenItem("讨论待答复", str(t), t.get_absolute_url()) for t in threads_awaiting(holder)]
