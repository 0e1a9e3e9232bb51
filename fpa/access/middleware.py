"""Every request is one transaction under one scope."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from fpa.access.forms import LoginForm
from fpa.access.models import User
from fpa.access.scope import lock_tree_shared, set_sight
from fpa.access.seats import seat_request, seated
from fpa.access.views import login_page
from fpa.core.htmx import htmx_of
from fpa.core.limits import ran_out_of_time, set_limits
from fpa.core.unsent import unsent_of
from fpa.core.views import ENDED, NOT_THIS_WAY, not_this_way, took_too_long

log = logging.getLogger(__name__)

SERVER_ERROR = 500
READING = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN_TO_ALL_USERS = frozenset({"logout", "choose_seat", "switch_seat", "change_password"})
"""Pages for whoever is logged in, seat or not, with a temporary password or not."""


class LoginMiddleware(LoginRequiredMiddleware):
    """Send who is not signed in to the login page. What a post has brought is kept on it (`core.unsent`), and an htmx
    request is told by a 401: `login_again.js` asks for the password over the page, and sends it again."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: Any,
        view_kwargs: Any,
    ) -> HttpResponseBase | None:
        """Answer a request that needs somebody signed in, and has nobody."""
        answer = super().process_view(request, view_func, view_args, view_kwargs)
        if answer is None:
            return None
        if htmx_of(request):
            return HttpResponse(status=ENDED)
        unsent = unsent_of(request)
        return login_page(request, LoginForm(), unsent) if unsent else answer


class ScopeMiddleware:
    """Open the request's transaction, set the seat's scope, and roll back what failed.

    No statement takes longer than the settings allow: what does is undone, and told plainly.
    A request without a seat gets no scope, and so sees no scoped row. A view that is not for the request's method
    answers with a page here, since it is always the innermost that refuses it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            response = self._answer(request)
        except DatabaseError as error:
            if not ran_out_of_time(error):
                raise
            response = self._too_long(request)
        return not_this_way(response) if response.status_code == NOT_THIS_WAY.code else response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        with transaction.atomic():
            set_limits(settings.REQUEST_STATEMENT_SECONDS, settings.REQUEST_IDLE_SECONDS)
            if request.method not in READING:
                lock_tree_shared()
            actor = seat_request(request).actor
            set_sight(actor.path if actor else None, request.user.pk)
            response = self.get_response(request)
            if response.status_code >= SERVER_ERROR:
                transaction.set_rollback(True)
        return response

    def _too_long(self, request: HttpRequest) -> HttpResponse:
        log.error("%s %s 用时超过限制，已停下", request.method, request.path)
        return took_too_long(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Send who can't work yet where that is told or mended: a temporary password first, then no seat."""
        name = request.resolver_match.url_name if request.resolver_match else ""
        is_public = not getattr(view, "login_required", True)
        needs_seat = getattr(view, "needs_seat", True)
        if not isinstance(request.user, User) or is_public or name in OPEN_TO_ALL_USERS:
            return None
        if request.user.must_change_password:
            return _led_to("change_password", request)
        return None if seated(request).actor or not needs_seat else _led_to("choose_seat", request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """An exception that a view lets out undoes what the view wrote, whatever page answers it."""
        transaction.set_rollback(True)
        return self._too_long(request) if ran_out_of_time(exception) else None


def _led_to(url_name: str, request: HttpRequest) -> HttpResponse:
    """Lead on to a page: the whole window, where htmx would put it into a part of this one."""
    if htmx_of(request):
        return HttpResponse(headers={"HX-Redirect": reverse(url_name)})
    return redirect(url_name)
