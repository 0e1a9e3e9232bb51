"""What a unit field asks for while one types."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from fpa.access.loaders import check
from fpa.pages import queries
from fpa.pages.queries import full_name_of


def search_units(request: HttpRequest) -> HttpResponse:
    """What a unit field offers while one types: the units of the seat that match, as options."""
    actor = check(request, "unit.view")
    text = request.GET.get(request.GET.get("field", "q"), "")
    shown = {"found": [(unit, full_name_of(unit)) for unit in queries.search_units(text, actor.path)]}
    return render(request, "pages/unit_options.html", shown)
