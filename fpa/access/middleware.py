"""Every request is one transaction under one scope."""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from fpa.access.scope import set_scope
from fpa.access.seats import seat_request

SERVER_ERROR = 500


class ScopeMiddleware:
    """Open the request's transaction, set the seat's scope, and roll back what failed.

    A request without a seat gets no scope, and so sees no scoped row.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with transaction.atomic():
            seat_request(request)
            actor = request.actor  # type: ignore[attr-defined]
            set_scope(actor.path if actor else None)
            response = self.get_response(request)
            if response.status_code >= SERVER_ERROR:
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """An exception that a view lets out undoes what the view wrote, whatever page answers it."""
        transaction.set_rollback(True)
