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
NO_VALUE = {
    "pending": PENDING,
    "not_kept": "〔该期间无此数〕",
    "no_value": "〔无法计算〕",
    "not_stated": "〔未登记〕",
}
TAILS = {Qualifier.ODD.value: "余", Qualifier.MORE.value: "多"}
"""What stands between number and unit: 130余场."""
NOT_REPORTED = "〔暂无上报〕"


def is_unreported(reading: Reading) -> bool:
    """Whether a zero only says that nobody has reported yet."""
    coverage, flow = reading.coverage, reading.figure.kind in (Kind.FLOW, Kind.DISTINCT)
    flow = flow and not catalogue.is_on_a_day(reading.figure)
    return flow and reading.value == 0 and coverage is not None and not coverage.have


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
