"""Formulas and rules over a form: what is computed, what is found, and what a design must not be."""

from decimal import Decimal

import pytest

from fpa.forms.checking import Rule, check, computed, definition_problems, evaluate
from fpa.forms.fields import Kind, TypedField

STEPS = ("apply", "close")
FIELDS = [
    TypedField("name", "项目名称", Kind.TEXT, required_at="apply"),
    TypedField("budget", "预算", Kind.MONEY, "元", required_at="apply"),
    TypedField("spent", "支出", Kind.MONEY, "元", required_at="close"),
    TypedField("rate", "执行率", Kind.PERCENT, formula="支出 ÷ 预算 × 100"),
    TypedField("equipment", "设备", Kind.TABLE),
    TypedField("item", "名称", Kind.TEXT, table="equipment"),
    TypedField("count", "数量", Kind.INTEGER, "台", table="equipment"),
    TypedField("price", "单价", Kind.MONEY, "元", table="equipment"),
    TypedField("amount", "金额", Kind.MONEY, "元", table="equipment", formula="数量 × 单价"),
    TypedField("total", "设备合计", Kind.MONEY, "元", formula="合计(设备.金额)"),
]
RULES = [
    Rule("支出 <= 预算", "hard", "请核对支出，超出部分应先调整预算。"),
    Rule("执行率 >= 60", "odd", "执行偏慢，请说明原因。"),
    Rule("设备合计 <= 预算 × 50%", "odd", "设备费偏高。", key="equipment"),
]
VALUES = {
    "name": "会员之家",
    "budget": Decimal(50000),
    "spent": Decimal("10000.50"),
    "equipment": ({"item": "桌椅", "count": Decimal(3), "price": Decimal("10000.10")},),
}


def test_formulas_are_worked_out_rows_first():
    found = computed(FIELDS, VALUES)
    assert found["equipment"][0]["amount"] == Decimal("30000.3")
    assert (found["total"], found["rate"]) == (Decimal("30000.3"), Decimal(20))


def test_formula_over_a_blank_is_blank():
    assert computed(FIELDS, {"budget": Decimal(1)})["rate"] is None
    assert computed(FIELDS, {"budget": Decimal(0), "spent": Decimal(1)})["rate"] is None


def test_check_names_the_field_the_rule_and_the_values():
    values = computed(FIELDS, VALUES | {"spent": Decimal(60000)})
    (hard, odd) = check(FIELDS, RULES, values, step="close", steps=STEPS)
    assert (hard.key, hard.is_hard, hard.rule) == ("spent", True, "“支出”应不超过“预算”")
    assert hard.detail == "支出 60,000 元，超过预算 50,000 元，相差 10,000"
    assert (odd.key, odd.label, odd.is_hard) == ("equipment", "设备", False)
    assert (
        odd.words
        == "设备：设备合计 30,000.3 元，超过预算 50,000 元 × 0.5 = 25,000，相差 5,000.3；设备费偏高。"
    )


def test_explanation_settles_an_odd_finding_and_not_a_hard_one():
    values = computed(FIELDS, VALUES | {"spent": Decimal(60000)})
    told = {"spent": "属实", "equipment": "上年已批"}
    found = check(FIELDS, RULES, values, explanations=told)
    assert [(f.key, f.is_open) for f in found] == [("spent", True), ("equipment", False)]


@pytest.mark.parametrize(("step", "keys"), [("apply", []), ("close", ["spent"]), ("", [])])
def test_field_is_required_from_its_step_on(step, keys):
    values = {"name": "会员之家", "budget": Decimal(1)}
    assert [f.key for f in check(FIELDS, [], values, step=step, steps=STEPS)] == keys


def test_rule_over_a_blank_finds_nothing():
    assert check(FIELDS, RULES, {"budget": Decimal(1)}) == []


def test_rule_may_look_at_the_last_period():
    rule = Rule("支出 <= 上期(支出) × 5", "odd", "请核对。")
    (found,) = check(FIELDS, [rule], {"spent": Decimal(60)}, previous={"spent": Decimal(10)}.get)
    assert found.detail == "支出 60 元，超过上期支出 10 元 × 5 = 50，相差 10"


def test_expression_over_values_gives_a_score():
    assert evaluate("最小(支出 ÷ 预算, 1) × 10", FIELDS, VALUES).value == Decimal("2.0001")


def test_good_design_has_no_problems():
    assert definition_problems(FIELDS, RULES, STEPS) == []


BAD = [
    ([TypedField("a", "甲"), TypedField("b", "甲")], [], "两个项目都叫“甲”"),
    ([TypedField("a", "甲", Kind.CHOICE)], [], "还没有选项"),
    ([TypedField("a", "甲", required_at="end")], [], "必填环节“end”不在流程里"),
    ([TypedField("a", "甲", Kind.TABLE)], [], "还没有列"),
    ([TypedField("a", "甲", table="b")], [], "明细表“b”不存在"),
    ([TypedField("a", "甲", Kind.TABLE, table="a")], [], "不能再套明细表"),
    ([TypedField("a", "甲", Kind.INTEGER, formula="乙 + 1")], [], "“乙”不是这里的项目"),
    ([TypedField("a", "甲", Kind.INTEGER, formula="甲 + 1")], [], "“甲”不是这里的项目"),
    ([TypedField("a", "甲"), TypedField("b", "乙", Kind.INTEGER, formula="甲 + 1")], [], "不是数字"),
    (
        [TypedField("a", "甲", Kind.INTEGER), TypedField("b", "乙", Kind.TEXT, formula="甲 + 1")],
        [],
        "得出的不是文字",
    ),
    ([TypedField("a", "甲", Kind.INTEGER)], [Rule("甲 + 1", "odd", "")], "应得出“是”或“否”"),
    ([TypedField("a", "甲", Kind.INTEGER)], [Rule("丙 > 1", "odd", "")], "“丙”不是这里的项目"),
    ([TypedField("a", "甲", Kind.INTEGER)], [Rule("甲 > '乙'", "odd", "")], "不能这样比较"),
    ([TypedField("a", "甲", Kind.INTEGER)], [Rule("甲 > 1", "odd", "", key="z")], "没有这个项目"),
]


@pytest.mark.parametrize(("fields", "rules", "problem"), BAD)
def test_bad_design_is_named_before_anyone_fills_it_in(fields, rules, problem):
    assert any(problem in found for found in definition_problems(fields, rules, STEPS))
