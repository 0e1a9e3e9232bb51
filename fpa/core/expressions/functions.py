"""The functions of expressions. Each has a Chinese name and a short English one; blanks make the result blank.

What they get is what `evaluation` computes with: exact fractions, dates, texts, truths, columns of a sub-table as
tuples.
"""

from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from typing import Any, Final

from fpa.core.dates import BadDate, parse_date
from fpa.core.expressions.faults import CannotEvaluate


class Blank:
    """A value that is not there."""

    def __repr__(self) -> str:
        return "BLANK"


BLANK: Final = Blank()

NAMES = {
    "合计": "sum", "sum": "sum", "最小": "min", "min": "min", "最大": "max", "max": "max",
    "个数": "count", "count": "count", "绝对值": "abs", "abs": "abs", "四舍五入": "round", "round": "round",
    "天数": "days", "days": "days", "日期": "day", "date": "day", "上期": "previous", "previous": "previous",
    "如果": "choose", "if": "choose", "若空": "default", "default": "default", "已填": "filled", "filled": "filled",
    "属于": "among", "among": "among",
}  # fmt: skip
"""The names that may be written, and the function of each."""

ARITIES: dict[str, tuple[int, int]] = {
    "sum": (1, 50), "min": (1, 50), "max": (1, 50), "count": (1, 50), "abs": (1, 1), "round": (1, 2), "days": (2, 2),
    "day": (1, 1), "previous": (1, 1), "choose": (2, 3), "default": (2, 2), "filled": (1, 1), "among": (2, 50),
}  # fmt: skip


def number_of(value: Any) -> Fraction:
    """The value where it is a number. Raises CannotEvaluate."""
    if isinstance(value, Fraction):
        return value
    raise CannotEvaluate(f"{said(value)}不是数字，不能参加计算。")


def said(value: Any) -> str:
    """What a value is, for a message."""
    if isinstance(value, bool):
        return "“是”" if value else "“否”"
    return "一组数" if isinstance(value, tuple) else f"“{str(value)[:20]}”"


def truth_of(value: Any) -> Any:
    """The value where it is true, false or blank. Raises CannotEvaluate."""
    if isinstance(value, bool) or value is BLANK:
        return value
    raise CannotEvaluate(
        f"{said(value) if not isinstance(value, Fraction) else '这个数'}不是“是”或“否”，不能用作条件。"
    )


def _flat(values: tuple[Any, ...]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, tuple):
            yield from value
        else:
            yield value


def _over(work: Callable[[list[Fraction]], Fraction], *, empty: Any) -> Callable[..., Any]:
    """A function over all numbers given, those in columns too; blank where one of them is."""

    def run(*values: Any) -> Any:
        flat = list(_flat(values))
        if any(value is BLANK for value in flat):
            return BLANK
        return work([number_of(value) for value in flat]) if flat else empty

    return run


def _count(*values: Any) -> Fraction:
    return Fraction(sum(value is not BLANK for value in _flat(values)))


def _abs(value: Any) -> Any:
    return value if value is BLANK else abs(number_of(value))


def _round(value: Any, places: Any = Fraction(0)) -> Any:
    """Half up, away from zero, as offices round."""
    if value is BLANK or places is BLANK:
        return BLANK
    n = number_of(places)
    if n.denominator != 1 or not 0 <= n <= 6:
        raise CannotEvaluate("“四舍五入”保留的小数位数应是 0 至 6 的整数。")
    scaled = abs(number_of(value)) * 10 ** int(n)
    whole = Fraction((2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator))
    return (whole if value >= 0 else -whole) / 10 ** int(n)


def _days(start: Any, end: Any) -> Any:
    """Days from the first to the second, negative where it lies before."""
    if start is BLANK or end is BLANK:
        return BLANK
    if not isinstance(start, date) or not isinstance(end, date):
        raise CannotEvaluate("“天数”要两个日期，如 天数(开始日期, 结束日期)。")
    return Fraction((end - start).days)


def _day(value: Any) -> Any:
    if value is BLANK or isinstance(value, date):
        return value
    try:
        return parse_date(value if isinstance(value, str) else "", date.max)
    except BadDate as error:
        raise CannotEvaluate(f"{error}。") from error


def _choose(condition: Any, then: Any, otherwise: Any = True) -> Any:
    """`then` where the condition holds. Without a third part it is a rule that holds where the condition does not."""
    chosen = truth_of(condition)
    return BLANK if chosen is BLANK else then if chosen else otherwise


def _default(value: Any, otherwise: Any) -> Any:
    return otherwise if value is BLANK else value


def _filled(value: Any) -> bool:
    return value is not BLANK


def _among(value: Any, *options: Any) -> Any:
    """Whether a choice, or one of several choices, is among the options."""
    if value is BLANK:
        return BLANK
    return any(each in options for each in _flat((value,)))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sum": _over(lambda numbers: sum(numbers, Fraction(0)), empty=Fraction(0)),
    "min": _over(min, empty=BLANK),
    "max": _over(max, empty=BLANK),
    "count": _count,
    "abs": _abs,
    "round": _round,
    "days": _days,
    "day": _day,
    "choose": _choose,
    "default": _default,
    "filled": _filled,
    "among": _among,
}
