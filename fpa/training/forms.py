"""The forms of training: they validate, and never save."""

from typing import Any

from django import forms
from django.utils import timezone

from fpa.approval.states import ReviewState
from fpa.core.forms import DateField, Form, NumberField
from fpa.files.fields import AttachmentField
from fpa.pages.fields import BodiesField, UnitField
from fpa.pages.forms import UNIT_HINT, OwnUnitForm, SeatForm
from fpa.registers.models import Entry
from fpa.training.models import Plan, Result, Role, SessionKind, SessionLevel

MOST = 1_000_000


class PlanForm(Form):
    """What is planned."""

    title = forms.CharField(label="计划名称", max_length=80)
    sessions = forms.IntegerField(label="计划场次", min_value=1, max_value=MOST)
    participants = forms.IntegerField(label="计划人次", min_value=0, max_value=MOST)


class AddPlanForm(OwnUnitForm, PlanForm):
    """The same, with whose and of which year."""

    unit = UnitField(label="单位", help_text=UNIT_HINT)
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2099)
    field_order = ("unit", "year", "title")


class SessionForm(Form):
    """What a session is."""

    title = forms.CharField(label="培训名称", max_length=80)
    level = forms.TypedChoiceField(label="级别", choices=SessionLevel.choices, coerce=int)
    kind = forms.ChoiceField(label="对象", choices=SessionKind.choices)
    task = forms.ModelChoiceField(label="重点任务", queryset=Entry.objects.none())
    starts_on = DateField(label="开始日期")
    ends_on = DateField(label="结束日期")
    place = forms.CharField(label="地点", max_length=80)
    hours = NumberField(label="学时", min_value=0.5, max_value=999, decimal_places=1)
    cost = NumberField(label="经费（元）", min_value=0, max_digits=12, decimal_places=2, initial=0)
    organizer = BodiesField(label="承办单位", max_length=80, required=False)
    partners = BodiesField(
        label="协办单位", required=False, help_text="同上；场次、人次、人数只在主办单位计。"
    )
    plan = forms.ModelChoiceField(label="所属计划", queryset=Plan.objects.none(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tasks, plans = self.fields["task"], self.fields["plan"]
        tasks.queryset = Entry.objects.filter(dictionary__code="key_tasks").on(timezone.localdate())  # type: ignore[attr-defined]
        plans.queryset = Plan.objects.filter(state=ReviewState.APPROVED)  # type: ignore[attr-defined]


class AddSessionForm(OwnUnitForm, SessionForm):
    """The same, with who holds it."""

    unit = UnitField(label="主办单位", help_text=UNIT_HINT)
    field_order = ("title", "unit")


class AddParticipantForm(SeatForm):
    """One more on a session's list."""

    name = forms.CharField(label="姓名", max_length=40)
    unit = UnitField(label="所在单位", help_text=UNIT_HINT)
    role = forms.ChoiceField(label="身份", choices=Role.choices)
    title = forms.CharField(label="职务", max_length=60, required=False)
    result = forms.ChoiceField(label="考核", choices=[("", "未考核"), *Result.choices], required=False)


class AddMaterialForm(Form):
    """A file with its name."""

    title = forms.CharField(label="材料名称", max_length=80)
    upload = AttachmentField(label="文件")


class IssueCertificatesForm(Form):
    """On which day certificates are given."""

    issued_on = DateField(label="发证日期", initial=timezone.localdate)
