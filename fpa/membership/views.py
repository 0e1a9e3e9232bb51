"""Pages of members. Each loads through its permission, and makes one action call."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from fpa.access.loaders import check, load
from fpa.core.form_flow import form_flow, redirect_with_message
from fpa.core.identity import BadId, BadPhone, mask_name
from fpa.membership import actions, forms
from fpa.membership.lists import MEMBER_LIST, MEMBERS, page_of
from fpa.membership.models import Member
from fpa.membership.queries import find_members
from fpa.pages.declared_lists import declared_list
from fpa.pages.history import history_of
from fpa.pages.queries import full_name_of
from fpa.people.actions import NotTheSamePerson
from fpa.people.secrets import ID, PHONE

WRONG_PERSON = (BadId, BadPhone, NotTheSamePerson)


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
    member = load(MEMBERS, pk, request, "member.view")
    return _detail(request, member)


def _detail(request: HttpRequest, member: Member, **more: Any) -> HttpResponse:
    shown = {
        "title": member.person.name,
        "member": member,
        "age": member.person.age_on(timezone.localdate()),
        "place": full_name_of(member.unit),
        "id_number": ID.masked(member.person),
        "phone": PHONE.masked(member.person),
        "history": history_of(member),
        "places": [("会员", reverse("member_list")), (member.unit.name, "")],
    }
    return render(request, "membership/member_detail.html", shown | more)


@sensitive_post_parameters("id_number", "phone")
def join_member(request: HttpRequest) -> HttpResponse:
    """Make a person a member."""
    actor = check(request, "member.join")

    def act(**answers: Any) -> HttpResponse:
        member = actions.join_member(**answers, by=actor)
        return redirect_with_message(
            request, f"{member.person.name}已在{member.unit.name}入会。", page_of(member)
        )

    return form_flow(
        request,
        forms.JoinMemberForm(request.POST or None, seat=actor),
        title="会员入会",
        submit="办理入会",
        back=reverse("member_list"),
        act=act,
        refusals=(actions.CannotJoin, *WRONG_PERSON),
    )


def rejoin_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a new membership of someone who left."""
    actor = check(request, "member.join")
    member = load(MEMBERS, pk, request, "member.join")

    def act(**answers: Any) -> HttpResponse:
        new = actions.rejoin_member(member=member, **answers, by=actor)
        return redirect_with_message(request, f"{new.person.name}已在{new.unit.name}重新入会。", page_of(new))

    return form_flow(
        request,
        forms.RejoinMemberForm(request.POST or None, seat=actor, initial={"unit": member.unit}),
        title=f"重新入会：{member.person.name}",
        submit="办理重新入会",
        back=page_of(member),
        act=act,
        refusals=actions.CannotJoin,
    )


@sensitive_post_parameters("phone")
def edit_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a member's particulars."""
    actor = check(request, "member.edit")
    member = load(MEMBERS, pk, request, "member.edit")

    def act(**answers: Any) -> HttpResponse:
        edited = actions.edit_member(member=member, **answers, by=actor)
        return redirect_with_message(request, f"{edited.person.name}的资料已修改。", page_of(edited))

    return form_flow(
        request,
        forms.EditMemberForm.of(member, request.POST or None),
        title=f"修改资料：{member.person.name}",
        submit="保存修改",
        back=page_of(member),
        act=act,
        refusals=(actions.CannotEdit, BadPhone),
    )


def transfer_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a membership to another unit."""
    actor = check(request, "member.transfer")
    member = load(MEMBERS, pk, request, "member.transfer")

    def act(**answers: Any) -> HttpResponse:
        moved = actions.transfer_member(member=member, **answers, by=actor)
        return redirect_with_message(request, f"{moved.person.name}已转到{moved.unit.name}。", page_of(moved))

    return form_flow(
        request,
        forms.TransferMemberForm(request.POST or None, seat=actor),
        title=f"转移会员：{member.person.name}",
        submit="确认转移",
        back=page_of(member),
        act=act,
        refusals=actions.CannotTransfer,
        consequences=lambda answers: [
            f"会员由{full_name_of(member.unit)}转到{full_name_of(answers['to_unit'])}，个人档案随之转移。",
            f"{member.unit.name}今后看不到这位会员，会员数减 1；{answers['to_unit'].name}会员数加 1。",
        ],
    )


def leave_member(request: HttpRequest, pk: int) -> HttpResponse:
    """End a membership."""
    actor = check(request, "member.leave")
    member = load(MEMBERS, pk, request, "member.leave")

    def act(**answers: Any) -> HttpResponse:
        left = actions.leave_member(member=member, **answers, by=actor)
        return redirect_with_message(request, f"{left.person.name}已退会。", page_of(left))

    return form_flow(
        request,
        forms.LeaveMemberForm(request.POST or None),
        title=f"办理退会：{member.person.name}",
        submit="确认退会",
        back=page_of(member),
        act=act,
        refusals=actions.CannotLeave,
        consequences=lambda _: [
            f"从退会日期起，{member.unit.name}的会员数不再计入此人。",
            "记录仍保留；今后可以在会员页办理重新入会。",
        ],
    )


def reveal_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Show ID number and phone in full, once, for a reason that goes into the audit."""
    actor = check(request, "member.reveal")
    member = load(MEMBERS, pk, request, "member.reveal")

    def act(**answers: Any) -> HttpResponse:
        person = actions.reveal_member(member=member, **answers, by=actor)
        return _detail(request, member, id_number=ID.read(person), phone=PHONE.read(person), is_revealed=True)

    return form_flow(
        request,
        forms.RevealMemberForm(request.POST or None),
        title=f"查看证件号码：{member.person.name}",
        submit="查看",
        back=page_of(member),
        act=act,
        refusals=actions.CannotReveal,
    )
