"""The figures that members yield."""

from django.urls import reverse

from fpa.core.identity import mask_name
from fpa.core.lists import Column
from fpa.figures.catalogue import Figure, Kind, register
from fpa.membership.models import Member

MEMBER_COLUMNS = (
    Column("code", "区划代码", lambda row: row.unit.code, kind="code"),
    Column("unit", "单位", lambda row: row.unit.name),
    Column(
        "name",
        "姓名",
        lambda m: mask_name(m.person.name),
        link=lambda m: reverse("member_detail", args=[m.pk]),
    ),
    Column("kind", "会员类别", lambda m: m.get_kind_display()),
    Column("joined_on", "入会日期", lambda m: m.joined_on, kind="date"),
)


register(
    Figure(
        key="member.total",
        kind=Kind.STOCK,
        definition="期末在册会员数，按入会、退会日期计算，退会当日起不计。",
        rows=lambda: Member.objects.select_related("person", "unit"),
        since="joined_on",
        until="left_on",
        columns=MEMBER_COLUMNS,
    ),
)
