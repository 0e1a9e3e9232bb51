"""Logging in and out, the lock, the seat, and one's own password."""

import re
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from fpa.access.models import Appointment, Post, User
from fpa.access.scope import whole_province
from fpa.audit.models import Event
from tests.cast import PASSWORD, cast_unit


def attempt(username, password, client=None):
    return (client or Client()).post("/login/", {"username": username, "password": password})


def verbs(**conditions):
    with whole_province():
        return list(
            Event.objects.filter(verb__startswith="user.", **conditions)
            .order_by("id")
            .values_list("verb", flat=True)
        )


def said(response):
    """The refusal that a page shows."""
    return "".join(m[0] for m in re.finditer(r"(账号或密码|连续 )[^<]*", response.content.decode()))


def test_login_opens_the_home_with_a_new_session_key(db):
    client = Client()
    client.get("/login/")
    session = client.session
    session["left"] = "over"
    session.save()
    before = session.session_key
    response = attempt("county", PASSWORD, client)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session.session_key != before
    assert verbs() == ["user.logged_in"]


@pytest.mark.parametrize("older", ["pbkdf2_sha256", "pbkdf2_sha1"])
def test_login_upgrades_an_older_hash_and_stays_logged_in(db, settings, older):
    settings.PASSWORD_HASHERS = [
        *settings.PASSWORD_HASHERS,
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
    ]
    User.objects.filter(username="county").update(password=make_password(PASSWORD, hasher=older))
    client = Client()
    attempt("county", PASSWORD, client)
    assert User.objects.get(username="county").password.startswith("md5$")
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("wanted", ["/members/?sex=female", "/units/"])
def test_login_goes_on_to_where_one_wanted(db, wanted):
    response = Client().post(f"/login/?next={wanted}", {"username": "county", "password": PASSWORD})
    assert response["Location"] == wanted


@pytest.mark.parametrize(
    "wanted", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"]
)
def test_login_goes_nowhere_else(db, wanted):
    response = Client().post("/login/", {"username": "county", "password": PASSWORD, "next": wanted})
    assert response["Location"] == "/"


@pytest.mark.parametrize(("username", "password"), [("", "x"), ("county", ""), ("x" * 41, "x")])
def test_login_asks_for_both(db, username, password):
    assert attempt(username, password).status_code == 200
    assert verbs() == []


def test_login_answers_the_same_whoever_is_asked_for(db):
    """Neither words nor the lock tell a known name from an unknown or a closed one."""
    User.objects.filter(username="sibling").update(is_active=False)
    limit = settings.LOGIN_FAILURE_LIMIT
    answers = {
        name: [said(attempt(name, "wrong-password")) for _ in range(limit + 1)]
        for name in ("county", "nobody-has-this", "sibling")
    }
    known, unknown, closed = (
        [re.sub(r"\d\d:\d\d", "T", words) for words in each] for each in answers.values()
    )
    assert known == unknown == closed
    assert [int(n) for words in known[: limit - 1] for n in re.findall(r"再错 (\d+) 次", words)] == [
        4,
        3,
        2,
        1,
    ]
    assert known[limit - 1] == known[limit]


def test_login_of_an_unknown_name_keeps_nothing_of_what_was_typed(db):
    attempt("my-secret-password", "x")
    with whole_province():
        event = Event.objects.get(verb="user.login_failed")
    assert (event.object_name, event.actor_name, event.path) == ("未知账号", "未知账号", "/")
    assert "secret" not in str(vars(event))


def test_lock_says_when_it_ends_and_ends_then(db):
    for _ in range(settings.LOGIN_FAILURE_LIMIT):
        response = attempt("county", "wrong-password")
    user = User.objects.get(username="county")
    assert user.locked_until is not None
    left = user.locked_until - timezone.now()
    assert timedelta(minutes=14) < left <= timedelta(minutes=settings.LOGIN_LOCK_MINUTES)
    shown = timezone.localtime(user.locked_until + timedelta(seconds=59))
    assert f"已锁定到 {shown:%H:%M}" in said(response)
    assert "已锁定" in said(attempt("county", PASSWORD))
    User.objects.filter(pk=user.pk).update(locked_until=timezone.now())
    assert attempt("county", PASSWORD).status_code == 302
    assert verbs() == ["user.login_failed"] * 5 + ["user.login_refused", "user.logged_in"]


def test_login_sets_the_count_back(db):
    for _ in range(3):
        attempt("county", "wrong-password")
        attempt("county", "wrong-password")
        assert attempt("county", PASSWORD).status_code == 302
    assert User.objects.get(username="county").failed_logins == 0


def test_logout_is_a_post_and_ends_the_session(client_as):
    client = client_as("county")
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/")["Location"].startswith("/login/")
    assert verbs() == ["user.logged_out"]


def second_seat(name, unit, role="office", **days):
    with whole_province():
        post = Post.objects.create(unit=unit, title="第二岗位", role=role)
        days = {"valid_from": date(2020, 1, 1)} | days
        return Appointment.objects.create(unit=unit, post=post, user=User.objects.get(username=name), **days)


def test_login_with_several_seats_asks_which(db):
    second_seat("township", cast_unit("village"), "village")
    client = Client()
    response = attempt("township", PASSWORD, client)
    assert response["Location"] == "/seat/?next=%2F"
    page = client.get(response["Location"]).content.decode()
    assert cast_unit("township").name in page
    assert cast_unit("village").name in page


def test_switch_seat_changes_what_one_sees_and_is_recorded(db, client_as):
    seat = second_seat("township", cast_unit("village"), "village")
    client = client_as("township")
    assert client.get("/").wsgi_request.actor.path == cast_unit("township").path
    assert client.post("/seat/switch/", {"seat": seat.pk, "next": "/units/"})["Location"] == "/units/"
    assert client.get("/").wsgi_request.actor.path == cast_unit("village").path
    assert verbs() == ["user.seat_switched"]


@pytest.mark.parametrize("day", [{"valid_from": date(2100, 1, 1)}, {"valid_to": date(2020, 2, 1)}])
def test_switch_seat_knows_only_seats_of_today(db, client_as, day):
    seat = second_seat("township", cast_unit("village"), "village", **day)
    assert client_as("township").post("/seat/switch/", {"seat": seat.pk}).status_code == 404


def test_switch_seat_refuses_anothers(db, client_as):
    with whole_province():
        foreign = Appointment.objects.get(user__username="county").pk
    client = client_as("township")
    for wanted in (foreign, "", "x", "-1"):
        assert client.post("/seat/switch/", {"seat": wanted}).status_code == 404
    assert client.get("/").wsgi_request.actor.path == cast_unit("township").path


@pytest.mark.parametrize("address", ["/", "/units/", "/members/", "/login/"])
def test_outsider_is_told_plainly_that_there_is_no_seat(client_as, address):
    response = client_as("outsider").get(address, follow=True)
    assert response.status_code == 200
    assert "今天没有任职" in response.content.decode()


def test_access_ends_on_the_day_the_appointment_does(db, client_as):
    client = client_as("county")
    assert client.get("/").status_code == 200
    with whole_province():
        Appointment.objects.filter(user__username="county").update(valid_to=timezone.localdate())
    assert client.get("/")["Location"] == "/seat/"


def test_closed_login_loses_its_session_at_once(client_as):
    client = client_as("county")
    User.objects.filter(username="county").update(is_active=False)
    assert client.get("/")["Location"].startswith("/login/")


def test_temporary_password_must_be_changed_first(db, client_as):
    User.objects.filter(username="county").update(must_change_password=True)
    client, elsewhere = client_as("county"), client_as("county")
    assert client.get("/members/")["Location"] == "/password/"
    part = client.get("/members/", headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Redirect"], part.content) == (200, "/password/", b"")
    assert "临时密码" in client.get("/password/").content.decode()
    answers = {"current": PASSWORD, "password": "zhi-you-wo-zhidao", "repeated": "zhi-you-wo-zhidao"}
    assert client.post("/password/", answers)["Location"] == "/"
    assert client.get("/").status_code == 200
    assert elsewhere.get("/")["Location"].startswith("/login/")
    assert attempt("county", "zhi-you-wo-zhidao").status_code == 302
    assert verbs()[0] == "user.password_changed"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"current": "wrong"}, "当前密码不正确"),
        ({"repeated": "another-one-here"}, "不一致"),
        ({"password": "short", "repeated": "short"}, "新密码至少 10 个字符，请加长。"),
        ({"password": "12345678901234", "repeated": "12345678901234"}, "新密码不能全是数字，请加上字母。"),
        (
            {"password": "password123", "repeated": "password123"},
            "新密码容易被猜到，里面主要是常见的密码或词语",
        ),
        (
            {"password": "演员county-1", "repeated": "演员county-1"},
            "新密码容易被猜到，里面主要是您的姓名或账号",
        ),
        ({"password": PASSWORD, "repeated": PASSWORD}, "相同"),
    ],
)
def test_change_password_says_what_is_wrong(client_as, changes, said):
    answers = {"current": PASSWORD, "password": "zhi-you-wo-zhidao", "repeated": "zhi-you-wo-zhidao"}
    response = client_as("county").post("/password/", answers | changes)
    assert response.status_code == 200
    assert said in response.content.decode()
    assert User.objects.get(username="county").check_password(PASSWORD)
