"""The forms of requests for records: they validate, and never save."""

from django import forms

from fpa.core.forms import Form
from fpa.pages.forms import ReasonField


class AgreeRequestForm(Form):
    """The keeper's yes, and a word with it."""

    note = forms.CharField(
        label="给对方的说明",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="可不填。对方会看到，请不要写个人信息。",
    )


class RefuseRequestForm(Form):
    """The keeper's no."""

    reason = ReasonField(label="退回原因", help_text="对方会看到。请不要写个人信息。")
