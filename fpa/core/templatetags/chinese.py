"""Template filters for Chinese figures, money and dates. A value that is not there reads —."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import template
from django.utils.html import format_html

from fpa.core import chinese

NOT_THERE = "—"

register = template.Library()


def _or_dash(write: Callable[..., str]) -> Callable[..., str]:
    """The filter, with — for None and for the empty string that a template makes of a missing variable."""

    @wraps(write)
    def filled(value: Any, *args: str) -> str:
        return NOT_THERE if value is None or value == "" else write(value, *args)

    return filled


@_or_dash
def wan(value: chinese.Number, unit: str = "") -> str:
    """The office wording with the exact figure on hover: <span title="6,073,700">607.37万</span>."""
    said = chinese.wan(value, unit)
    if abs(chinese.exact(value)) < chinese.WAN:
        return said
    return format_html('<span title="{}{}">{}</span>', chinese.number(value), unit, said)


number = _or_dash(chinese.number)
rmb = _or_dash(chinese.rmb)
percent = _or_dash(chinese.percent)
date_cn = _or_dash(chinese.date_cn)
time_cn = _or_dash(chinese.time_cn)
spoken_list = _or_dash(chinese.spoken_list)

for shown in (wan, number, rmb, percent, date_cn, time_cn, spoken_list):
    register.filter(shown.__name__, shown)
