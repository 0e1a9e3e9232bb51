"""Which periods have facts: from `FIRST_PERIOD` on, stocks by half-year, flows by month and all longer periods."""

from datetime import date

from django.conf import settings

from fpa.core.periods import Period
from fpa.figures.catalogue import Figure, Kind


def first_day() -> date:
    """The first day that figures are kept for."""
    return Period.parse(settings.FIRST_PERIOD).start


def halves(today: date, since: date | None = None) -> list[Period]:
    """The half-years from the first one (or that of `since`) to today's, for which stocks are kept."""
    day = max(first_day(), since or first_day())
    found = []
    while day <= today:
        half = Period.of(day, "half")
        found.append(half)
        day = date.fromordinal(half.end.toordinal() + 1)
    return found


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


def period_of_fact(figure: Figure, period: Period, today: date) -> Period | None:
    """The period under which a figure's fact for `period` is kept; None where none is kept.

    A stock is kept by half-year: it can be told for a period that ends with a half-year, and for one that holds today.
    """
    if period.end < first_day() or period.year > years(today)[-1].year:
        return None
    if figure.kind is Kind.FLOW:
        return period
    if period.contains(today):
        return Period.of(today, "half")
    half = Period.of(period.end, "half")
    return half if half.end == period.end and period.end < today else None


def stock_day(period: Period, today: date) -> date:
    """The day on which a stock is counted for a period: its last day, but not later than today."""
    return min(period.end, today)
