"""Expressions: what may be written, what they come to, how they say why, and that nothing gets through or hangs."""

import time
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpa.core.expressions import (
    BadExpression,
    CannotEvaluate,
    ExpressionError,
    Term,
    Terms,
    compile_expression,
    syntax,
)

TERMS = Terms(
    [
        Term("visit.value", "走访资金物资", "元"),
        Term("households", "走访户数", "户"),
        Term("kind", "类别（甲）", choices=(("special", "特殊家庭"), ("poor", "困难家庭"))),
        Term("start", "开始日期"),
        Term("end", "结束日期"),
        Term("equipment.price", "设备金额", "元"),
        Term("shown", "已公示"),
    ]
)
VALUES = {
    "visit.value": Decimal("48000.00"),
    "households": 3,
    "kind": "special",
    "start": date(2026, 1, 1),
    "end": date(2026, 2, 1),
    "equipment.price": [Decimal("0.10"), Decimal("0.20")],
    "shown": True,
}


def came_to(text, values=VALUES, previous=None):
    return compile_expression(text, TERMS).evaluate(values, previous)


RESULTS = [
    ("走访资金物资 ÷ 走访户数", Decimal(16000)),
    ("visit.value / households <= 5000", False),
    ("0.1 + 0.2 = 0.3", True),
    ("1 / 3 * 3 = 1", True),
    ("10 / 走访户数", Decimal("3.3333333333")),
    ("合计(设备金额) = 0.3", True),
    ("合计(设备金额, 1)", Decimal("1.3")),
    ("个数(设备金额)", Decimal(2)),
    ("最小(设备金额)", Decimal("0.1")),
    ("最大(3, 走访户数, 2) − 绝对值(-2)", Decimal(1)),
    ("四舍五入(2.5)", Decimal(3)),
    ("四舍五入(-2.5)", Decimal(-3)),
    ("round(10 / 3, 2)", Decimal("3.33")),
    ("天数(开始日期, 结束日期)", Decimal(31)),
    ("结束日期 > 开始日期 且 开始日期 >= 日期(“2026年1月1日”)", True),
    ("[类别（甲）] = “special”", True),
    ("[类别（甲）] = “特殊家庭”", True),
    ("[类别（甲）] = “困难家庭”", False),
    ("属于([类别（甲）], 'poor', 'special')", True),
    ("5万 × 10%", Decimal(5000)),
    ("（２＋３）＊２", Decimal(10)),
    ("如果(走访户数 > 5, 1, 2)", Decimal(2)),
    ("如果(走访户数 > 5, 走访资金物资 > 0)", True),
    ("非 已公示 或 已公示 = 是", True),
    ("1 < 走访户数 <= 3", True),
    ("若空(households, 0) + 1", Decimal(4)),
    ("已填(走访户数)", True),
]


@pytest.mark.parametrize(("text", "value"), RESULTS)
def test_expression_comes_to_its_exact_value(text, value):
    result = came_to(text)
    assert result.value == value
    assert type(result.value) is type(value)


REASONS = [
    ("走访资金物资 ÷ 走访户数 <= 5000", "走访资金物资 48,000 元 ÷ 走访户数 3 户 = 16,000，超过 5,000"),
    ("走访户数 >= 3", "走访户数 3 户，不低于 3"),
    ("10 ÷ 走访户数 < 3", "10 ÷ 走访户数 3 户 = 约 3.33，不小于 3"),
    ("走访户数 <= 上期(走访户数) × 5", "走访户数 3 户，超过上期走访户数 0.5 户 × 5 = 2.5"),
    ("走访户数 > 1 且 走访户数 > 5", "走访户数 3 户，不大于 5"),
    ("走访户数 > 4 或 走访户数 > 5", "走访户数 3 户，不大于 4；走访户数 3 户，不大于 5"),
    ("如果(走访资金物资 > 0, 走访户数 > 5)", "走访资金物资 48,000 元，大于 0；走访户数 3 户，不大于 5"),
    ("[类别（甲）] = “poor”", "类别（甲） 特殊家庭，不是“困难家庭”"),
    ("属于([类别（甲）], “困难家庭”)", "属于（类别（甲） 特殊家庭，“困难家庭”） = 否"),
    ("开始日期 > 结束日期", "开始日期 2026年1月1日，不晚于结束日期 2026年2月1日"),
    ("走访资金物资 ÷ (走访户数 − 1)", "走访资金物资 48,000 元 ÷ （走访户数 3 户 − 1） = 24,000"),
    ("1 < 走访户数 < 3", "走访户数 3 户，不小于 3"),
    ("50 <= 走访户数 ÷ 2 <= 90", "走访户数 3 户 ÷ 2 = 1.5，低于 50"),
]


@pytest.mark.parametrize(("text", "reason"), REASONS)
def test_expression_gives_its_reason_with_names_and_values(text, reason):
    assert came_to(text, previous=lambda _: Decimal("0.5")).reason == reason


def test_range_is_said_as_one():
    rule = compile_expression("50 <= 走访资金物资 ÷ 走访户数 <= 5000", TERMS)
    assert rule.rule == "“走访资金物资” ÷ “走访户数”应在 50 至 5,000 之间"
    assert rule.evaluate(VALUES).difference == Decimal(11000)


def test_expression_says_its_rule_and_by_how_much_it_fails():
    rule = compile_expression("走访资金物资 ÷ 走访户数 <= 5000", TERMS)
    assert rule.rule == "“走访资金物资” ÷ “走访户数”应不超过 5,000"
    assert rule.keys == ("visit.value", "households")
    result = rule.evaluate(VALUES)
    assert (result.difference, result.key) == (Decimal(11000), "visit.value")


UNDECIDED = [
    ("走访资金物资 <= 5000", {}, "“走访资金物资”没有数据，暂不能判断"),
    ("走访资金物资 <= 5000", {"visit.value": ""}, "“走访资金物资”没有数据"),
    ("visit.value / households > 1", {"visit.value": 1, "households": 0}, "走访户数 0 户，不能作除数"),
    ("走访户数 > 1 且 走访资金物资 > 0", {"households": 3}, "“走访资金物资”没有数据"),
    ("合计(设备金额) > 1", {"equipment.price": [1, None]}, "“设备金额”"),
    ("走访户数 > 上期(走访户数)", {"households": 3}, "上期的“走访户数”没有数据"),
]


@pytest.mark.parametrize(("text", "values", "reason"), UNDECIDED)
def test_blank_value_makes_a_rule_undecided(text, values, reason):
    result = came_to(text, values)
    assert not result.is_known
    assert reason in result.reason


DECIDED_ALL_THE_SAME = [
    ("走访户数 > 5 且 走访资金物资 > 0", False),
    ("走访户数 > 2 或 走访资金物资 > 0", True),
    ("如果(走访户数 > 5, 走访资金物资 > 0)", True),
    ("若空(走访资金物资, 0) = 0", True),
    ("已填(走访资金物资)", False),
]


@pytest.mark.parametrize(("text", "value"), DECIDED_ALL_THE_SAME)
def test_blank_value_does_not_matter_where_it_cannot_turn_the_result(text, value):
    assert came_to(text, {"households": 3}).value is value


def test_unknown_name_is_named_with_the_known_ones_at_design_time():
    with pytest.raises(BadExpression) as error:
        compile_expression("走访人数 ÷ 走访户数", TERMS)
    assert "“走访人数”不是这里的项目" in str(error.value)
    assert "走访资金物资、走访户数、类别（甲）" in str(error.value)


def test_option_that_a_choice_does_not_have_is_named_at_design_time():
    with pytest.raises(BadExpression, match="“其他”不是“类别（甲）”的选项，可以用的有：特殊家庭、困难家庭"):
        compile_expression("[类别（甲）] = “其他”", TERMS)


def test_label_that_two_terms_share_names_neither():
    terms = [Term("a", "金额"), Term("b", "金额")]
    with pytest.raises(BadExpression):
        compile_expression("金额 > 1", terms)
    assert compile_expression("a > b", terms).evaluate({"a": 2, "b": 1}).value is True


BAD = [
    "", "   ", "走访户数 +", "(走访户数", "1 2", "甲(1)", "走访户数(1)", "[走访户数](1)", "天数(开始日期)", "上期(1)",
    "上期(走访户数 + 1)", "__import__('os')", "走访户数.__class__", "lambda: 1", "[走访户数 for x in y]",
    "{1: 2}", "1; 2", "走访户数 := 1", "'a' 'b'", "f'{走访户数}'", "走访户数[0]", "9 ** 9", "1 if 2 else 3",
    "x" * 10_000, "1e999", "(1, 2)", "0x10", "走访户数 and", "!",
    "合计(*设备金额)", "合计(a=1)", "“没有引号", "1" * 30, "走访户数 is 1", "，" * 50,
]  # fmt: skip


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_expression_is_refused_in_chinese(text):
    with pytest.raises(BadExpression) as error:
        compile_expression(text, TERMS)
    assert any("\u4e00" <= character <= "\u9fff" for character in str(error.value))


BOMBS = [
    "(" * 900 + "1" + ")" * 900, "-" * 1_900 + "1", "not " * 290 + "已公示", "+".join(["1"] * 149),
    "+".join(["1"] * 5_000), "×".join(["999999999999999999999999"] * 45), "合计(" * 45 + "1" + ")" * 45, "(" * 10_000,
    "a." * 900 + "b", "9" * 1_999, "[" * 1_999, "“" * 1_999, "1/" * 900 + "3", "如果(是," * 50 + "1" + ")" * 50,
]  # fmt: skip


@pytest.mark.parametrize("text", BOMBS)
def test_bomb_is_refused_at_once(text):
    began = time.perf_counter()
    with pytest.raises(ExpressionError):
        came_to(text)
    assert time.perf_counter() - began < 0.5


REFUSED_VALUES = [
    Decimal("1e999999"),
    Decimal("NaN"),
    float("inf"),
    10**400,
    "字" * 20_000,
    object(),
    [1] * 9_000,
]


@pytest.mark.parametrize("value", REFUSED_VALUES, ids=lambda v: type(v).__name__)
def test_value_out_of_bounds_is_refused(value):
    with pytest.raises(CannotEvaluate):
        came_to("households + 1", {"households": value})


@pytest.mark.parametrize(
    "text", ["走访户数 + '甲'", "开始日期 > 1", "'甲' < '乙'", "走访户数 且 已公示", "天数(1, 2)"]
)
def test_kinds_that_do_not_go_together_are_refused_in_words(text):
    with pytest.raises(CannotEvaluate):
        came_to(text)


def test_trees_are_kept_within_a_bound():
    syntax._read.cache_clear()
    for n in range(syntax.KEPT + 10):
        compile_expression(f"走访户数 > {n}", TERMS)
    assert syntax._read.cache_info().currsize == syntax.KEPT


PIECES = st.sampled_from(
    ["走访户数", "visit.value", "[类别（甲）]", "开始日期", "设备金额", "上期", "合计", "天数", "如果", "若空",
     "(", ")", ",", "+", "-", "*", "/", "<=", "=", "≠", "且", "或", "非", "是", "0", "1.5", "3%", "9万", "“甲”",
     "**", "[", ".", "if", "lambda", "__class__"]
)  # fmt: skip
ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.decimals(), st.text(max_size=20), st.dates(),
    st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=3)), max_size=4),
)  # fmt: skip


@settings(max_examples=600, deadline=None, derandomize=True)
@given(
    st.one_of(st.lists(PIECES, max_size=14).map(" ".join), st.text(max_size=60)),
    st.fixed_dictionaries({term.key: ANYTHING for term in TERMS.all}),
)
def test_evaluator_never_raises_anything_but_its_own_error(text, values):
    with suppress(ExpressionError):
        assert came_to(text, values, previous=values.get).reason


MONEY = st.decimals(min_value=-(10**12), max_value=10**12, places=2)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(MONEY, MONEY, st.integers(1, 10**6))
def test_arithmetic_on_money_is_exact(a, b, n):
    values = {"visit.value": a, "start": b, "households": n}
    assert came_to("visit.value + start", values).value == a + b
    assert came_to("(visit.value / households) * households = visit.value", values).value is True
    assert came_to("visit.value − start", values).value == a - b


def test_reason_says_a_blank_among_several_values():
    assert came_to("设备金额", {"equipment.price": [None, 3]}).reason == "设备金额 未填、3"
