"""Conditions of steps: expressions over what a kind tells of its cases (`金额 >= 50万`), with their reason."""

import ast
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from fpa.core.expressions import BadExpression, ExpressionError, Result, Term, compile_expression


def check_condition(text: str, terms: Sequence[Term]) -> None:
    """Raise BadExpression where the text can't be read, names what the kind does not tell, or is no condition."""
    tree = compile_expression(text, terms).syntax.tree
    if not isinstance(tree, ast.Compare | ast.BoolOp | ast.UnaryOp | ast.Call):
        raise BadExpression(f"条件“{text}”没有说和什么比，请写成“项目 比较符 数”，如：金额 >= 50万。")


def judge(text: str, facts: Mapping[str, Any], terms: Sequence[Term]) -> Result:
    """Whether a condition holds for these facts, and why. Facts that the kind does not declare any more are known by
    their key, for the flows of then."""
    declared = {term.key for term in terms}
    known = [*terms, *(Term(key, key) for key in facts if key not in declared)]
    try:
        return compile_expression(text, known).evaluate({key: _number(facts[key]) for key in facts})
    except ExpressionError as error:
        return Result(None, str(error))


def holds(text: str, facts: Mapping[str, Any], terms: Sequence[Term] = ()) -> bool:
    """Whether a step is walked: no condition always holds, and so does one that can't be told: what can't be judged
    is reviewed."""
    return not text or judge(text, facts, terms).value is not False


def _number(value: Any) -> Any:
    """A number that was kept as text (an amount of money, exactly) as the number; anything else as it is."""
    try:
        return Decimal(value) if isinstance(value, str) else value
    except InvalidOperation:
        return value
