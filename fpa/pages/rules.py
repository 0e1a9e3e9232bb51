"""Rules that the actions of every room ask."""

from datetime import date

from django.utils import timezone


def fault_of_day(label: str, day: date, *, earliest: date, earliest_label: str) -> str:
    """Why a day can't be that of an event, in Chinese: it lies ahead, or before what comes first; "" where it can."""
    if day > timezone.localdate():
        return f"{label}不能晚于今天，请核对。"
    if day < earliest:
        return f"{label}不能早于{earliest_label}，请核对。"
    return ""
