"""Readings of a figure beside other figures and times: functions over facts, not figures of their own (design §6)."""

from dataclasses import dataclass
from decimal import Decimal

from fpa.access.models import Unit
from fpa.core import chinese
from fpa.core.periods import Period
from fpa.figures import catalogue
from fpa.figures.figure import SHARE, Figure, Kind
from fpa.figures.queries import read, trend
from fpa.figures.reading import Reading, Value, plain

THOUSAND = 1000


@dataclass(frozen=True)
class Change:
    """A value against that of another period: 同比 or 环比. `rate` is None where there is nothing to divide by."""

    word: str
    period: Period
    base: Value
    difference: Value
    rate: Decimal | None


def year_to_date(key: str, unit: Unit, period: Period) -> Value | None:
    """What has come together from the year's beginning to the period's end (本年累计).

    None where this can't be told: for what is told on a day, for a rate, where distinct subjects would have to be
    added, and where nothing was recorded.
    """
    figure = catalogue.get(key)
    parts = parts_to_date(period)
    additive = figure.kind is Kind.FLOW or (figure.kind is Kind.DISTINCT and len(parts) == 1)
    if not additive or catalogue.is_on_a_day(figure):
        return None
    values = [Decimal(value) for _, value in trend(key, unit, parts) if value is not None]
    return plain(sum(values, Decimal(0))) if values else None


def parts_to_date(period: Period) -> list[Period]:
    """The year up to a period's end in as few periods as can be: up to 2023Q3 by 2023H1 and 2023Q3.

    Reports of half-years are not there by months, so the longest periods are taken.
    """
    found: list[Period] = []
    months = period.parents()[-1].months() if period.parents() else period.months()
    left = [month for month in months if month.end <= period.end]
    while left:
        wholes = [whole for whole in reversed((left[0], *left[0].parents())) if whole.start == left[0].start]
        longest = next(whole for whole in wholes if whole.end <= period.end)
        found.append(longest)
        left = left[len(longest.months()) :]
    return found


def changes(reading: Reading) -> list[Change]:
    """The reading against the same period of last year and against the period before it, where these have values."""
    period = reading.period
    others = [("同比", period.same_last_year())]
    if period.previous() != period.same_last_year():
        others.append(("环比", period.previous()))
    course = trend(reading.figure.key, reading.unit, [other for _, other in others])
    told = zip(others, course, strict=True)
    return [
        change_of(reading.figure, word, other, reading.value, base)
        for (word, other), (_, base) in told
        if base is not None and reading.value is not None
    ]


def change_of(figure: Figure, word: str, other: Period, value: Value, base: Value) -> Change:
    """A value against a base. Of shares the difference alone is told: in 百分点, a rate of rates says nothing."""
    difference = Decimal(value) - Decimal(base)
    rate = difference / Decimal(base) if base and figure.unit != SHARE else None
    return Change(word, other, base, plain(difference), rate)


def per_thousand(key: str, by: str, unit: Unit, period: Period) -> Decimal | None:
    """A figure for each thousand of another one (visits per 1,000 members), to two decimals.

    None where either has no value, and where there is nothing to divide by.
    """
    found = read([key, by], unit, period)
    return share_of(found[key].value, found[by].value)


def share_of(value: Value | None, base: Value | None) -> Decimal | None:
    """So many for each thousand of a base, to two decimals."""
    if value is None or not base:
        return None
    return (Decimal(value) * THOUSAND / Decimal(base)).quantize(Decimal("0.01"))


def change_words(change: Change, figure: Figure) -> str:
    """A difference with its sign and, beside it, in per cent: +120人（+3.2%）, of shares in 百分点."""
    if figure.unit == SHARE:
        return f"{Decimal(change.difference) * 100:+.2f}个百分点"
    rate = "" if change.rate is None else f"（{change.rate * 100:+.1f}%）"
    return f"{'+' if change.difference > 0 else ''}{chinese.number(change.difference)}{figure.unit}{rate}"
