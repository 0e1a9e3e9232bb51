"""What the forms of every room share: a reason, units of the seat."""

from typing import Any

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
