"""The forms of stated numbers: they validate, and never save."""

from typing import Any, cast

from django import forms

from fpa.core.actor import Actor
from fpa.core.forms import NumberField
from fpa.core.periods import BadPeriod, Period
from fpa.figures.lists import stated_figures
from fpa.figures.models import Qualifier, Statement
from fpa.files.forms import WithDocumentForm
from fpa.pages.fields import UnitField
from fpa.pages.forms import UNIT_HINT, ReasonField

VALUE_HINT = "按文件填写；比例填 0 到 1 之间的小数，如 70% 填 0.7。"


class PeriodField(forms.CharField):
    """The code of a period: 2023, 2023H1, 2023Q2, 2023-05."""

    def clean(self, value: Any) -> str:
        """The code as it is kept; raises ValidationError with its reason."""
        text = super().clean(value)
        try:
            return str(Period.parse(text))
        except BadPeriod as error:
            raise forms.ValidationError(f"{error}。", code="invalid") from error


class StatementForm(WithDocumentForm):
    """What a document says, and which document it is."""

    value = NumberField(label="数值", max_digits=16, decimal_places=4, help_text=VALUE_HINT)
    qualifier = forms.ChoiceField(
        label="准确程度", choices=Qualifier.choices, help_text="文件写“60余名”的选“余”。"
    )
    whose = forms.CharField(
        label="范围说明", max_length=100, required=False, help_text="只涉及部分单位的，写明是哪些。"
    )
    field_order: tuple[str, ...] = (
        "value",
        "qualifier",
        "whose",
        "document",
        "issuer",
        "issued_on",
        "upload",
    )


class StateFigureForm(StatementForm):
    """Which figure of which unit for which period, beside what the document says."""

    figure = forms.ChoiceField(label="指标")
    unit = UnitField(label="单位", help_text=UNIT_HINT)
    period = PeriodField(
        label="报告期", max_length=10, help_text="年 2023，半年 2023H1，季度 2023Q2，月 2023-05。"
    )
    field_order = ("figure", "unit", "period", *StatementForm.field_order)

    def __init__(self, *args: Any, seat: Actor, **kwargs: Any) -> None:
        super().__init__(*args, seat=seat, **kwargs)
        cast(forms.ChoiceField, self.fields["figure"]).choices = stated_figures()


class CorrectStatementForm(StatementForm):
    """What the document really says, and why it was entered otherwise."""

    reason = ReasonField(label="更正原因")

    @classmethod
    def of(cls, statement: Statement, seat: Actor, data: Any, files: Any) -> "CorrectStatementForm":
        """The form with what was stated."""
        initial = {name: getattr(statement, name) for name in ("value", "qualifier", "whose", "document")}
        return cls(data, files, seat=seat, initial=initial)
