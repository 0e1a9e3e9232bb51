"""What the forms of every room share: a reason, units of the seat."""

from typing import Any
from uuid import uuid4

from django import forms

from fpa.access.models import Level, Unit
from fpa.core.actor import Actor
from fpa.core.forms import Form
from fpa.pages.fields import UnitField

UNIT_HINT = "输入区划代码、名称或拼音首字母，从提示中选择。"


class ReasonField(forms.CharField):
    """Why something is done; it goes into the audit."""

    widget = forms.Textarea(attrs={"rows": 2})

    def __init__(self, *, label: str, help_text: str = "") -> None:
        super().__init__(label=label, help_text=help_text, max_length=300)


class ReasonForm(Form):
    """Why something is undone, where nothing else is asked."""

    reason = ReasonField(label="原因")


class SeatForm(Form):
    """A form with units to choose: those at or below the seat's unit."""

    def __init__(self, *args: Any, seat: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, UnitField):
                field.within = seat.path


class OwnUnitForm(SeatForm):
    """A form whose unit is the seat's own unless another is chosen."""

    def __init__(self, *args: Any, seat: Actor, **kwargs: Any) -> None:
        super().__init__(*args, seat=seat, **kwargs)
        self.initial.setdefault("unit", Unit.objects.get(path=seat.path))


class PlaceForm(SeatForm):
    """A form for someone who joins or works at a unit: at a village, its own unless another is chosen."""

    def __init__(self, *args: Any, seat: Actor, **kwargs: Any) -> None:
        super().__init__(*args, seat=seat, **kwargs)
        if seat.level == Level.VILLAGE:
            self.initial.setdefault("unit", Unit.objects.get(path=seat.path))


class ExportForm(Form):
    """How a list is to be exported in the background. `key` makes the same form sent twice one export."""

    format = forms.ChoiceField(
        label="文件格式",
        choices=[("xlsx", "Excel 工作簿（WPS 也能打开）"), ("csv", "CSV（给其他系统用）")],
        widget=forms.RadioSelect,
        help_text="超过 100 万行的，一律导出为 CSV。",
    )
    list = forms.CharField(widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


class RenameViewForm(Form):
    """A view's name, and whether everyone at the post has it."""

    name = forms.CharField(label="视图名称", max_length=30, help_text="例如：本县骨干会员。")
    is_shared = forms.BooleanField(
        label="本岗位共用", required=False, help_text="勾选后，本岗位的每个人都能在列表上方打开这个视图。"
    )


class SaveViewForm(RenameViewForm):
    """The same, for the list at an address."""

    list = forms.CharField(widget=forms.HiddenInput)
