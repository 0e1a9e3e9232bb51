"""What forms say of wrong answers: every rule of every kind of field, with its label and the way out."""

import re
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.validators import (
    FileExtensionValidator,
    MaxValueValidator,
    MinLengthValidator,
    RegexValidator,
)
from django.utils.functional import Promise
from django_filters import DateFromToRangeFilter, FilterSet, NumberFilter, RangeFilter

from fpa.access.models import Unit
from fpa.core import forms as ours
from fpa.core.forms import Form, style_widgets
from fpa.core.tests.urls import UnitForm


def said(field: forms.Field, typed: Any, label: str = "慰问金额") -> list[str]:
    """What a form with that one field says of what was typed."""
    field.label = label
    shape = type("Shape", (Form,), {"answer": field})
    is_file = isinstance(typed, SimpleUploadedFile)
    return list(
        shape({} if is_file else {"answer": typed}, {"answer": typed} if is_file else {}).errors["answer"]
    )


PLAIN_CHOICES = [("a", "甲"), ("b", "乙")]
LIMITS: list[tuple[forms.Field, Any, str]] = [
    (forms.CharField(max_length=3), "张三李四王", "慰问金额最多 3 个字，现有 5 个字，请精简。"),
    (forms.CharField(min_length=3), "张", "慰问金额至少 3 个字，现有 1 个字，请补充。"),
    (forms.CharField(validators=[lambda _: None]), "a\0b", "慰问金额中有不能保存的字符，请删去后重新填写。"),
    (ours.NumberField(max_value=10), "1万", "慰问金额不能大于 10，现填 10000，请核对后改正。"),
    (ours.NumberField(min_value=0), "-1.5", "慰问金额不能小于 0，现填 -1.5，请核对后改正。"),
    (forms.IntegerField(step_size=5), "7", "慰问金额每档相差 5，请填其中一档。"),
    (
        ours.NumberField(max_digits=4, decimal_places=0),
        "1万",
        "慰问金额最多 4 位数字，请核对是否填错了栏或单位。",
    ),
    (
        ours.NumberField(max_digits=6, decimal_places=2),
        "99999",
        "慰问金额的整数部分最多 4 位，请核对是否填错了栏或单位。",
    ),
    (ours.NumberField(decimal_places=2), "1.234", "慰问金额最多 2 位小数，请四舍五入后重新填写。"),
    (ours.NumberField(decimal_places=0), "1.2", "慰问金额只能填整数，请去掉小数部分。"),
    (forms.ChoiceField(choices=PLAIN_CHOICES), "zz", "慰问金额没有“zz”这个选项，请从列出的选项中重新选择。"),
    (
        forms.TypedChoiceField(choices=[("1", "甲")], coerce=int),
        "9",
        "慰问金额没有“9”这个选项，请从列出的选项中重新选择。",
    ),
    (
        forms.MultipleChoiceField(choices=PLAIN_CHOICES),
        ["a", "zz"],
        "慰问金额没有“zz”这个选项，请从列出的选项中重新选择。",
    ),
    (
        forms.FileField(validators=[FileExtensionValidator(["xlsx"])]),
        SimpleUploadedFile("a.exe", b"x"),
        "慰问金额不能是 .exe 文件，请换成 xlsx 文件。",
    ),
    (forms.FileField(), SimpleUploadedFile("a.csv", b""), "慰问金额是空文件，请换一个有内容的文件。"),
    (
        forms.FileField(max_length=5),
        SimpleUploadedFile("abc.csv", b"x"),
        "慰问金额的文件名最多 5 个字，现有 7 个字，请改短文件名。",
    ),
]
FORMATS: list[tuple[forms.Field, Any, str]] = [
    (forms.DateField(), "昨天", "慰问金额不是日期，请按 2026-05-29 的样式填写。"),
    (forms.DateTimeField(), "昨天", "慰问金额不是时间，请按 2026-05-29 08:30 的样式填写。"),
    (forms.TimeField(), "早上", "慰问金额不是时间，请按 08:30 的样式填写。"),
    (forms.DecimalField(), "三百", "慰问金额不是数字，请只填数字，例如 1234.5。"),
    (forms.FloatField(), "三百", "慰问金额不是数字，请只填数字，例如 1234.5。"),
    (forms.IntegerField(), "1.5", "慰问金额不是整数，请只填数字，例如 12。"),
    (forms.EmailField(), "x", "慰问金额不是电子邮箱地址，请按 name@example.com 的样式填写。"),
    (forms.URLField(assume_scheme="https"), "x y", "慰问金额的写法不对，请核对后重新填写。"),
    (forms.UUIDField(), "x", "慰问金额的写法不对，请核对后重新填写。"),
    (forms.UUIDField(widget=forms.HiddenInput), "x", "页面自带的内容不完整，请刷新页面后重新填写。"),
    (forms.CharField(widget=forms.HiddenInput), "", "页面自带的内容不完整，请刷新页面后重新填写。"),
]


@pytest.mark.parametrize(("field", "typed", "message"), LIMITS + FORMATS)
def test_a_broken_rule_is_said_with_label_rule_and_way_out(
    field: forms.Field, typed: Any, message: str
) -> None:
    assert said(field, typed) == [message]


@pytest.mark.parametrize(
    ("field", "typed", "beginning"),
    [
        (ours.DateField(), "昨天", "走访日期：看不懂日期“昨天”"),
        (ours.DateField(), "2026-02-30", "走访日期：日期不存在"),
        (ours.NumberField(), "三百", "走访日期：“三百”"),
    ],
)
def test_what_our_readers_can_not_read_names_the_field_too(
    field: forms.Field, typed: str, beginning: str
) -> None:
    (message,) = said(field, typed, "走访日期")
    assert message.startswith(beginning)
    assert message.endswith("。")


@pytest.mark.parametrize(
    ("label", "field", "typed", "message"),
    [
        ("占比（%）", ours.NumberField(max_value=1), "2", "占比（％）不能大于 1，现填 2，请核对后改正。"),
        (
            "占比%s",
            forms.ChoiceField(choices=PLAIN_CHOICES),
            "x",
            "占比％s没有“x”这个选项，请从列出的选项中重新选择。",
        ),
        ("100%", forms.IntegerField(), "x", "100％不是整数，请只填数字，例如 12。"),
        ("{label}", forms.CharField(), "", "请填写{label}。"),
    ],
)
def test_a_label_is_never_read_as_a_placeholder(
    label: str, field: forms.Field, typed: str, message: str
) -> None:
    assert said(field, typed, label) == [message]


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        (forms.CharField(max_length=1, error_messages={"max_length": "一个字。"}), "二字", "一个字。"),
        (forms.CharField(validators=[RegexValidator("^a", "要以 a 开头。")]), "b", "要以 a 开头。"),
        (forms.CharField(validators=[MinLengthValidator(9, "太短了。")]), "b", "太短了。"),
        (forms.IntegerField(validators=[MaxValueValidator(3, "最多三次。")]), "4", "最多三次。"),
        (forms.IntegerField(error_messages={"invalid": "只填个数。"}), "x", "只填个数。"),
    ],
)
def test_words_of_a_fields_own_stay(field: forms.Field, typed: str, message: str) -> None:
    assert said(field, typed) == [message]


def test_one_forms_words_do_not_reach_another_of_the_same_shape() -> None:
    class Named(Form):
        name = forms.CharField(label="姓名", max_length=1)

    renamed = Named({"name": "二字"})
    assert (
        Named.base_fields["name"].error_messages["required"]
        != renamed.fields["name"].error_messages["required"]
    )


def test_a_field_that_is_made_required_later_has_its_words() -> None:
    class Later(Form):
        note = forms.CharField(label="说明", required=False)

    form = Later({})
    form.fields["note"].required = True
    assert form.errors["note"] == ["请填写说明。"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("parent", "0", "上级没有“0”这个选项，请从列出的选项中重新选择。"),
        ("parent", "x", "上级没有“x”这个选项，请从列出的选项中重新选择。"),
        ("name", "长" * 81, "名称最多 80 个字，现有 81 个字，请精简。"),
        ("valid_from", "昨天", "设立日期不是日期，请按 2026-05-29 的样式填写。"),
    ],
)
def test_a_models_form_says_the_same(field: str, typed: str, message: str) -> None:
    assert UnitForm({field: typed}).errors[field] == [message]


class Filters(FilterSet):
    since = DateFromToRangeFilter(field_name="valid_from", label="设立日期")
    between = RangeFilter(field_name="level", label="层级")
    level = NumberFilter(label="级别")

    class Meta:
        model = Unit
        fields: list[str] = []


@pytest.mark.parametrize(
    ("asked", "name", "message"),
    [
        ({"since_after": "x"}, "since", "设立日期（起）不是日期，请按 2026-05-29 的样式填写。"),
        ({"since_before": "x"}, "since", "设立日期（止）不是日期，请按 2026-05-29 的样式填写。"),
        ({"between_max": "x"}, "between", "层级（止）不是数字，请只填数字，例如 1234.5。"),
        ({"level": "x"}, "level", "级别不是数字，请只填数字，例如 1234.5。"),
    ],
)
def test_filters_and_both_ends_of_a_range_are_worded(asked: dict[str, str], name: str, message: str) -> None:
    form = Filters(asked, queryset=Unit.objects.none()).form
    style_widgets(form)
    assert form.errors[name] == [message]


def forms_of_the_house() -> list[type[forms.BaseForm]]:
    """Every form class of the platform itself."""
    found, waiting = [], list(forms.BaseForm.__subclasses__())
    while waiting:
        shape = waiting.pop()
        waiting += shape.__subclasses__()
        found += [shape] if re.match(r"fpa\.(?!core\.forms)(?!.*tests)", shape.__module__) else []
    return found


def test_every_form_of_the_house_is_worded() -> None:
    for app in apps.get_app_configs():
        if app.name.startswith("fpa.") and find_spec(f"{app.name}.forms"):
            import_module(f"{app.name}.forms")
    assert len(forms_of_the_house()) > 20
    assert [
        shape for shape in forms_of_the_house() if not issubclass(shape, ours.Form | ours.ModelForm)
    ] == []


def test_no_word_of_djangos_is_left_on_a_dressed_field() -> None:
    kinds = [forms.CharField, forms.ChoiceField, forms.IntegerField, forms.FileField, forms.DateTimeField]
    shape = type("Shape", (Form,), {kind.__name__: kind(label="甲") for kind in kinds})
    left = [
        (name, code)
        for name, field in shape().fields.items()
        for code, text in field.error_messages.items()
        if isinstance(text, Promise)
    ]
    assert left == []


def test_a_day_given_as_a_day_is_read_without_words() -> None:
    assert ours.DateField().clean(date(2026, 5, 1)) == date(2026, 5, 1)
