"""Dates as Chinese offices write them.

`parse_date` is the one reader of dates that people typed or that a spreadsheet kept; it guesses nothing that
could be read in two ways. `compact` undoes the writing habits (full-width digits, stray spaces) for every
reader of numbers that are not quantities.
"""

import math
import re
from calendar import monthrange
from datetime import date, datetime, timedelta

from fpa.core.chinese import BEIJING, clean, date_cn, half_width
from fpa.core.refusals import Refusal

FIRST_YEAR = 1900
LAST_YEAR = 2100
_LAST_SERIAL = 60000
_SERIAL_OF_FALSE_LEAP_DAY = 60

_MARK = r"[-/.。,、·—–−\\]"
_TIME = re.compile(r"(?:T|\s+|(?<=[日号]))\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$", re.I)
_MARKED = re.compile(rf"(\d{{4}}){_MARK}(\d{{1,2}})(?:{_MARK}(\d{{1,2}}))?[日号]?")
_MARKED_SHORT = re.compile(rf"(\d{{2}}){_MARK}(\d{{1,2}}){_MARK}(\d{{1,2}})[日号]?")
_NUMERAL = "0-9〇零○一二三四五六七八九十廿卅元"
_NAMED = re.compile(rf"([{_NUMERAL}]+)年(?:([{_NUMERAL}]+)月(?:份|([{_NUMERAL}]+)[日号]?)?)?")
_SOLID = re.compile(r"(\d{4})(?:(\d{2})(\d{2}))?")
_AFTER = re.compile(r"\s*[(]?(?:星期|周)[一二三四五六日天][)]?$|[.。]$")
"""A weekday or a full stop after a day."""
_SPACE_BETWEEN_DIGITS = re.compile(r"(?<=\d)\s+(?=\d)")
_DIGITS = str.maketrans("〇零○一二三四五六七八九元", "0001234567891")
_WAY_OUT = "请写成 1990-01-02 或 1990年1月2日"


class BadDate(Refusal, ValueError):
    """The value is not a date; the message is the reason in Chinese, fit for the 原因 column."""


def today() -> date:
    """The day in Beijing. Django's `localdate` looks for a zone of the thread's own first, which took a fifth of a long
    export's time."""
    return datetime.now(BEIJING).date()


def compact(value: object) -> str:
    """What a cell holds, as plain text without any space; `None` is empty, 13800000000.0 is 13800000000."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _typed(str(value)).replace(" ", "")


def parse_date(value: object, today: date, *, allow_future: bool = True) -> date:
    """The date in `value`: a date, datetime, spreadsheet serial number or text in any usual Chinese writing.

    A missing day or month means the first (1990年 is 1990-01-01). Two-digit years are the latest ones that do
    not lie after `today`'s year, and need month and day. Numbers from 1900 to 2100 are years, other
    numbers to 60000 serial numbers of the 1900 system.
    Raises `BadDate` where nothing or more than one thing is meant, where the day does not exist, where the
    year is outside 1900–2100, and, with `allow_future=False`, where the day lies after `today`.
    """
    day = _from_iso(value) if isinstance(value, str) else None
    if day is None:
        day = _from_any(value, today)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadDate(f"日期的年份是 {day.year} 年，应在 {FIRST_YEAR} 年至 {LAST_YEAR} 年之间，请核对")
    if not allow_future and day > today:
        raise BadDate(f"日期 {date_cn(day)}晚于今天（{date_cn(today)}），请核对")
    return day


def years_before(day: date, years: int) -> date:
    """The same day `years` earlier; 29 February becomes the 28th in a common year."""
    year = day.year - years
    return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1]))


def _typed(text: str) -> str:
    """Half-width and clean, without the apostrophe by which spreadsheets mark text."""
    return clean(half_width(text)).lstrip("'")


def _from_iso(text: str) -> date | None:
    """The fast path: exactly 1990-01-02, else None."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _from_any(value: object, today: date) -> date:
    if isinstance(value, datetime):
        return (value.astimezone(BEIJING) if value.tzinfo else value).date()
    if isinstance(value, date):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _from_number(value, today)
    if value is None or not str(value).strip():
        raise BadDate(f"日期没有填写，{_WAY_OUT}")
    return _from_text(str(value), today)


def _from_number(number: float, today: date) -> date:
    if not math.isfinite(number):
        raise _not_understood(str(number))
    if number == int(number) and not 1 <= number <= _LAST_SERIAL:
        return _from_text(str(int(number)), today)
    if FIRST_YEAR <= number < LAST_YEAR + 1:
        return _from_year_number(number, today)
    if 1 <= number < _LAST_SERIAL + 1:
        return _from_serial(int(number))
    raise _not_understood(str(number))


def _from_year_number(number: float, today: date) -> date:
    """1990 or 1990.05 in a numeric cell; 1990.1 may have been 1990.10 and is refused."""
    text = str(number).removesuffix(".0")
    if re.fullmatch(r"\d{4}\.1", text):
        raise BadDate(f"日期“{text}”是数字格式，分不清是 1 月还是 10 月，请把该列设为文本后重新填写")
    return _from_text(text, today)


def _from_serial(serial: int) -> date:
    """Day `serial` of the spreadsheets' 1900 system, which counts a 29 February 1900 that never was."""
    if serial == _SERIAL_OF_FALSE_LEAP_DAY:
        raise _no_such_day(1900, 2, 29)
    return date(1899, 12, 31 if serial < _SERIAL_OF_FALSE_LEAP_DAY else 30) + timedelta(days=serial)


def _from_text(written: str, today: date) -> date:
    text = _AFTER.sub("", _TIME.sub("", _typed(written)))
    text = _SPACE_BETWEEN_DIGITS.sub("-", text).replace(" ", "")
    if len(text) == 5 and text.isdecimal() and int(text) <= _LAST_SERIAL:
        return _from_serial(int(text))
    found = _MARKED.fullmatch(text) or _MARKED_SHORT.fullmatch(text) or _NAMED.fullmatch(text)
    found = found or _SOLID.fullmatch(text)
    if not found:
        raise _not_understood(written)
    year, month, day = found.groups()
    return _existing(_year(year, written, today), _part(month, written), _part(day, written))


def _year(text: str, written: str, today: date) -> int:
    digits = text.translate(_DIGITS)
    if not digits.isdecimal() or len(digits) not in (2, 4):
        raise _not_understood(written)
    if len(digits) == 4:
        return int(digits)
    century = today.year - today.year % 100
    year = century + int(digits)
    return year if year <= today.year else year - 100


def _part(text: str | None, written: str) -> int:
    """A month or day in figures or in words up to 三十一; 1 where it was left out."""
    if text is None:
        return 1
    text = text.replace("廿", "二十").replace("卅", "三十").translate(_DIGITS)
    if "十" in text:
        tens, _, ones = text.partition("十")
        text = f"{tens or 1}{ones or 0}"
    if not text.isdecimal() or len(text) > 2:
        raise _not_understood(written)
    return int(text)


def _existing(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise _no_such_day(year, month, day) from None


def _no_such_day(year: int, month: int, day: int) -> BadDate:
    if not 1 <= month <= 12:
        return BadDate(f"日期不存在：一年没有 {month} 月，请核对")
    if year < 1:
        return BadDate(f"日期不存在：没有公元 {year} 年，请核对")
    return BadDate(f"日期不存在：{year}年{month}月有 {monthrange(year, month)[1]} 天，没有 {day} 日，请核对")


def _not_understood(written: str) -> BadDate:
    return BadDate(f"看不懂日期“{written.strip()[:20]}”，{_WAY_OUT}")
