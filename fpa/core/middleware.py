"""A number for every request: the error page shows it, the log line and the audit event carry it."""

import logging
import secrets
from collections.abc import Callable
from contextvars import ContextVar

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

request_id: ContextVar[str] = ContextVar("request_id", default="-")


class RequestIdMiddleware:
    """Give each request a short id, also as the `X-Request-Id` header of its answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id.set(secrets.token_hex(4))
        response = self.get_response(request)
        response["X-Request-Id"] = request_id.get()
        return response


class PlainAddressMiddleware:
    """Refuse an address with a NUL in it (400): no text of the database can hold one, so no page is asked for one.

    Forms refuse it in their fields by themselves.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or any(
            "\0" in "".join((key, *values)) for key, values in request.GET.lists()
        ):
            raise BadRequest("NUL in the address")
        return self.get_response(request)


class PrivatePagesMiddleware:
    """Keep every answer to someone logged in, page or file, out of the browser's and any proxy's store.

    Shared computers in village offices are the reason: after logging out, 返回 must not show a page again.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            response["Cache-Control"] = "no-store, private"
        return response


class CompressedPagesMiddleware(GZipMiddleware):
    """Send pages compressed, a fifth of their size over a village's line. Files are compressed already, or come from
    WhiteNoise so. Django adds bytes of a random number, so that lengths tell nothing of a page's secrets (BREACH)."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The answer, compressed where it is a page."""
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)


class RequestIdFilter(logging.Filter):
    """Put the current request's id on every log line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True
