"""Working days, by which tasks are due."""

from datetime import date, timedelta

SATURDAY = 5


def add_working_days(day: date, n: int) -> date:
    """The n-th working day after a day: Monday to Friday."""
    while n > 0:
        day += timedelta(days=1)
        n -= day.weekday() < SATURDAY
    return day
