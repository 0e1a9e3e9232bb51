"""An expression in Chinese: as a rule, and as the reason of a result with every value in it."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from fpa.core.chinese import date_cn, number
from fpa.core.expressions.evaluation import compared, outward
from fpa.core.expressions.functions import BLANK, NAMES
from fpa.core.expressions.terms import Term

_SIGNS: dict[type[ast.AST], str] = {ast.Add: "+", ast.Sub: "−", ast.Mult: "×", ast.Div: "÷"}
_OF_NUMBERS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Lt: ("小于", "不小于"), ast.LtE: ("不超过", "超过"), ast.Gt: ("大于", "不大于"), ast.GtE: ("不低于", "低于"),
    ast.Eq: ("等于", "不等于"), ast.NotEq: ("不等于", "等于"),
}  # fmt: skip
_OF_DAYS = _OF_NUMBERS | {
    ast.Lt: ("早于", "不早于"), ast.LtE: ("不晚于", "晚于"), ast.Gt: ("晚于", "不晚于"), ast.GtE: ("不早于", "早于"),
}  # fmt: skip
_OF_WORDS = _OF_NUMBERS | {ast.Eq: ("是", "不是"), ast.NotEq: ("不是", "是")}
MAX_WORDS = 40
"""Characters of a text that a reason repeats."""
_CHINESE = {code: name for name, code in reversed(NAMES.items()) if not name.isascii()}


def value_words(value: Any) -> str:
    """A computed value: 16,000, 约 20,000.33, 2026年5月1日, 是; a blank among several: 未填."""
    if value is BLANK:
        return "未填"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return date_cn(value)
    if isinstance(value, tuple):
        return "、".join(value_words(each) for each in value[:10]) or "无"
    if isinstance(value, Fraction):
        return number_words(outward(value))
    return value if len(value) <= MAX_WORDS else f"{value[:MAX_WORDS]}…"


def number_words(value: Decimal) -> str:
    """The number; with more than two decimals it is rounded and says so, but never to nothing."""
    places = Decimal("0.01") if abs(value) >= 1 else Decimal("0.0001")
    shown = value.quantize(places, ROUND_HALF_UP)
    if shown == value:
        return number(value)
    return f"约 {number(shown)}" if shown else "接近 0"


@dataclass(frozen=True)
class Wording:
    """Says a tree: `terms` by placeholder, `constants`, and where it was evaluated what every node came to."""

    terms: Mapping[str, Term]
    constants: Mapping[str, Any]
    seen: Mapping[ast.AST, Any]

    def reason(self, node: ast.expr) -> str:
        """Why a truth is what it is, or how a value comes about."""
        value = self.seen[node]
        if value is BLANK:
            return self._undecided(node)
        if isinstance(node, ast.Compare):
            return self._compared(node, value)
        if isinstance(node, ast.BoolOp):
            return "；".join(self.reason(part) for part in self._telling(node))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return self.reason(node.operand)
        if isinstance(node, ast.Call) and _is_choice(node):
            return self._chosen(node)
        return self._side(node)

    def _telling(self, node: ast.BoolOp) -> list[ast.expr]:
        """The parts that decide: those that came out as the whole did, all of them where none alone would."""
        return [part for part in node.values if self.seen[part] is self.seen[node]]

    def _chosen(self, node: ast.Call) -> str:
        condition, *branches = node.args
        index = 0 if self.seen[condition] else 1
        if index >= len(branches):
            return self.reason(condition)
        return f"{self.reason(condition)}；{self.reason(branches[index])}"

    def _compared(self, node: ast.Compare, holds: bool) -> str:
        return "；".join(self._pair(*pair) for pair in _pairs(node) if holds or self._holds(*pair) is False)

    def difference(self, node: ast.expr) -> Any:
        """How far the sides of a comparison are apart, left minus right: of the first pair that fails, or of the first.

        None where they are no numbers.
        """
        if not isinstance(node, ast.Compare) or self.seen[node] is BLANK:
            return None
        pairs = _pairs(node)
        left, _, right = next((pair for pair in pairs if self._holds(*pair) is False), pairs[0])
        one, other = self.seen[left], self.seen[right]
        return outward(one - other) if isinstance(one, Fraction) and isinstance(other, Fraction) else None

    def _holds(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Any:
        return compared(op, self.seen[left], self.seen[right])

    def _pair(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> str:
        value = self.seen[left]
        words = (
            _OF_DAYS if isinstance(value, date) else _OF_NUMBERS if isinstance(value, Fraction) else _OF_WORDS
        )
        relation = words[type(op)][0 if self._holds(left, op, right) else 1]
        far = self._side(right)
        return f"{self._side(left)}，{relation}{' ' if far[:1].isascii() else ''}{far}"

    def _side(self, node: ast.expr) -> str:
        """A value with how it is computed: 甲 6 户 ÷ 乙 3 户 = 2."""
        words = self.words(node)
        return words if isinstance(node, ast.Name) else f"{words} = {value_words(self.seen[node])}"

    def _undecided(self, node: ast.expr) -> str:
        blank = [n for n in ast.walk(node) if _has_blank(self.seen.get(n))]
        names = dict.fromkeys(self._name(n.id) for n in blank if isinstance(n, ast.Name))
        if names:
            return f"{'、'.join(names)}没有数据，暂不能判断"
        zero = next((n for n in blank if isinstance(n, ast.BinOp) and self._is_zero(n)), None)
        return (
            f"{self.words(zero.right)}，不能作除数，暂不能判断" if zero else "没有可以计算的数据，暂不能判断"
        )

    def _is_zero(self, node: ast.BinOp) -> bool:
        return isinstance(node.op, ast.Div) and self.seen[node.right] == 0

    def words(self, node: ast.expr) -> str:
        """A value's expression: names with their values where there are any, else in marks."""
        if isinstance(node, ast.Name):
            return self._leaf(node)
        if isinstance(node, ast.BinOp):
            return self._binary(node)
        if isinstance(node, ast.UnaryOp):
            return (
                f"−{self.words(node.operand)}" if isinstance(node.op, ast.USub) else self.words(node.operand)
            )
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return f"{_CHINESE[node.func.id]}（{'，'.join(self.words(arg) for arg in node.args)}）"
        return self.rule(node)

    def _binary(self, node: ast.BinOp) -> str:
        return f"{self._operand(node, node.left)} {_SIGNS[type(node.op)]} {self._operand(node, node.right)}"

    def _operand(self, node: ast.BinOp, part: ast.expr) -> str:
        """A part, in brackets where the reading would change without them."""
        words = self.words(part)
        if not isinstance(part, ast.BinOp):
            return words
        is_sum = isinstance(part.op, ast.Add | ast.Sub)
        loose = is_sum and (isinstance(node.op, ast.Mult | ast.Div) or part is node.right)
        return f"（{words}）" if loose or (part is node.right and isinstance(node.op, ast.Div)) else words

    def _leaf(self, node: ast.Name) -> str:
        if node.id in self.constants:
            value = self.constants[node.id]
            return f"“{value_words(value)}”" if isinstance(value, str) else value_words(value)
        if node not in self.seen:
            return self._name(node.id)
        term, value = self.terms["n" + node.id[1:]], self.seen[node]
        last = "上期" if node.id.startswith("p") else ""
        if value is BLANK:
            return f"{last}{term.label}未填"
        shown = value_words(value)
        unit = f" {term.unit}" if term.unit and isinstance(value, Fraction) else ""
        return f"{last}{term.label} {shown}{unit}"

    def _name(self, code: str) -> str:
        label = f"“{self.terms['n' + code[1:]].label}”"
        return f"上期的{label}" if code.startswith("p") else label

    def rule(self, node: ast.expr) -> str:
        """What must hold: “甲” ÷ “乙”应不超过 5,000."""
        return self._rule(node, "应")

    def _rule(self, node: ast.expr, must: str) -> str:
        if isinstance(node, ast.Compare):
            return self._rule_of_compare(node, must)
        if isinstance(node, ast.BoolOp):
            word = "，且" if isinstance(node.op, ast.And) else "，或"
            return word.join(self._rule(part, must) for part in node.values)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return f"不{must}出现{self._rule(node.operand, '')}的情形"
        if isinstance(node, ast.Call) and _is_choice(node):
            return self._rule_of_choice(node, must)
        return self.words(node)

    def _rule_of_choice(self, node: ast.Call, must: str) -> str:
        condition, then, *otherwise = node.args
        rest = f"，否则{self._rule(otherwise[0], must)}" if otherwise else ""
        return f"如果{self._rule(condition, '')}，{self._rule(then, must)}{rest}"

    def _rule_of_compare(self, node: ast.Compare, must: str) -> str:
        if len(node.ops) == 2 and all(isinstance(op, ast.LtE) for op in node.ops):
            low, between, high = (self.words(side) for side in (node.left, *node.comparators))
            return f"{between}{must}在 {low} 至 {high} 之间"
        return "，且".join(self._rule_of_pair(*pair, must) for pair in _pairs(node))

    def _rule_of_pair(self, left: ast.expr, op: ast.cmpop, right: ast.expr, must: str) -> str:
        far = self.words(right)
        return f"{self.words(left)}{must}{_OF_NUMBERS[type(op)][0]}{' ' if far[:1].isascii() else ''}{far}"


_FLIPPED: dict[type[ast.AST], ast.cmpop] = {
    ast.Lt: ast.Gt(),
    ast.LtE: ast.GtE(),
    ast.Gt: ast.Lt(),
    ast.GtE: ast.LtE(),
}


def _pairs(node: ast.Compare) -> list[tuple[ast.expr, ast.cmpop, ast.expr]]:
    """The comparisons of a chain; one that begins with a number is turned round: 50 <= 甲 is 甲 >= 50."""
    sides = [node.left, *node.comparators]
    return [
        (right, _FLIPPED.get(type(op), op), left)
        if _is_constant(left) and not _is_constant(right)
        else (left, op, right)
        for left, op, right in zip(sides, node.ops, sides[1:], strict=False)
    ]


def _is_constant(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id.startswith("k")


def _is_choice(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "choose"


def _has_blank(value: Any) -> bool:
    return value is BLANK or (isinstance(value, tuple) and BLANK in value)
