"""Pages of members. Each loads through its permission, and makes one action call."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from fpa.access.loaders import check, load_for, to_edit
from fpa.core.actor import Actor
from fpa.core.chinese import date_cn
from fpa.core.identity import mask_name
from fpa.core.lists import Link
from fpa.membership import actions, forms
from fpa.membership.lists import MEMBER_LIST, MEMBERS, page_of, state_of
from fpa.membership.models import Member
from fpa.membership.queries import find_members
from fpa.pages.declared_lists import declared_list
from fpa.pages.form_flow import form_flow
from fpa.pages.queries import full_name_of
from fpa.pages.record import Fact, history_panel, record_page
from fpa.people.lists import said_of_request
from fpa.people.models import Person
from fpa.people.secrets import ID, PHONE


def member_list(request: HttpRequest) -> HttpResponse:
    """The members of the seat's unit and below, in the order of the units."""
    return declared_list(request, MEMBER_LIST)


@sensitive_post_parameters("number")
def find_member(request: HttpRequest) -> HttpResponse:
    """Find members by ID number or phone; by POST, so that the number is in no address and no log."""
    check(request, "member.view")
    form = forms.FindMemberForm(request.POST or None)
    found = find_members(form.cleaned_data["number"]) if form.is_valid() else None
    if found and len(found) == 1:
        return redirect(page_of(found[0]))
    shown = {
        "title": "按证件号码或手机号查找会员",
        "form": form,
        "found": [(member, mask_name(member.person.name)) for member in found or []],
        "is_missing": found == [],
    }
    return render(request, "membership/find_member.html", shown)


def member_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A member: particulars, what may be done, and the course of the membership."""
    actor, member = load_for(MEMBERS, pk, request, "member.view")
    return _detail(request, member, actor)


REVEALED = "证件号码和手机号只在本页显示这一次，本次查看已记入审计日志。离开本页后重新隐藏。"


def _detail(
    request: HttpRequest, member: Member, actor: Actor, revealed: Person | None = None
) -> HttpResponse:
    return record_page(
        request,
        title=member.person.name,
        facts_title="会员资料",
        facts=_facts(member, actor, revealed),
        note=REVEALED if revealed else "",
        actions=_links(member, actor),
        panels=[history_panel(member)],
        back=("member_list", "会员"),
    )


def _facts(member: Member, actor: Actor, revealed: Person | None) -> list[Fact]:
    """What is on record; ID number and phone masked, or in full for who has said why."""
    person, age = member.person, member.person.age_on(timezone.localdate())
    see = Link("查看证件号码", reverse("reveal_member", args=[member.pk]))
    id_number, phone = (
        (ID.read(revealed), PHONE.read(revealed)) if revealed else (ID.masked(person), PHONE.masked(person))
    )
    hide = Link("看完了，重新隐藏", page_of(member))
    facts = [
        Fact("状态", state_of(member)),
        Fact("姓名", person.name),
        Fact("性别", person.get_sex_display()),
        Fact("出生日期", f"{date_cn(person.birth_date)}（{age} 岁）"),
        Fact(
            "证件号码",
            id_number,
            code=True,
            more=hide if revealed else see if actor.may("member.reveal") else None,
        ),
        Fact("手机号", phone, code=True),
        Fact("单位", full_name_of(member.unit), url=reverse("unit_detail", args=[member.unit.code])),
        Fact("会员类别", member.get_kind_display()),
        Fact("入会日期", member.joined_on),
    ]
    left = [Fact("退会日期", member.left_on), Fact("退会原因", member.get_left_reason_display())]
    return facts if member.is_active else facts + left


def _links(member: Member, actor: Actor) -> list[Link]:
    """What may be done with a membership that is open, or with one that has ended."""
    if not member.is_active:
        rejoin = Link("重新入会", reverse("rejoin_member", args=[member.pk]), "user-plus", primary=True)
        return [rejoin] if actor.may("member.join") else []
    offered = (
        ("member.edit", "修改资料", "edit_member", "pencil"),
        ("member.transfer", "转移", "transfer_member", "arrows-exchange"),
        ("member.leave", "退会", "leave_member", "user-minus"),
    )
    return [
        Link(label, reverse(name, args=[member.pk]), icon)
        for may, label, name, icon in offered
        if actor.may(may)
    ]


@sensitive_post_parameters("id_number", "phone")
def join_member(request: HttpRequest) -> HttpResponse:
    """Make a person a member."""
    actor = check(request, "member.join")

    return form_flow(
        request,
        forms.JoinMemberForm(request.POST or None, seat=actor),
        title="会员入会",
        submit="办理入会",
        back=reverse("member_list"),
        does=partial(actions.join_or_ask, by=actor),
        said=lambda made: (
            said_of_request(made) or (f"{made.name}已在{made.unit.association}入会。", page_of(made))
        ),
    )


def rejoin_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a new membership of someone who left."""
    actor, member = load_for(MEMBERS, pk, request, "member.join")

    return form_flow(
        request,
        forms.RejoinMemberForm(request.POST or None, seat=actor, initial={"unit": member.unit}),
        title=f"重新入会：{member.person.name}",
        submit="办理重新入会",
        back=page_of(member),
        does=partial(actions.rejoin_member, member=member, by=actor),
        said=lambda new: (f"{new.person.name}已在{new.unit.association}重新入会。", page_of(new)),
    )


@sensitive_post_parameters("phone")
def edit_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a member's particulars."""
    actor, member = load_for(to_edit(MEMBERS, request, "person"), pk, request, "member.edit")

    return form_flow(
        request,
        forms.EditMemberForm.of(member, request.POST or None),
        edits=True,
        title=f"修改资料：{member.person.name}",
        submit="保存修改",
        back=page_of(member),
        does=partial(actions.edit_member, member=member, by=actor),
        said=lambda edited: (f"{edited.person.name}的资料已修改。", page_of(edited)),
    )


def transfer_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a membership to another unit."""
    actor, member = load_for(MEMBERS, pk, request, "member.transfer")

    return form_flow(
        request,
        forms.TransferMemberForm(request.POST or None, seat=actor),
        title=f"转移会员：{member.person.name}",
        submit="确认转移",
        back=page_of(member),
        does=partial(actions.transfer_member, member=member, by=actor),
        said=lambda moved: (f"{moved.person.name}已转到{moved.unit.association}。", page_of(moved)),
        consequences=lambda answers: [
            f"会员由{full_name_of(member.unit)}转到{full_name_of(answers['to_unit'])}，个人档案随之转移。",
            f"{member.unit.association}今后看不到这位会员，会员数减 1；{answers['to_unit'].association}会员数加 1。",
        ],
    )


def leave_member(request: HttpRequest, pk: int) -> HttpResponse:
    """End a membership."""
    actor, member = load_for(MEMBERS, pk, request, "member.leave")

    return form_flow(
        request,
        forms.LeaveMemberForm(request.POST or None),
        title=f"办理退会：{member.person.name}",
        submit="确认退会",
        back=page_of(member),
        does=partial(actions.leave_member, member=member, by=actor),
        said=lambda left: (f"{left.person.name}已退会。", page_of(left)),
        consequences=lambda _: [
            f"从退会日期起，{member.unit.association}的会员数不再计入此人。",
            "记录仍保留；今后可以在会员页办理重新入会。",
        ],
    )


def reveal_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Show ID number and phone in full, once, for a reason that goes into the audit."""
    actor, member = load_for(MEMBERS, pk, request, "member.reveal")

    return form_flow(
        request,
        forms.RevealMemberForm(request.POST or None),
        title=f"查看证件号码：{member.person.name}",
        submit="查看",
        back=page_of(member),
        does=partial(actions.reveal_member, member=member, by=actor),
        said=lambda person: _detail(request, member, actor, person),
    )
