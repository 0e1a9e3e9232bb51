"""The forms of units and staff: they validate, and never save."""

from django import forms
from django.utils import timezone

from fpa.access.models import ASSOCIATION
from fpa.core.forms import DateField, Form
from fpa.files.forms import WithDocumentForm
from fpa.organization.models import StaffKind, StandingKind
from fpa.pages.fields import UnitField
from fpa.pages.forms import UNIT_HINT, PlaceForm, ReasonField, SeatForm
from fpa.people.fields import ID_HINT, IdField, PhoneField


class RenameUnitForm(Form):
    """A unit's new name, since when, by what."""

    name = forms.CharField(label="新名称", max_length=80 - len(ASSOCIATION))
    short_name = forms.CharField(label="新简称", max_length=40, help_text="口头和图表上的叫法，如“怀化”。")
    on = DateField(label="生效日期", initial=timezone.localdate)
    document = forms.CharField(label="依据（文号）", max_length=200)


class MoveUnitForm(SeatForm):
    """A unit's new parent, since when, by what."""

    to_parent = UnitField(label="新的上级", help_text=UNIT_HINT)
    on = DateField(label="生效日期", initial=timezone.localdate)
    document = forms.CharField(label="依据（文号）", max_length=200)


class SetStandingForm(WithDocumentForm):
    """What an association has reached, since when, by what."""

    kind = forms.ChoiceField(label="事项", choices=StandingKind.choices)
    since = DateField(label="起始日期")
    field_order = ("kind", "since", "document", "issuer", "issued_on", "upload")


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
