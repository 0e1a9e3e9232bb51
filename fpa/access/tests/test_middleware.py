"""One request, one transaction, one scope: what stays of it, and what a failure undoes."""

import pytest
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory

from fpa.access.middleware import OPEN_TO_ALL_USERS, ScopeMiddleware
from fpa.access.models import Post, User
from fpa.access.scope import current_scope, whole_province
from fpa.access.seats import SESSION_KEY, actor_for, choose_seat, seats_of
from tests.cast import cast_unit


def asking(name):
    """A request with the user of a name, as the authentication leaves it."""
    request = RequestFactory(REMOTE_ADDR="10.1.2.3").get("/")
    request.user = User.objects.get(username=name)
    request.session = SessionStore()
    return request


def rename(title):
    return Post.objects.update(title=title)


def titles():
    with whole_province():
        return set(Post.objects.values_list("title", flat=True))


@pytest.mark.parametrize(
    ("name", "rows"),
    [("province", 8), ("city", 5), ("county", 3), ("sibling", 1), ("village", 1), ("outsider", 0)],
)
def test_request_sees_its_seats_scope(db, name, rows):
    seen = []

    def view(request):
        seen.append((current_scope(), Post.objects.count()))
        return HttpResponse()

    ScopeMiddleware(view)(asking(name))
    path = cast_unit(name).path if name != "outsider" else None
    assert seen == [(path, rows)]


def test_actor_is_the_seat_with_address_and_role(db):
    request = asking("county")
    ScopeMiddleware(lambda _: HttpResponse())(request)
    actor = request.actor
    assert (actor.unit_name, actor.path, actor.level) == (
        cast_unit("county").association,
        cast_unit("county").path,
        3,
    )
    assert (actor.role, actor.ip) == ("office", "10.1.2.3")
    assert actor.may("member.transfer")
    assert not actor.may("audit.view")


@pytest.mark.parametrize(
    ("status", "is_kept"), [(200, True), (302, True), (422, True), (500, False), (503, False)]
)
def test_what_a_request_wrote_stays_unless_the_server_failed(committed_db, status, is_kept):
    def view(request):
        rename(f"答复{status}")
        return HttpResponse(status=status)

    assert ScopeMiddleware(view)(asking("province")).status_code == status
    assert (f"答复{status}" in titles()) is is_kept


@pytest.mark.parametrize("error", [Http404, PermissionDenied, ValueError, KeyboardInterrupt])
def test_what_a_view_wrote_goes_with_the_exception_that_it_lets_out(committed_db, error):
    def view(request):
        rename("没有写成")
        raise error

    with pytest.raises(error):
        ScopeMiddleware(view)(asking("province"))
    assert "没有写成" not in titles()
    assert not connection.in_atomic_block


def test_an_exception_that_a_handler_answered_undoes_the_writing_too(committed_db):
    """Django turns a view's exception into a page before this middleware gets its answer."""
    middleware = ScopeMiddleware(lambda _: HttpResponse())

    def view(request):
        rename("没有写成")
        middleware.process_exception(request, Http404())
        return HttpResponse(status=404)

    middleware.get_response = view
    assert middleware(asking("province")).status_code == 404
    assert "没有写成" not in titles()


def test_scope_does_not_outlive_its_request(committed_db):
    ScopeMiddleware(lambda _: HttpResponse())(asking("province"))
    with transaction.atomic():
        assert current_scope() is None
        assert not Post.objects.exists()


def test_refused_and_missing_pages_are_whole_pages(client_as):
    """Their templates ask for nothing of the database, which the refusal has already rolled back."""
    client = client_as("county")
    for address, code in (("/events/", 403), ("/members/999999999/", 404), ("/no-such-page/", 404)):
        answer = client.get(address)
        assert answer.status_code == code
        assert "</html>" in answer.content.decode()


@pytest.mark.parametrize("name", sorted(OPEN_TO_ALL_USERS - {"logout", "switch_seat"}))
def test_pages_that_mend_are_open_to_who_can_not_work_yet(db, client_as, name):
    address = {"choose_seat": "/seat/", "change_password": "/password/"}[name]
    assert client_as("outsider").get(address).status_code == 200
    User.objects.filter(username="county").update(must_change_password=True)
    assert client_as("county").get(address).status_code == 200


@pytest.mark.parametrize(("wanted", "chosen"), [(None, 0), (0, 0), (1, 1), (99, 0)])
def test_choose_seat_takes_the_wanted_one_while_it_is_held(wanted, chosen):
    class Seat:
        def __init__(self, pk):
            self.pk = pk

    seats = [Seat(0), Seat(1)]
    assert choose_seat(seats, wanted) is seats[chosen]
    assert choose_seat([], wanted) is None


@pytest.mark.parametrize("left", [10**9, "x", None, -1])
def test_a_seat_left_in_the_session_gives_no_more_than_what_is_held(db, left):
    request = asking("village")
    request.session[SESSION_KEY] = left
    ScopeMiddleware(lambda _: HttpResponse())(request)
    assert request.actor.path == cast_unit("village").path


def test_seats_of_a_closed_login_are_none(db):
    user = User.objects.get(username="county")
    assert len(seats_of(user)) == 1
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert seats_of(user) == []


def test_actor_for_needs_a_login_in_use_with_a_seat_today(db):
    with pytest.raises(PermissionError, match="“outsider”今天没有任职"):
        actor_for("outsider")
    User.objects.filter(username="county").update(is_active=False)
    for name in ("county", "nobody"):
        with pytest.raises(User.DoesNotExist):
            actor_for(name)


def test_nobody_gets_no_scope(db):
    answer = Client().get("/members/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/members/")
