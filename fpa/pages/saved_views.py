"""The views of a list that a seat may open: its own, and those shared with the post."""

from django.db.models import Q
from django.http import HttpRequest, QueryDict

from fpa.core.actor import Actor
from fpa.pages.models import SavedView

MOST = 50
"""Views that a menu shows, and that one person may keep of one list."""
NOT_KEPT = ("page", "after", "before", "export", "print")
"""Parameters that say where one is in a list, not what one sees of it."""


def saved_views(request: HttpRequest, actor: Actor) -> list[SavedView]:
    """The views of the list at this address, by name; each knows whether it `is_mine` and `is_here`."""
    mine_or_shared = Q(user=actor.user_id) | Q(is_shared=True)
    found = list(SavedView.objects.filter(mine_or_shared, page=request.path, post=actor.post_id)[:MOST])
    here = kept_query(request.GET)
    for view in found:
        view.is_mine = view.user_id == actor.user_id  # type: ignore[attr-defined]
        view.is_here = view.query == here  # type: ignore[attr-defined]
    return found


def kept_query(asked: QueryDict) -> str:
    """The part of an address's parameters that a view keeps, in one fixed order."""
    kept = QueryDict(mutable=True)
    for key in sorted(asked):
        values = [value for value in asked.getlist(key) if value]
        if key not in NOT_KEPT and values:
            kept.setlist(key, values)
    return kept.urlencode()
