"""Where and when a figure is looked at: the unit and period of an address, and whether its records may be seen."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest

from fpa.access.loaders import check, load_unit
from fpa.access.models import Unit
from fpa.core.actor import Actor
from fpa.core.periods import BadPeriod, Period
from fpa.figures import catalogue, queries
from fpa.figures.catalogue import Figure, UnknownFigure
from fpa.figures.display import address


@dataclass(frozen=True)
class FigureContext:
    """Where and when a figure is looked at."""

    actor: Actor
    unit: Unit
    period: Period

    def steps(self, page: str, key: str = "") -> list[tuple[str, str]]:
        """The units from the seat's down to this one, each with the same page there; this one without a link."""
        units = Unit.objects.above(self.unit.path).filter(path__gte=self.actor.path)
        return [(u.short_name, "" if u == self.unit else address(page, key, u, self.period)) for u in units]


def place_of(request: HttpRequest) -> FigureContext:
    """The unit and period of the address; without them the seat's unit and the latest half-year with figures.

    Raises Http404 for a unit outside the scope and for what is no period.
    """
    actor = check(request, "figure.view")
    code = request.GET.get("unit")
    unit = load_unit(code, request, "figure.view") if code else Unit.objects.get(path=actor.path)
    asked = request.GET.get("period")
    try:
        period = Period.parse(asked) if asked else queries.latest_period(unit)
    except BadPeriod as error:
        raise Http404(f"{error}。") from error
    return FigureContext(actor, unit, period)


def figure_at(key: str) -> Figure:
    """The figure of an address. Raises Http404 where there is none."""
    try:
        return catalogue.get(key)
    except UnknownFigure as error:
        raise Http404(str(error)) from error


def may_see_records(figure: Figure, actor: Actor) -> bool:
    """Whether a seat has the right that the records behind a figure ask for."""
    return not figure.records_permission or actor.may(figure.records_permission)
