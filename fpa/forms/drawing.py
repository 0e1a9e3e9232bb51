"""A Django form made from definitions: draws the fields of a step, reads them, and checks them by the rules."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from fpa.core.forms import DateField, Form, NumberField, style_widgets
from fpa.files.fields import FILE_HINT, AttachmentField
from fpa.forms.checking import Finding, Lookup, Rule, check, computed
from fpa.forms.fields import MAX_LONG_TEXT, MAX_TEXT, Kind, TypedField, columns_of, top_level
from fpa.forms.rows import RowsWidget
from fpa.forms.values import BadValue, Values, display, parse_value, problem_of, say

_NOT_CHOSEN = ("", "请选择")
EXPLAIN = "explain-"


class TypedNumber(NumberField):
    """A number of a typed field; a percent may carry its sign."""

    def __init__(self, field: TypedField, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.typed = field

    def to_python(self, value: Any) -> Any:
        """The exact number; raises ValidationError with the reader's own reason."""
        try:
            return parse_value(self.typed, value)
        except BadValue as error:
            raise ValidationError(f"{self.typed.label}：{error}", code="invalid") from error


class RowsField(forms.Field):
    """A sub-table: rows of typed columns."""

    def __init__(self, field: TypedField, columns: Sequence[TypedField], **kwargs: Any) -> None:
        widget = RowsWidget(field.label, [(c, _drawn(c, (), False)) for c in columns if not c.formula])
        super().__init__(widget=widget, **kwargs)
        self.typed, self.columns = field, columns

    def to_python(self, value: Any) -> Any:
        """The rows that hold anything; raises ValidationError, naming row and column."""
        try:
            return parse_value(self.typed, value, self.columns)
        except BadValue as error:
            raise ValidationError(f"{self.typed.label}：{error}", code="invalid") from error


def _drawn(field: TypedField, fields: Sequence[TypedField], required: bool) -> forms.Field:
    """The form field of a definition."""
    given: dict[str, Any] = {"label": field.heading, "help_text": field.definition, "required": required}
    if field.is_number:
        return TypedNumber(field, **given)
    if field.kind == Kind.TABLE:
        return RowsField(field, columns_of(fields, field.key), **given)
    if field.kind in (Kind.CHOICE, Kind.YES_NO):
        return forms.ChoiceField(choices=[_NOT_CHOSEN, *field.choices], **given)
    if field.kind == Kind.CHOICES:
        return forms.MultipleChoiceField(choices=field.choices, widget=forms.CheckboxSelectMultiple, **given)
    if field.kind == Kind.LONG_TEXT:
        return forms.CharField(max_length=MAX_LONG_TEXT, widget=forms.Textarea({"rows": 4}), **given)
    if field.is_file:
        return AttachmentField(**given | {"help_text": f"{field.definition}{FILE_HINT}"})
    return DateField(**given) if field.kind == Kind.DATE else forms.CharField(max_length=MAX_TEXT, **given)


class TypedForm(Form):
    """The fields of a step, `rules` over them, and what was found.

    `kept` are the values so far, `known` what the platform knows already (shown where nothing is kept). After
    `is_valid`, `values` holds the typed values with all formulas, of a file its name; the checked `Upload` stays in
    `cleaned_data`, for the caller to keep. An odd finding asks for an explanation in a field of its own:
    `explanations`.
    """

    def __init__(
        self,
        *args: Any,
        fields: Sequence[TypedField],
        step: str = "",
        steps: Sequence[str] = (),
        rules: Sequence[Rule] = (),
        kept: Values | None = None,
        known: Values | None = None,
        previous: Lookup | None = None,
        **kwargs: Any,
    ) -> None:
        self.typed, self.rules, self.step, self.steps = list(fields), rules, step, steps
        self.kept, self.known, self.previous = dict(kept or {}), dict(known or {}), previous
        self.values: dict[str, Any] = {}
        self.findings: list[Finding] = []
        super().__init__(*args, **kwargs)
        for field in top_level(self.typed):
            if not field.formula:
                self._add(field.key, _drawn(field, self.typed, self._must(field)), self._initial(field))
        for key in self._explained():
            self._ask_why(key)

    def _must(self, field: TypedField) -> bool:
        has_file = field.is_file and self.kept.get(field.key) is not None
        return field.is_required(self.step, self.steps) and not has_file

    def _initial(self, field: TypedField) -> Any:
        """What stands in the input: what is kept, else what is known, which the hint then says."""
        value = self.kept.get(field.key)
        if value is None and self.known.get(field.key) is not None:
            value = self.known[field.key]
        if isinstance(value, bool):
            return "true" if value else "false"
        return display(field, value).removesuffix("%") if field.is_number else value

    def _add(self, name: str, field: forms.Field, initial: Any = None) -> None:
        field.initial = initial
        if self.known.get(name) is not None and self.kept.get(name) is None:
            hint = say(next(f for f in self.typed if f.key == name), self.known[name])
            field.help_text = f"{field.help_text}平台已有记录：{hint}，请核对。"
        self.fields[name] = field
        style_widgets(self)

    def _explained(self) -> list[str]:
        keys = {field.key for field in self.typed}
        return [key for key in keys if f"{EXPLAIN}{key}" in (self.data or {})]

    def _ask_why(self, key: str) -> None:
        label = next(field.label for field in self.typed if field.key == key)
        self._add(
            f"{EXPLAIN}{key}", forms.CharField(label=f"{label}的情况说明", max_length=300, required=False)
        )

    @property
    def explanations(self) -> dict[str, str]:
        """Explanations by field."""
        told = {
            name.removeprefix(EXPLAIN): text for name, text in self.cleaned_data.items() if EXPLAIN in name
        }
        return {key: text for key, text in told.items() if text}

    def clean(self) -> dict[str, Any]:
        """Judge the values by themselves, work the formulas out, and hold the whole against the rules."""
        values = dict(self.kept)
        for field in top_level(self.typed):
            if field.is_file and self.cleaned_data.get(field.key):
                values[field.key] = self.cleaned_data[field.key].name
            elif field.key in self.cleaned_data and not field.is_file:
                self._judge(field, values)
        if not self.errors:
            self.values = computed(self.typed, values, self.previous)
            self._check_rules()
        return self.cleaned_data

    def _judge(self, field: TypedField, values: dict[str, Any]) -> None:
        values[field.key] = parse_value(field, self.cleaned_data[field.key], self.typed)
        problem = problem_of(field, values[field.key], self.typed)
        if problem:
            self.add_error(field.key, problem)

    def _check_rules(self) -> None:
        told = self.explanations
        found = check(self.typed, self.rules, self.values, previous=self.previous, explanations=told)
        self.findings = found
        for finding in found:
            if finding.is_hard:
                self.add_error(finding.key if finding.key in self.fields else None, finding.words)
            elif finding.is_open:
                self._refuse_unexplained(finding)

    def _refuse_unexplained(self, finding: Finding) -> None:
        name = f"{EXPLAIN}{finding.key}"
        if name not in self.fields:
            self._ask_why(finding.key)
        self.fields[name].required = True
        self.add_error(name, f"{finding.words}数字属实的，请写明情况说明。")


def prefill(fields: Sequence[TypedField], sources: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of the fields, by key, from sources by their name (`prefilled_from`)."""
    named = {f.key: sources.get(f.prefilled_from) for f in fields if f.prefilled_from}
    return {key: value for key, value in named.items() if value is not None}
