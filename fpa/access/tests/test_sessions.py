"""Sessions bring along who asks: the account and its seats of today, as they are at this very request."""

from datetime import date, timedelta

import pytest
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fpa.access.models import Appointment, LoginSession, Post, User
from fpa.access.scope import current_scope, read_whole_province, scoped, whole_province
from fpa.access.seats import seats_of
from fpa.access.sessions import SessionStore, forget_ended, read_asker
from tests.cast import PASSWORD, cast_unit

TODAY = timezone.localdate()
DAY = timedelta(days=1)
POSTS = "SELECT id FROM access_post"


@pytest.fixture
def key_of(client_as):
    return lambda name: client_as(name).cookies["sessionid"].value


@pytest.mark.parametrize(
    "days", [{}, {"valid_to": TODAY}, {"valid_from": TODAY + DAY}, {"valid_to": TODAY + DAY}]
)
@pytest.mark.parametrize("name", ["county", "outsider"])
def test_seats_that_come_along_are_those_that_seats_of_reads(seat_for, key_of, name, days):
    seat_for(name, cast_unit("sibling"), **days)
    asker, read = read_asker(key_of(name)), seats_of(User.objects.get(username=name))
    assert [vars_of(seat) for seat in asker.seats] == [vars_of(seat) for seat in read]
    assert asker.user == User.objects.get(username=name)
    assert vars_of(asker.user) == vars_of(User.objects.get(username=name))


def vars_of(row):
    """All that a row holds, and what the seats' post and unit hold."""
    own = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return own | {
        name: vars_of(getattr(row, name)) for name in ("post", "unit") if isinstance(row, Appointment)
    }


def test_seats_that_came_along_ask_for_nothing_more(key_of):
    asker = read_asker(key_of("county"))
    with CaptureQueriesContext(connection) as queries:
        assert [(seat.user.name, seat.post.title, seat.unit.name) for seat in asker.seats]
    assert len(queries) == 0


def test_who_asks_takes_one_query_and_who_may_see_what_another(client_as):
    client = client_as("county")
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/no-such-page/").status_code == 404
    asked = [each["sql"] for each in queries if "SAVEPOINT" not in each["sql"]]
    assert len(asked) == 3, asked  # the limits of time are the first
    assert "access_loginsession" in asked[1]
    assert "access_appointment" in asked[1]


def test_a_session_knows_its_account_from_the_login_on(db):
    client = Client()
    client.get("/login/")
    client.post("/login/", {"username": "county", "password": PASSWORD})
    session = LoginSession.objects.get(pk=client.cookies["sessionid"].value)
    assert session.user == User.objects.get(username="county")
    client.post("/logout/")
    assert not LoginSession.objects.exists()


def test_a_session_before_any_login_is_of_nobody(db):
    store = SessionStore()
    store["seat"] = 1
    store.save()
    found = SessionStore(store.session_key)
    assert found["seat"] == 1
    assert (found.asker.user, found.asker.seats) == (None, [])


def test_a_locked_account_is_nobody_at_its_next_request(client_as):
    client = client_as("county")
    assert client.get("/").status_code == 200
    User.objects.filter(username="county").update(is_active=False)
    assert client.get("/")["Location"] == "/login/?next=/"


@pytest.mark.parametrize("spoilt", [{HASH_SESSION_KEY: "0" * 64}, {SESSION_KEY: "1"}, {SESSION_KEY: "x"}])
def test_a_session_that_says_another_account_or_password_is_nobodys(key_of, spoilt):
    key = key_of("county")
    store = SessionStore(key)
    row = LoginSession.objects.get(pk=key)
    row.session_data = store.encode(dict(store.items()) | spoilt)
    row.save()
    client = Client()
    client.cookies["sessionid"] = key
    assert client.get("/")["Location"] == "/login/?next=/"


@pytest.mark.parametrize("key", ["", "short", "0" * 32, "x" * 400, "'; DROP TABLE access_loginsession; --"])
def test_a_key_of_no_session_is_nobodys(db, key):
    client = Client()
    client.cookies["sessionid"] = key
    assert client.get("/")["Location"] == "/login/?next=/"


def test_an_ended_session_is_nobodys_and_forgotten_by_the_day(key_of):
    ended, lasting = key_of("county"), key_of("city")
    LoginSession.objects.filter(pk=ended).update(expire_date=timezone.now())
    assert read_asker(ended) is None
    assert read_asker(lasting) is not None
    forget_ended(date.min)
    assert list(LoginSession.objects.values_list("pk", flat=True)) == [lasting]


@pytest.mark.parametrize("name", ["village", "sibling"])
def test_a_reading_over_the_whole_province_leaves_the_scope_as_it_was(db, name):
    with whole_province():
        every = Post.objects.count()
    with scoped(cast_unit(name).path):
        seen = Post.objects.count()
        assert len(read_whole_province(POSTS, {})) == every > seen
        assert current_scope() == cast_unit(name).path
        assert Post.objects.count() == seen


def test_a_reading_over_the_whole_province_needs_no_transaction_and_leaves_no_scope(committed_db):
    assert len(read_whole_province(POSTS, {})) > 0
    with transaction.atomic():
        assert current_scope() is None
        assert Post.objects.count() == 0


def test_a_reading_that_fails_leaves_the_scope_as_it_was(db):
    with scoped(cast_unit("village").path):
        with pytest.raises(Exception, match="no_such_table"), transaction.atomic():
            read_whole_province("SELECT * FROM no_such_table", {})
        assert current_scope() == cast_unit("village").path
