"""Forms as every page has them: Chinese rules in the messages, fields dressed for the shell, check answers.

A form validates and never saves (design §3). `{% form_page form submit="保存" %}` shows it; `components/form.html`
is a whole page of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, cast

from django import forms
from django.db.models import Model
from django.forms.models import apply_limit_choices_to_to_formfield
from django.forms.utils import pretty_name
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from fpa.core import chinese
from fpa.core.dates import BadDate, parse_date
from fpa.core.form_words import localize_errors, misread

NOT_FILLED = "未填写"
FORM_PAGE = "components/form.html"
CHECK_PAGE = "components/check_answers.html"

_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "form-check-input"),
    (forms.CheckboxSelectMultiple, "form-check-input"),
    (forms.RadioSelect, "form-check-input"),
    (forms.Select, "form-select"),
    (forms.Widget, "form-control"),
)
_DASHES, _NOT_CHOSEN = "---------", "请选择"


class Refused(forms.ValidationError):
    """What a form as a whole was refused for; `way` leads to the page where that can be mended, if there is one."""

    def __init__(self, message: str, *, way: str = "") -> None:
        super().__init__(message)
        self.way = way


class DateField(forms.DateField):
    """A date: the browser's own picker, and any usual Chinese writing where there is none."""

    def to_python(self, value: Any) -> date | None:
        """The date in what was typed, by `parse_date`; raises ValidationError with its reason."""
        if value in self.empty_values:
            return None
        try:
            return parse_date(value, timezone.localdate())
        except BadDate as error:
            raise misread(self, f"{error}。") from error


class NumberField(forms.DecimalField):
    """A number as offices type it: 1,234, full-width digits, 1.2万; decimals only where `decimal_places` says so."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Any:
        """The exact number, by `parse_number`; raises ValidationError with its reason."""
        if value in self.empty_values:
            return None
        try:
            return chinese.parse_number(value)
        except ValueError as error:
            raise misread(self, str(error)) from error


class _StyledForm(forms.BaseForm):
    """What our forms share: no colons, Chinese required-messages, dressed widgets."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": ""} | kwargs)
        style_widgets(self)

    def full_clean(self) -> None:
        """Check what was sent; what holds nothing but invisible characters is not filled in."""
        super().full_clean()
        for name, field in self.fields.items() if self.is_bound else ():
            value = self.cleaned_data.get(name)
            if field.required and isinstance(value, str) and not chinese.clean(value):
                self.add_error(name, forms.ValidationError(field.error_messages["required"], code="required"))


class Form(_StyledForm, forms.Form):
    """Base of forms that stand alone. What a choice of rows is limited to holds here as in a model's form.

    `optional_words` says of fields that are asked for only with certain answers when that is, in place of 选填.
    """

    optional_words: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            apply_limit_choices_to_to_formfield(field)


class ModelForm(_StyledForm, forms.ModelForm):
    """Base of forms that take their fields and rules from a model; they validate, and never save."""


def style_widgets(form: forms.BaseForm) -> None:
    """Give a form's widgets their classes, and its fields messages that say what to do."""
    for name, field in form.fields.items():
        # Not form[name].label: a bound field keeps the hint that stands now, and a form may give its own later.
        label = pretty_name(name) if field.label is None else field.label
        localize_errors(field, label)
        if isinstance(field, forms.ChoiceField):
            _say_blank(field)
        if isinstance(field, forms.MultiValueField) and isinstance(field.widget, forms.MultiWidget):
            _style_parts(field, field.widget, label)
        else:
            _classify(field.widget, field)


def _say_blank(field: forms.ChoiceField) -> None:
    """请选择 instead of Django's dashes for a choice that is not made yet."""
    if isinstance(field, forms.ModelChoiceField):
        field.empty_label = _NOT_CHOSEN if field.empty_label == _DASHES else field.empty_label
    elif any(label == _DASHES for _, label in _choices(field)):
        field.choices = [(key, _NOT_CHOSEN if label == _DASHES else label) for key, label in _choices(field)]


def _choices(field: forms.ChoiceField) -> list[tuple[Any, Any]]:
    """The field's choices as they stand, groups unopened."""
    return list(cast(Iterable[tuple[Any, Any]], field.choices))


def _style_parts(field: forms.MultiValueField, widget: forms.MultiWidget, label: Any) -> None:
    """Dress both ends of a range; each has a name of its own for screen readers."""
    for part, end_widget, end in zip(field.fields, widget.widgets, "起止", strict=False):
        _classify(end_widget, part)
        end_widget.attrs.setdefault("aria-label", f"{label}（{end}）")


def _classify(widget: forms.Widget, field: forms.Field) -> None:
    """Set the class, and let dates use the browser's picker, which wants ISO dates."""
    if isinstance(field, forms.DateField) and isinstance(widget, forms.TextInput):
        widget.input_type = "date"
    if isinstance(widget, forms.DateInput):
        widget.format = "%Y-%m-%d"
    kind = next(words for kind, words in _CLASSES if isinstance(widget, kind))
    classes = widget.attrs.get("class", "")
    if kind not in classes.split():
        widget.attrs["class"] = f"{classes} {kind}".strip()


def display_value(value: Any, field: forms.Field | None = None) -> str:
    """A value in words for an answer, a filter in force or a printed list: labels of choices, 是/否, 2026年5月1日."""
    if value is None or value == "" or value == []:
        return NOT_FILLED
    choice = _choice_label(field, value)
    if choice is not None:
        return choice
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, slice):
        return _display_range(value.start, value.stop, field)
    if isinstance(value, date):
        return chinese.time_cn(value) if isinstance(value, datetime) else chinese.date_cn(value)
    if isinstance(value, Decimal):
        return chinese.number(value)
    if isinstance(value, str | Model) or not isinstance(value, Iterable):
        return str(value)
    return "、".join(display_value(each, field) for each in value)


def _choice_label(field: forms.Field | None, value: Any) -> str | None:
    """The label of a fixed choice; None where the value is none of them, as with rows and lists of values."""
    if not isinstance(field, forms.ChoiceField) or not isinstance(value, str | int):
        return None
    flat = {str(key): str(label) for key, label in _flat(_choices(field))}
    return flat.get(str(value))


def _flat(choices: Iterable[tuple[Any, Any]]) -> Iterable[tuple[Any, Any]]:
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield key, label


def _display_range(start: Any, stop: Any, field: forms.Field | None) -> str:
    """The ends of a range in words; those of days are days, though they are kept as moments."""
    low, high = (
        chinese.date_cn(e) if isinstance(e, date) else display_value(e, field) for e in (start, stop)
    )
    if start is None:
        return f"{high}及以前" if isinstance(stop, date) else f"不超过 {high}"
    if stop is None:
        return f"{low}及以后" if isinstance(start, date) else f"不少于 {low}"
    return f"{low}至{high}"


@dataclass(frozen=True)
class Answer:
    """A row of a check-answers page; `name` is the field that its 修改 goes back to."""

    name: str
    label: str
    words: str


def answers(form: forms.BaseForm) -> list[Answer]:
    """The answers of a valid form in words, in the form's order; hidden fields are left out."""
    return [
        Answer(bound.name, str(bound.label), display_value(form.cleaned_data.get(bound.name), bound.field))
        for bound in form.visible_fields()
    ]


def check_answers(
    request: HttpRequest,
    form: forms.BaseForm,
    *,
    title: str,
    consequences: Sequence[str],
    submit: str,
    form_template: str = FORM_PAGE,
    context: dict[str, Any] | None = None,
) -> HttpResponse | None:
    """Ask once more before a weighty act; call it with a valid form of a POST.

    The first POST (for a form that asks for nothing, the GET) shows the answers, each with 修改, and what will follow;
    修改 shows `form_template` again with every answer kept and the wanted field in focus; `context` is what that page
    was shown with. Returns None when the person has confirmed: then act.
    Raises TypeError for a form with files, which a browser can't carry over.
    """
    if form.is_multipart():
        raise TypeError("check_answers can't carry an upload over; store the file first.")
    named = {"form": form, "title": title, "submit": submit}
    change = request.POST.get("change", "")
    if change in form.fields:
        form.fields[change].widget.attrs["autofocus"] = True
        return render(request, form_template, {**named, **(context or {})})
    if request.POST.get("confirmed") == "1":
        return None
    asked = {"answers": answers(form), "consequences": consequences}
    return render(request, CHECK_PAGE, {**(context or {}), **named, **asked})
