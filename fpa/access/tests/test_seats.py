"""Someone with several posts: one seat at a time, its rights, its scope, and its name on what is recorded."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fpa.access.models import Appointment, Unit, User
from fpa.access.roles import ROLES
from fpa.access.scope import current_scope, scoped, whole_province
from fpa.access.seats import actor_for, seat_request, seated, seats_of
from fpa.audit.models import Event
from tests.cast import PASSWORD, cast_unit

TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)


@pytest.fixture
def today(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *args: TODAY)


@pytest.fixture
def both(seat_for, client_as):
    """The county's office worker who also administers it: (client, seat of the office, seat of the administrator)."""
    second = seat_for("county", cast_unit("county"), "administrator")
    with whole_province():
        first = Appointment.objects.get(user__username="county", post__role="office")
    return client_as("county"), first, second


def units_of(name):
    return [seat.unit for seat in seats_of(User.objects.get(username=name))]


def last_event():
    with whole_province():
        return Event.objects.order_by("-id").first()


def test_seats_stand_with_the_highest_unit_first(seat_for):
    for name in ("province", "village", "sibling"):
        seat_for("county", cast_unit(name))
    assert units_of("county") == [cast_unit(n) for n in ("province", "county", "village", "sibling")]
    assert actor_for("county").unit_id == cast_unit("province").pk


@pytest.mark.parametrize(
    ("days", "is_held"),
    [
        ({"valid_from": TODAY}, True),
        ({"valid_from": TODAY + DAY}, False),
        ({"valid_from": TODAY - DAY, "valid_to": TODAY + DAY}, True),
        ({"valid_from": TODAY - DAY, "valid_to": TODAY}, False),
        ({"valid_from": TODAY, "valid_to": TODAY}, False),
    ],
)
def test_a_seat_is_held_from_its_first_day_until_before_its_last(seat_for, today, days, is_held):
    seat_for("outsider", cast_unit("county"), **days)
    assert bool(units_of("outsider")) is is_held


def test_seats_are_read_over_all_scopes_and_leave_the_scope_as_it_was(db, seat_for):
    seat_for("county", cast_unit("sibling"))
    with scoped(cast_unit("village").path):
        assert len(units_of("county")) == 2
        assert current_scope() == cast_unit("village").path


def test_seats_cost_as_many_queries_for_four_as_for_one(seat_for):
    user, counts = User.objects.get(username="county"), []
    for more in (0, 3):
        for _ in range(more):
            seat_for("county", cast_unit("county"))
        with CaptureQueriesContext(connection) as queries:
            assert [(s.unit.name, s.post.title) for s in seats_of(user)]
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("role", ["office", "administrator"])
def test_rights_are_the_seats_and_never_those_of_both(both, role):
    client, office, administrator = both
    seat = office if role == "office" else administrator
    client.post("/seat/switch/", {"seat": seat.pk})
    assert client.get("/").wsgi_request.actor.permissions == ROLES[role].permissions
    answers = {address: client.get(address).status_code for address in ("/members/", "/users/")}
    assert answers == {
        "/members/": 200 if role == "office" else 403,
        "/users/": 403 if role == "office" else 200,
    }


def test_switch_is_recorded_in_the_new_seat_and_lasts_until_logging_out(both):
    client, office, administrator = both
    client.post("/seat/switch/", {"seat": administrator.pk})
    event = last_event()
    assert (event.verb, event.post_id) == ("user.seat_switched", administrator.post_id)
    for _ in range(2):
        assert client.get("/").wsgi_request.actor.role == "administrator"
    client.post("/logout/")
    assert (last_event().verb, last_event().post_id) == ("user.logged_out", administrator.post_id)
    client.force_login(User.objects.get(username="county"))
    assert client.get("/").wsgi_request.actor.post_id == office.post_id


def test_switch_in_one_browser_leaves_the_other_where_it_was(both, client_as):
    client, _, administrator = both
    elsewhere = client_as("county")
    client.post("/seat/switch/", {"seat": administrator.pk})
    assert elsewhere.get("/").wsgi_request.actor.role == "office"


def test_switch_says_where_one_works_now(both):
    client, _, administrator = both
    page = client.post("/seat/switch/", {"seat": administrator.pk}, follow=True).content.decode()
    assert f"当前岗位：{administrator.unit.association}，{administrator.post.title}。" in page


def test_switch_is_a_post_and_never_leads_elsewhere(both):
    client, office, _ = both
    assert client.get("/seat/switch/", {"seat": office.pk}).status_code == 405
    answer = client.post("/seat/switch/", {"seat": office.pk, "next": "//elsewhere.example"})
    assert answer["Location"] == "/"


def test_a_seat_that_ends_while_one_works_in_it_gives_way_to_the_other(both):
    client, office, administrator = both
    client.post("/seat/switch/", {"seat": administrator.pk})
    with whole_province():
        Appointment.objects.filter(pk=administrator.pk).update(valid_to=timezone.localdate())
    assert client.get("/users/").status_code == 403
    assert client.get("/").wsgi_request.actor.post_id == office.post_id
    assert client.post("/seat/switch/", {"seat": administrator.pk}).status_code == 404


def test_a_seat_that_begins_is_there_at_the_next_request(seat_for, client_as):
    client = client_as("outsider")
    assert client.get("/members/")["Location"] == "/seat/"
    seat_for("outsider", cast_unit("village"), "village", valid_from=timezone.localdate())
    assert client.get("/members/").status_code == 200


def test_choice_shows_only_ones_own_seats_and_goes_on_to_what_was_wanted(both):
    client, office, administrator = both
    page = client.get("/seat/?next=/units/").content.decode()
    assert [f'name="seat" value="{seat.pk}"' in page for seat in (office, administrator)] == [True, True]
    assert page.count('name="seat"') == 2
    assert '<input type="hidden" name="next" value="/units/">' in page
    foreign = client.get("/seat/?next=https://elsewhere.example/").content.decode()
    assert '<input type="hidden" name="next" value="/">' in foreign


def test_login_with_two_seats_keeps_what_was_wanted_through_the_choice(both):
    client = Client()
    answer = client.post("/login/?next=/units/", {"username": "county", "password": PASSWORD})
    assert answer["Location"] == "/seat/?next=%2Funits%2F"
    _, _, administrator = both
    answer = client.post("/seat/switch/", {"seat": administrator.pk, "next": "/units/"})
    assert answer["Location"] == "/units/"


def test_scope_of_a_request_is_its_seats_and_not_the_union(seat_for, client_as):
    seat = seat_for("county", cast_unit("sibling"))
    client, county, sibling = client_as("county"), cast_unit("county"), cast_unit("sibling")
    assert [client.get(f"/units/{unit.code}/").status_code for unit in (county, sibling)] == [200, 404]
    client.post("/seat/switch/", {"seat": seat.pk})
    assert [client.get(f"/units/{unit.code}/").status_code for unit in (county, sibling)] == [404, 200]


def test_password_changed_from_a_seat_is_recorded_there_and_without_one_at_the_province(both, client_as):
    client, _, administrator = both
    client.post("/seat/switch/", {"seat": administrator.pk})
    answers = {"current": PASSWORD, "password": "zhi-you-wo-zhidao", "repeated": "zhi-you-wo-zhidao"}
    client.post("/password/", answers)
    assert (last_event().verb, last_event().post_id) == ("user.password_changed", administrator.post_id)
    client_as("outsider").post("/password/", answers)
    assert (last_event().actor_name, last_event().post_id, last_event().path) == ("演员outsider", None, "/")
    assert "zhidao" not in str(vars(last_event()))


def test_units_that_closed_leave_their_names_on_the_seat(seat_for):
    """A post is not taken from under who holds it: ending it is a decision of its own."""
    village = cast_unit("village")
    seat_for("outsider", village, "village")
    Unit.objects.filter(pk=village.pk).update(valid_to=TODAY)
    assert units_of("outsider") == [village]


@pytest.mark.parametrize(("name", "seats"), [("county", 1), ("outsider", 0), (None, 0)])
def test_a_request_is_seated_in_place_for_users_and_strangers(db, name, seats):
    request = RequestFactory(REMOTE_ADDR="10.1.2.3").get("/")
    request.user = User.objects.get(username=name) if name else AnonymousUser()
    request.session = {}
    with transaction.atomic():
        found = seat_request(request)
    assert found is request is seated(request)
    assert len(found.seats) == seats
    assert (found.actor is not None) is bool(seats)
    assert found.actor is None or found.actor.ip == "10.1.2.3"
