"""Forms of 系统管理: they validate, and never save."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils import timezone

from fpa.access.models import User
from fpa.access.roles import ROLE_CHOICES
from fpa.core.forms import DateField, Form
from fpa.pages.fields import UnitField
from fpa.pages.forms import UNIT_HINT, ReasonField, SeatForm

SPELLING = RegexValidator(
    r"^[a-z][a-z0-9_.-]{2,39}\Z", "账号用小写字母开头，3 到 40 位，只含小写字母、数字和 . _ -。"
)


class CreateUserForm(Form):
    """A new login for a post."""

    username = forms.CharField(label="账号", help_text=SPELLING.message, validators=[SPELLING])
    name = forms.CharField(label="姓名", max_length=40)
    on = DateField(label="任职日期", initial=timezone.localdate, help_text="从这一天起可以办理业务。")


class AppointForm(Form):
    """Someone who has a login already, for a post."""

    username = forms.CharField(label="账号", max_length=40, help_text="请向本人核对后完整填写。")
    on = DateField(label="任职日期", initial=timezone.localdate, help_text="从这一天起可以办理业务。")
    reason = ReasonField(label="任职依据")

    def clean_username(self) -> User:
        """The login of that name; raises ValidationError where there is none."""
        user = User.objects.filter(username=self.cleaned_data["username"].strip()).first()
        if user is None:
            raise ValidationError("没有这个账号，请核对；还没有账号的，请返回岗位页面选择“开通账号”。")
        return user

    def clean(self) -> dict[str, object]:
        """The answers as the action takes them."""
        answers = super().clean() or self.cleaned_data
        if "username" in answers:
            answers["user"] = answers.pop("username")
        return answers


class CreatePostForm(SeatForm):
    """A new post at a unit."""

    unit = UnitField(label="单位", help_text=UNIT_HINT)
    title = forms.CharField(label="岗位名称", max_length=60, help_text="例如：秘书长、办公室主任、村专干。")
    role = forms.ChoiceField(
        label="角色", choices=[("", "请选择"), *ROLE_CHOICES], help_text="角色决定能办哪些业务。"
    )


class EndAppointmentForm(Form):
    """From when an appointment gives no access, and why."""

    on = DateField(
        label="结束日期", initial=timezone.localdate, help_text="从这一天零点起，不能再用这个岗位办理。"
    )
    reason = ReasonField(label="原因")


class ReasonForm(Form):
    """Why; it goes into the audit."""

    reason = ReasonField(label="事由", help_text="事由会记入审计日志。")
