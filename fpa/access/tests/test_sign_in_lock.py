"""The lock after failures, what is recorded of each attempt, and several attempts at once."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.test import Client
from django.utils import timezone

from fpa.access import actions
from fpa.access.models import Post, User
from fpa.access.scope import whole_province
from fpa.access.seats import actor_for
from fpa.access.sign_in import CannotLogIn, confirm_password, log_in
from fpa.access.tests.conftest import while_done, while_held
from fpa.access.tests.test_sign_in import attempt, said, verbs
from fpa.audit.models import Event
from tests.cast import PASSWORD, cast_unit

NAMES = ["county", "nobody-has-this"]


def last_event():
    with whole_province():
        return Event.objects.order_by("-id").first()


def fail(name, times):
    return [said(attempt(name, "wrong-password")) for _ in range(times)]


@pytest.mark.parametrize("name", NAMES)
def test_lock_follows_the_settings(db, settings, name):
    settings.LOGIN_FAILURE_LIMIT, settings.LOGIN_LOCK_MINUTES = 2, 7
    first, second = fail(name, 2)
    assert first.endswith("再错 1 次，将锁定 7 分钟。")
    assert re.fullmatch(
        r"连续 2 次没有登录成功，已锁定到 \d\d:\d\d。请到时再试，或者联系本单位系统管理员解除锁定。", second
    )


@pytest.mark.parametrize("name", NAMES)
def test_counting_begins_anew_after_a_lock(db, settings, name):
    settings.LOGIN_LOCK_MINUTES = 0
    assert "已锁定" in fail(name, 5)[-1]
    again = fail(name, 5)
    assert ["再错 4 次" in again[0], "再错 1 次" in again[3], "已锁定" in again[4]] == [True] * 3


def test_attempts_during_a_lock_neither_prolong_it_nor_count(db):
    fail("county", 5)
    locked_until = User.objects.get(username="county").locked_until
    fail("county", 2)
    attempt("county", PASSWORD)
    user = User.objects.get(username="county")
    assert (user.locked_until, user.failed_logins) == (locked_until, 0)
    assert verbs(object_name="演员county")[-3:] == ["user.login_refused"] * 3


def test_attempts_on_a_locked_name_that_no_account_bears_do_not_prolong_it(db):
    fail("nobody-has-this", 7)
    assert verbs() == ["user.login_failed"] * 5 + ["user.login_refused"] * 2


def test_failures_of_one_name_do_not_lock_another(db):
    fail("county", 5)
    fail("nobody-has-this", 5)
    assert "再错 4 次" in said(attempt("city", "wrong-password"))
    assert "再错 4 次" in said(attempt("nobody-has-that", "wrong-password"))


@pytest.mark.parametrize(
    ("name", "who", "where"),
    [
        ("county", "演员county", "county"),
        ("outsider", "演员outsider", "province"),
        ("x", "未知账号", "province"),
    ],
)
def test_failure_is_recorded_where_its_account_works(db, name, who, where):
    attempt(name, "wrong-password", Client(REMOTE_ADDR="10.1.2.3"))
    event = last_event()
    assert (event.verb, event.actor_name, event.object_name) == ("user.login_failed", who, who)
    assert (event.path, event.ip, event.object_type) == (cast_unit(where).path, "10.1.2.3", "access.user")
    assert re.fullmatch(r"[0-9a-f]{8}", event.request_id)


def test_failures_of_one_unknown_name_are_found_by_one_index_and_of_two_by_two(db):
    for name in ("nobody-1", "nobody-1", "nobody-2"):
        attempt(name, "wrong-password")
    with whole_province():
        ids = list(Event.objects.order_by("id").values_list("object_id", flat=True))
    assert ids[0] == ids[1] != ids[2]
    assert "nobody" not in "".join(ids)


def test_login_is_recorded_in_the_seat_that_it_leads_to(db):
    attempt("village", PASSWORD)
    event, village = last_event(), cast_unit("village")
    assert (event.verb, event.path, event.unit_name) == ("user.logged_in", village.path, village.association)
    assert event.post_title == f"{village.short_name}village"


def test_a_forwarded_address_is_not_believed(db):
    client = Client(REMOTE_ADDR="10.1.2.3", headers={"X-Forwarded-For": "8.8.8.8"})
    attempt("county", PASSWORD, client)
    assert last_event().ip == "10.1.2.3"


def test_closed_account_is_refused_with_its_right_password(db):
    User.objects.filter(username="county").update(is_active=False)
    answer = attempt("county", PASSWORD)
    assert said(answer) == said(attempt("nobody-has-this", PASSWORD))
    assert not answer.wsgi_request.user.is_authenticated
    assert verbs() == ["user.login_failed"] * 2


@pytest.mark.parametrize(
    ("username", "password", "is_in"),
    [
        (" county ", PASSWORD, True),
        ("County", PASSWORD, False),
        ("ｃｏｕｎｔｙ", PASSWORD, False),
        ("county", f" {PASSWORD}", False),
        ("county", PASSWORD.upper(), False),
        ("county' OR '1'='1", PASSWORD, False),
    ],
)
def test_login_takes_the_name_exactly_and_the_password_with_its_blanks(db, username, password, is_in):
    assert (attempt(username, password).status_code == 302) is is_in


@pytest.mark.parametrize(
    ("username", "password"), [("coun\0ty", "x"), ("county", "x\0"), ("county", "x" * 129)]
)
def test_login_answers_what_no_account_can_have_without_counting_it(db, username, password):
    answer = attempt(username, password)
    assert (answer.status_code, "需要改正" in answer.content.decode()) == (200, True)
    assert verbs() == []


def test_failed_login_keeps_the_name_and_never_shows_the_password(db):
    page = attempt("county", "my-wrong-secret").content.decode()
    assert 'value="county"' in page
    assert "my-wrong-secret" not in page
    assert 'class="fault-summary"' in page


def test_login_page_is_not_stored_and_leads_on_who_is_logged_in(db, client_as):
    assert "no-store" in Client().get("/login/")["Cache-Control"]
    assert client_as("county").get("/login/?next=/units/")["Location"] == "/units/"
    assert client_as("county").get("/login/?next=https://elsewhere.example/")["Location"] == "/"


def test_login_without_its_token_is_not_tried(db):
    answer = attempt("county", PASSWORD, Client(enforce_csrf_checks=True))
    assert answer.status_code == 403
    assert "已经失效" in answer.content.decode()
    assert verbs() == []


def unlock(user):
    actions.unlock_user(user=user, by=actor_for("administrator"), reason="本人来电")
    return PASSWORD


def reset(user):
    password = actions.temporary_password()
    actions.reset_password(user=user, password=password, by=actor_for("administrator"), reason="忘记")
    return password


@pytest.mark.parametrize("act", [unlock, reset])
def test_an_administrator_ends_the_lock_at_once(db, act):
    fail("county", 5)
    with whole_province():
        password = act(User.objects.get(username="county"))
    assert attempt("county", password).status_code == 302


def test_authentication_itself_knows_no_closed_account(db):
    """Whatever else asks Django for a user by password gets none either."""
    User.objects.filter(username="county").update(is_active=False)
    assert authenticate(username="county", password=PASSWORD) is None


def log_in_with(password):
    return lambda: log_in(username="county", password=password, ip=None)


def test_failures_at_once_are_each_counted(committed_db):
    answers = while_held(User.objects.filter(username="county"), *[log_in_with("wrong-password")] * 4)
    assert all(isinstance(answer, CannotLogIn) for answer in answers)
    assert sorted(re.findall(r"再错 (\d) 次", str(answers))) == ["1", "2", "3", "4"]


def test_guesses_at_once_get_no_try_beyond_the_limit(committed_db):
    """The right password among them comes in only while the lock has not fallen."""
    User.objects.filter(username="county").update(failed_logins=4)
    rows = User.objects.filter(username="county")
    answers = while_held(rows, *[log_in_with("wrong-password")] * 3)
    assert all("已锁定" in str(answer) for answer in answers)
    assert isinstance(while_held(rows, log_in_with(PASSWORD))[0], CannotLogIn)
    assert rows.get().locked_until > timezone.now()


# The same name opened twice


def test_the_same_name_opened_twice_at_once_is_refused_as_one_that_is_taken(committed_db):
    with whole_province():
        admin = actor_for("administrator")
        posts = [Post.objects.create(unit=cast_unit("county"), title=f"岗{n}", role="office") for n in (1, 2)]

    def opening(post):
        return lambda: actions.create_user(
            username="lihua", name="李华", password="x", post=post, on=timezone.localdate(), by=admin
        )

    (refusal,) = while_done(opening(posts[0]), opening(posts[1]))
    assert isinstance(refusal, actions.CannotCreateUser)
    assert str(refusal) == "账号“lihua”已有人使用，请换一个，例如在后面加上单位简称。"
    with whole_province():
        assert User.objects.get(username="lihua").appointments.get().post == posts[0]


# Guesses of the current password in an open session

NEW = {"password": "zhi-you-wo-zhidao", "repeated": "zhi-you-wo-zhidao"}


def guess(client, current="wrong-password", **changes):
    return client.post("/password/", {"current": current, **NEW, **changes})


def test_wrong_guesses_of_the_current_password_are_counted_locked_and_recorded(client_as):
    client = client_as("county")
    for left in (4, 3, 2, 1):
        assert (
            f"当前密码不正确，请重新输入。再错 {left} 次，将锁定 15 分钟。" in guess(client).content.decode()
        )
    answer = guess(client)
    assert answer["Location"] == "/login/"
    assert verbs(object_name="演员county") == ["user.login_failed"] * 5
    assert last_event().reason == "修改密码时核对当前密码"
    page = client.get("/login/").content.decode()
    assert re.search(r"已锁定到 \d\d:\d\d。请到时再试，[^<]*您已退出登录。", page)
    assert client.get("/")["Location"].startswith("/login/")
    assert "已锁定" in said(attempt("county", PASSWORD))
    assert User.objects.get(username="county").check_password(PASSWORD)


def test_guesses_at_the_login_and_in_a_session_are_one_count(client_as):
    fail("county", 4)
    assert guess(client_as("county"))["Location"] == "/login/"


def test_a_locked_login_changes_no_password_even_with_the_right_one(client_as):
    elsewhere = client_as("county")
    fail("county", 5)
    assert guess(elsewhere, PASSWORD)["Location"] == "/login/"
    assert verbs(object_name="演员county")[-1] == "user.login_refused"
    assert User.objects.get(username="county").check_password(PASSWORD)


def test_the_right_current_password_sets_the_count_back(client_as):
    fail("county", 4)
    assert guess(client_as("county"), PASSWORD)["Location"] == "/"
    assert "再错 4 次" in said(attempt("county", "wrong-password"))


@pytest.mark.parametrize(
    "changes", [{"repeated": "another-one-here"}, {"password": PASSWORD, "repeated": PASSWORD}]
)
def test_no_answer_tells_uncounted_whether_a_guess_is_right(client_as, changes):
    client = client_as("county")
    pages = [guess(client, current, **changes) for current in ("wrong-password", "wrong-passwor2")]
    faults = [re.findall(r'class="fault"[^>]*>.*?</svg>([^<]+)', page.content.decode()) for page in pages]
    counted = User.objects.get(username="county").failed_logins
    assert counted == 2 or (counted == 0 and faults[0] == faults[1])
    assert "相同" not in str(faults)


def test_guesses_in_several_sessions_at_once_are_each_counted(committed_db):
    with whole_province():
        user = User.objects.get(username="county")
    rows = User.objects.filter(username="county")
    answers = while_held(rows, *[lambda: confirm_password(user=user, password="x", ip=None)] * 4)
    assert sorted(re.findall(r"再错 (\d) 次", str(answers))) == ["1", "2", "3", "4"]


# Temporary passwords end


@pytest.mark.parametrize(("minutes", "is_in"), [(1, True), (-1, False)])
def test_temporary_password_opens_the_login_for_seven_days(db, minutes, is_in):
    with whole_province():
        password = reset(User.objects.get(username="county"))
    user = User.objects.get(username="county")
    given = timezone.now() + timedelta(days=7) - user.temporary_until
    assert timedelta(0) <= given < timedelta(minutes=1)
    User.objects.update(temporary_until=timezone.now() + timedelta(minutes=minutes))
    answer = attempt("county", password)
    assert answer.wsgi_request.user.is_authenticated is is_in
    words = "临时密码只在 7 天内有效，现已过期。请联系本单位系统管理员再重置一次。"
    assert (words in answer.content.decode()) is not is_in
    assert (last_event().verb, last_event().reason) == (
        ("user.logged_in", "") if is_in else ("user.login_failed", "临时密码已过期")
    )
    assert User.objects.get(username="county").failed_logins == 0


def test_a_password_of_ones_own_does_not_end(db, client_as):
    with whole_province():
        password = reset(User.objects.get(username="county"))
    assert guess(client_as("county"), password)["Location"] == "/"
    assert User.objects.get(username="county").temporary_until is None
    User.objects.update(temporary_until=timezone.now() - timedelta(days=1))
    assert attempt("county", NEW["password"]).status_code == 302


def test_a_wrong_guess_at_an_expired_password_says_what_any_wrong_one_does(db):
    expired = timezone.now() - timedelta(days=1)
    User.objects.filter(username="county").update(must_change_password=True, temporary_until=expired)
    assert said(attempt("county", "wrong-password")) == said(attempt("city", "wrong-password"))
