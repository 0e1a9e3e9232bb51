"""Rules that the actions of every room ask."""

from datetime import date

from django.utils import timezone

from fpa.access.models import Unit
from fpa.core.actor import Actor
from fpa.core.refusals import Refusal


def fault_of_day(label: str, day: date, *, earliest: date = date.min, earliest_label: str = "") -> str:
    """Why a day can't be that of an event, in Chinese: it lies ahead, or before what comes first; "" where it can."""
    if day > timezone.localdate():
        return f"{label}不能晚于今天，请核对。"
    if day < earliest:
        return f"{label}不能早于{earliest_label}，请核对。"
    return ""


def check_own_unit(unit: Unit, refusal: type[Refusal], *, by: Actor) -> None:
    """Whoever writes down something new does so for a current unit at or below their own. Raises the `refusal`."""
    if not unit.path.startswith(by.path) or unit.valid_to:
        raise refusal("只能为本单位及下级现有单位登记，请重新选择单位。")
