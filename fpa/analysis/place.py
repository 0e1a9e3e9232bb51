"""Which unit and which period a page of analysis is about: from the address, and chosen by a form that stands on it."""

from dataclasses import dataclass
from typing import cast

from django import forms
from django.http import Http404, HttpRequest
from django.utils import timezone

from fpa.access.loaders import check, load_unit
from fpa.access.models import Unit
from fpa.core.actor import Actor
from fpa.core.forms import Form
from fpa.core.periods import BadPeriod, Period
from fpa.figures.fact_periods import halves
from fpa.figures.queries import latest_period
from fpa.pages.fields import CODE_LENGTH, UnitField


class PlaceForm(Form):
    """Unit and period; it is sent by GET, so that a page's address says what it shows."""

    unit = UnitField(label="单位")
    period = forms.ChoiceField(label="报告期")

    def __init__(
        self, chosen: dict[str, str], *, typed: bool, within: str, unit: Unit, period: Period
    ) -> None:
        """Show what is `chosen`; only a unit that was typed by name is checked, an address names one that is there."""
        super().__init__(chosen if typed else None, initial=chosen)
        cast(UnitField, self.fields["unit"]).within = within
        cast(forms.ChoiceField, self.fields["period"]).choices = [(str(p), p.label) for p in _periods(period)]


@dataclass(frozen=True)
class DashboardContext:
    """Who looks, at which unit, in which period; `form` shows the choice, with what was wrong in it."""

    actor: Actor
    unit: Unit
    period: Period
    form: PlaceForm

    @property
    def query(self) -> dict[str, str]:
        """The place as parameters of an address."""
        return {"unit": self.unit.code, "period": str(self.period)}


def place_of(
    request: HttpRequest, permission: str, form_class: type[PlaceForm] = PlaceForm
) -> DashboardContext:
    """Read unit and period from the address; by default the seat's own and the latest half-year with data.

    A name that is typed and means no unit, or several, is told on the form. Raises PermissionDenied, and Http404 for
    the code of a unit outside the scope and for what is no period.
    """
    actor = check(request, permission)
    typed, asked = request.GET.get("unit", ""), request.GET.get("period")
    by_name = bool(typed) and not typed[:CODE_LENGTH].isdecimal()
    unit = _unit_of("" if by_name else typed, request, actor, permission)
    try:
        period = Period.parse(asked) if asked else latest_period(unit)
    except BadPeriod as error:
        raise Http404(f"{error}。") from error

    def form_of(unit: Unit, said: str, *, typed: bool) -> PlaceForm:
        chosen = request.GET.dict() | {"unit": said, "period": str(period)}
        return form_class(chosen, typed=typed, within=actor.path, unit=unit, period=period)

    if by_name:
        form = form_of(unit, typed, typed=True)
        if "unit" in form.errors:
            return DashboardContext(actor, unit, period, form)
        unit = form.cleaned_data["unit"]
    return DashboardContext(actor, unit, period, form_of(unit, f"{unit.code} {unit.name}", typed=False))


def _unit_of(code: str, request: HttpRequest, actor: Actor, permission: str) -> Unit:
    if not code:
        return Unit.objects.select_related("parent").get(path=actor.path)
    return load_unit(code[:CODE_LENGTH], request, permission)


def _periods(chosen: Period) -> list[Period]:
    """The years and half-years to choose from, the latest first, each year before its halves."""
    kept = halves(timezone.localdate())
    years = {half.parents()[0] for half in kept}
    return sorted({*kept, *years, chosen}, key=lambda p: (-p.year, p.grain, -p.first))
