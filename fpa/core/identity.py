"""Numbers that identify: ID numbers (GB 11643), phones, unit credit codes (GB 32100), and their masks.

Messages never repeat an ID number, and never tell which check character would have been right.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from fpa.core.dates import FIRST_YEAR, compact
from fpa.core.refusals import Refusal

Sex = Literal["male", "female"]

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_PROVINCES = frozenset(
    str(code)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
    for code in range(first, last + 1)
)
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?\d+|\d{16,}\.0+")
_WRONG_CHECK = "证件号码校验位不符，某一位可能填错，请对照证件逐位核对"
_DAMAGED = "证件号码已被 Excel 改成科学计数法，末几位已丢失，请把该列设为文本后重新填写"
_CELL_KEEPS_DIGITS = 15

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_VALUE = {char: value for value, char in enumerate(_CREDIT_ALPHABET)}
_CREDIT_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))

_DASHES = re.compile(r"(?<=\d)[-–—](?=\d)")
_PHONE_NOISE = re.compile(r"[-‐–—()]")
_COUNTRY = re.compile(r"(?:\+86|0086|86(?=1\d{10}$))")
_LANDLINE = re.compile(r"(0(?:10|2\d|[3-9]\d\d))([2-8]\d{6,7})")


class BadId(Refusal, ValueError):
    """Not an ID number; the message is the reason in Chinese, fit for the 原因 column."""


class BadPhone(Refusal, ValueError):
    """Not a phone number; the message is the reason in Chinese."""


class BadCreditCode(ValueError):
    """Not a unit credit code; the message is the reason in Chinese."""


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A valid ID number: 18 characters (upper-case X) and what GB 11643 writes into them."""

    number: str
    birth: date
    sex: Sex
    region6: str


def parse_id(text: object, today: date | None = None) -> IdNumber:
    """The ID number in a cell, by GB 11643-1999: form, province, birth (1900 to `today`), check character.

    Full-width characters, spaces, dashes and lower-case x are taken, and 15-digit numbers become 18-digit ones, born
    in 19yy. Raises `BadId` with the first thing that is wrong. The three lookups that do the arithmetic are
    cached, since an import asks for six million numbers but few regions and birth days.
    """
    number = text if isinstance(text, str) and _is_plain(text) else _plain(text)
    region6 = number[:6]
    birth, birth_sum = _birth(number[6:14])
    if birth > (today or date.today()):
        raise BadId("证件号码中的出生日期晚于今天，请对照证件核对")
    serial_sum, sex = _SERIALS[number[14:17]]
    if number[17] != _CHECK[(_region_sum(region6) + birth_sum + serial_sum) % 11]:
        raise BadId(_DAMAGED if number.endswith("000") else _WRONG_CHECK)
    return IdNumber(number, birth, sex, region6)


def check_digit(first17: str) -> str:
    """The check character, `0`–`9` or `X`, of 17 digits (GB 11643-1999; ISO 7064, MOD 11-2)."""
    return _CHECK[_weighted(first17, 0) % 11]


def make_id(region6: str, birth: date, serial3: int) -> str:
    """The 18-character number of an invented person, for demo data; an odd `serial3` (0–999) is male."""
    first17 = f"{region6}{birth:%Y%m%d}{serial3:03d}"
    return first17 + check_digit(first17)


def parse_phone(value: object) -> str:
    """A phone as stored: 11 digits of a mobile, or 0731-88886666 for a landline with its area code.

    +86, spaces, dashes, brackets, full-width digits and numeric cells are taken. Raises `BadPhone`.
    """
    if isinstance(value, str) and _is_mobile(value):
        return value
    digits = _PHONE_NOISE.sub("", compact(value)).removesuffix(".0")
    if not digits:
        raise BadPhone("电话没有填写，请填 11 位手机号码，或带区号的固定电话")
    digits = _COUNTRY.sub("", digits, count=1)
    if _is_mobile(digits):
        return digits
    if landline := _LANDLINE.fullmatch(digits):
        return "-".join(landline.groups())
    raise BadPhone(_phone_fault(digits))


def parse_credit_code(value: object) -> str:
    """The 18-character unified social credit code of a unit (GB 32100-2015), upper case.

    Raises `BadCreditCode` for a wrong length, a character not among the standard's 31, or a wrong check.
    """
    code = compact(value).upper()
    if not code:
        raise BadCreditCode("统一社会信用代码没有填写")
    if len(code) != 18:
        raise BadCreditCode(f"统一社会信用代码应为 18 位，现为 {len(code)} 位，请对照登记证书核对")
    if strange := next((char for char in code if char not in _CREDIT_VALUE), None):
        raise BadCreditCode(f"统一社会信用代码中不会出现“{strange}”（字母 I、O、S、V、Z 不用），请核对")
    if not code[2:8].isdigit():
        raise BadCreditCode("统一社会信用代码第 3 至 8 位是登记机关区划码，应全是数字，请核对")
    total = sum(_CREDIT_VALUE[char] * weight for char, weight in zip(code, _CREDIT_WEIGHTS, strict=False))
    if _CREDIT_VALUE[code[17]] != -total % 31:
        raise BadCreditCode("统一社会信用代码校验位不符，某一位可能填错，请对照登记证书核对")
    return code


def mask_id(number: str) -> str:
    """4301**********1234: the first and last four stay, and no more than half of a shorter number."""
    return _masked(number, 4, 4)


def mask_phone(number: str) -> str:
    """138****5678; 0731-****6666 for a landline."""
    return _masked(number, 5, 4) if number.startswith("0") else _masked(number, 3, 4)


def mask_name(name: str) -> str:
    """张*: the first character and one star, so that the length of the name stays hidden too."""
    name = name.strip()
    return f"{name[0]}*" if name else ""


def _masked(text: str, head: int, tail: int) -> str:
    if len(text) <= head + tail:
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[-tail:]


def _is_plain(text: str) -> bool:
    return len(text) == 18 and text.isascii() and text[:17].isdigit() and text[17] in "0123456789X"


def _plain(value: object) -> str:
    """The value as 18 characters ready to be checked; `BadId` says what is wrong with its form."""
    if isinstance(value, (int, float)) and len(compact(value)) > _CELL_KEEPS_DIGITS:
        raise BadId(_DAMAGED)
    text = _DASHES.sub("", compact(value)).upper()
    if not text:
        raise BadId("证件号码没有填写")
    if _SCIENTIFIC.fullmatch(text):
        raise BadId(_DAMAGED)
    if len(text) not in (15, 18):
        raise BadId(f"证件号码应为 18 位，现为 {len(text)} 位，请核对是否漏填或多填")
    if not (text.isascii() and text[:17].isdigit()):
        raise BadId("证件号码前 17 位应全是数字，请删去其他字符")
    if len(text) == 15:
        first17 = f"{text[:6]}19{text[6:]}"
        return first17 + check_digit(first17)
    if text[17] not in "0123456789X":
        raise BadId("证件号码末位应为数字或 X，请对照证件核对")
    return text


def _weighted(digits: str, position: int) -> int:
    """The part of the check sum that `digits` give, standing from `position` (0–16) on."""
    return sum(int(digit) * _WEIGHTS[position + i] for i, digit in enumerate(digits))


def _sex(serial3: int) -> Sex:
    return "male" if serial3 % 2 else "female"


_SERIALS: dict[str, tuple[int, Sex]] = {
    f"{serial:03d}": (_weighted(f"{serial:03d}", 14), _sex(serial)) for serial in range(1000)
}


@lru_cache(maxsize=8192)
def _region_sum(region6: str) -> int:
    if region6[:2] not in _PROVINCES:
        raise BadId(f"证件号码前两位 {region6[:2]} 不是省级区划代码，请对照证件核对")
    return _weighted(region6, 0)


@lru_cache(maxsize=65536)
def _birth(yyyymmdd: str) -> tuple[date, int]:
    try:
        birth = date(int(yyyymmdd[:4]), int(yyyymmdd[4:6]), int(yyyymmdd[6:]))
    except ValueError:
        raise BadId("证件号码中的出生日期不存在，请对照证件核对第 7 至 14 位") from None
    if birth.year < FIRST_YEAR:
        raise BadId(f"证件号码中的出生日期早于 {FIRST_YEAR} 年，请对照证件核对第 7 至 14 位")
    return birth, _weighted(yyyymmdd, 6)


def _is_mobile(digits: str) -> bool:
    return len(digits) == 11 and digits[0] == "1" and digits[1] in "3456789" and _is_number(digits)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _phone_fault(digits: str) -> str:
    if _SCIENTIFIC.fullmatch(digits.upper()):
        return "电话已被 Excel 改成科学计数法，请把该列设为文本后重新填写"
    if not _is_number(digits):
        return "电话只能填一个号码，由数字组成，请删去文字和其他号码"
    if digits[0] == "1":
        return _mobile_fault(digits)
    if len(digits) in (7, 8) and digits[0] != "0":
        return "固定电话请带区号，例如 0731-88886666"
    return "电话应为 11 位手机号码，或带区号的固定电话，例如 0731-88886666"


def _mobile_fault(digits: str) -> str:
    if len(digits) != 11:
        return f"手机号码应为 11 位，现为 {len(digits)} 位，请核对是否漏填或多填"
    return f"手机号码不会以 {digits[:2]} 开头，请核对"
