"""Facts for the tests of pages: written as a refresh would leave them, at a unit and all above it."""

from decimal import Decimal

from django.utils import timezone

from fpa.access.models import Unit
from fpa.access.scope import whole_province
from fpa.core.periods import Period
from fpa.figures import catalogue
from fpa.figures.models import Fact
from fpa.figures.values import period_of_fact

H1 = "2023H1"


def put(figure: str, unit: Unit, value: int, period: str = H1) -> None:
    """Add to a figure at a unit, as its own, and at every unit above; whatever the scope that a request left."""
    with whole_province():
        _put(figure, unit, value, period)


def _put(figure: str, unit: Unit, value: int, period: str) -> None:
    kept = period_of_fact(catalogue.get(figure), Period.parse(period), timezone.localdate())
    period = str(kept or period)
    for each in Unit.objects.above(unit.path):
        fact = Fact.objects.filter(figure=figure, unit=each, period=period).first()
        fact = fact or Fact(figure=figure, unit=each, path=each.path, period=period, own=0, value=0)
        fact.value += Decimal(value)
        fact.own += Decimal(value if each == unit else 0)
        fact.save()
