"""系统管理: logins, posts and appointments, only within the seat's scope."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fpa.access.models import Appointment, Post, User
from fpa.access.scope import whole_province
from fpa.approval.models import Case, Flow, Task
from fpa.audit.models import Event
from fpa.audit.record import record
from fpa.core.chinese import time_cn
from tests.cast import cast_unit


def user_named(name):
    return User.objects.get(username=name)


def post_of(name):
    return Post.objects.get(appointments__user__username=name)


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def password_on(page):
    """The temporary password that a page shows, once."""
    (password,) = re.findall(r"\b\w{4}-\w{4}-\w{4}\b", page)
    return password


def test_user_list_shows_the_scope_only(county_admin):
    page = text(county_admin.get("/users/"))
    for name, is_there in [("county", True), ("village", True), ("sibling", False), ("province", False)]:
        assert (f">{name}<" in page) is is_there
    assert "outsider" not in page


def test_user_list_of_the_province_shows_all_with_a_post(client_as):
    page = text(client_as("administrator").get("/users/"))
    assert all(f">{name}<" in page for name in ("province", "sibling", "village"))


def add_holder(number, by):
    unit = cast_unit("village")
    user = User.objects.create(username=f"extra{number}", name="多")
    post = Post.objects.create(unit=unit, title="多", role="village")
    Appointment.objects.create(unit=unit, post=post, user=user, valid_from=date(2020, 1, 1))
    record("user.created", user, by=by)


@pytest.mark.parametrize(
    ("address", "name"), [("/users/", "administrator"), ("/posts/", "administrator"), ("/events/", "auditor")]
)
def test_list_asks_as_many_queries_for_many_rows_as_for_one(province_scope, client_as, actor, address, name):
    client, counts = client_as(name), []
    for more in (1, 20):
        for n in range(more):
            add_holder(more + n, actor("administrator"))
        with CaptureQueriesContext(connection) as queries:
            text(client.get(address))
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("query", "found", "hidden"),
    [
        ("text=county", ["county"], ["village"]),
        ("text=演员v", ["village"], ["county"]),
        ("state=closed", ["city"], ["county"]),
        ("state=locked", ["county"], ["city"]),
        ("state=active", ["village"], ["county", "city"]),
        ("unit=431202000000", ["county", "village"], ["sibling", "city"]),
    ],
)
def test_user_list_filters(province_scope, client_as, query, found, hidden):
    User.objects.filter(username="city").update(is_active=False)
    User.objects.filter(username="county").update(locked_until=timezone.now() + timedelta(minutes=5))
    page = text(client_as("administrator").get(f"/users/?{query}"))
    rows = re.findall(r'href="/users/\d+/"[^>]*>([a-z]+)<', page)
    assert set(found) <= set(rows)
    assert not set(hidden) & set(rows)


def test_user_detail_outside_the_scope_does_not_exist(county_admin):
    for name in ("sibling", "province", "outsider"):
        for page in ("", "reset-password/", "lock/", "unlock/"):
            assert county_admin.get(f"/users/{user_named(name).pk}/{page}").status_code == 404
            assert (
                county_admin.post(f"/users/{user_named(name).pk}/{page}", {"reason": "x"}).status_code == 404
            )


def test_create_user_shows_the_password_once_and_it_works(county_admin):
    post = post_of("village")
    answers = {"username": "lihua", "name": "李华", "on": f"{timezone.localdate():%Y-%m-%d}"}
    response = county_admin.post(f"/posts/{post.pk}/create-user/", answers)
    password = password_on(text(response))
    assert "no-store" in response["Cache-Control"]
    assert password not in text(county_admin.get(f"/users/{user_named('lihua').pk}/"))
    client = Client()
    login = client.post("/login/", {"username": "lihua", "password": password})
    assert login["Location"] == "/"
    assert client.get("/")["Location"] == "/password/"


@pytest.mark.parametrize("username", ["Li", "李华", "ab", "1ab", "a b", "x" * 41])
def test_create_user_wants_a_plain_name(county_admin, username):
    answers = {"username": username, "name": "李华", "on": "2026-01-01"}
    assert "小写字母" in text(county_admin.post(f"/posts/{post_of('village').pk}/create-user/", answers))


def test_create_user_refused_keeps_the_answers(county_admin):
    answers = {"username": "county", "name": "李华", "on": "2026-01-01"}
    page = text(county_admin.post(f"/posts/{post_of('village').pk}/create-user/", answers))
    assert "已有人使用" in page
    assert 'value="李华"' in page


def test_create_post_and_appoint(county_admin):
    village = cast_unit("village")
    answers = {"unit": village.code, "title": "村会计", "role": "village"}
    address = county_admin.post("/posts/create/", answers)["Location"]
    assert "村会计" in text(county_admin.get(address))
    answers = {"username": "outsider", "on": "2026-01-01", "reason": "村委会推荐"}
    assert county_admin.post(f"{address}appoint/", answers)["Location"] == address
    assert "演员outsider" in text(county_admin.get(address))
    with whole_province():
        verbs = list(Event.objects.order_by("id").values_list("verb", flat=True))
    assert verbs == ["post.created", "appointment.made"]


def test_create_post_only_in_the_scope(county_admin):
    answers = {"unit": cast_unit("sibling").code, "title": "岗位", "role": "office"}
    assert "没有找到" in text(county_admin.post("/posts/create/", answers))


@pytest.mark.parametrize(
    ("username", "said"), [("nobody", "没有这个账号"), ("village", "不用重复"), ("auditor", "兼任")]
)
def test_appoint_says_why_not(county_admin, username, said):
    answers = {"username": username, "on": "2026-01-01", "reason": "x"}
    assert said in text(county_admin.post(f"/posts/{post_of('village').pk}/appoint/", answers))


def case_of(unit, title="走访慰问上报"):
    flow = Flow.objects.create(
        unit=cast_unit("province"), code="x", version=1, name="流程", steps=[{"label": "审核"}]
    )
    county, right = cast_unit("county"), "submission.review"
    case = Case.objects.create(
        unit=unit, flow=flow, subject_type="x", subject_id="1", title=title, step=0, permission=right,
        reviewer=county, submitted_at=timezone.now(),
    )  # fmt: skip
    Task.objects.create(case=case, unit=unit, step=0, round=1, assignee=county, permission=right)
    return case


def test_end_appointment_shows_what_is_open_and_asks_once_more(county_admin):
    case_of(cast_unit("village"))
    held = Appointment.objects.get(user__username="county")
    address = f"/appointments/{held.pk}/end/"
    assert "走访慰问上报" in text(county_admin.get(address))
    answers = {"on": f"{timezone.localdate():%Y-%m-%d}", "reason": "轮岗"}
    assert "还有 1 件事没有办完" in text(county_admin.post(address, answers))
    changing = text(county_admin.post(address, answers | {"change": "reason"}))
    assert "移交清单" in changing
    assert "走访慰问上报" in changing
    assert "轮岗</textarea>" in changing
    held.refresh_from_db()
    assert held.valid_to is None
    assert county_admin.post(address, answers | {"confirmed": "1"}).status_code == 302
    held.refresh_from_db()
    assert held.valid_to == timezone.localdate()


def test_lock_reset_and_unlock_by_pages(county_admin):
    user = user_named("village")
    client = Client()
    client.force_login(user)
    answers = {"reason": "离岗", "confirmed": "1"}
    assert county_admin.post(f"/users/{user.pk}/lock/", answers).status_code == 302
    assert client.get("/")["Location"].startswith("/login/")
    assert "已停用" in text(county_admin.get(f"/users/{user.pk}/"))
    assert county_admin.post(f"/users/{user.pk}/unlock/", answers).status_code == 302
    page = text(county_admin.post(f"/users/{user.pk}/reset-password/", answers))
    password = password_on(page)
    assert user_named("village").check_password(password)


def test_reset_of_a_closed_login_says_that_it_stays_closed(county_admin):
    user, stays = user_named("village"), "重置密码以后仍然停用；要让本人登录，还须启用账号。"
    address, answers = f"/users/{user.pk}/reset-password/", {"reason": "忘记"}
    assert stays not in text(county_admin.post(address, answers))
    User.objects.filter(pk=user.pk).update(is_active=False)
    for confirmed in ({}, {"confirmed": "1"}):
        assert stays in text(county_admin.post(address, answers | confirmed))
    assert not user_named("village").is_active


def test_temporary_password_says_how_long_it_is_good(county_admin):
    user = user_named("village")
    page = text(county_admin.post(f"/users/{user.pk}/reset-password/", {"reason": "忘记", "confirmed": "1"}))
    assert "临时密码 7 天内有效" in page
    until = user_named("village").temporary_until
    assert f"{time_cn(until)}前有效" in text(county_admin.get(f"/users/{user.pk}/"))


def test_manage_refused_says_so_on_the_form(county_admin):
    user = user_named("countyadmin")
    page = text(county_admin.post(f"/users/{user.pk}/lock/", {"reason": "x", "confirmed": "1"}))
    assert "自己的账号" in page
