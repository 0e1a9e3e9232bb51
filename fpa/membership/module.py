"""What the rest of the house may know of members."""

from django.urls import reverse

from fpa.access.roles import REVIEWERS, WORKERS
from fpa.core.actor import Actor
from fpa.core.identity import mask_name
from fpa.core.modules import Entry, Hit, HitGroup, Module, Permission
from fpa.membership.models import Member

FOUND = 8
"""Members that the search box shows."""


def search(wanted: str, actor: Actor) -> list[HitGroup]:
    """Members by the beginning of name or initials; by two letters at least: one letter's people are no answer."""
    if not actor.may("member.view") or wanted.isdecimal() or (wanted.isascii() and len(wanted) < 2):
        return []
    members = Member.objects.active().called(wanted).select_related("person", "unit")
    ordered = members.order_by("initials" if wanted.isascii() else "name")[:FOUND]
    return [HitGroup("会员", [_hit(member) for member in ordered])]


def _hit(member: Member) -> Hit:
    person = member.person
    detail = f"{person.get_sex_display()}，{person.birth_date.year}年生，{member.unit.name}"
    return Hit(mask_name(person.name), detail, reverse("member_detail", args=[member.pk]))


MODULE = Module(
    permissions=(
        Permission("member.view", "看会员", WORKERS),
        Permission("member.join", "办理入会、重新入会", WORKERS),
        Permission("member.edit", "修改会员资料", WORKERS),
        Permission("member.leave", "办理退会", WORKERS),
        Permission("member.reveal", "查看证件号码", WORKERS),
        Permission("member.export", "导出会员", WORKERS),
        Permission("member.transfer", "转移会员", REVIEWERS),
        Permission("member.import", "导入会员", REVIEWERS),
    ),
    menu=(Entry("organization", "会员", "member_list", "member.view", 20),),
    verbs={
        "member.joined": "会员入会",
        "member.rejoined": "会员重新入会",
        "member.edited": "修改会员资料",
        "member.transferred": "会员转移",
        "member.left": "会员退会",
        "member.revealed": "查看会员证件号码和手机号",
        "member.imported": "批量导入会员",
    },
    fields={"membership.member.name": "姓名"},
    former_labels={"organization.member": "membership.member"},
    search=search,
    pages={
        "member_detail": "会员资料",
    },
)
