"""Computing and checking: formulas fill what nobody types, rules say in Chinese what does not hold, by how much.

A hard finding blocks, an odd one passes with an explanation. A rule over a blank is undecided and finds nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models

from fpa.core.expressions import (
    CannotEvaluate,
    ExpressionError,
    Result,
    Terms,
    compile_expression,
    number_words,
)
from fpa.forms.fields import Kind, TypedField, columns_as_fields, columns_of, terms_of, top_level
from fpa.forms.values import Fields, Values, display, problem_of

Lookup = Callable[[str], Any]


class Severity(models.TextChoices):
    """How a broken rule weighs."""

    HARD = "hard", "错误"
    ODD = "odd", "存疑"


@dataclass(frozen=True)
class Rule:
    """A rule over a form's fields: an expression that must hold, how it weighs, and what to do where it does not.

    `key` is the field where the fault stands; by default the first that the expression names.
    """

    expression: str
    severity: str
    message: str
    key: str = ""


@dataclass(frozen=True)
class Finding:
    """What is wrong with one field: the rule, how the values stand to it, and the way out."""

    key: str
    label: str
    severity: str
    rule: str
    detail: str
    message: str
    explanation: str = ""

    @property
    def is_hard(self) -> bool:
        """Whether it blocks."""
        return self.severity == Severity.HARD

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done about it: mend the value, or explain an odd one."""
        return self.is_hard or not self.explanation

    @property
    def words(self) -> str:
        """All of it in one sentence, for the field on a form."""
        return f"{self.label}：{'；'.join(part for part in (self.detail, self.message) if part)}"


def expression_values(fields: Fields, values: Values) -> dict[str, Any]:
    """Values by the keys that expressions use: a column of a sub-table is the list of its rows' values."""
    found = {field.key: values.get(field.key) for field in top_level(fields)}
    for field in fields:
        if field.table:
            rows = values.get(field.table) or ()
            found[f"{field.table}.{field.key}"] = [row.get(field.key) for row in rows]
    return found


def evaluate(text: str, fields: Fields, values: Values, previous: Lookup | None = None) -> Result:
    """Work an expression out over a form's values: eligibility, a score. Raises ExpressionError."""
    return compile_expression(text, terms_of(fields)).evaluate(expression_values(fields, values), previous)


def computed(fields: Fields, values: Values, previous: Lookup | None = None) -> dict[str, Any]:
    """The values with all formulas worked out, rows first, in the order of the fields; undecided ones are blank."""
    found = dict(values)
    for table in top_level(fields):
        columns = columns_of(fields, table.key)
        if any(column.formula for column in columns) and found.get(table.key):
            found[table.key] = tuple(_computed_row(columns, row) for row in found[table.key])
    for field in top_level(fields):
        if field.formula:
            found[field.key] = _worked_out(
                field, terms_of(fields), expression_values(fields, found), previous
            )
    return found


def _computed_row(columns: Fields, row: Values) -> dict[str, Any]:
    terms, found = columns_as_fields(columns), dict(row)
    for column in columns:
        if column.formula:
            found[column.key] = _worked_out(column, terms, found, None)
    return found


def _worked_out(field: TypedField, terms: Terms, values: Values, previous: Lookup | None) -> Any:
    """A formula's value, rounded half up to the field's decimals by 四舍五入; None where it can't be told."""
    try:
        text = f"四舍五入({field.formula}, {field.places})" if field.is_number else field.formula
        return compile_expression(text, terms).evaluate(values, previous).value
    except ExpressionError:
        return None


def check(
    fields: Fields,
    rules: Sequence[Rule],
    values: Values,
    *,
    step: str = "",
    steps: Sequence[str] = (),
    previous: Lookup | None = None,
    explanations: Mapping[str, str] | None = None,
) -> list[Finding]:
    """All that is wrong at a step: values that can't stand, blanks that must be filled, rules that do not hold."""
    found = [*field_findings(fields, values, step, steps), *rule_findings(fields, rules, values, previous)]
    told = explanations or {}
    return [f if f.is_hard else Finding(**vars(f) | {"explanation": told.get(f.key, "")}) for f in found]


def field_findings(fields: Fields, values: Values, step: str, steps: Sequence[str]) -> Iterator[Finding]:
    """What is wrong with single fields."""
    for field in top_level(fields):
        value = values.get(field.key)
        problem = problem_of(field, value, fields)
        if value is None and field.is_required(step, steps):
            yield _found(field, Severity.HARD, *blank_words(field))
        elif problem:
            yield _found(field, Severity.HARD, problem, f"现为 {display(field, value)}", "请改正这一项。")


def blank_words(field: TypedField) -> tuple[str, str, str]:
    """What is said of a blank that must be filled: the rule, how the field stands to it, and the way out."""
    if field.is_file:
        return f"“{field.label}”必须上传", "现没有文件", "请上传文件。"
    way_out = "没有发生请填 0。" if field.is_number else "请补充填写。"
    return f"“{field.label}”必须填写", "现为空白", way_out


def rule_findings(
    fields: Fields, rules: Sequence[Rule], values: Values, previous: Lookup | None = None
) -> Iterator[Finding]:
    """The rules that do not hold."""
    by_key, terms = {field.key: field for field in fields}, terms_of(fields)
    known = expression_values(fields, values)
    for rule in rules:
        expression = compile_expression(rule.expression, terms)
        try:
            result = expression.evaluate(known, previous)
        except CannotEvaluate as error:
            result = Result(False, str(error), (expression.keys or ("",))[0])
        if result.value is False:
            key = rule.key or result.key
            field = by_key.get(key) or by_key[key.partition(".")[0]]
            yield _found(field, rule.severity, expression.rule, _with_difference(result), rule.message)


def _with_difference(result: Result) -> str:
    """The reason, and how far two numbers are apart."""
    if result.difference is None:
        return result.reason
    return f"{result.reason}，相差 {number_words(abs(result.difference))}"


def _found(field: TypedField, severity: str, rule: str, detail: str, message: str) -> Finding:
    return Finding(field.key, field.label, severity, rule, detail, message)


def definition_problems(fields: Fields, rules: Sequence[Rule] = (), steps: Sequence[str] = ()) -> list[str]:
    """What is wrong with a form's design, before anyone fills it in; empty where it can be published."""
    return [
        *_double_names(fields),
        *(problem for field in fields for problem in _field_problems(field, fields, steps)),
        *(problem for rule in rules for problem in rule_problems(rule, fields)),
    ]


def _double_names(fields: Fields) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    for field in fields:
        for name in {field.key, field.label}:
            if (field.table, name) in seen:
                yield f"有两个项目都叫“{name}”，请改名。"
            seen.add((field.table, name))


def _field_problems(field: TypedField, fields: Fields, steps: Sequence[str]) -> Iterator[str]:
    if field.kind in (Kind.CHOICE, Kind.CHOICES) and not (field.options or field.dictionary):
        yield f"“{field.label}”是选择题，还没有选项。"
    if field.required_at and field.required_at not in steps:
        yield f"“{field.label}”的必填环节“{field.required_at}”不在流程里，可用的有：{'、'.join(steps)}。"
    if field.kind == Kind.TABLE and not columns_of(fields, field.key):
        yield f"明细表“{field.label}”还没有列。"
    if field.table and field.kind == Kind.TABLE:
        yield f"“{field.label}”：明细表里不能再套明细表。"
    if field.table and field.table not in {f.key for f in top_level(fields) if f.kind == Kind.TABLE}:
        yield f"“{field.label}”要放进的明细表“{field.table}”不存在。"
    if field.formula:
        yield from _formula_problems(field, fields)


def _formula_problems(field: TypedField, fields: Fields) -> Iterator[str]:
    """A formula names only what stands before it, so that none can go round in a circle."""
    before = fields[: list(fields).index(field)]
    typed = [f for f in fields if not f.formula or f in before]
    columns = columns_of(typed, field.table)
    terms = columns_as_fields(columns) if field.table else terms_of(typed)
    samples = (
        {c.key: _sample(c) for c in columns} if field.table else expression_values(typed, _samples(typed))
    )
    try:
        value = compile_expression(field.formula, terms).evaluate(samples, samples.get).value
    except ExpressionError as error:
        yield f"“{field.label}”的算式：{error}"
        return
    if value is not None and isinstance(value, Decimal) != field.is_number:
        yield f"“{field.label}”的算式得出的不是{Kind(field.kind).label}，请改算式或类型。"


def rule_problems(rule: Rule, fields: Fields) -> Iterator[str]:
    """What is wrong with a rule over these fields, tried with values of their kinds."""
    samples = expression_values(fields, _samples(fields))
    try:
        result = evaluate(rule.expression, fields, _samples(fields), samples.get)
    except ExpressionError as error:
        yield f"规则“{rule.expression[:60]}”：{error}"
        return
    if result.value is not None and not isinstance(result.value, bool):
        yield f"规则“{rule.expression[:60]}”应得出“是”或“否”，请写成比较，如 甲 <= 乙。"
    if rule.key and rule.key not in {field.key for field in top_level(fields)}:
        yield f"规则“{rule.expression[:60]}”要标在“{rule.key}”上，但没有这个项目。"


def _samples(fields: Fields) -> dict[str, Any]:
    found = {field.key: _sample(field) for field in top_level(fields)}
    for field in fields:
        if field.table in found:
            found[field.table] = ({c.key: _sample(c) for c in columns_of(fields, field.table)},)
    return found


def _sample(field: TypedField) -> Any:
    """A value of the field's kind, to try an expression with."""
    if field.is_number:
        return Decimal(1)
    if field.kind == Kind.DATE:
        return date(2026, 1, 1)
    if field.kind == Kind.YES_NO:
        return True
    code = next(iter(field.choices), ("甲", ""))[0]
    return (code,) if field.kind == Kind.CHOICES else None if field.kind == Kind.TABLE else code
