"""The filters of the list of members, in the order in which they are needed: the first three are in sight."""

from decimal import Decimal

import django_filters as filters
from django.utils import timezone

from fpa.membership.models import Member, MemberKind, MemberQuerySet
from fpa.pages.filters import SeatFilters, UnitFilter
from fpa.people.models import Sex

OPEN, ENDED = "open", "ended"
_UNBORN, _TOO_OLD = Decimal(-1), Decimal(150)


class MemberFilters(SeatFilters):
    """Find members."""

    name = filters.CharFilter(label="姓名或拼音首字母", method="called")
    unit = UnitFilter(label="单位（含下级）")
    status = filters.ChoiceFilter(label="状态", method="having", choices=[(OPEN, "在会"), (ENDED, "已退会")])
    sex = filters.ChoiceFilter(label="性别", field_name="person__sex", choices=Sex.choices)
    kind = filters.ChoiceFilter(label="会员类别", choices=MemberKind.choices)
    age = filters.RangeFilter(label="年龄", method="aged")

    class Meta:
        model = Member
        fields: list[str] = []

    def called(self, rows: MemberQuerySet, _: str, text: str) -> MemberQuerySet:
        """By the beginning of the name or of its initials."""
        return rows.called(text)

    def having(self, rows: MemberQuerySet, _: str, status: str) -> MemberQuerySet:
        """By whether the membership is open."""
        return rows.active() if status == OPEN else rows.left()

    def aged(self, rows: MemberQuerySet, _: str, ages: slice) -> MemberQuerySet:
        """By full years of age today."""
        youngest, oldest = (None if age is None else _possible(age) for age in (ages.start, ages.stop))
        return rows.aged(youngest, oldest, timezone.localdate())


def _possible(age: Decimal) -> int:
    """The age in full years; one that nobody can have as the nearest that nobody has, since no calendar reaches it."""
    return int(min(max(age, _UNBORN), _TOO_OLD))
