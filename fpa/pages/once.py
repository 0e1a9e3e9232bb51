"""Each posted step is done once: a page's forms carry a key (`{% once %}`), kept with the effect (security.md).

A second post of the same page, by a double click, a repeat of the browser or a proxy, waits for the first, does nothing
and leads where the first one led. A step that was refused keeps no key, so it can be sent again.
"""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from fpa.access.models import User
from fpa.access.seats import seated
from fpa.pages.models import DoneStep

FIELD = "once"
"""The hidden input with a page's key."""
KEPT_DAYS = 7
REPEATED = "这一步已经办过一次，没有重复办理。下面是办理后的情况。"
_DONE = "_is_done"


def mark_done(response: HttpResponse) -> HttpResponse:
    """Say of an answer that is no redirect that its step was done."""
    setattr(response, _DONE, True)
    return response


class OnceMiddleware:
    """Keep the key of a posted step that is done, in its transaction; answer a repeat without doing it again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = _key_of(request) if request.method == "POST" else None
        if key is None or not isinstance(request.user, User):
            return self.get_response(request)
        step, is_new = DoneStep.objects.get_or_create(user=request.user, key=key)
        if not is_new:
            return _repeated(request, step)
        response = self.get_response(request)
        if response.status_code == HttpResponseRedirect.status_code:
            DoneStep.objects.filter(pk=step.pk).update(location=response.headers["Location"][:500])
        elif (
            not getattr(response, _DONE, False) and not transaction.get_rollback()
        ):  # which takes the key along
            DoneStep.objects.filter(pk=step.pk).delete()
        return response


def _key_of(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None


def _repeated(request: HttpRequest, step: DoneStep) -> HttpResponse:
    if seated(request).htmx:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    messages.info(request, REPEATED)
    return HttpResponseRedirect(step.location or reverse("home"))


def forget_steps() -> int:
    """Forget keys that no open page can still hold; returns how many."""
    return DoneStep.objects.filter(at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).delete()[0]
