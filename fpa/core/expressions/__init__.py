"""Expressions over named values: checks, eligibility, scores, computed cells (design §8).

    rule = compile_expression("走访资金物资 ÷ 走访户数 <= 5000", terms)   # BadExpression names what is unknown
    result = rule.evaluate({"value": 48000, "households": 3})
    result.value, result.reason   # False, 走访资金物资 48,000 元 ÷ 走访户数 3 户 = 16,000，超过 5,000

Arithmetic is exact. A blank value makes a rule undecided (`value` None), never false. `simpleeval` walks the tree; what
may be written is decided in `syntax`, so nothing of Python but its precedence is left (docs/decisions/0009).
"""

from fpa.core.expressions.expression import Expression, Result, compile_expression
from fpa.core.expressions.faults import BadExpression, CannotEvaluate, ExpressionError
from fpa.core.expressions.terms import Term, Terms
from fpa.core.expressions.wording import number_words

__all__ = [
    "BadExpression",
    "CannotEvaluate",
    "Expression",
    "ExpressionError",
    "Result",
    "Term",
    "Terms",
    "compile_expression",
    "number_words",
]
