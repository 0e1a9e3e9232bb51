"""The list of members."""

from collections.abc import Sequence

from django.urls import reverse

from fpa.core.actor import Actor
from fpa.core.dates import today
from fpa.core.identity import mask_name
from fpa.core.lists import Column, Link, Status
from fpa.membership.filters import MemberFilters
from fpa.membership.models import Member, MemberKind
from fpa.pages.declared_lists import List
from fpa.people.models import Sex
from fpa.people.secrets import ID, PHONE

MEMBERS = Member.objects.select_related("person", "unit")
LISTED = MEMBERS.only(
    *("unit__name", "unit__code", "path", "kind", "joined_on", "left_on", "left_reason"),
    *("person__name", "person__sex", "person__birth_date", "person__id_cipher", "person__phone_cipher"),
)
"""What the columns show, and no more: a long export reads a third of what stands in the tables."""

_SEXES, _KINDS = dict(Sex.choices), dict(MemberKind.choices)
_ACTIVE, _LEFT = Status("在会", "done"), Status("已退会", "off")

COLUMNS = (
    Column("name", "姓名", lambda m: mask_name(m.person.name), link=lambda m: page_of(m)),
    Column("unit", "单位", lambda m: m.unit.name),
    Column("id", "证件号码", lambda m: ID.masked(m.person)),
    Column("sex", "性别", lambda m: _SEXES[m.person.sex]),
    Column("age", "年龄", lambda m: m.person.age_on(today()), kind="number", unit="岁"),
    Column("kind", "类别", lambda m: _KINDS[m.kind]),
    Column("joined_on", "入会日期", lambda m: m.joined_on, kind="date"),
    Column("status", "状态", lambda m: state_of(m)),
    Column("phone", "手机号", lambda m: PHONE.masked(m.person), default=False),
    Column("left_on", "退会日期", lambda m: m.left_on, kind="date", default=False),
    Column("left_reason", "退会原因", lambda m: m.get_left_reason_display(), default=False),
    Column("code", "区划代码", lambda m: m.unit.code, kind="code", default=False),
)


def state_of(member: Member) -> Status:
    """Whether the membership is open, by word and shape."""
    return _ACTIVE if member.is_active else _LEFT


def page_of(member: Member) -> str:
    """Address of a member's page."""
    return reverse("member_detail", args=[member.pk])


def _links(actor: Actor) -> Sequence[Link]:
    links = [Link("按证件号码或手机号查找", reverse("find_member"), "search")]
    if actor.may("member.join"):
        links.append(Link("会员入会", reverse("join_member"), "user-plus", primary=True))
    return links


MEMBER_LIST = List(
    key="member_list",
    view="member.view",
    export="member.export",
    title="会员",
    rows=lambda: LISTED,
    columns=COLUMNS,
    filters=MemberFilters,
    links=_links,
    empty="还没有会员。可以逐个办理入会，或者从名册批量导入。",
)
