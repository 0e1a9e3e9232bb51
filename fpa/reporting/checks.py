"""How a form's answers are checked: each kind of rule says in plain Chinese what must hold and by how much it does not.

A hard finding blocks the report; an odd one goes through with an explanation on its cell (联网直报 calls both the
audit report). A kind is one function; a form names it with its parameters in `Check`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from fpa.core.chinese import exact, number
from fpa.forms.checking import Rule as FormRule
from fpa.forms.checking import Severity, blank_words, rule_findings, rule_problems
from fpa.forms.fields import TypedField
from fpa.pages.record import Fact
from fpa.reporting.models import Check, Item

Values = Mapping[str, Any]
"""Typed values by item key; the rules of a kind of their own look at numbers only."""


class BadCheck(ValueError):
    """A rule's kind or parameters make no sense."""


@dataclass(frozen=True)
class Facts:
    """What rules look at: a unit's values now and in its last period, by item key."""

    items: Mapping[str, Item]
    now: Values
    last: Values = field(default_factory=dict)

    def said(self, key: str, value: Decimal | None) -> str:
        """A value with its label and measure: 走访户数 120 户."""
        item = self.items[key]
        return f"{item.label} {item.shown(value) or '未填'} {item.measure}"


@dataclass(frozen=True)
class Broken:
    """How one rule fails: the cell to look at first, what must hold, and how far it is from that."""

    key: str
    formula: str
    difference: str


@dataclass(frozen=True)
class Finding:
    """A failed rule as the audit report lists it: table, row, column, formula, difference."""

    severity: str
    table: str
    row: str
    column: str
    key: str
    formula: str
    difference: str
    message: str
    explanation: str = ""

    @property
    def facts(self) -> list[Fact]:
        """What the rule asks and what is found, as lines."""
        return [Fact("规则", self.formula), Fact("差额", self.difference, empty="")]

    @property
    def is_hard(self) -> bool:
        """Whether it blocks."""
        return self.severity == Severity.HARD

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done about it: mend the value, or explain an odd one."""
        return self.is_hard or not self.explanation


Rule = Callable[[Mapping[str, Any], Facts], Broken | None]


def _positive_together(params: Mapping[str, Any], facts: Facts) -> Broken | None:
    """Where `a` is above zero, `b` must be too."""
    a, b = params["a"], params["b"]
    if not facts.now.get(a) or facts.now.get(b):
        return None
    formula = f"“{facts.items[a].label}”大于 0 时，“{facts.items[b].label}”也应大于 0"
    return Broken(b, formula, f"{facts.said(a, facts.now[a])}，但{facts.said(b, facts.now.get(b))}")


def _ratio_between(params: Mapping[str, Any], facts: Facts) -> Broken | None:
    """`a` per `b` must lie between `lo` and `hi`, both inclusive; not looked at where either is blank or `b` is 0."""
    a, b, lo, hi = params["a"], params["b"], exact(params["lo"]), exact(params["hi"])
    above, below = facts.now.get(a), facts.now.get(b)
    if above is None or not below or lo <= above / below <= hi:
        return None
    ratio, measure = above / below, f"{facts.items[a].measure}/{facts.items[b].measure}"
    formula = (
        f"“{facts.items[a].label}”÷“{facts.items[b].label}”应在 {number(lo)} 至 {number(hi)} {measure}之间"
    )
    far = f"高出上限 {_rounded(ratio - hi)}" if ratio > hi else f"低于下限 {_rounded(lo - ratio)}"
    return Broken(a, formula, f"现为 {_rounded(ratio)}，{far}（{measure}）")


def _not_more_than(params: Mapping[str, Any], facts: Facts) -> Broken | None:
    """`a` must not be above `b`."""
    a, b = params["a"], params["b"]
    small, large = facts.now.get(a), facts.now.get(b)
    if small is None or large is None or small <= large:
        return None
    formula = f"“{facts.items[a].label}”不应多于“{facts.items[b].label}”"
    return Broken(
        a, formula, f"{facts.said(a, small)}，{facts.said(b, large)}，多出 {number(_plain(small - large))}"
    )


def _jump(params: Mapping[str, Any], facts: Facts) -> Broken | None:
    """`item` must not be more than `factor` times the unit's last period, nor less than that part of it."""
    key, factor = params["item"], exact(params["factor"])
    now, last = facts.now.get(key), facts.last.get(key)
    if now is None or not last or last / factor <= now <= last * factor:
        return None
    label = facts.items[key].label
    formula = f"“{label}”与上期相比，应在上期的 {number(factor)} 分之一至 {number(factor)} 倍之间"
    change = "增加" if now > last else "减少"
    return Broken(
        key,
        formula,
        f"上期 {facts.items[key].shown(last)}，本期 {facts.items[key].shown(now)}，"
        f"{change} {facts.items[key].shown(abs(now - last))} {facts.items[key].measure}",
    )


def _expression(params: Mapping[str, Any], facts: Facts) -> Broken | None:
    """An expression over the items must hold, as far as it can be told; the fault stands at `key`, or at its first."""
    rule = FormRule(params["expression"], Severity.HARD, "", params["key"])
    fields = [item.typed for item in facts.items.values()]
    found = next(rule_findings(fields, [rule], facts.now, facts.last.get), None)
    return Broken(found.key, found.rule, found.detail) if found else None


RULES: dict[str, tuple[Rule, tuple[str, ...]]] = {
    "positive_together": (_positive_together, ("a", "b")),
    "ratio_between": (_ratio_between, ("a", "b", "lo", "hi")),
    "not_more_than": (_not_more_than, ("a", "b")),
    "jump": (_jump, ("item", "factor")),
    "expression": (_expression, ("expression", "key")),
}
"""Each kind of rule with the parameters that it needs; a, b, item and key name items by key."""


def check_rule(
    kind: str, params: Mapping[str, Any], keys: Iterable[str], fields: Sequence[TypedField] = ()
) -> None:
    """Refuse a rule that could not be run on a form with these item keys, and fields for an expression.

    Raises BadCheck.
    """
    if kind not in RULES:
        raise BadCheck(f"没有“{kind}”这种审核规则，可用的有：{'、'.join(RULES)}。")
    if set(params) != set(RULES[kind][1]):
        raise BadCheck(f"规则“{kind}”的参数应为 {'、'.join(RULES[kind][1])}。")
    unknown = {params[name] for name in ("a", "b", "item") if name in params} - set(keys)
    if unknown:
        raise BadCheck(f"规则“{kind}”用到的指标 {'、'.join(sorted(unknown))} 不在这张表里。")
    if kind == "expression":
        for problem in rule_problems(
            FormRule(params["expression"], Severity.HARD, "", params["key"]), fields
        ):
            raise BadCheck(problem)


def _plain(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1)) if value == int(value) else value


def _rounded(value: Decimal) -> str:
    return number(_plain(value.quantize(Decimal("0.01"), ROUND_HALF_UP)))


def find(
    checks: Sequence[Check], facts: Facts, *, table: str, column: str, explanations: Mapping[str, str]
) -> list[Finding]:
    """The audit report of one unit's answers: values that can't stand first, then blanks, then failed rules.

    `column` names unit and period; `explanations` are the cells' own, by key.
    """
    found = [*_wrong_cells(facts), *_failed(checks, facts)]
    return [
        Finding(
            severity=severity,
            table=table,
            row=facts.items[broken.key].label,
            column=column,
            key=broken.key,
            formula=broken.formula,
            difference=broken.difference,
            message=message,
            explanation="" if severity == Severity.HARD else explanations.get(broken.key, ""),
        )
        for severity, broken, message in found
    ]


Found = Iterable[tuple[str, Broken, str]]


def _wrong_cells(facts: Facts) -> Found:
    for key, item in facts.items.items():
        value = facts.now.get(key)
        problem = item.problem_of(value)
        if value is None and item.required:
            formula, difference, way_out = blank_words(item.typed)
            yield Severity.HARD, Broken(key, formula, difference), way_out
        elif problem:
            yield Severity.HARD, Broken(key, problem, f"现为 {item.shown(value)}"), "请改正这一格。"


def _failed(checks: Sequence[Check], facts: Facts) -> Found:
    for check in checks:
        broken = RULES[check.kind][0](check.params, facts)
        if broken:
            yield check.severity, broken, check.message
