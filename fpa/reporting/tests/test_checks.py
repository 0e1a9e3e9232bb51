"""Each kind of check: when it fails, where, and what it says."""

from decimal import Decimal

import pytest

from fpa.reporting.checks import RULES, BadCheck, Facts, check_rule, find
from fpa.reporting.models import Check, Item, ItemKind

ITEMS = {
    "h": Item(key="h", label="走访户数", measure="户", order=1),
    "v": Item(key="v", label="发放资金", measure="元", kind=ItemKind.MONEY, order=2, required_at=""),
}
BETWEEN = {"a": "v", "b": "h", "lo": 50, "hi": 20000}


def facts(now, last=None):
    def exact(values):
        return {k: None if v is None else Decimal(str(v)) for k, v in values.items()}

    return Facts(ITEMS, exact(now), exact(last or {}))


BROKEN = [
    (
        "positive_together",
        {"a": "v", "b": "h"},
        {"v": 100, "h": 0},
        {},
        "h",
        "发放资金 100 元，但走访户数 0 户",
    ),
    ("positive_together", {"a": "v", "b": "h"}, {"v": 100}, {}, "h", "走访户数 未填 户"),
    ("ratio_between", BETWEEN, {"v": 49, "h": 1}, {}, "v", "现为 49，低于下限 1（元/户）"),
    ("ratio_between", BETWEEN, {"v": 60001, "h": 3}, {}, "v", "现为 20,000.33，高出上限 0.33（元/户）"),
    ("not_more_than", {"a": "h", "b": "v"}, {"h": 5, "v": 3}, {}, "h", "多出 2"),
    ("jump", {"item": "h", "factor": 5}, {"h": 51}, {"h": 10}, "h", "上期 10，本期 51，增加 41 户"),
    ("jump", {"item": "h", "factor": 5}, {"h": 1}, {"h": 10}, "h", "减少 9 户"),
    ("jump", {"item": "h", "factor": 5}, {"h": 0}, {"h": 10}, "h", "减少 10 户"),
]


@pytest.mark.parametrize(("kind", "params", "now", "last", "key", "difference"), BROKEN)
def test_check_fails_and_says_by_how_much(kind, params, now, last, key, difference):
    broken = RULES[kind][0](params, facts(now, last))
    assert broken is not None
    assert broken.key == key
    assert difference in broken.difference
    assert "应" in broken.formula


HOLDS = [
    ("positive_together", {"a": "v", "b": "h"}, {"v": 0, "h": 0}, {}),
    ("positive_together", {"a": "v", "b": "h"}, {"v": 1, "h": 1}, {}),
    ("positive_together", {"a": "v", "b": "h"}, {"v": None, "h": None}, {}),
    ("ratio_between", BETWEEN, {"v": 50, "h": 1}, {}),
    ("ratio_between", BETWEEN, {"v": 20000, "h": 1}, {}),
    ("ratio_between", BETWEEN, {"v": 5, "h": 0}, {}),
    ("ratio_between", BETWEEN, {"v": None, "h": 1}, {}),
    ("not_more_than", {"a": "h", "b": "v"}, {"h": 3, "v": 3}, {}),
    ("not_more_than", {"a": "h", "b": "v"}, {"h": 3, "v": None}, {}),
    ("jump", {"item": "h", "factor": 5}, {"h": 50}, {"h": 10}),
    ("jump", {"item": "h", "factor": 5}, {"h": 2}, {"h": 10}),
    ("jump", {"item": "h", "factor": 5}, {"h": 999}, {"h": 0}),
    ("jump", {"item": "h", "factor": 5}, {"h": 999}, {}),
]


@pytest.mark.parametrize(("kind", "params", "now", "last"), HOLDS)
def test_check_holds_at_and_within_its_bounds(kind, params, now, last):
    assert RULES[kind][0](params, facts(now, last)) is None


BAD_RULES = [
    ("median", {}, "没有“median”"),
    ("jump", {"item": "h"}, "参数应为 item、factor"),
    ("jump", {"item": "h", "factor": 2, "more": 1}, "参数应为"),
    ("not_more_than", {"a": "h", "b": "unknown"}, "unknown 不在这张表里"),
]


@pytest.mark.parametrize(("kind", "params", "reason"), BAD_RULES)
def test_check_rule_refuses_what_could_not_run(kind, params, reason):
    with pytest.raises(BadCheck, match=reason):
        check_rule(kind, params, ["h", "v"])


def report(now, explanations=None, checks=()):
    return find(
        checks, facts(now), table="走访慰问", column="新塘村 2023年上半年", explanations=explanations or {}
    )


def test_find_names_table_row_column_formula_and_difference():
    check = Check(kind="not_more_than", params={"a": "h", "b": "v"}, severity="odd", message="请核对")
    (found,) = report({"h": 5, "v": 3}, checks=[check])
    assert (found.table, found.row, found.column) == ("走访慰问", "走访户数", "新塘村 2023年上半年")
    assert found.formula == "“走访户数”不应多于“发放资金”"
    assert (found.is_hard, found.is_open, found.message) == (False, True, "请核对")


@pytest.mark.parametrize(("severity", "is_open"), [("odd", False), ("hard", True)])
def test_find_lets_an_explanation_settle_only_what_is_odd(severity, is_open):
    check = Check(kind="not_more_than", params={"a": "h", "b": "v"}, severity=severity, message="")
    (found,) = report({"h": 5, "v": 3}, {"h": "属实"}, [check])
    assert found.is_open is is_open


@pytest.mark.parametrize(
    ("now", "rows"),
    [
        ({"h": None}, ["走访户数"]),
        ({}, ["走访户数"]),
        ({"h": 0}, []),
        ({"h": "1.5"}, ["走访户数"]),
        ({"h": 1, "v": "0.001"}, ["发放资金"]),
    ],
)
def test_find_blocks_blanks_that_are_required_and_values_that_cannot_stand(now, rows):
    found = report(now)
    assert [f.row for f in found] == rows
    assert all(f.is_hard for f in found)


VALUES = [
    ("h", "-1", "不能是负数"),
    ("h", "1.5", "只能填整数"),
    ("v", "1.005", "最多两位小数"),
    ("h", "1000000000000", "数字过大"),
    ("h", "0", ""),
    ("v", "1.05", ""),
]


@pytest.mark.parametrize(("key", "value", "problem"), VALUES)
def test_item_says_why_a_value_cannot_stand(key, value, problem):
    said = ITEMS[key].problem_of(Decimal(value))
    assert problem in said
    assert bool(said) is bool(problem)


@pytest.mark.parametrize(
    ("value", "shown"), [("1234.00", "1,234"), ("1234.5", "1,234.50"), ("0", "0"), (None, "")]
)
def test_item_shows_values_as_cells_do(value, shown):
    assert ITEMS["v"].shown(None if value is None else Decimal(value)) == shown
