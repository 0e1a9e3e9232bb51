"""Working days with 调休: the yearly notices of the State Council, then Monday to Friday.

A day that is not what its weekday says stands in our own table where somebody has entered it, else in the library
`chinese_calendar`, which is released after each year's notice. A year that neither knows goes by its weekdays, and
`Calendar.caveat` says so; whatever shows a day counted in it shows that sentence too.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from chinese_calendar import constants

from fpa.core.chinese import spoken_list
from fpa.registers.models import CalendarDay

_OFF = frozenset(constants.holidays) | frozenset(constants.in_lieu_days)
_ON = frozenset(constants.workdays)
LIBRARY_YEARS = range(min(constants.holidays).year, max(constants.holidays).year + 1)
STATUTORY_DAYS = 13
"""Holidays of a year by 全国年节及纪念日放假办法 (2024): with fewer days entered, the notice is not entered in full."""
_SATURDAY = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """The calendar as it is known now; read it once and count as often as needed."""

    entered: Mapping[date, bool] = field(default_factory=dict)

    @classmethod
    def read(cls) -> "Calendar":
        """The library with the days that have been entered; one query."""
        return cls(dict(CalendarDay.objects.values_list("day", "is_working")))

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on a day."""
        if day in self.entered:
            return self.entered[day]
        if day in _ON or day in _OFF:
            return day in _ON
        return day.weekday() < _SATURDAY

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after a day, which itself does not count (民法典第二百零一条); before it where n < 0."""
        step = _DAY if n > 0 else -_DAY
        left = abs(n)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def next_working_day(self, day: date) -> date:
        """The day itself, or the first working day after it (民法典第二百零三条)."""
        while not self.is_working_day(day):
            day += _DAY
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days there are after `start` up to and with `end`; negative where `end` comes first."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_working_day(start + n * _DAY) for n in range(1, (end - start).days + 1))

    def caveat(self, start: date, end: date) -> str:
        """What to say beside a day counted between two others; "" where all their years are known."""
        entered = Counter(day.year for day in self.entered)
        asked = set(range(start.year, end.year + 1)) - set(LIBRARY_YEARS)
        years = sorted(year for year in asked if entered[year] < STATUTORY_DAYS)
        if not years:
            return ""
        which = f"{years[0]}年" if len(years) == 1 else f"{spoken_list([str(y) for y in years])}年"
        return f"{which}的放假调休安排还没有录全，工作日暂按周一至周五计算。"


def is_working_day(day: date) -> bool:
    """Whether offices work on a day; one query. Who asks often reads a `Calendar` once."""
    return Calendar.read().is_working_day(day)


def add_working_days(day: date, n: int) -> date:
    """The n-th working day after a day, as `Calendar.add_working_days` has it; one query."""
    return Calendar.read().add_working_days(day, n)


def working_days_between(start: date, end: date) -> int:
    """The working days after `start` up to and with `end`, as `Calendar` counts them; one query."""
    return Calendar.read().working_days_between(start, end)
