"""Members: a person's membership, at one unit at a time."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q

from fpa.core.dates import years_before
from fpa.people.models import Person, PersonRole, PersonRoleQuerySet


class MemberKind(models.TextChoices):
    ORDINARY = "ordinary", "普通会员"
    CORE = "core", "骨干会员"


class LeaveReason(models.TextChoices):
    """Why a membership ended; never anything about births."""

    REQUEST = "request", "本人申请退会"
    MOVED_AWAY = "moved_away", "迁出本省"
    DEATH = "death", "去世"
    MISTAKE = "mistake", "登记有误"


class MemberQuerySet(PersonRoleQuerySet):
    """Members by their own facts and their persons'."""

    def active(self) -> Self:
        """Memberships that are open."""
        return self.filter(left_on=None)

    def left(self) -> Self:
        """Memberships that have ended."""
        return self.filter(left_on__isnull=False)

    def aged(self, youngest: int | None, oldest: int | None, today: date) -> Self:
        """Members between two ages in full years, both included; None leaves that side open."""
        found = self
        if youngest is not None:
            found = found.filter(person__birth_date__lte=years_before(today, youngest))
        if oldest is not None:
            found = found.filter(person__birth_date__gt=years_before(today, oldest + 1))
        return found


class Member(PersonRole):
    """A person's membership, at one unit at a time. The person's record stands at the same unit or below it.

    Ended memberships go with the person, so that whoever keeps the record reads its whole course.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    kind = models.CharField("会员类别", max_length=10, choices=MemberKind, default=MemberKind.ORDINARY)
    joined_on = models.DateField("入会日期")
    left_on = models.DateField("退会日期", null=True, blank=True)
    left_reason = models.CharField("退会原因", max_length=12, choices=LeaveReason, blank=True, default="")

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = "会员"
        ordering = ["path", "id"]
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(left_on=None), name="member_one_open"),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=F("joined_on")), name="member_in_order"
            ),
            models.CheckConstraint(
                condition=Q(left_on=None, left_reason="") | (Q(left_on__isnull=False) & ~Q(left_reason="")),
                name="member_leaves_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["path", "id"], include=["name", "initials"], name="member_path_names"),
            models.Index(fields=["name", "path", "id"], name="member_name"),
            models.Index(fields=["initials", "path", "id"], name="member_initials"),
        ]

    def __str__(self) -> str:
        return self.person.name

    @property
    def is_active(self) -> bool:
        """Whether the membership is open."""
        return self.left_on is None
