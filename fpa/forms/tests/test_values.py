"""Values of typed fields: read, judged, said, kept and read back."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpa.forms import fields as definitions
from fpa.forms.fields import Kind, Sensitivity, TypedField, use_dictionaries
from fpa.forms.values import (
    MAX_VALUE,
    BadValue,
    display,
    from_json,
    from_stored,
    parse_value,
    problem_of,
    say,
    to_json,
    to_stored,
)

OPTIONS = (("special", "特殊家庭"), ("poor", "困难家庭（低保）"))
FIELDS = {kind: TypedField(kind.value, kind.label, kind, options=OPTIONS) for kind in Kind}
COLUMNS = [
    TypedField("name", "名称", Kind.TEXT, table="table"),
    TypedField("price", "单价", Kind.MONEY, "元", table="table"),
]
ALL = [*FIELDS.values(), *COLUMNS]

READ = [
    (Kind.INTEGER, "１,234", Decimal(1234)),
    (Kind.INTEGER, "—", None),
    (Kind.DECIMAL, "1.50", Decimal("1.5")),
    (Kind.MONEY, "1.2万", Decimal(12000)),
    (Kind.MONEY, 0.1, Decimal("0.1")),
    (Kind.PERCENT, "85.25％", Decimal("85.25")),
    (Kind.PERCENT, Decimal(85), Decimal(85)),
    (Kind.TEXT, "  新塘  村 ", "新塘 村"),
    (Kind.TEXT, "   ", None),
    (Kind.LONG_TEXT, "一\r\n二  三\n", "一\n二 三"),
    (Kind.CHOICE, "特殊家庭", "special"),
    (Kind.CHOICE, "poor", "poor"),
    (Kind.CHOICES, "困难家庭（低保）、特殊家庭", ("special", "poor")),
    (Kind.CHOICES, ["poor", "poor"], ("poor",)),
    (Kind.DATE, "2026年5月1日", date(2026, 5, 1)),
    (Kind.YES_NO, "是", True),
    (Kind.YES_NO, "×", False),
    (Kind.FILE, "0192-upload", "0192-upload"),
    (
        Kind.TABLE,
        [{"name": "床", "price": "1,200"}, {"name": " ", "price": ""}],
        ({"name": "床", "price": Decimal(1200)},),
    ),
    (Kind.TABLE, [{"name": "", "price": ""}], None),
]


@pytest.mark.parametrize(("kind", "typed", "value"), READ)
def test_value_is_read_as_offices_write_it(kind, typed, value):
    assert parse_value(FIELDS[kind], typed, ALL) == value


UNREADABLE = [
    (Kind.INTEGER, "三十户", "单位或文字|汉字数字|不是数字"),
    (Kind.INTEGER, True, "不是数字"),
    (Kind.DATE, "去年", "看不懂日期“去年”"),
    (Kind.CHOICE, "其他", "没有“其他”这个选项，可以选的有：特殊家庭、困难家庭（低保）"),
    (Kind.YES_NO, "也许", "请填“是”或“否”"),
    (Kind.TEXT, "a\x00b", "不能保存的字符"),
    (Kind.TABLE, "文字", "明细表没有读懂"),
    (Kind.TABLE, [{"name": "床", "price": "贵"}], "第 1 行“单价”：“贵”不是数字"),
]


@pytest.mark.parametrize(("kind", "typed", "reason"), UNREADABLE)
def test_what_is_no_value_is_refused_with_its_reason(kind, typed, reason):
    with pytest.raises(BadValue, match=reason):
        parse_value(FIELDS[kind], typed, ALL)


PROBLEMS = [
    (Kind.INTEGER, Decimal("-1"), "不能是负数"),
    (Kind.INTEGER, Decimal("1.5"), "只能填整数"),
    (Kind.MONEY, Decimal("1.005"), "最多两位小数，请精确到分"),
    (Kind.DECIMAL, Decimal("1.005"), "最多 2 位小数"),
    (Kind.INTEGER, MAX_VALUE + 1, "数字过大"),
    (Kind.TEXT, "字" * 201, "最多 200 个字，现有 201 个字"),
    (Kind.TABLE, ({"price": Decimal("-1")},), "第 1 行：“单价”不能是负数"),
    (Kind.TABLE, ({"name": "床"},) * 201, "最多 200 行"),
]


@pytest.mark.parametrize(("kind", "value", "problem"), PROBLEMS)
def test_value_that_cannot_stand_says_why(kind, value, problem):
    assert problem in problem_of(FIELDS[kind], value, ALL)


def test_negative_number_stands_where_the_field_allows_it():
    assert problem_of(TypedField("d", "增减", Kind.INTEGER, allows_negative=True), Decimal(-3)) == ""


SHOWN = [
    (Kind.MONEY, Decimal("1234.5"), "1,234.50"),
    (Kind.MONEY, Decimal("1234.00"), "1,234"),
    (Kind.DECIMAL, Decimal("1.50"), "1.5"),
    (Kind.PERCENT, Decimal("85.25"), "85.25%"),
    (Kind.CHOICE, "poor", "困难家庭（低保）"),
    (Kind.CHOICES, ("special", "poor"), "特殊家庭、困难家庭（低保）"),
    (Kind.DATE, date(2026, 5, 1), "2026年5月1日"),
    (Kind.YES_NO, False, "否"),
    (Kind.TABLE, ({"name": "床"},), "1 行"),
    (Kind.TEXT, None, ""),
]


@pytest.mark.parametrize(("kind", "value", "shown"), SHOWN)
def test_value_is_shown_in_words(kind, value, shown):
    assert display(FIELDS[kind], value) == shown


def test_value_is_said_with_label_and_unit():
    field = TypedField("h", "走访户数", Kind.INTEGER, "户")
    assert (say(field, Decimal(1200)), say(field, None)) == ("走访户数 1,200 户", "走访户数 未填")


def test_guarded_value_is_masked():
    person = TypedField("n", "姓名", Kind.TEXT, sensitivity=Sensitivity.PERSONAL)
    health = TypedField("h", "病情", Kind.TEXT, sensitivity=Sensitivity.SENSITIVE)
    assert (display(person, "张晓梅", is_masked=True), display(health, "某病", is_masked=True)) == (
        "张*",
        "已填",
    )
    assert display(person, "张晓梅") == "张晓梅"


def test_choices_may_come_from_a_dictionary(monkeypatch):
    monkeypatch.setattr(definitions, "_dictionaries", [])
    use_dictionaries(lambda code: [(f"{code}-1", "优生优育指导")], lambda _: {"old": "宣传教育"})
    field = TypedField("task", "重点任务", Kind.CHOICE, dictionary="six_tasks")
    assert parse_value(field, "优生优育指导") == "six_tasks-1"
    assert display(field, "old") == "宣传教育", "what was chosen keeps its word when it is no longer in force"


NUMBERS = st.decimals(min_value=-MAX_VALUE, max_value=MAX_VALUE, places=4)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)
ROWS = st.lists(st.fixed_dictionaries({"name": TEXTS, "price": st.one_of(st.none(), NUMBERS)}), max_size=4)
VALUES = {
    **dict.fromkeys((Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.PERCENT), NUMBERS),
    **dict.fromkeys((Kind.TEXT, Kind.LONG_TEXT, Kind.FILE), TEXTS),
    Kind.CHOICE: st.sampled_from(["special", "poor"]),
    Kind.CHOICES: st.lists(st.sampled_from(["special", "poor"])),
    Kind.DATE: st.dates(date(1900, 1, 1), date(2100, 12, 31)),
    Kind.YES_NO: st.booleans(),
    Kind.TABLE: ROWS,
}


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.fixed_dictionaries({kind.value: st.one_of(st.none(), VALUES[kind]) for kind in Kind}))
def test_values_come_back_from_json_as_they_were(typed):
    values = {kind.value: parse_value(FIELDS[kind], typed[kind.value], ALL) for kind in Kind}
    stored = to_stored(ALL, values)
    assert from_stored(ALL, stored) == values
    assert to_stored(ALL, from_stored(ALL, stored)) == stored


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.decimals(min_value=0, max_value=MAX_VALUE, places=2))
def test_number_is_read_back_from_what_is_shown(value):
    for kind in (Kind.MONEY, Kind.DECIMAL, Kind.PERCENT):
        assert parse_value(FIELDS[kind], display(FIELDS[kind], value)) == value


def test_decimal_is_kept_as_its_digits():
    assert to_json(FIELDS[Kind.MONEY], Decimal("123456789012.10")) == "123456789012.10"


@pytest.mark.parametrize(("kind", "stored"), [(Kind.MONEY, "甲"), (Kind.DATE, "2026"), (Kind.INTEGER, [])])
def test_what_was_not_kept_so_is_refused(kind, stored):
    with pytest.raises(BadValue, match="保存的内容"):
        from_json(FIELDS[kind], stored)
