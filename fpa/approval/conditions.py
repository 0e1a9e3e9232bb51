"""Conditions of steps: `amount >= 500000`, held against the facts that a kind of case tells."""

import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}
SHAPE = re.compile(r"(\w+)\s*(>=|<=|!=|>|<|=)\s*(-?\d+(?:\.\d+)?)")


class BadCondition(ValueError):
    """The text is no condition; the message says what one looks like."""


def check_condition(text: str) -> None:
    """Raise BadCondition where the text is no condition."""
    if not SHAPE.fullmatch(text.strip()):
        raise BadCondition(_words(text))


def _words(text: str) -> str:
    return f"条件“{text}”看不懂，请写成“要素 比较符 数字”，如：amount >= 500000。"


def holds(text: str, facts: Mapping[str, Any]) -> bool:
    """Whether a condition holds; no condition always does, and so does one over a fact that is not known: what can't
    be judged is reviewed. Raises BadCondition."""
    if not text:
        return True
    found = SHAPE.fullmatch(text.strip())
    if found is None:
        raise BadCondition(_words(text))
    name, sign, number = found.groups()
    try:
        return OPERATORS[sign](Decimal(str(facts[name])), Decimal(number))
    except (KeyError, InvalidOperation):
        return True
