"""The forms of members: they validate, and never save."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from fpa.core.crypto import sm3
from fpa.core.forms import DateField, Form, display_value
from fpa.core.identity import BadId, BadPhone
from fpa.membership.models import LeaveReason, Member, MemberKind
from fpa.pages.fields import UnitField
from fpa.pages.forms import UNIT_HINT, PlaceForm, ReasonField, SeatForm
from fpa.pages.newer import Unshown
from fpa.people.fields import ID_HINT, IdField, PhoneField
from fpa.people.secrets import PHONE, secret_lookup


class JoinMemberForm(PlaceForm):
    """Who joins, where, since when."""

    name = forms.CharField(label="姓名", max_length=40)
    id_number = IdField(label="证件号码", help_text=ID_HINT)
    phone = PhoneField(label="手机号", required=False)
    unit = UnitField(label="入会单位", help_text=UNIT_HINT)
    kind = forms.ChoiceField(label="会员类别", choices=MemberKind.choices)
    joined_on = DateField(label="入会日期", initial=timezone.localdate)


class RejoinMemberForm(SeatForm):
    """Where and when someone who left joins again."""

    unit = UnitField(label="入会单位", help_text=UNIT_HINT)
    joined_on = DateField(label="重新入会日期", initial=timezone.localdate)


class EditMemberForm(Form):
    """A member's particulars, but for the ID number and the phone on record, which the page never shows in full."""

    name = forms.CharField(label="姓名", max_length=40)
    phone = PhoneField(label="新手机号", required=False, help_text="不填则保留现有号码。")
    remove_phone = forms.BooleanField(label="删除现有手机号", required=False)
    kind = forms.ChoiceField(label="会员类别", choices=MemberKind.choices)
    joined_on = DateField(label="入会日期")
    unshown: Mapping[str, Unshown]

    @classmethod
    def of(cls, member: Member, data: Any) -> "EditMemberForm":
        """The form with what is on record."""
        person = member.person
        initial = {"name": person.name, "kind": member.kind, "joined_on": member.joined_on}
        form = cls(data, initial=initial)
        mark = sm3(person.pk.bytes + bytes(person.phone_index or b"")).hex()
        phone = Unshown(mark, display_value(PHONE.masked(person)))
        form.unshown = {"phone": phone, "remove_phone": phone}
        return form

    def clean(self) -> dict[str, Any]:
        """The phone as the action takes it: None keeps, an empty string removes."""
        answers = super().clean() or self.cleaned_data
        if answers.pop("remove_phone", False) and answers.get("phone"):
            self.add_error("phone", "已勾选删除现有手机号，请不要再填新号码，或者取消勾选。")
        elif not answers.get("phone"):
            answers["phone"] = "" if self.data.get("remove_phone") else None
        return answers


class TransferMemberForm(SeatForm):
    """Where a member goes, when and why."""

    to_unit = UnitField(label="转入单位", help_text=UNIT_HINT)
    on = DateField(label="转移日期", initial=timezone.localdate)
    reason = ReasonField(label="转移原因")


class LeaveMemberForm(Form):
    """Why and when a membership ends."""

    reason = forms.ChoiceField(label="退会原因", choices=[("", "请选择"), *LeaveReason.choices])
    on = DateField(label="退会日期", initial=timezone.localdate)


class RevealMemberForm(Form):
    """Why what is masked must be seen."""

    reason = ReasonField(label="查看事由", help_text="例如：核对保险理赔材料。事由会记入审计日志。")


class FindMemberForm(Form):
    """An ID number or a phone, by POST only."""

    number = forms.CharField(label="证件号码或手机号", widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def clean_number(self) -> dict[str, bytes]:
        """The condition that finds its owner; raises ValidationError where it can be neither."""
        try:
            return secret_lookup(self.cleaned_data["number"])
        except (BadId, BadPhone) as error:
            raise ValidationError(f"{error}。", code="invalid") from error
