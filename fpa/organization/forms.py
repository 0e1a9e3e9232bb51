"""The forms of 组织建设管理: they validate, and never save."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from fpa.access.models import Level, Unit
from fpa.core.actor import Actor
from fpa.core.forms import DateField, Form
from fpa.core.identity import BadId, BadPhone
from fpa.organization.fields import IdField, PhoneField, UnitField
from fpa.organization.models import LeaveReason, Member, MemberKind, StaffKind, StandingKind
from fpa.organization.secrets import secret_lookup

ID_HINT = "按证件填写 18 位号码；旧的 15 位号码会自动换成 18 位。性别和出生日期由证件号码得出。"
UNIT_HINT = "输入区划代码、名称或拼音首字母，从提示中选择。"


class ReasonField(forms.CharField):
    """Why something is done; it goes into the audit."""

    widget = forms.Textarea(attrs={"rows": 2})

    def __init__(self, *, label: str, help_text: str = "") -> None:
        super().__init__(label=label, help_text=help_text, max_length=300)


class SeatForm(Form):
    """A form with units to choose: those at or below the seat's unit."""

    def __init__(self, *args: Any, seat: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, UnitField):
                field.within = seat.path


class PlaceForm(SeatForm):
    """A form for someone who joins or works at a unit: at a village, its own unless another is chosen."""

    def __init__(self, *args: Any, seat: Actor, **kwargs: Any) -> None:
        super().__init__(*args, seat=seat, **kwargs)
        if seat.level == Level.VILLAGE:
            self.initial.setdefault("unit", Unit.objects.get(path=seat.path))


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

    @classmethod
    def of(cls, member: Member, data: Any) -> "EditMemberForm":
        """The form with what is on record."""
        initial = {"name": member.person.name, "kind": member.kind, "joined_on": member.joined_on}
        return cls(data, initial=initial)

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


class RenameUnitForm(Form):
    """A unit's new name, since when, by what."""

    name = forms.CharField(label="新名称", max_length=80)
    short_name = forms.CharField(label="新简称", max_length=40, help_text="口头和图表上的叫法，如“怀化”。")
    on = DateField(label="生效日期", initial=timezone.localdate)
    document = forms.CharField(label="依据（文号）", max_length=200)


class MoveUnitForm(SeatForm):
    """A unit's new parent, since when, by what."""

    to_parent = UnitField(label="新的上级", help_text=UNIT_HINT)
    on = DateField(label="生效日期", initial=timezone.localdate)
    document = forms.CharField(label="依据（文号）", max_length=200)


class SetStandingForm(Form):
    """What an association has reached, since when, by what."""

    kind = forms.ChoiceField(label="事项", choices=StandingKind.choices)
    since = DateField(label="起始日期")
    document = forms.CharField(label="文号", max_length=60)


class AppointStaffForm(PlaceForm):
    """Who works where, as what, since when."""

    name = forms.CharField(label="姓名", max_length=40)
    id_number = IdField(label="证件号码", help_text=ID_HINT)
    phone = PhoneField(label="手机号", required=False)
    unit = UnitField(label="任职单位", help_text=UNIT_HINT)
    kind = forms.ChoiceField(label="人员类别", choices=StaffKind.choices)
    title = forms.CharField(label="职务", max_length=40)
    valid_from = DateField(label="任职日期", initial=timezone.localdate)


class EndStaffForm(Form):
    """When and why someone's work ends."""

    on = DateField(label="离任日期", initial=timezone.localdate)
    reason = ReasonField(label="离任原因")
