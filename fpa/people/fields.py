"""Form fields of people: an ID number, a phone."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from fpa.core.identity import BadId, BadPhone, parse_id, parse_phone

ID_HINT = "按证件填写 18 位号码；旧的 15 位号码会自动换成 18 位。性别和出生日期由证件号码得出。"


class IdField(forms.CharField):
    """An ID number in any writing; gives the 18 characters."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})

    def clean(self, value: Any) -> str:
        """The canonical number; raises ValidationError with the reason."""
        text = super().clean(value)
        try:
            return parse_id(text, timezone.localdate()).number if text else ""
        except BadId as error:
            raise ValidationError(f"{error}。", code="invalid") from error


class PhoneField(forms.CharField):
    """A mobile or landline number in any writing; gives the stored form."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"})

    def clean(self, value: Any) -> str:
        """The canonical number; raises ValidationError with the reason."""
        text = super().clean(value)
        try:
            return parse_phone(text) if text else ""
        except BadPhone as error:
            raise ValidationError(f"{error}。", code="invalid") from error
