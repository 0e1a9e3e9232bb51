"""How the commands of this package read a unit and a period, and how they refuse."""

from fpa.access.models import Unit
from fpa.core.periods import BadPeriod, Period
from fpa.core.refusals import Refusal


class Refused(Refusal):
    """The command can't be carried out as given; the message says why, in Chinese."""


def unit_of(code: str) -> Unit:
    """The current unit of a code. Raises Refused."""
    unit = Unit.objects.current().filter(code=code).first()
    if unit is None:
        raise Refused(f"没有区划代码为“{code}”的单位，请使用 12 位区划代码，例如 430000000000。")
    return unit


def period_of(code: str) -> Period:
    """The period of a code. Raises Refused."""
    try:
        return Period.parse(code)
    except BadPeriod as error:
        raise Refused(str(error)) from error
