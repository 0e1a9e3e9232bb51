"""The values of typed fields: read from what was typed, judged, said, kept as JSON and read back.

A value is a Decimal, str, date, bool, a tuple of codes (several choices) or of rows (sub-table); None is blank.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from fpa.core.chinese import clean, date_cn, half_width, number, parse_number
from fpa.core.dates import BadDate, parse_date
from fpa.forms.fields import MAX_LONG_TEXT, MAX_ROWS, MAX_TEXT, Kind, Sensitivity, TypedField, columns_of

MAX_VALUE = Decimal("999999999999")
"""Anything larger in one field is a slip of the pen; a whole province's money has ten digits."""
_YES = frozenset({"true", "是", "有", "1", "√", "y", "yes"})
_NO = frozenset({"false", "否", "无", "0", "×", "n", "no"})

Values = Mapping[str, Any]
Fields = Sequence[TypedField]


class BadValue(ValueError):
    """What was typed is no value of the field; the message is the reason in Chinese with the way out."""


def parse_value(field: TypedField, typed: Any, fields: Fields = ()) -> Any:
    """The value in what was typed, pasted or read from a workbook; None where it is blank. Raises BadValue.

    A value that is one already stays. `fields` has the columns of a sub-table. What is out of bounds is a matter of
    `problem_of`.
    """
    if typed is None or typed == "" or typed == [] or typed == ():
        return None
    if field.kind == Kind.TABLE:
        return _parse_rows(field, typed, fields)
    try:
        return _READERS[Kind(field.kind)](field, typed)
    except (ValueError, ArithmeticError) as error:
        raise BadValue(str(error)) from error


def _parse_number(field: TypedField, typed: Any) -> Decimal | None:
    if isinstance(typed, bool):
        raise BadValue(f"“{'是' if typed else '否'}”不是数字，请填数字。")
    if field.kind == Kind.PERCENT and isinstance(typed, str):
        typed = clean(half_width(typed)).removesuffix("%")
    return parse_number(typed)


def _parse_text(field: TypedField, typed: Any) -> str | None:
    text = str(typed)
    if "\x00" in text:
        raise BadValue("有不能保存的字符，请删去后重新填写。")
    if field.kind == Kind.LONG_TEXT:
        return "\n".join(clean(line) for line in text.splitlines()).strip() or None
    return clean(text) or None


def _parse_date(_: TypedField, typed: Any) -> date:
    try:
        return parse_date(typed, timezone.localdate())
    except BadDate as error:
        raise BadValue(f"{error}。") from error


def _parse_truth(_: TypedField, typed: Any) -> bool | None:
    if isinstance(typed, bool):
        return typed
    word = clean(half_width(str(typed))).casefold()
    if word in _YES or word in _NO:
        return word in _YES
    if not word:
        return None
    raise BadValue(f"看不懂“{word[:20]}”，请填“是”或“否”。")


def _parse_choice(field: TypedField, typed: Any) -> str | None:
    word = clean(str(typed))
    if not word:
        return None
    choices = dict(field.choices)
    if word in choices:
        return word
    codes = [code for code, label in choices.items() if label == word]
    if codes:
        return codes[0]
    raise BadValue(
        f"没有“{word[:20]}”这个选项，可以选的有：{'、'.join(list(choices.values())[:20]) or '（还没有）'}。"
    )


def _parse_choices(field: TypedField, typed: Any) -> tuple[str, ...] | None:
    words = typed if isinstance(typed, list | tuple) else _split(str(typed))
    found = [_parse_choice(field, word) for word in words]
    chosen = {code for code in found if code}
    return tuple(code for code, _ in field.choices if code in chosen) or None


def _split(text: str) -> list[str]:
    for mark in "；;，,":
        text = text.replace(mark, "、")
    return text.split("、")


def _parse_rows(field: TypedField, typed: Any, fields: Fields) -> tuple[dict[str, Any], ...] | None:
    if not isinstance(typed, list | tuple) or not all(isinstance(row, Mapping) for row in typed):
        raise BadValue("明细表没有读懂，请刷新页面后重新填写。")
    columns = [column for column in columns_of(fields, field.key) if not column.formula]
    rows = []
    for n, row in enumerate(typed, 1):
        values = {c.key: _in_row(n, c, row.get(c.key)) for c in columns}
        if any(value is not None for value in values.values()):
            rows.append(values)
    return tuple(rows) or None


def _in_row(n: int, column: TypedField, typed: Any) -> Any:
    try:
        return parse_value(column, typed)
    except BadValue as error:
        raise BadValue(f"第 {n} 行“{column.label}”：{error}") from error


_READERS: dict[Kind, Callable[[TypedField, Any], Any]] = {
    **dict.fromkeys((Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.PERCENT), _parse_number),
    **dict.fromkeys((Kind.TEXT, Kind.LONG_TEXT, Kind.FILE), _parse_text),
    Kind.CHOICE: _parse_choice,
    Kind.CHOICES: _parse_choices,
    Kind.DATE: _parse_date,
    Kind.YES_NO: _parse_truth,
}


def problem_of(field: TypedField, value: Any, fields: Fields = ()) -> str:
    """Why a value can't stand in the field, with the way out; empty where it can, and where it is blank."""
    if value is None:
        return ""
    if field.is_number:
        return _problem_of_number(field, value)
    if field.kind == Kind.TABLE:
        return _problem_of_rows(field, value, fields)
    longest = {Kind.TEXT: MAX_TEXT, Kind.LONG_TEXT: MAX_LONG_TEXT, Kind.FILE: MAX_TEXT}.get(Kind(field.kind))
    if longest and len(value) > longest:
        return f"“{field.label}”最多 {longest:,} 个字，现有 {len(value):,} 个字，请精简。"
    return ""


def _problem_of_number(field: TypedField, value: Decimal) -> str:
    if value < 0 and not field.allows_negative:
        return f"“{field.label}”不能是负数。没有发生请填 0。"
    if abs(value) > MAX_VALUE:
        return f"“{field.label}”填了 {number(value)}{field.unit}，数字过大，请核对是否多打了几位。"
    if value != round(value, field.places):
        return f"“{field.label}”{_places_words(field)}。"
    return ""


def _places_words(field: TypedField) -> str:
    if not field.places:
        return "只能填整数，请去掉小数"
    if field.kind == Kind.MONEY:
        return "最多两位小数，请精确到分"
    return f"最多 {field.places} 位小数，请四舍五入后重新填写"


def _problem_of_rows(field: TypedField, rows: Sequence[Values], fields: Fields) -> str:
    if len(rows) > MAX_ROWS:
        return f"“{field.label}”最多 {MAX_ROWS} 行，现有 {len(rows)} 行，请合并或改用批量导入。"
    for n, row in enumerate(rows, 1):
        for column in columns_of(fields, field.key):
            problem = problem_of(column, row.get(column.key))
            if problem:
                return f"“{field.label}”第 {n} 行：{problem}"
    return ""


def display(field: TypedField, value: Any, *, is_masked: bool = False) -> str:
    """A value as people read it, without its unit: 1,234.50, 85.25%, 2026年5月1日, labels of choices; "" where blank.

    Masked, a guarded field shows no more than that it is filled, and a personal one its first character.
    """
    if value is None:
        return ""
    if is_masked and field.is_guarded:
        is_name = field.sensitivity == Sensitivity.PERSONAL and isinstance(value, str)
        return f"{value[:1]}*" if is_name else "已填"
    if field.is_number:
        return _display_number(field, value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return date_cn(value)
    if field.kind == Kind.TABLE:
        return f"{len(value)} 行"
    words = field.words if field.kind in (Kind.CHOICE, Kind.CHOICES) else {}
    return "、".join(words.get(v, str(v)) for v in (value if isinstance(value, tuple) else (value,)))


def _display_number(field: TypedField, value: Decimal) -> str:
    """Whole numbers without decimals, others with as many as they need, money with two."""
    if value == int(value):
        shown = number(int(value))
    else:
        shown = number(round(value, 2) if field.kind == Kind.MONEY else value.normalize())
    return f"{shown}%" if field.kind == Kind.PERCENT else shown


def say(field: TypedField, value: Any) -> str:
    """A value with its label and unit: 走访户数 120 户; 走访户数 未填."""
    shown = display(field, value)
    return f"{field.label} {shown or '未填'}{f' {field.unit}' if field.unit and shown else ''}"


def to_json(field: TypedField, value: Any, fields: Fields = ()) -> Any:
    """The value as JSON keeps it: decimals as strings of exact digits, dates as ISO; None where it is blank."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if field.kind == Kind.TABLE and value is not None:
        columns = columns_of(fields, field.key)
        return [
            {c.key: to_json(c, row.get(c.key)) for c in columns if row.get(c.key) is not None}
            for row in value
        ]
    return list(value) if isinstance(value, tuple) else value


def from_json(field: TypedField, stored: Any, fields: Fields = ()) -> Any:
    """The value that `to_json` kept. Raises BadValue where it is none of this field's kind."""
    if stored is None:
        return None
    try:
        if field.is_number:
            return Decimal(stored)
        if field.kind == Kind.DATE:
            return date.fromisoformat(stored)
    except (ValueError, ArithmeticError, TypeError) as error:
        raise BadValue(
            f"“{field.label}”保存的内容“{str(stored)[:30]}”不是{Kind(field.kind).label}。"
        ) from error
    if field.kind == Kind.TABLE:
        columns = columns_of(fields, field.key)
        return tuple({c.key: from_json(c, row.get(c.key)) for c in columns} for row in stored)
    return tuple(stored) if isinstance(stored, list) else stored


def to_stored(fields: Fields, values: Values) -> dict[str, Any]:
    """All values as one JSON object, blanks left out."""
    kept = {f.key: to_json(f, values.get(f.key), fields) for f in fields if not f.table}
    return {key: value for key, value in kept.items() if value is not None}


def from_stored(fields: Fields, stored: Mapping[str, Any]) -> dict[str, Any]:
    """All values from one JSON object; a key that no field has is left alone. Raises BadValue."""
    return {f.key: from_json(f, stored.get(f.key), fields) for f in fields if not f.table}
