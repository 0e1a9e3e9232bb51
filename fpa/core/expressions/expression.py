"""An expression over known terms: checked once, worked out many times."""

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from fpa.core.expressions.evaluation import Evaluator, inward, outward
from fpa.core.expressions.faults import BadExpression
from fpa.core.expressions.syntax import Syntax, read
from fpa.core.expressions.terms import Term, Terms
from fpa.core.expressions.wording import Wording

Value = Decimal | bool | str | date | None
Lookup = Callable[[str], Any]


@dataclass(frozen=True)
class Result:
    """What an expression came to, and why.

    `value` is None where it can't be told: a value is blank, a divisor is 0. `difference` is left minus right of the
    comparison of two numbers that decides; `key` the first name in it, where a page can lead.
    """

    value: Value
    reason: str
    key: str = ""
    difference: Decimal | None = None

    @property
    def is_known(self) -> bool:
        """Whether it could be told."""
        return self.value is not None


@dataclass(frozen=True)
class Expression:
    """A checked expression; made by `compile_expression`."""

    syntax: Syntax
    terms: Mapping[str, Term]
    constants: Mapping[str, Any]

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Keys of the terms that it names, in the order of their first mention."""
        return tuple(dict.fromkeys(term.key for term in self.terms.values()))

    @cached_property
    def rule(self) -> str:
        """The expression in Chinese: “走访资金物资” ÷ “走访户数”应不超过 5,000."""
        return Wording(self.terms, self.constants, {}).rule(self.syntax.tree)

    def evaluate(self, values: Mapping[str, Any], previous: Lookup | None = None) -> Result:
        """Work it out over values by key; None, "" and keys that are missing are blank.

        `previous` gives a key's value of the last period, for 上期(…). Raises CannotEvaluate.
        """
        tree = self.syntax.tree
        evaluator = Evaluator(self._environment(values, previous))
        found = evaluator.eval(self.syntax.text, previously_parsed=tree)
        wording = Wording(self.terms, self.constants, evaluator.seen)
        key = (self.keys or ("",))[0]
        return Result(outward(found), wording.reason(tree), key, wording.difference(tree))

    def _environment(self, values: Mapping[str, Any], previous: Lookup | None) -> dict[str, Any]:
        """The values behind the tree's placeholders."""
        found: dict[str, Any] = dict(self.constants)
        for node in ast.walk(self.syntax.tree):
            if isinstance(node, ast.Name) and node.id[0] in "np" and node.id[1:].isdigit():
                term = self.terms["n" + node.id[1:]]
                lookup = values.get if node.id[0] == "n" else previous
                found[node.id] = inward(term.in_words(lookup(term.key) if lookup else None))
        return found


def compile_expression(text: str, terms: Terms | Iterable[Term]) -> Expression:
    """Read an expression and check its names. Raises BadExpression, which names the unknown and the known ones."""
    syntax = read(text)
    known = terms if isinstance(terms, Terms) else Terms(terms)
    found = {code: known.find(name) for code, name in syntax.names.items()}
    unknown = [syntax.names[code] for code, term in found.items() if term is None]
    if unknown:
        named = "、".join(f"“{name[:30]}”" for name in unknown[:5])
        raise BadExpression(f"算式中的{named}不是这里的项目。可以用的项目有：{known.words or '（还没有）'}。")
    terms_by_code = {code: term for code, term in found.items() if term is not None}
    return Expression(syntax, terms_by_code, _options_in_words(syntax, terms_by_code))


def _options_in_words(syntax: Syntax, terms: Mapping[str, Term]) -> dict[str, Any]:
    """The constants, where one that a choice is held against is the option's word, however it was written.

    Raises BadExpression for one that is no option.
    """
    constants = dict(syntax.constants)
    for node in ast.walk(syntax.tree):
        if not isinstance(node, ast.Compare | ast.Call):
            continue
        sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else node.args
        codes = [side.id for side in sides if isinstance(side, ast.Name)]
        term = next((terms["n" + c[1:]] for c in codes if c[0] in "np" and terms["n" + c[1:]].choices), None)
        for code in codes if term else ():
            written = constants.get(code)
            if isinstance(written, str):
                constants[code] = _option(term, written)
    return constants


def _option(term: Term | None, written: str) -> str:
    """The word of an option that was written as word or code."""
    options = dict(term.choices) if term else {}
    if written in options:
        return options[written]
    if written in options.values():
        return written
    known = "、".join(options.values())
    raise BadExpression(f"“{written[:30]}”不是“{term.label if term else ''}”的选项，可以用的有：{known}。")
