"""A number for every request, and no page of someone logged in left in a store."""

import gzip
import logging
import re

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from fpa.access.scope import whole_province
from fpa.audit.models import Event
from fpa.core.middleware import (
    CompressedPagesMiddleware,
    PrivatePagesMiddleware,
    RequestIdFilter,
    RequestIdMiddleware,
    request_id,
)
from tests.cast import PASSWORD

ID = re.compile(r"[0-9a-f]{8}")


def test_each_request_has_a_number_of_its_own():
    middleware = RequestIdMiddleware(lambda request: HttpResponse(request_id.get()))
    answers = [middleware(RequestFactory().get("/")) for _ in range(50)]
    assert all(ID.fullmatch(answer["X-Request-Id"]) for answer in answers)
    assert all(answer["X-Request-Id"] == answer.content.decode() for answer in answers)
    assert len({answer["X-Request-Id"] for answer in answers}) == 50


def test_a_visitor_can_not_choose_the_number():
    middleware = RequestIdMiddleware(lambda request: HttpResponse())
    answer = middleware(RequestFactory().get("/", headers={"X-Request-Id": "forged\nline"}))
    assert ID.fullmatch(answer["X-Request-Id"])


@pytest.mark.parametrize("address", ["/login/", "/", "/no-such-page/", "/static/no-such-file.css"])
def test_every_answer_carries_its_number(db, address):
    answer = Client().get(address)
    if not address.startswith("/static/"):
        assert ID.fullmatch(answer["X-Request-Id"])


def test_the_event_of_a_request_carries_its_number(db):
    answer = Client().post("/login/", {"username": "county", "password": PASSWORD})
    with whole_province():
        assert Event.objects.get(verb="user.logged_in").request_id == answer["X-Request-Id"]


def test_log_lines_carry_the_number():
    line = logging.LogRecord("fpa", logging.INFO, __file__, 1, "words", None, None)
    token = request_id.set("0123abcd")
    try:
        assert RequestIdFilter().filter(line) is True
    finally:
        request_id.reset(token)
    assert line.__dict__["request_id"] == "0123abcd"


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("/", 200),
        ("/units/", 200),
        ("/members/", 200),
        ("/events/", 403),
        ("/no-such-page/", 404),
        ("/logout/", 405),
    ],
)
def test_no_answer_to_someone_logged_in_is_stored(client_as, address, code):
    answer = client_as("county").get(address)
    assert answer.status_code == code
    assert answer["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("query", ["export=xlsx", "print=1"])
def test_no_file_of_someone_logged_in_is_stored(client_as, query):
    assert client_as("county").get(f"/members/?{query}")["Cache-Control"] == "no-store, private"


class Somebody:
    def __init__(self, is_authenticated: bool) -> None:
        self.is_authenticated = is_authenticated


@pytest.mark.parametrize(("is_known", "said"), [(True, "no-store, private"), (False, "public")])
def test_a_views_own_wish_counts_for_the_public_only(is_known, said):
    request = RequestFactory().get("/")
    request.user = Somebody(is_known)
    answer = PrivatePagesMiddleware(lambda _: HttpResponse(headers={"Cache-Control": "public"}))(request)
    assert answer["Cache-Control"] == said


@pytest.mark.parametrize(
    "address",
    [
        "/units/search/?q=%00",
        "/figures/?unit=%00",
        "/members/?x%00=1",
        "/members/?sex=female&page=1%002",
        "/units/%00/",
    ],
)
def test_an_address_that_no_text_can_hold_is_refused(client_as, address):
    answer = client_as("county").get(address)
    assert answer.status_code == 400
    assert "请返回上一页" in answer.content.decode()
    assert ID.fullmatch(answer["X-Request-Id"])


def test_pages_are_sent_compressed_and_files_as_they_are(db, client):
    zipped = client.get("/login/", headers={"accept-encoding": "gzip"})
    assert zipped["Content-Encoding"] == "gzip"
    assert "登录" in gzip.decompress(zipped.content).decode()
    assert "Content-Encoding" not in client.get("/login/").headers
    file = HttpResponse(b"%PDF" * 200, content_type="application/pdf")
    asked = RequestFactory().get("/", headers={"accept-encoding": "gzip"})
    assert "Content-Encoding" not in CompressedPagesMiddleware(lambda _: file)(asked).headers
