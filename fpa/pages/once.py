"""Each posted step is done once: a page's forms carry a key (`{% once %}`), kept with the effect (security.md).

A second post of the same page, by a double click, a repeat of the browser or a proxy, waits for the first, does nothing
and leads where the first one led. A step that was refused keeps no key, so it can be sent again. A post without a key
does nothing: a form says so with its answers kept (`form_flow`), any other view by a page (`core.once.needs_key`).
"""

from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from fpa.access.exceptions import REPEATABLE_POSTS
from fpa.access.models import User
from fpa.access.seats import seated
from fpa.core.once import key_of, lacks_key
from fpa.core.views import KEYLESS, keyless
from fpa.pages.models import DoneStep

KEPT_DAYS = 7
REPEATED = "这一步已经办过一次，没有重复办理。下面是办理后的情况。"
_DONE, _TOLD = "_is_done", "_has_told_of_key"


def mark_done(response: HttpResponse) -> HttpResponse:
    """Say of an answer that is no redirect that its step was done."""
    setattr(response, _DONE, True)
    return response


class OnceMiddleware:
    """Keep the key of a posted step that is done, in its transaction; answer a repeat without doing it again.

    What a view does on a post without a key, though it may not be repeated, is undone: it has forgotten to ask.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if lacks_key(request):
            return _checked(request, self.get_response(request))
        key = key_of(request) if request.method == "POST" else None
        if key is None or not isinstance(request.user, User):
            return self.get_response(request)
        step, is_new = DoneStep.objects.get_or_create(user=request.user, key=key)
        if not is_new:
            return _repeated(request, step)
        response = self.get_response(request)
        if transaction.get_rollback():  # the key goes with all else
            return response
        if response.status_code == HttpResponseRedirect.status_code:
            DoneStep.objects.filter(pk=step.pk).update(location=response.headers["Location"][:500])
        elif not getattr(response, _DONE, False):
            DoneStep.objects.filter(pk=step.pk).delete()
        return response


def told_of_key(response: HttpResponse) -> HttpResponse:
    """Say of an answer that it tells of the key that the post lacked."""
    setattr(response, _TOLD, True)
    return response


def _checked(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The answer to a post without a key, where nothing can have been done or may be done again."""
    match = request.resolver_match
    is_repeatable = match is not None and match.url_name in REPEATABLE_POSTS
    if is_repeatable or getattr(response, _TOLD, False) or response.status_code >= KEYLESS.code:
        return response
    transaction.set_rollback(True)
    list(messages.get_messages(request))  # nothing of it was done, so nothing of it is said
    return keyless(request)


def _repeated(request: HttpRequest, step: DoneStep) -> HttpResponse:
    if seated(request).htmx:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    messages.info(request, REPEATED)
    return HttpResponseRedirect(step.location or reverse("home"))


def forget_steps() -> int:
    """Forget keys that no open page can still hold; returns how many."""
    return DoneStep.objects.filter(at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).delete()[0]
