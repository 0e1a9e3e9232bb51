"""Whether htmx asks, for a part of a page."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


def htmx_of(request: HttpRequest) -> HtmxDetails | None:
    """What htmx says of a request, true where it asks; None of one that ended before the middleware looked."""
    return getattr(request, "htmx", None)
