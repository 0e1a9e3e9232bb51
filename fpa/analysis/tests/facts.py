"""Facts for the tests of pages: written as a refresh would leave them, at a unit and all above it."""

from typing import Any

from django.db import connection
from django.utils import timezone

from fpa.access.models import Unit
from fpa.access.scope import whole_province
from fpa.core.periods import Period
from fpa.figures import catalogue
from fpa.figures.values import period_of_fact

H1 = "2023H1"


def put(figure: str, unit: Unit, value: int, period: str = H1) -> None:
    """Add to a figure at a unit, as its own, and at every unit above; whatever the scope that a request left."""
    with whole_province():
        _put(figure, unit, value, period)


ADD = """
INSERT INTO figures_fact AS f (figure, period, unit_id, cut, path, own, value)
SELECT %(figure)s, %(period)s, id, '', path, CASE WHEN id = %(unit)s THEN %(value)s ELSE 0 END, %(value)s
FROM access_unit WHERE id = ANY(%(units)s)
ON CONFLICT (figure, period, unit_id, cut) DO UPDATE SET own = f.own + excluded.own, value = f.value + excluded.value
"""


def _put(figure: str, unit: Unit, value: int, period: str) -> None:
    kept = period_of_fact(catalogue.get(figure), Period.parse(period), timezone.localdate())
    above = list(Unit.objects.above(unit.path).values_list("pk", flat=True))
    row: dict[str, Any] = {
        "figure": figure,
        "period": str(kept or period),
        "unit": unit.pk,
        "units": above,
        "value": value,
    }
    with connection.cursor() as cursor:
        cursor.execute(ADD, row)
