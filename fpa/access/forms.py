"""Forms of one's own login."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password

from fpa.access.models import User
from fpa.core.forms import Form


def _password(label: str, autocomplete: str, **options: Any) -> forms.CharField:
    """A password as it is typed: blanks at its ends belong to it."""
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=128, widget=widget, **options)


class LoginForm(Form):
    """Name and password."""

    username = forms.CharField(
        label="账号",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = _password("密码", "current-password")


class ChangePasswordForm(Form):
    """The password that one has, and the one that one wants, twice."""

    current = _password("当前密码", "current-password")
    password = _password("新密码", "new-password")
    repeated = _password("再输一次新密码", "new-password")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean_current(self) -> str:
        """It must be the user's."""
        if not self.user.check_password(self.cleaned_data["current"]):
            raise forms.ValidationError("当前密码不正确，请重新输入。")
        return self.cleaned_data["current"]

    def clean_password(self) -> str:
        """It must keep the rules of the settings, and differ from the present one."""
        wanted = self.cleaned_data["password"]
        if self.user.check_password(wanted):
            raise forms.ValidationError("新密码和当前密码相同，请换一个。")
        validate_password(wanted, self.user)
        return wanted

    def clean_repeated(self) -> str:
        """It must be the same as the first."""
        if self.cleaned_data["repeated"] != self.data.get("password"):
            raise forms.ValidationError("两次输入的新密码不一致，请重新输入。")
        return self.cleaned_data["repeated"]
