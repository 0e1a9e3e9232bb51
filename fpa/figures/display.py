"""A figure as pages and documents write it: its words, the exact number beside them, and the address behind it."""

from urllib.parse import urlencode

from django.urls import reverse

from fpa.access.models import Unit
from fpa.core import chinese
from fpa.core.periods import Period
from fpa.figures import catalogue
from fpa.figures.figure import SHARE, Figure, Kind
from fpa.figures.models import Qualifier, Statement
from fpa.figures.reading import Reading, Value, plain

PENDING = "〔待接入〕"
UNREPORTED = "暂无上报"
NOT_REPORTED = f"〔{UNREPORTED}〕"
NO_VALUE = {
    "pending": PENDING,
    "not_kept": "〔该报告期无此数〕",
    "no_value": "〔无法计算〕",
    "not_stated": "〔未登记〕",
    "not_reported": NOT_REPORTED,
}
WHY_NONE = {
    "not_kept": "期末数在报告期结束以后才有，请改选已经结束的报告期或者本期；平台启用以前没有数据。",
    "no_value": "作为除数的指标为 0，不能计算。",
    "not_stated": "这个数没有业务记录可以汇总，由文件写明后登记；这个单位在这个报告期还没有登记。",
    "not_reported": "本单位及下级在这个报告期还没有通过审核的上报数，不等于 0。上报由上一级审核通过后显示在这里。",
}
TAILS = {Qualifier.ODD.value: "余", Qualifier.MORE.value: "多"}
"""What stands between number and unit: 130余场."""


def is_unreported(reading: Reading) -> bool:
    """Whether a zero only says that no unit below has a record yet."""
    coverage, flow = reading.coverage, reading.figure.kind in (Kind.FLOW, Kind.DISTINCT)
    flow = flow and not reading.figure.asked and not catalogue.is_on_a_day(reading.figure)
    return flow and reading.value == 0 and coverage is not None and not coverage.have


def why_none(reading: Reading) -> str:
    """Why a reading has no value, with the way out; empty where it has one, and for a pending one."""
    return WHY_NONE.get(reading.qualifier, "") if reading.value is None else ""


def words(reading: Reading) -> str:
    """The value in office wording with its unit (607.37万人, a share as 70%), or why there is none."""
    if is_unreported(reading):
        return NOT_REPORTED
    if reading.value is None:
        return NO_VALUE[reading.qualifier]
    if reading.figure.unit == SHARE:
        return chinese.percent(reading.value)
    return _measured(chinese.wan(reading.value), reading)


def _measured(number: str, reading: Reading) -> str:
    """A number with its unit of measure, after 余 or 多 where a document says so."""
    tail = "" if number.endswith("余") else TAILS.get(reading.qualifier, "")
    return f"{number}{tail}{reading.figure.unit}"


def brief(reading: Reading) -> str:
    """The value as it stands beside other numbers on a page: 607.37万人, but 1,998人 to the last digit."""
    if reading.value is None or is_unreported(reading) or reading.value >= chinese.WAN:
        return words(reading)
    return exact_words(reading)


def exact_words(reading: Reading) -> str:
    """The value to the last digit with its unit (6,073,700人), or why there is none."""
    if reading.value is None:
        return NO_VALUE[reading.qualifier]
    if reading.figure.unit == SHARE:
        return chinese.percent(reading.value)
    return _measured(chinese.number(reading.value), reading)


def stated_words(statement: Statement) -> str:
    """A stated number as a document writes it: 130余场, 70%."""
    figure, value = catalogue.get(statement.figure), plain(statement.value)
    if figure.unit == SHARE:
        return chinese.percent(value)
    return f"{chinese.number(value)}{TAILS.get(statement.qualifier, '')}{figure.unit}"


def part_words(value: Value | None, figure: Figure) -> str:
    """A value of a unit below as it stands in a column: 1,234, or 暂无上报 where it has not reported."""
    return UNREPORTED if value is None else value_words(value, figure)


def value_words(value: Value | None, figure: Figure) -> str:
    """A value as it stands in a column, without its unit: 6,073,700, a share as 70%; — where there is none."""
    if value is None:
        return "—"
    return chinese.percent(value) if figure.unit == SHARE else chinese.number(value)


def address(page: str, key: str, unit: Unit, period: Period) -> str:
    """Where a figure's page (`figure_detail`), the records behind it (`figure_records`) or the catalogue
    (`figure_list`, with an empty key) open."""
    return (
        f"{reverse(page, args=[key] if key else [])}?{urlencode({'unit': unit.code, 'period': str(period)})}"
    )


def address_of(reading: Reading) -> str:
    """Where the page of a reading opens."""
    return address("figure_detail", reading.figure.key, reading.unit, reading.period)
