"""Reading an expression: what may be written, how large it may be, and the tree that it becomes.

Names, numbers and texts leave the text before Python's grammar sees it: it only ever parses placeholders, operators and
the functions of `functions.py`. So a field may be called anything, and nothing else of Python can be written.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from fpa.core.chinese import half_width
from fpa.core.expressions.faults import BadExpression
from fpa.core.expressions.functions import ARITIES, NAMES

MAX_CHARS = 2_000
MAX_TOKENS = 300
MAX_DEPTH = 40
MAX_DIGITS = 24
KEPT = 1_024
"""Expressions whose tree is kept."""

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |\[(?P<name>[^\[\]]+)\]
    |(?P<text>"[^"]*"|'[^']*'|“[^”]*”)
    |(?P<number>\d+(?:\.\d+)?)(?P<scale>[%万亿]?)(?!\w)
    |(?P<word>[^\W\d]\w*(?:\.\w+)*)
    |(?P<sign><=|>=|==|!=|<>|[≤≥≠=<>+\-−*×/÷(),])""",
    re.VERBOSE,
)
_SIGNS = {"≤": "<=", "≥": ">=", "≠": "!=", "<>": "!=", "=": "==", "−": "-", "×": "*", "÷": "/"}
_WORDS = {
    "and": "and",
    "且": "and",
    "并且": "and",
    "or": "or",
    "或": "or",
    "或者": "or",
    "not": "not",
    "非": "not",
}
_TRUTHS = {"true": True, "是": True, "false": False, "否": False}
_SCALES = {"": Fraction(1), "%": Fraction(1, 100), "万": Fraction(10_000), "亿": Fraction(100_000_000)}
_SHAPE = "请检查括号是否成对、运算符两边是否都有内容。"

Constant = Fraction | str | bool


class Token(NamedTuple):
    """What stands for a piece of the text in Python's grammar, and the piece itself."""

    code: str
    written: str


@dataclass(frozen=True)
class Syntax:
    """A read expression: its tree over placeholders, the names (n0) and constants (k0) behind them.

    In the tree p0 is the last period's value of n0.
    """

    text: str
    tree: ast.expr
    names: Mapping[str, str]
    constants: Mapping[str, Constant]


def read(text: str) -> Syntax:
    """Read an expression; trees are kept, so the same text is read once. Raises BadExpression."""
    if len(text) > MAX_CHARS:
        raise BadExpression(f"算式有 {len(text):,} 个字，最多 {MAX_CHARS:,} 个字，请拆成几条。")
    return _read(text)


@lru_cache(maxsize=KEPT)
def _read(text: str) -> Syntax:
    reader = _Reader(text)
    tokens = list(islice(reader.tokens(), MAX_TOKENS + 1))
    if not tokens:
        raise BadExpression("算式是空的，请填写。")
    _check_size(tokens)
    tree = _Previous().visit(_checked(_parsed(tokens)))
    return Syntax(text, tree, {code: name for name, code in reader.names.items()}, reader.constants)


class _Reader:
    """Splits a text into tokens, and puts names and constants aside."""

    def __init__(self, text: str) -> None:
        self.written, self.text = text, half_width(text)  # character by character, so positions agree
        self.names: dict[str, str] = {}
        self.constants: dict[str, Constant] = {}

    def tokens(self) -> Iterator[Token]:
        """The tokens in order. Raises BadExpression at what is none."""
        at = 0
        while at < len(self.text):
            found = _TOKEN.match(self.text, at)
            if not found:
                piece = self.written[at : at + 10]
                raise BadExpression(f"看不懂算式中的“{piece}”，请检查写法；名称里有符号的，请写成[名称]。")
            at = found.end()
            if not found["space"]:
                yield Token(self._code(found), found[0])

    def _code(self, found: re.Match[str]) -> str:
        """What stands for a token."""
        if found["sign"]:
            return _SIGNS.get(found[0], found[0])
        if found["word"]:
            return self._word(found[0], self.text[found.end() :].lstrip().startswith("("))
        if found["name"]:
            return self._name(found["name"].strip())
        return self._kept(
            _number(found) if found["number"] else self.written[found.start() + 1 : found.end() - 1]
        )

    def _word(self, word: str, is_called: bool) -> str:
        if word in _WORDS:
            return _WORDS[word]
        if is_called:
            return _function(word)
        return self._kept(_TRUTHS[word]) if word in _TRUTHS else self._name(word)

    def _name(self, name: str) -> str:
        return self.names.setdefault(name, f"n{len(self.names)}")

    def _kept(self, value: Constant) -> str:
        code = f"k{len(self.constants)}"
        self.constants[code] = value
        return code


def _function(word: str) -> str:
    if word not in NAMES:
        known = "、".join(sorted(name for name in NAMES if not name.isascii()))
        raise BadExpression(f"没有“{word[:20]}”这个函数，可以用的有：{known}。")
    return NAMES[word]


def _number(found: re.Match[str]) -> Fraction:
    if len(found["number"]) > MAX_DIGITS:
        raise BadExpression(f"算式中的数“{found['number'][:20]}…”超过 {MAX_DIGITS} 位，请核对。")
    return Fraction(found["number"]) * _SCALES[found["scale"]]


def _check_size(tokens: list[Token]) -> None:
    if len(tokens) > MAX_TOKENS:
        raise BadExpression(f"算式太长，最多 {MAX_TOKENS} 个名称、数和符号，请拆成几条。")
    depth = 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.code, 0)
        if depth > MAX_DEPTH:
            raise BadExpression(f"算式的括号套得太深，最多 {MAX_DEPTH} 层，请拆成几条。")


def _parsed(tokens: list[Token]) -> ast.expr:
    source = " ".join(token.code for token in tokens)
    try:
        return ast.parse(source, mode="eval").body
    except SyntaxError as error:
        before = source[: max((error.offset or 1) - 1, 0)].count(" ")
        near = tokens[min(before, len(tokens) - 1)].written
        raise BadExpression(f"算式在“{near[:20]}”附近写得不对，{_SHAPE}") from None


_ALLOWED = (
    ast.Name, ast.Load, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.UnaryOp, ast.USub, ast.UAdd, ast.Not,
    ast.BoolOp, ast.And, ast.Or, ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Call,
)  # fmt: skip


def _checked(tree: ast.expr) -> ast.expr:
    """The tree, where each node is one that we know, and none lies too deep. Raises BadExpression."""
    level: list[ast.AST] = [tree]
    depth = 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise BadExpression(f"算式套得太深，最多 {MAX_DEPTH} 层；很多项相加，请写成 合计(甲, 乙, 丙)。")
        for node in level:
            _check_node(node)
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return tree


def _check_node(node: ast.AST) -> None:
    if not isinstance(node, _ALLOWED):
        raise BadExpression(f"算式的写法不对，{_SHAPE}")
    if not isinstance(node, ast.Call):
        return
    if not isinstance(node.func, ast.Name) or node.func.id not in ARITIES or node.keywords:
        raise BadExpression(f"算式的写法不对，{_SHAPE}")
    word, (least, most) = _chinese(node.func.id), ARITIES[node.func.id]
    if not least <= len(node.args) <= most:
        wanted = f"{least}" if least == most else f"{least} 至 {most}"
        raise BadExpression(f"“{word}”的括号里应有 {wanted} 项，现有 {len(node.args)} 项。")


def _chinese(function: str) -> str:
    return next(name for name, code in NAMES.items() if code == function and not name.isascii())


class _Previous(ast.NodeTransformer):
    """上期(甲) becomes a placeholder of its own, so that a lookup is asked for the name and not for its value."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Replace a call of 上期; its argument must be a name."""
        self.generic_visit(node)
        if not isinstance(node.func, ast.Name) or node.func.id != "previous":
            return node
        (of,) = node.args
        if not isinstance(of, ast.Name) or not of.id.startswith("n"):
            raise BadExpression("“上期”的括号里只能写一个项目的名称，如 上期(走访户数)。")
        return ast.Name("p" + of.id[1:], ast.Load())
