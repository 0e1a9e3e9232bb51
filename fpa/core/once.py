"""The key by which a posted step is done once (security.md): `{% once %}` in a form, looked for in every post.

`pages.once` keeps the keys; here is only what all bands ask: whether a post has one, and what to say where it has none.
"""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from fpa.core.views import keyless

FIELD = "once"
"""The hidden input with a page's key."""
NO_KEY = "这一步没有办理：送来的内容里没有防止重复办理的编号。您填的内容都还在，请核对后再提交一次。"


def key_of(request: HttpRequest) -> UUID | None:
    """The key that a post carries; None where there is none, or what stands there is no key."""
    try:
        return UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None


def lacks_key(request: HttpRequest) -> bool:
    """Whether a post of somebody signed in could be done twice, since it carries no key."""
    return request.method == "POST" and request.user.is_authenticated and key_of(request) is None


def needs_key(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that is no form page of `form_flow` and acts on a post: without a key it does nothing, and says so."""

    @wraps(view)
    def keyed(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return keyless(request) if lacks_key(request) else view(request, *args, **kwargs)

    return keyed
