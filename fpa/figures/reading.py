"""A figure as it is shown."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from fpa.access.models import Unit
from fpa.core.periods import Period
from fpa.figures import catalogue
from fpa.figures.fact_periods import stock_day
from fpa.figures.figure import Coverage, Figure
from fpa.figures.models import Statement

Value = Decimal | int

PLACES = 6
"""To how many places a computed value is told."""


@dataclass(frozen=True)
class Reading:
    """A figure as it is shown: value, qualifier, unit, period, 口径 (the figure's definition), as-of (design §6).

    The qualifier is "exact", or that of a stated number ("余", "多", "stated"). `value` is None where there is none,
    and the qualifier says why: "pending", no module yields the figure; "not_kept", no value is kept for this period (a
    stock of a period that has not ended, a time before the platform); "no_value", it can't be computed (nothing to
    divide by); "not_stated", nobody has entered it; "not_reported", no report of the unit or of one below it counts.
    `own` is the unit's own part. `statement` is what it rests on.
    """

    figure: Figure
    value: Value | None
    own: Value | None
    qualifier: str
    unit: Unit
    period: Period
    as_of: datetime
    coverage: Coverage | None
    statement: Statement | None = None

    @property
    def day(self) -> date | None:
        """The day as at which it is told; None for what is told over a period."""
        told = not self.figure.pending and catalogue.is_on_a_day(self.figure)
        return stock_day(self.period, timezone.localdate()) if told else None


def plain(value: Decimal) -> Value:
    """A whole number as int, another to six places at most."""
    return int(value) if value == value.to_integral_value() else round(value, PLACES).normalize()
