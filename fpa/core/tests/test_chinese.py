"""Figures, money, dates and names as Chinese offices write them, and the reading of typed numbers."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from fpa.core import chinese
from fpa.core.templatetags import chinese as filters


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (999, "999"),
        (6073700, "6,073,700"),
        (-1234, "-1,234"),
        (Decimal("1234567.50"), "1,234,567.50"),
        (Decimal("1E+4"), "10,000"),
        (1234.5, "1,234.5"),
    ],
)
def test_number_has_thousands_separators(value, written):
    assert chinese.number(value) == written


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN")])
def test_number_refuses_what_is_not_finite(value):
    with pytest.raises(ValueError, match="不是有限的数"):
        chinese.number(value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (6073700, "607.37万"),
        (26000, "2.6万"),
        (15300, "1.53万"),
        (8000000, "800万"),
        (31000000, "3100万"),
        (10000, "1万"),
        (100000000, "1亿"),
        (123000000, "1.23亿"),
        (1000000000000, "10000亿"),
        (Decimal("26000.00"), "2.6万"),
        (-26000, "-2.6万"),
    ],
)
def test_wan_says_a_figure_exactly_where_it_can(value, said):
    assert chinese.wan(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (26134, "2.61万余"),
        (26199, "2.61万余"),  # rounding would say 2.62
        (10001, "1万余"),
        (99999999, "9999.99万余"),  # rounding would say 1亿
        (123456789, "1.23亿余"),
        (607370000, "6.07亿余"),
        (Decimal("26100.01"), "2.61万余"),
        (-26134, "-2.61万余"),
    ],
)
def test_wan_cuts_and_says_more_where_it_cannot(value, said):
    assert chinese.wan(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (1998, "1998"),
        (9999, "9999"),
        (Decimal("9999.50"), "9999.5"),
        (-12, "-12"),
        (Decimal("3.00"), "3"),
    ],
)
def test_wan_leaves_figures_below_ten_thousand(value, said):
    assert chinese.wan(value) == said


def test_wan_puts_the_unit_last():
    assert chinese.wan(26134, "人次") == "2.61万余人次"
    assert chinese.wan(42, "户") == "42户"


@pytest.mark.parametrize(
    "value", [*range(9_990, 10_020), 26134, 999_999, 99_999_999, 100_000_001, 4_050_607_080]
)
def test_wan_never_claims_more_than_there_is(value):
    said = chinese.wan(value)
    bare = said.removesuffix("余")
    shown = chinese.parse_number(bare)
    assert shown is not None
    assert (shown < value) if said.endswith("余") else (shown == value)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("1409.50", "壹仟肆佰零玖元伍角"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("0.05", "伍分"),
        ("0.5", "伍角"),
        ("0.55", "伍角伍分"),
        ("-3.2", "负叁元贰角"),
    ],
)
def test_rmb_with_jiao_or_fen_has_no_zheng(amount, words):
    assert chinese.rmb(Decimal(amount)) == f"人民币{words}"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "零元"),
        (1, "壹元"),
        (10, "壹拾元"),
        (1005, "壹仟零伍元"),
        (1050, "壹仟零伍拾元"),
        (1500, "壹仟伍佰元"),
        (10000, "壹万元"),
        (20010, "贰万零壹拾元"),
        (100500, "壹拾万零伍佰元"),
        (105000, "壹拾万伍仟元"),
        (10050000, "壹仟零伍万元"),
        (100000001, "壹亿零壹元"),
        (100010000, "壹亿零壹万元"),
        (1010101010, "壹拾亿壹仟零壹拾万壹仟零壹拾元"),
        (1000000000000, "壹万亿元"),
        (1000050000000, "壹万亿零伍仟万元"),
        (1000500000000, "壹万零伍亿元"),
        (9999999999999999, "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元"),
    ],
)
def test_rmb_of_whole_yuan_ends_in_zheng(amount, words):
    assert chinese.rmb(amount) == f"人民币{words}整"


def test_rmb_takes_a_float_as_it_is_written():
    assert chinese.rmb(1409.55) == "人民币壹仟肆佰零玖元伍角伍分"


@pytest.mark.parametrize(
    ("amount", "reason"), [("1.005", "小数超过两位"), ("1E+16", "过大"), ("-1E+30", "过大")]
)
def test_rmb_refuses_what_it_would_have_to_round_or_cannot_write(amount, reason):
    with pytest.raises(ValueError, match=reason):
        chinese.rmb(Decimal(amount))


def test_date_cn_has_no_leading_zeros():
    assert chinese.date_cn(date(2026, 11, 24)) == "2026年11月24日"
    assert chinese.date_cn(date(2023, 1, 5)) == "2023年1月5日"


def test_date_cn_of_an_aware_moment_is_the_day_in_beijing():
    assert chinese.date_cn(datetime(2026, 12, 31, 16, 30, tzinfo=UTC)) == "2027年1月1日"
    assert chinese.date_cn(datetime(2026, 12, 31, 16, 30)) == "2026年12月31日"


def test_time_cn_is_beijing_time():
    assert chinese.time_cn(datetime(2026, 11, 24, 1, 5, tzinfo=UTC)) == "2026年11月24日 09:05"
    assert chinese.time_cn(datetime(2026, 11, 24, 15, 4)) == "2026年11月24日 15:04"


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0, "0%"),
        (1, "100%"),
        (0.7, "70%"),
        (Decimal("0.9672"), "96.72%"),
        (Decimal("0.96725"), "96.73%"),
        (Decimal("1.2"), "120%"),
        (Decimal("-0.125"), "-12.5%"),
        (Decimal("0.99999"), "99.99%"),
        (Decimal("0.00001"), "0.01%"),
        (Decimal("-0.00001"), "-0.01%"),
    ],
)
def test_percent_never_makes_a_part_the_whole_or_nothing(share, said):
    assert chinese.percent(share) == said


def test_percent_takes_fewer_places():
    assert chinese.percent(Decimal("0.9672"), 0) == "97%"
    assert chinese.percent(Decimal("0.996"), 0) == "99%"
    assert chinese.percent(Decimal("0.9672"), 1) == "96.7%"


@pytest.mark.parametrize(
    ("items", "said"),
    [([], ""), (["甲"], "甲"), (["甲", "乙"], "甲和乙"), (("甲", "乙", "丙"), "甲、乙和丙")],
)
def test_spoken_list_joins_as_a_sentence_does(items, said):
    assert chinese.spoken_list(items) == said


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("１２３４５６７８９０", "1234567890"),
        ("ＡＢＣｘｙｚ", "ABCxyz"),
        ("（ａ），：；！？％", "(a),:;!?%"),
        ("张\u3000三", "张 三"),
        ("￥１００", "¥100"),
        ("“甲”、「乙」。", "“甲”、「乙」。"),
    ],
)
def test_half_width_changes_only_full_width_forms(text, plain):
    assert chinese.half_width(text) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  张三 \n", "张三"),
        ("张\u3000\u3000三", "张 三"),
        ("\ufeff张\u200b三\u00a0", "张三"),
        ("a\t\u2003b\r\nc", "a b c"),
        ("\u00a0\u200d ", ""),
    ],
)
def test_clean_takes_every_kind_of_space(text, plain):
    assert chinese.clean(text) == plain


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("怀化市", "hhs"),
        ("长沙市", "css"),
        ("长沙县", "csx"),
        ("湘西土家族苗族自治州", "xxtjzmzzzz"),
        ("朝阳街道", "cyjd"),
        ("重阳村", "cyc"),
        ("重庆峪村", "cqyc"),
        ("长乐镇", "clz"),
        ("民乐社区", "mlsq"),
        ("音乐厅社区", "yytsq"),
        ("小圩壮族乡", "xxzzx"),
        ("桐木漯瑶族乡", "tmtyzx"),
        ("千家峒瑶族乡", "qjdyzx"),
        ("十里堡村", "slpc"),
        ("金城堡村", "jcbc"),
        ("大埔村", "dbc"),
        ("曾家坪村", "zjpc"),
        ("㮾梨街道", "lljd"),
        ("塘基上（青山里）村", "tjsqslc"),
        ("Ｂ２ 区", "b2q"),
        ("", ""),
    ],
)
def test_initials_of_a_place_follow_local_readings(name, letters):
    assert chinese.initials(name) == letters


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("张晓梅", "zxm"),
        ("单小明", "sxm"),
        ("曾国藩", "zgf"),
        ("解珍", "xz"),
        ("仇英", "qy"),
        ("区少明", "osm"),
        ("盖文", "gw"),
        ("查良", "zl"),
        ("乐毅", "yy"),
        ("翟天明", "ztm"),
        ("覃丽", "ql"),
        ("欧阳修", "oyx"),
        ("单于明", "cym"),
        ("长孙无忌", "zswj"),
        ("尉迟恭", "ycg"),
        ("李长明", "lcm"),
        ("张　三", "zs"),
        ("买买提·艾力", "mmtal"),
    ],
)
def test_initials_of_a_person_know_the_surname(name, letters):
    assert chinese.initials(name, person=True) == letters


def test_initials_read_a_surname_as_such_only_for_persons():
    assert chinese.initials("解放路社区") == "jflsq"
    assert chinese.initials("区", person=False) == "q"
    assert chinese.initials("区", person=True) == "o"


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1234", "1234"),
        ("1,234", "1234"),
        ("１，２３４．５", "1234.5"),
        ("12 345 678", "12345678"),
        ("１２３", "123"),
        (" 1.2万 ", "12000"),
        ("607.37 万", "6073700"),
        ("0.5亿", "50000000"),
        ("-5", "-5"),
        ("−5", "-5"),
        ("+3", "3"),
        ("1.50", "1.5"),
        ("007", "7"),
        ("-0", "0"),
        (12, "12"),
        (12.0, "12"),
        (0.1, "0.1"),
        (Decimal("3.40"), "3.4"),
    ],
)
def test_parse_number_reads_what_offices_type(cell, value):
    number = chinese.parse_number(cell)
    assert str(number) == value


@pytest.mark.parametrize("cell", [None, "", "  ", "\u3000", "—", "——", "-", "－", "/", " – "])
def test_parse_number_of_a_blank_or_a_dash_is_none(cell):
    assert chinese.parse_number(cell) is None


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("1.2E+05", "科学计数法"),
        ("12%", "百分号"),
        ("１２％", "百分号"),
        ("130余", "不是准确的数字"),
        ("约200", "不是准确的数字"),
        ("1.2万多人", "不是准确的数字"),
        ("三百", "汉字数字"),
        ("1,23", "分隔符位置不对"),
        ("1,234,5", "分隔符位置不对"),
        ("1.2.3", "分隔符位置不对"),
        ("12人", "带有单位"),
        ("1,234元", "带有单位"),
        ("无", "不是数字"),
        ("abc", "不是数字"),
        (True, "不是数字"),
        (float("nan"), "不是有限的数"),
        ("1" * 19, "超过18位"),
    ],
)
def test_parse_number_refuses_with_the_reason(cell, reason):
    with pytest.raises(ValueError, match=reason):
        chinese.parse_number(cell)


def test_parse_number_names_the_cell_as_it_was_typed():
    with pytest.raises(ValueError, match="“１２人”带有单位或文字，请只填数字"):
        chinese.parse_number("１２人")


@pytest.mark.parametrize("value", [0, 1998, 26000, 6073700, 8000000, 123000000])
def test_parse_number_reads_back_what_wan_and_number_write(value):
    assert chinese.parse_number(chinese.wan(value)) == value
    assert chinese.parse_number(chinese.number(value)) == value


def test_wan_filter_shows_the_exact_figure_on_hover():
    assert filters.wan(6073700) == '<span title="6,073,700">607.37万</span>'
    assert filters.wan(26134, "人") == '<span title="26,134人">2.61万余人</span>'
    assert filters.wan(1998) == "1998"


def test_wan_filter_escapes_the_unit():
    assert "<b>" not in filters.wan(26000, "<b>")


@pytest.mark.parametrize("name", ["wan", "number", "rmb", "percent", "date_cn", "time_cn", "spoken_list"])
def test_filters_show_a_dash_for_what_is_not_there(name):
    assert filters.register.filters[name](None) == "—"
    assert filters.register.filters[name]("") == "—"


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("number", 6073700, "6,073,700"),
        ("rmb", Decimal("1409.5"), "人民币壹仟肆佰零玖元伍角"),
        ("percent", 0, "0%"),
        ("date_cn", date(2026, 11, 24), "2026年11月24日"),
        ("time_cn", datetime(2026, 11, 24, 9, 5), "2026年11月24日 09:05"),
        ("spoken_list", ["甲", "乙"], "甲和乙"),
    ],
)
def test_filters_write_as_the_functions_do(name, value, shown):
    assert filters.register.filters[name](value) == shown
