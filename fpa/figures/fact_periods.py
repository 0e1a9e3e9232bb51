"""Which periods have facts, from `FIRST_PERIOD` on.

Flows have them by month and for all longer periods. Stocks have them by month, each as at the month's end, so that the
end of any month, quarter, half-year or year reads exactly; their cuts have them by half-year (docs/decisions).
"""

from datetime import date

from django.conf import settings

from fpa.core.periods import Kind as PeriodKind
from fpa.core.periods import Period


def first_day() -> date:
    """The first day that figures are kept for."""
    return Period.parse(settings.FIRST_PERIOD).start


def _run(kind: PeriodKind, today: date, since: date | None) -> list[Period]:
    """The periods of a kind from the first one (or that of `since`) to today's."""
    period = Period.of(max(first_day(), since or first_day()), kind)
    found = []
    while period.start <= today:
        found.append(period)
        period = Period.of(date.fromordinal(period.end.toordinal() + 1), kind)
    return found


def halves(today: date, since: date | None = None) -> list[Period]:
    """The half-years from the first one (or that of `since`) to today's."""
    return _run("half", today, since)


def stock_periods(today: date, since: date | None = None, *, cut: bool = False) -> list[Period]:
    """The periods under which a stock's facts are kept: months, or half-years for its cuts."""
    return _run("half" if cut else "month", today, since)


def years(today: date) -> list[Period]:
    """The years for which flows are kept; next year's too, as a record may be dated ahead."""
    return [Period.parse(str(year)) for year in range(first_day().year, today.year + 2)]


def spans(today: date, since: date | None = None) -> list[tuple[str, str]]:
    """Pairs of a part and a period that it counts in (itself included), the periods not ending before `since`.

    ("2023-05", "2023H1") says that what happened in May counts in the first half-year.
    """
    start = max(first_day(), since or first_day())
    parts = [part for year in years(today) for part in parts_of(year)]
    return [
        (str(part), str(whole)) for part in parts for whole in (part, *part.parents()) if whole.end >= start
    ]


def parts_of(period: Period) -> list[Period]:
    """A period and all shorter ones in it, down to its months."""
    around = {p for month in period.months() for p in (month, *month.parents())}
    return sorted(p for p in around if p.start >= period.start and p.end <= period.end)


def fact_period(period: Period, today: date, *, on_a_day: bool, cut: bool = False) -> Period | None:
    """The period under which a figure's fact for `period` is kept; None where none is kept.

    A stock (`on_a_day`) can be told for every period that has ended, and for one that holds today.
    """
    if period.end < first_day() or period.year > years(today)[-1].year:
        return None
    if not on_a_day:
        return period
    kept = Period.of(stock_day(period, today), "half" if cut else "month")
    told = period.contains(today) or (period.end < today and kept.end == period.end)
    return kept if told else None


def stock_day(period: Period, today: date) -> date:
    """The day on which a stock is counted for a period: its last day, but not later than today."""
    return min(period.end, today)
