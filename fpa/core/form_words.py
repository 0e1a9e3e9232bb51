"""What a form says of a wrong answer: the field's label, its rule and the way out, for every field in one place.

Django's own messages name no field, end in half-width marks, and one of them is still in English.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise

_HIDDEN = "页面自带的内容不完整，请刷新页面后重新填写。"
_ENDS = "起止"

_RULES: dict[str, str] = {
    "max_length": "{label}最多 %(limit_value)s 个字，现有 %(show_value)s 个字，请精简。",
    "min_length": "{label}至少 %(limit_value)s 个字，现有 %(show_value)s 个字，请补充。",
    "max_value": "{label}不能大于 %(limit_value)s，现填 %(show_value)s，请核对后改正。",
    "min_value": "{label}不能小于 %(limit_value)s，现填 %(show_value)s，请核对后改正。",
    "step_size": "{label}每档相差 %(limit_value)s，请填其中一档。",
    "max_digits": "{label}最多 %(max)s 位数字，请核对是否填错了栏或单位。",
    "max_decimal_places": "{label}最多 %(max)s 位小数，请四舍五入后重新填写。",
    "max_whole_digits": "{label}的整数部分最多 %(max)s 位，请核对是否填错了栏或单位。",
    "null_characters_not_allowed": "{label}中有不能保存的字符，请删去后重新填写。",
    "invalid_extension": "{label}不能是 .%(extension)s 文件，请换成 %(allowed_extensions)s 文件。",
    "invalid_choice": "{label}没有“%(value)s”这个选项，请从列出的选项中重新选择。",
    "invalid_pk_value": "{label}没有“%(pk)s”这个选项，请从列出的选项中重新选择。",
    "invalid_list": "{label}没有读懂，请从列出的选项中重新选择。",
    "incomplete": "{label}没有填全，请补齐。",
    "missing": "{label}没有收到，请重新选择文件。",
    "empty": "{label}是空文件，请换一个有内容的文件。",
    "contradiction": "{label}又要换又要清除，请只选一样。",
    "misread": "{label}：%(reason)s",
    "overflow": "{label}超出了能填的范围，请改正。",
}
"""Rule → what is said where it is broken; the numbers are filled in by Django."""

_FORMATS: tuple[tuple[type[forms.Field], str], ...] = (
    (forms.FileField, "{label}没有收到，请重新选择文件。"),
    (forms.DateTimeField, "{label}不是时间，请按 2026-05-29 08:30 的样式填写。"),
    (forms.DateField, "{label}不是日期，请按 2026-05-29 的样式填写。"),
    (forms.TimeField, "{label}不是时间，请按 08:30 的样式填写。"),
    (forms.DecimalField, "{label}不是数字，请只填数字，例如 1234.5。"),
    (forms.FloatField, "{label}不是数字，请只填数字，例如 1234.5。"),
    (forms.IntegerField, "{label}不是整数，请只填数字，例如 12。"),
    (forms.EmailField, "{label}不是电子邮箱地址，请按 name@example.com 的样式填写。"),
    (forms.Field, "{label}的写法不对，请核对后重新填写。"),
)
"""Kind of field → what is said of text that is no such thing; the first that fits."""


def localize_errors(field: forms.Field, label: Any) -> None:
    """Give a field our messages for every rule it has; messages of its own, on it or on its validators, stay."""
    name = str(label).replace("%", "％")  # a half-width one would be read as a placeholder
    own = {_code(v) for v in field.validators if "message" in getattr(v, "__dict__", {})}
    for code, text in _messages_of(field).items():
        if code not in own and _is_unsaid(field, code):
            field.error_messages[code] = _HIDDEN if field.widget.is_hidden else text.format(label=name)
    if isinstance(field, forms.MultiValueField):
        for part, end in zip(field.fields, _ENDS, strict=False):
            localize_errors(part, f"{name}（{end}）")


def misread(field: forms.Field, reason: str) -> ValidationError:
    """The fault of text that a field of ours can't read, with the reader's own reason."""
    message = field.error_messages.get("misread", "%(reason)s")
    return ValidationError(message, code="invalid", params={"reason": reason})


def _messages_of(field: forms.Field) -> dict[str, str]:
    """The texts of a field's rules, `{label}` still open."""
    words = _RULES | {"required": _required(field)}
    if "invalid" in {*field.error_messages, *map(_code, field.default_validators)}:
        # Elsewhere it comes from a validator that one field alone has, and that says what it wants.
        words["invalid"] = next(text for kind, text in _FORMATS if isinstance(field, kind))
    if isinstance(field, forms.FileField):
        words["max_length"] = "{label}的文件名最多 %(max)s 个字，现有 %(length)s 个字，请改短文件名。"
    if isinstance(field, forms.DecimalField) and field.decimal_places == 0:
        words["max_decimal_places"] = "{label}只能填整数，请去掉小数部分。"
    return words


def _code(validator: Any) -> str | None:
    """The rule that a validator keeps; a plain function names none."""
    return getattr(validator, "code", None)


def _is_unsaid(field: forms.Field, code: str) -> bool:
    """Whether no one of ours has worded it: Django's own words are translated late, ours are plain text."""
    return code not in field.error_messages or isinstance(field.error_messages[code], Promise)


def _required(field: forms.Field) -> str:
    """请填写, 请选择, 请上传, 请勾选."""
    if isinstance(field, forms.FileField):
        return "请上传{label}。"
    if isinstance(field, forms.BooleanField):
        return "请勾选“{label}”。"
    return "请选择{label}。" if isinstance(field, forms.ChoiceField) else "请填写{label}。"
