"""The filters of 系统管理's lists: the first three are in sight."""

from typing import Any

import django_filters as filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from fpa.access.guards import our_models
from fpa.access.models import Appointment, Post, Unit, User
from fpa.access.roles import ROLE_CHOICES
from fpa.audit.models import Event
from fpa.audit.words import thing_words
from fpa.core.modules import merged
from fpa.core.visibility import upper_bound
from fpa.pages.fields import UnitField
from fpa.pages.filters import SeatFilters

ACTIVE, LOCKED, CLOSED = "active", "locked", "closed"
HELD, VACANT = "held", "vacant"


def _under(unit: Unit) -> Q:
    return Q(path__gte=unit.path, path__lt=upper_bound(unit.path))


class PathFilter(filters.Filter):
    """Rows of a unit and of everything below it."""

    field_class = UnitField

    def filter(self, qs: QuerySet[Any], value: Unit | None) -> QuerySet[Any]:
        """Narrow the rows where a unit was asked for."""
        return qs.filter(_under(value)) if value else qs


class HolderFilter(filters.Filter):
    """Logins that have, or had, a post at a unit or below it."""

    field_class = UnitField

    def filter(self, qs: QuerySet[User], value: Unit | None) -> QuerySet[User]:
        """Narrow the logins where a unit was asked for."""
        there = Appointment.objects.filter(user=OuterRef("pk"))
        return qs.filter(Exists(there.filter(_under(value)))) if value else qs


class UserFilters(SeatFilters):
    """Find logins."""

    text = filters.CharFilter(label="账号或姓名", method="called")
    unit = HolderFilter(label="单位（含下级）")
    state = filters.ChoiceFilter(
        label="状态", method="being", choices=[(ACTIVE, "在用"), (LOCKED, "暂时锁定"), (CLOSED, "已停用")]
    )

    class Meta:
        model = User
        fields: list[str] = []

    def called(self, rows: QuerySet[User], _: str, text: str) -> QuerySet[User]:
        """By the beginning of the login or of the name."""
        return rows.filter(Q(username__startswith=text.strip()) | Q(name__startswith=text.strip()))

    def being(self, rows: QuerySet[User], _: str, state: str) -> QuerySet[User]:
        """By whether it can be used."""
        if state == CLOSED:
            return rows.filter(is_active=False)
        locked = Q(locked_until__gt=timezone.now())
        return rows.filter(locked if state == LOCKED else ~locked | Q(locked_until=None), is_active=True)


class PostFilters(SeatFilters):
    """Find posts."""

    unit = PathFilter(label="单位（含下级）")
    role = filters.ChoiceFilter(label="角色", choices=ROLE_CHOICES)
    state = filters.ChoiceFilter(label="在岗情况", method="being", choices=[(HELD, "有人"), (VACANT, "空缺")])

    class Meta:
        model = Post
        fields: list[str] = []

    def being(self, rows: QuerySet[Post], _: str, state: str) -> QuerySet[Post]:
        """By whether someone holds it today."""
        held = Exists(Appointment.objects.on(timezone.localdate()).filter(post=OuterRef("pk")))
        return rows.filter(held if state == HELD else ~held)


def kinds_of_things() -> list[tuple[str, str]]:
    """Every kind of thing that an event may be about, with its Chinese name."""
    labels = [model._meta.label_lower for model in our_models()]
    named = [(label, thing_words(label)) for label in labels]
    return sorted((pair for pair in named if not pair[1].isascii()), key=lambda pair: pair[1])


class EventFilters(SeatFilters):
    """Find events."""

    at = filters.DateFromToRangeFilter(label="日期")
    verb = filters.ChoiceFilter(
        label="动作", choices=sorted(merged("verbs").items(), key=lambda pair: pair[0])
    )
    actor_name = filters.CharFilter(label="操作人", lookup_expr="exact")
    path = PathFilter(label="单位（含下级）")
    object_type = filters.ChoiceFilter(label="对象类型", choices=kinds_of_things)
    object_name = filters.CharFilter(label="对象名称", lookup_expr="exact")

    class Meta:
        model = Event
        fields: list[str] = []
