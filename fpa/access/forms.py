"""Forms of one's own login."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password

from fpa.access.models import User
from fpa.core.forms import Form

_WEAK: dict[str | None, str] = {
    "password_too_short": "新密码至少 %(min_length)s 个字符，请加长。",
    "password_entirely_numeric": "新密码不能全是数字，请加上字母。",
}
"""What is said where a validator of the settings refuses; Django's own words are partly in English."""


def _password(label: str, autocomplete: str, **options: Any) -> forms.CharField:
    """A password as it is typed: blanks at its ends belong to it."""
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=128, widget=widget, **options)


class LoginForm(Form):
    """Name and password; `unsent` are the answers of a post that the end of a session has held up."""

    username = forms.CharField(
        label="账号",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = _password("密码", "current-password")
    unsent = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)


class ChangePasswordForm(Form):
    """The password that one has, and the one that one wants, twice. `sign_in.confirm_password` checks the first."""

    current = _password("当前密码", "current-password")
    password = _password("新密码", "new-password")
    repeated = _password("再输一次新密码", "new-password")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean_password(self) -> str:
        """It must keep the rules of the settings, and differ from the one given as the present one.

        It is not held against the stored one: that would tell, uncounted, whether a guess is right.
        """
        wanted = self.cleaned_data["password"]
        if wanted == self.cleaned_data.get("current"):
            raise forms.ValidationError("新密码和当前密码相同，请换一个。")
        try:
            validate_password(wanted, self.user)
        except forms.ValidationError as weak:
            faults = [(_WEAK.get(fault.code, fault.message), fault) for fault in weak.error_list]
            raise forms.ValidationError(
                [forms.ValidationError(words, fault.code, fault.params) for words, fault in faults]
            ) from None
        return wanted

    def clean_repeated(self) -> str:
        """It must be the same as the first."""
        if self.cleaned_data["repeated"] != self.data.get("password"):
            raise forms.ValidationError("两次输入的新密码不一致，请重新输入。")
        return self.cleaned_data["repeated"]
