import random
from contextlib import suppress
from datetime import date, timedelta

import pytest

from fpa.core.identity import (
    BadCreditCode,
    BadId,
    BadPhone,
    IdNumber,
    check_digit,
    make_id,
    mask_id,
    mask_name,
    mask_phone,
    parse_credit_code,
    parse_id,
    parse_phone,
)

TODAY = date(2026, 11, 24)
ADULT = make_id("430102", date(1990, 1, 2), 123)
WITH_X = next(
    number for number in (make_id("430102", date(1985, 6, 30), n) for n in range(100)) if number[-1] == "X"
)
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


def with_check(first17: str) -> str:
    return first17 + check_digit(first17)


def plain_check_digit(first17: str) -> str:
    """The standard's formula as it is usually printed: weights 2^(18-i) mod 11."""
    return "10X98765432"[sum(int(d) * pow(2, 17 - i, 11) for i, d in enumerate(first17)) % 11]


@pytest.mark.parametrize(
    ("first17", "expected"),
    [("11010519491231002", "X"), ("44052418800101001", "4"), ("34052419800101001", "X")],
)
def test_check_digit_matches_the_examples_of_the_standard(first17: str, expected: str) -> None:
    assert check_digit(first17) == expected


def test_check_digit_matches_the_plain_formula_for_every_serial() -> None:
    for serial in range(1000):
        number = make_id("430102", date(1990, 1, 2), serial)
        assert number[-1] == plain_check_digit(number[:-1])
        assert parse_id(number, TODAY).number == number


def test_parse_id_tells_birth_sex_and_region() -> None:
    assert parse_id(ADULT, TODAY) == IdNumber(ADULT, date(1990, 1, 2), "male", "430102")
    assert parse_id(make_id("431281", date(2000, 2, 29), 8), TODAY).sex == "female"


@pytest.mark.parametrize(
    "written",
    [
        WITH_X,
        WITH_X.lower(),
        WITH_X.translate(FULL_WIDTH),
        f" {WITH_X[:6]} {WITH_X[6:14]}\u3000{WITH_X[14:]}\n",
        f"'{WITH_X}",
        f"{WITH_X[:6]}-{WITH_X[6:14]}－{WITH_X[14:]}",
        f"\ufeff{WITH_X}\t",
    ],
)
def test_parse_id_undoes_writing_habits(written: str) -> None:
    assert parse_id(written, TODAY).number == WITH_X


@pytest.mark.parametrize("written", ["430102900102123", 430102900102123, 430102900102123.0])
def test_parse_id_extends_fifteen_digits(written: object) -> None:
    assert parse_id(written, TODAY).number == ADULT


def test_parse_id_takes_eighteen_digits_of_every_province() -> None:
    for province in ("11", "23", "37", "46", "54", "65", "71", "81", "83"):
        assert parse_id(make_id(f"{province}0101", date(1990, 1, 2), 1), TODAY).region6 == f"{province}0101"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "没有填写"),
        (None, "没有填写"),
        ("\u3000 ", "没有填写"),
        ("4.30102E+17", "科学计数法"),
        ("4.30102e+17", "科学计数法"),
        ("４.３０１０２Ｅ＋１７", "科学计数法"),
        ("4E17", "科学计数法"),
        ("430102199001021230.0", "科学计数法"),
        (4.30102199001021e17, "科学计数法"),
        (430102199001021000, "科学计数法"),
        ("430102199001021000", "科学计数法"),
        (ADULT[:-1], "应为 18 位，现为 17 位"),
        (ADULT + "0", "应为 18 位，现为 19 位"),
        (43010219, "应为 18 位，现为 8 位"),
        (float("nan"), "应为 18 位"),
        ("43010219900102ABCX", "前 17 位应全是数字"),
        ("43010219900102¹²³4", "应全是数字|校验位"),
        ("张晓梅430102199001021", "前 17 位应全是数字"),
        ("4301029001021A3", "前 17 位应全是数字"),
        (ADULT[:-1] + "Y", "末位应为数字或 X"),
        (with_check("43010219900230123"), "出生日期不存在"),
        (with_check("43010219901302123"), "出生日期不存在"),
        (with_check("43010200000102123"), "出生日期不存在"),
        ("430102900230123", "出生日期不存在"),
        (with_check("43010218991231123"), "早于 1900 年"),
        (with_check("43010220261125123"), "晚于今天"),
        (with_check("99010219900102123"), "前两位 99 不是省级区划代码"),
        (with_check("00010219900102123"), "前两位 00 不是省级区划代码"),
    ],
)
def test_parse_id_refuses_with_the_reason(written: object, reason: str) -> None:
    with pytest.raises(BadId, match=reason):
        parse_id(written, TODAY)


def test_parse_id_takes_the_first_and_the_last_possible_birth_day() -> None:
    assert parse_id(make_id("430102", date(1900, 1, 1), 1), TODAY).birth == date(1900, 1, 1)
    assert parse_id(make_id("430102", TODAY, 1), TODAY).birth == TODAY


def test_parse_id_finds_every_wrong_character_and_tells_no_right_one() -> None:
    for position in range(14, 18):
        for digit in "0123456789X"[: 10 + (position == 17)]:
            wrong = ADULT[:position] + digit + ADULT[position + 1 :]
            if wrong == ADULT:
                continue
            with pytest.raises(BadId) as caught:
                parse_id(wrong, TODAY)
            assert "校验位不符" in str(caught.value)
            assert not any(char in str(caught.value) for char in "0123456789X")


def test_parse_id_finds_swapped_neighbours() -> None:
    swapped = ADULT[:14] + ADULT[15] + ADULT[14] + ADULT[16:]
    with pytest.raises(BadId, match="校验位不符"):
        parse_id(swapped, TODAY)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("13812345678", "13812345678"),
        (13812345678, "13812345678"),
        (13812345678.0, "13812345678"),
        ("13812345678.0", "13812345678"),
        ("138 1234 5678", "13812345678"),
        ("138-1234-5678", "13812345678"),
        ("+86 138-1234-5678", "13812345678"),
        ("＋８６１３８１２３４５６７８", "13812345678"),
        ("0086 13812345678", "13812345678"),
        ("8613812345678", "13812345678"),
        ("0731-88886666", "0731-88886666"),
        ("（0731）88886666", "0731-88886666"),
        ("0731 8888 6666", "0731-88886666"),
        ("073188886666", "0731-88886666"),
        ("010-66668888", "010-66668888"),
        ("0744-8222333", "0744-8222333"),
    ],
)
def test_parse_phone_gives_one_form(written: object, expected: str) -> None:
    assert parse_phone(written) == expected


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (None, "没有填写"),
        (" - ", "没有填写"),
        ("1381234567", "应为 11 位，现为 10 位"),
        ("138123456789", "应为 11 位，现为 12 位"),
        ("12812345678", "不会以 12 开头"),
        ("88886666", "请带区号"),
        ("8222333", "请带区号"),
        ("0731-18886666", "带区号的固定电话"),
        ("99", "带区号的固定电话"),
        ("1.38E+10", "科学计数法"),
        ("13812345678/13987654321", "只能填一个号码"),
        ("无", "只能填一个号码"),
    ],
)
def test_parse_phone_refuses_with_the_reason(written: object, reason: str) -> None:
    with pytest.raises(BadPhone, match=reason):
        parse_phone(written)


@pytest.mark.parametrize(
    "written", ["91350100M000100Y43", " 91350100m000100y43", "９１３５０１００M０００１００Y４３"]
)
def test_parse_credit_code_takes_the_example_of_the_standard(written: str) -> None:
    assert parse_credit_code(written) == "91350100M000100Y43"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "没有填写"),
        ("91350100M000100Y4", "应为 18 位，现为 17 位"),
        ("91350100M0O0100Y43", "不会出现“O”"),
        ("91350100M000100Y4?", "不会出现“\\?”"),
        ("9135A100M000100Y43", "第 3 至 8 位"),
        ("91350100M000100Y44", "校验位不符"),
        ("91350100M000010Y43", "校验位不符"),
    ],
)
def test_parse_credit_code_refuses_with_the_reason(written: str, reason: str) -> None:
    with pytest.raises(BadCreditCode, match=reason):
        parse_credit_code(written)


@pytest.mark.parametrize(
    ("masked", "expected"),
    [
        (mask_id("430102199001011234"), "4301**********1234"),
        (mask_id("430102900101123"), "4301*******1123"),
        (mask_id("12345678"), "********"),
        (mask_id(""), ""),
        (mask_phone("13812345678"), "138****5678"),
        (mask_phone("0731-88886666"), "0731-****6666"),
        (mask_phone("1234567"), "*******"),
        (mask_name("张晓梅"), "张*"),
        (mask_name(" 欧阳晓梅 "), "欧*"),
        (mask_name("张"), "张*"),
        (mask_name("  "), ""),
    ],
)
def test_masks_keep_only_what_they_may(masked: str, expected: str) -> None:
    assert masked == expected


def test_parsers_answer_any_text_with_a_value_or_a_reason() -> None:
    chance = random.Random(20261124)
    pieces = [
        *"0123456789XxEe.+-()/ ",
        "４",
        "²",
        "٣",
        "4301",
        "1990",
        "0102",
        "138",
        "0731",
        "张",
        "\ufeff",
        "\x00",
    ]
    for _ in range(20000):
        written = "".join(chance.choices(pieces, k=chance.randint(0, 12)))
        for parse, refusal in (
            (parse_id, BadId),
            (parse_phone, BadPhone),
            (parse_credit_code, BadCreditCode),
        ):
            with suppress(refusal):
                assert parse(written)


@pytest.mark.parametrize("value", [float("inf"), -1, 1e300, True, date(1990, 1, 2), b"430102", [], 0])
def test_parsers_answer_any_cell_value_with_a_reason(value: object) -> None:
    for parse, refusal in ((parse_id, BadId), (parse_phone, BadPhone), (parse_credit_code, BadCreditCode)):
        with pytest.raises(refusal):
            parse(value)


def test_parse_credit_code_finds_every_single_wrong_character() -> None:
    right = "91350100M000100Y43"
    for position, alphabet in [(i, "0123456789") for i in range(2, 8)] + [
        (i, "0189AHMXY") for i in range(8, 18)
    ]:
        for char in set(alphabet) - {right[position]}:
            with pytest.raises(BadCreditCode, match="校验位不符"):
                parse_credit_code(right[:position] + char + right[position + 1 :])


def test_make_id_gives_valid_numbers_over_the_whole_range() -> None:
    for year in range(1900, 2026):
        birth = date(year, 1 + year % 12, 1 + year % 28)
        for serial in (0, 7, 500, 999):
            found = parse_id(make_id("431281", birth, serial), TODAY)
            assert (found.birth, found.sex) == (birth, "male" if serial % 2 else "female")


def test_parse_id_measures_the_future_by_the_clock_where_no_day_is_given() -> None:
    assert parse_id(make_id("430102", date.today(), 1)).birth == date.today()
    with pytest.raises(BadId, match="晚于今天"):
        parse_id(make_id("430102", date.today() + timedelta(days=2), 1))
