"""A request whose statement takes too long is answered plainly, undone, and gives its connection back."""

from select import select

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory

from fpa.access import seats
from fpa.access.middleware import ScopeMiddleware
from fpa.access.models import Post, User
from fpa.access.scope import whole_province
from tests.cast import PASSWORD

SLOW = "SELECT pg_sleep(20)"
SAID = "这一次要做的事太多，系统没能及时做完，已经停下"


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()


@pytest.fixture
def slow_units(settings, monkeypatch):
    """The page of units asks something slow after it has written."""
    settings.REQUEST_STATEMENT_SECONDS = 0.1

    def slow(request):
        Post.objects.update(title="没有写成")
        run(SLOW)

    monkeypatch.setattr("fpa.organization.views.units.check", lambda request, permission: slow(request))


def county():
    client = Client()
    client.force_login(User.objects.get(username="county"))
    return client


def test_request_that_takes_too_long_is_answered_and_undone(committed_db, slow_units):
    answer = county().get("/units/")
    page = answer.content.decode()
    assert answer.status_code == 503
    assert SAID in page
    assert "没有保存任何内容" in page
    assert "缩小范围" in page
    assert answer["Retry-After"]
    with whole_province():
        assert not Post.objects.filter(title="没有写成").exists()
    assert run("SELECT current_setting('statement_timeout')") == (
        "1h",
    )  # what the application's role begins with
    assert county().get("/members/").status_code == 200


def test_connection_that_idled_in_its_transaction_is_ended_and_answered(committed_db, settings):
    """A view that forgets its open transaction: the database frees what it held."""
    usual, settings.REQUEST_IDLE_SECONDS = settings.REQUEST_IDLE_SECONDS, 0.05

    def view(request):
        select([connection.connection.fileno()], [], [], 20)  # the database's word that it is over
        run("SELECT 1")
        return HttpResponse()

    request = RequestFactory().get("/")
    request.user, request.session = User.objects.get(username="county"), {}
    answer = ScopeMiddleware(view)(request)
    assert (answer.status_code, SAID in answer.content.decode()) == (503, True)
    settings.REQUEST_IDLE_SECONDS = usual
    assert county().get("/units/").status_code == 200


def test_wait_before_the_view_is_answered_too(committed_db, settings, monkeypatch):
    settings.REQUEST_STATEMENT_SECONDS = 0.1
    monkeypatch.setattr(seats, "choose_seat", lambda seats, wanted: run(SLOW))
    answer = county().get("/units/")
    assert (answer.status_code, SAID in answer.content.decode()) == (503, True)


def test_limits_of_a_request_are_those_of_the_settings(db, settings):
    seen = []

    def view(request):
        seen.append(
            run(
                "SELECT current_setting('statement_timeout'), "
                "current_setting('idle_in_transaction_session_timeout')"
            )
        )
        return HttpResponse()

    settings.REQUEST_STATEMENT_SECONDS, settings.REQUEST_IDLE_SECONDS = 7, 9
    request = RequestFactory().get("/")
    request.user, request.session = User.objects.get(username="county"), {}
    ScopeMiddleware(view)(request)
    assert seen == [("7s", "9s")]


def test_login_within_the_limits_is_as_ever(db):
    assert Client().post("/login/", {"username": "county", "password": PASSWORD}).status_code == 302
