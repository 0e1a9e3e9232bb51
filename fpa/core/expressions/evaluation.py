"""Working an expression out: `simpleeval` walks the tree, with exact operators that let blanks through."""

import ast
import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

from simpleeval import SimpleEval

from fpa.core.chinese import exact
from fpa.core.expressions.faults import CannotEvaluate
from fpa.core.expressions.functions import BLANK, FUNCTIONS, number_of, said, truth_of

MAX_EXPONENT = 30
MAX_ROWS = 5_000
MAX_TEXT = 10_000
PLACES = Decimal("1e-10")
"""What no decimal writes exactly, such as 1 ÷ 3, is given back with ten places."""


def inward(value: Any) -> Any:
    """A value as it is computed with. Raises CannotEvaluate for what is too large or of no known kind."""
    if value is None or value == "":
        return BLANK
    if isinstance(value, bool | date):
        return value.date() if isinstance(value, datetime) else value
    if isinstance(value, int | float | Decimal):
        return _fraction(value)
    if isinstance(value, str) and len(value) <= MAX_TEXT:
        return value
    if isinstance(value, list | tuple) and len(value) <= MAX_ROWS:
        return tuple(inward(each) for each in value if not isinstance(each, list | tuple))
    raise CannotEvaluate("有一项的内容过长，或者不是数字、文字、日期，不能参加计算。")


def _fraction(value: int | float | Decimal) -> Fraction:
    if isinstance(value, int) and value.bit_length() > 100:
        raise CannotEvaluate("有一项的数字过大，不能参加计算，请核对是否多打了几位。")
    try:
        number = exact(value)
    except ValueError as error:
        raise CannotEvaluate(str(error)) from error
    if number and abs(number.adjusted()) > MAX_EXPONENT:
        raise CannotEvaluate("有一项的数字过大或过小，不能参加计算，请核对。")
    return Fraction(number)


def outward(value: Any) -> Any:
    """A result as it is given back: blank as None, a number as an exact decimal where it can be written as one."""
    if not isinstance(value, Fraction):
        return None if value is BLANK else value
    if abs(value) > 10**MAX_EXPONENT:
        raise CannotEvaluate("计算结果过大，请核对各项是否填错。")
    with localcontext(prec=2 * MAX_EXPONENT):
        number = Decimal(value.numerator) / Decimal(value.denominator)
        kept = number if Fraction(number) == value else number.quantize(PLACES, ROUND_HALF_UP)
        return kept.quantize(Decimal(1)) if kept == kept.to_integral_value() else kept.normalize()


def _both(work: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def run(left: Any, right: Any) -> Any:
        if left is BLANK or right is BLANK:
            return BLANK
        return work(number_of(left), number_of(right))

    return run


def _divide(left: Fraction, right: Fraction) -> Any:
    return left / right if right else BLANK


def _order(work: Callable[[Any, Any], bool], *, by_size: bool) -> Callable[[Any, Any], Any]:
    """A comparison of two numbers or two days; texts and truths only for being equal or not."""

    def run(left: Any, right: Any) -> Any:
        if left is BLANK or right is BLANK:
            return BLANK
        kinds = (Fraction, date) if by_size else (Fraction, date, str, bool)
        if not any(isinstance(left, kind) and isinstance(right, kind) for kind in kinds):
            raise CannotEvaluate(f"{_named(left)}和{_named(right)}不能这样比较，两边应同是数字或同是日期。")
        return work(left, right)

    return run


def _named(value: Any) -> str:
    return "数字" if isinstance(value, Fraction) else "日期" if isinstance(value, date) else said(value)


def _signed(work: Callable[[Any], Any], of: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: value if value is BLANK else work(of(value))


_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: _both(operator.add),
    ast.Sub: _both(operator.sub),
    ast.Mult: _both(operator.mul),
    ast.Div: _both(_divide),
    ast.Eq: _order(operator.eq, by_size=False),
    ast.NotEq: _order(operator.ne, by_size=False),
    ast.Lt: _order(operator.lt, by_size=True),
    ast.LtE: _order(operator.le, by_size=True),
    ast.Gt: _order(operator.gt, by_size=True),
    ast.GtE: _order(operator.ge, by_size=True),
    ast.Not: _signed(operator.not_, truth_of),
    ast.USub: _signed(operator.neg, number_of),
    ast.UAdd: _signed(operator.pos, number_of),
}
_UNUSED = (
    ast.Attribute,
    ast.Subscript,
    ast.JoinedStr,
    ast.FormattedValue,
    ast.Assign,
    ast.Import,
    ast.Constant,
)


class Evaluator(SimpleEval):
    """One evaluation: the result of every node stays in `seen`, for the reason.

    Truth has three values: an undecided part leaves the whole undecided only where it could still turn it.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(operators=_OPERATORS, functions=FUNCTIONS, names=dict(values))
        self.seen: dict[ast.AST, Any] = {}
        for kind in _UNUSED:
            self.nodes.pop(kind, None)

    def _eval(self, node: ast.AST) -> Any:
        result = self.seen[node] = super()._eval(node)
        return result

    def _eval_boolop(self, node: ast.BoolOp) -> Any:
        return joined([truth_of(self._eval(part)) for part in node.values], isinstance(node.op, ast.And))

    def _eval_compare(self, node: ast.Compare) -> Any:
        values = [self._eval(node.left), *(self._eval(part) for part in node.comparators)]
        pairs = zip(node.ops, values, values[1:], strict=False)
        return joined([compared(op, left, right) for op, left, right in pairs], True)


def compared(op: ast.cmpop, left: Any, right: Any) -> Any:
    """Whether one comparison holds. Raises CannotEvaluate where the sides are of different kinds."""
    return _OPERATORS[type(op)](left, right)


def joined(parts: list[Any], is_and: bool) -> Any:
    """Parts that must all hold (`is_and`), or of which one must."""
    if any(part is (not is_and) for part in parts):
        return not is_and
    return BLANK if any(part is BLANK for part in parts) else is_and
