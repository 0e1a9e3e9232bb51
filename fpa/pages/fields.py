"""The form field of a unit chosen by typing."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse

from fpa.access.models import Unit
from fpa.core.visibility import ROOT_PATH
from fpa.pages.queries import search_units, units_named

CODE_LENGTH = 12
_CANDIDATES = 5


class UnitInput(forms.TextInput):
    """Type a code, a name or initials; where scripts run, matching units are offered while one types."""

    template_name = "pages/unit_input.html"

    def format_value(self, value: Any) -> str | None:
        """A unit as code and name; what was typed stays as it was typed."""
        return f"{value.code} {value.name}" if isinstance(value, Unit) else super().format_value(value)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """What the input's template needs to ask for matching units."""
        context = super().get_context(name, value, attrs)
        context["search_url"] = f"{reverse('search_units')}?field={name}"
        return context


class UnitField(forms.CharField):
    """A current unit at or below the path `within`, which the form sets from its seat."""

    widget = UnitInput
    within = ROOT_PATH

    def clean(self, value: Any) -> Unit | None:
        """The one unit that is meant; raises ValidationError where there is none, or more than one."""
        text = super().clean(value)
        if not text:
            return None
        head = text[:CODE_LENGTH]
        found = search_units(head if len(head) == CODE_LENGTH and head.isdecimal() else text, self.within)
        whole = [unit for unit in found if unit.name == text]
        if len(whole) == 1 or len(found) == 1:
            return (whole or found)[0]
        raise ValidationError(_why_not(text, found), code="invalid")


class BodiesField(forms.CharField):
    """Several bodies, parted by 、: units of the whole tree, or bodies outside the platform by their names."""

    def __init__(self, **kwargs: Any) -> None:
        hint = "几家单位的，用顿号隔开；系统内的单位写全称，能看到这一条；系统外的单位直接写名称。"
        usual: dict[str, Any] = {"max_length": 200}
        super().__init__(**usual | kwargs | {"help_text": kwargs.get("help_text") or hint})

    def clean(self, value: Any) -> str:
        """The names, parted by 、. Raises ValidationError where a name is that of more than one unit."""
        bodies = units_named(super().clean(value))
        for name, units in bodies:
            if len(units) > 1:
                raise ValidationError(_why_not(name, units), code="invalid")
        return "、".join(name for name, _ in bodies)


def _why_not(text: str, found: list[Unit]) -> str:
    if not found:
        return f"在您的管理范围内没有找到“{text[:30]}”，请输入 12 位区划代码、单位名称或拼音首字母。"
    some = "、".join(f"{unit.name}（{unit.code}）" for unit in found[:_CANDIDATES])
    return (
        f"“{text[:30]}”对应不止一个单位：{some}{'等' if len(found) > _CANDIDATES else ''}，请改填区划代码。"
    )
