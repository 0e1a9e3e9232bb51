"""The figures that members yield."""

from django.urls import reverse

from fpa.core.identity import mask_name
from fpa.core.lists import Column
from fpa.figures.catalogue import Figure, Kind, register
from fpa.figures.cuts import Cut, age_cut
from fpa.membership.models import Member, MemberKind
from fpa.people.models import Sex

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

AGE_EDGES = (18, 35, 50, 60)
MEMBER_CUTS = (
    Cut(key="kind", name="会员类别", by="kind", values=dict(MemberKind.choices)),
    Cut(key="sex", name="性别", by="person__sex", values=dict(Sex.choices)),
    age_cut("person__birth_date", AGE_EDGES),
)

register(
    Figure(
        key="member.total",
        kind=Kind.STOCK,
        definition="期末在册会员数，按入会、退会日期计算，退会当日起不计。",
        rows=lambda: Member.objects.select_related("person", "unit"),
        since="joined_on",
        until="left_on",
        cuts=MEMBER_CUTS,
        columns=MEMBER_COLUMNS,
        records_permission="member.view",
    ),
)
