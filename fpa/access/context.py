"""What every page of the shell shows: who works, from which seat, and what the seat may open."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from fpa.access.menu import lit_entry, menu_html, trail
from fpa.access.models import Level


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give templates the actor, the seats to switch between, the menu, and the footer's filings."""
    actor = getattr(request, "actor", None)
    lit = lit_entry(actor, request.path) if actor else None
    is_light = actor is not None and actor.level == Level.VILLAGE
    return {
        "actor": actor,
        "base_template": "base_light.html" if is_light else "base.html",
        "seats": getattr(request, "seats", []),
        "menu": partial(menu_html, actor, lit, request.path) if actor else "",
        "trail": trail(actor, lit) if actor else [],
        "organizer": settings.ORGANIZER,
        "site_code": settings.SITE_CODE,
        "icp_number": settings.ICP_NUMBER,
        "police_number": settings.POLICE_NUMBER,
    }
