"""The forms of the registers: they validate, and never save."""

from typing import Any

from django import forms
from django.utils import timezone

from fpa.core.forms import DateField, Form, NumberField, style_widgets
from fpa.registers.catalogue import PARAMETERS, ParameterKind
from fpa.registers.models import FIRST_YEAR, LAST_YEAR, CalendarDay, Entry, Parameter

MOST_WHOLE_DIGITS = 14
BASIS_HINT = "写明文件名称和文号，例如：湘计生协发〔2026〕3号。"


class YearField(forms.IntegerField):
    """A year of four digits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=FIRST_YEAR, max_value=LAST_YEAR, **kwargs)


def this_year() -> int:
    """The year that a form begins with."""
    return timezone.localdate().year


class EditEntryForm(Form):
    """A word and its place."""

    label = forms.CharField(label="名称", max_length=60)
    order = forms.IntegerField(label="顺序", min_value=1, max_value=999, help_text="从小到大排列。")

    @classmethod
    def of(cls, entry: Entry, data: Any) -> "EditEntryForm":
        """The form with what is on record."""
        return cls(data, initial={"label": entry.label, "order": entry.order})


class AddEntryForm(EditEntryForm):
    """A new word of a dictionary."""

    code = forms.SlugField(
        label="代码", max_length=40, help_text="英文小写字母、数字和下划线；记录里存的是代码，以后不能改。"
    )
    valid_from = DateField(label="启用日期", initial=timezone.localdate)
    field_order = ("label", "code", "order", "valid_from")


class EndEntryForm(Form):
    """The last day of a word."""

    valid_to = DateField(label="停用日期（最后一天）", initial=timezone.localdate)


def parameter_choices() -> list[tuple[str, str]]:
    """Every declared parameter, to choose from."""
    return [("", "请选择"), *((kind.key, kind.label) for kind in PARAMETERS.values())]


class ChooseParameterForm(Form):
    """Which parameter is to be laid down."""

    key = forms.ChoiceField(label="参数", choices=parameter_choices)


class EditParameterForm(Form):
    """A value of the parameter's kind, and by what."""

    basis = forms.CharField(label="依据", max_length=200, help_text=BASIS_HINT)

    def __init__(self, *args: Any, kind: ParameterKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"value": _value_field(kind), **self.fields}
        self.order_fields(self.field_order)
        style_widgets(self)

    @classmethod
    def of(cls, row: Parameter, kind: ParameterKind, data: Any) -> "EditParameterForm":
        """The form with what is on record."""
        value = row.number.normalize() if row.number is not None else row.value
        value = f"{value:f}" if row.number is not None else value
        return cls(data, kind=kind, initial={"value": value, "basis": row.basis})


class SetParameterForm(EditParameterForm):
    """The same, from a year on."""

    from_year = YearField(
        label="自（年度）", initial=this_year, help_text="从这一年度起执行，直到另行设定或终止。"
    )
    field_order = ("from_year", "value", "basis")


def _value_field(kind: ParameterKind) -> forms.Field:
    measure = "元" if kind.kind == "money" else kind.measure
    label = f"{kind.label}（{measure}）" if measure else kind.label
    if kind.kind == "date":
        return DateField(label=label, help_text=kind.note)
    if kind.kind == "text":
        return forms.CharField(label=label, max_length=200, help_text=kind.note)
    return NumberField(
        label=label,
        min_value=0,
        max_value=kind.most,
        max_digits=MOST_WHOLE_DIGITS + kind.places,
        decimal_places=kind.places,
        help_text=kind.note,
    )


class EndParameterForm(Form):
    """The last year of a value, and why."""

    to_year = YearField(label="至（年度）", initial=this_year)
    reason = forms.CharField(label="终止原因", max_length=200)


class EditCalendarDayForm(Form):
    """What a day is, by which notice."""

    is_working = forms.TypedChoiceField(
        label="上班还是放假",
        choices=[("off", "放假"), ("on", "上班（调休）")],
        coerce=lambda word: word == "on",
        widget=forms.RadioSelect,
    )
    name = forms.CharField(label="节日", max_length=40, help_text="例如：春节。")
    basis = forms.CharField(label="依据", max_length=200, help_text="国务院办公厅放假安排通知的文号。")

    @classmethod
    def of(cls, row: CalendarDay, data: Any) -> "EditCalendarDayForm":
        """The form with what is on record."""
        word = "on" if row.is_working else "off"
        return cls(data, initial={"is_working": word, "name": row.name, "basis": row.basis})


class AddCalendarDayForm(EditCalendarDayForm):
    """A day that is not what its weekday says, or several on end."""

    day = DateField(label="日期")
    until = DateField(
        label="连续到哪天", required=False, help_text="只有一天的不填；放假含周末，照通知填写起止日期。"
    )
    field_order = ("day", "until", "is_working", "name", "basis")


class RemoveCalendarDayForm(Form):
    """Why a day is taken back."""

    reason = forms.CharField(label="删除原因", max_length=200)
