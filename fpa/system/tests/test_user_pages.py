"""系统管理: what the pages of logins and posts show in each state, and to whom."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from python_calamine import CalamineWorkbook

from fpa.access.models import Post, User
from fpa.access.scope import whole_province
from fpa.audit.models import Event
from fpa.core.chinese import time_cn
from fpa.system.tests.test_users import post_of, text, user_named
from tests.cast import cast_unit

DAY = timedelta(days=1)


def today():
    return timezone.localdate()


def row_of(page, name):
    """The cells of the row that begins with a name, without tags."""
    (row,) = [r for r in re.findall(r"<tr>(.*?)</tr>", page, re.S) if f">{name}</a>" in r]
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)]


def logins(page):
    return re.findall(r'href="/users/\d+/"[^>]*>([\w.-]+)<', page)


def titles(page):
    return re.findall(r'href="/posts/\d+/"[^>]*>([^<]+)<', page)


# Logins


def test_user_list_joins_the_seats_that_are_not_over(county_admin, seat_at):
    seat_at("village", "lihua", role="village")
    seat_at("county", "lihua", valid_from=today() + DAY)
    seat_at("township", "lihua", role="township", valid_to=today())
    units = row_of(text(county_admin.get("/users/")), "lihua")[2]
    assert units == f"{cast_unit('county').name}、{cast_unit('village').name}"


def test_user_list_shows_nothing_of_a_seat_elsewhere(county_admin, seat_at):
    seat_at("county", "lihua")
    seat_at("sibling", "lihua")
    user = user_named("lihua")
    for page in (text(county_admin.get("/users/")), text(county_admin.get(f"/users/{user.pk}/"))):
        assert "人员lihua" in page
        assert cast_unit("sibling").name not in page


def test_user_list_keeps_who_had_a_post_here_and_shows_no_seat(county_admin, seat_at):
    seat_at("county", "lihua", valid_to=today())
    assert row_of(text(county_admin.get("/users/")), "lihua")[1:5] == ["人员lihua", "—", "—", "在用"]
    page = text(county_admin.get(f"/users/{user_named('lihua').pk}/"))
    assert "现在没有任职，登录后看不到业务数据。" in page


STATES = [
    ({}, "在用", {"停用"}, {"启用"}),
    ({"is_active": False}, "已停用", {"启用"}, {"停用"}),
    ({"minutes": 5}, "暂时锁定", {"启用", "停用"}, set()),
    ({"minutes": -1}, "在用", {"停用"}, {"启用"}),
    ({"minutes": 5, "is_active": False}, "已停用", {"启用"}, {"停用"}),
]


@pytest.mark.parametrize(("changes", "word", "may", "may_not"), STATES)
def test_user_state_in_list_and_page_and_what_may_be_done(county_admin, changes, word, may, may_not):
    changes = dict(changes)
    minutes = changes.pop("minutes", None)
    until = timezone.now() + timedelta(minutes=minutes) if minutes else None
    User.objects.filter(username="village").update(locked_until=until, **changes)
    assert row_of(text(county_admin.get("/users/")), "village")[4] == word
    page = text(county_admin.get(f"/users/{user_named('village').pk}/"))
    buttons = re.findall(r'<a class="btn button" href="/users/\d+/[\w-]+/">.*?</svg>([^<]+)</a>', page)
    assert may | {"重置密码"} <= set(buttons)
    assert not may_not & set(buttons)
    assert ("锁定到" in page and until is not None and time_cn(until) in page) is (word == "暂时锁定")


def test_user_state_filter_agrees_with_the_word(county_admin):
    """Each login stands under exactly one of the three states."""
    soon, past = (timezone.now() + timedelta(minutes=n) for n in (5, -5))
    User.objects.filter(username="county").update(locked_until=soon)
    User.objects.filter(username="township").update(locked_until=past)
    User.objects.filter(username="village").update(locked_until=soon, is_active=False)
    words = {"active": "在用", "locked": "暂时锁定", "closed": "已停用"}
    seen = []
    for state, word in words.items():
        page = text(county_admin.get(f"/users/?state={state}"))
        seen += logins(page)
        assert {row_of(page, name)[4] for name in logins(page)} == {word}
    assert sorted(seen) == ["county", "countyadmin", "township", "village"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("lihua", ["lihua", "lihua2"]),
        (" 人员lihua ", ["lihua", "lihua2"]),
        ("ihua", []),
        ("li_ua", []),
        ("%", []),
        ("LIHUA", []),
        ("'", []),
    ],
)
def test_user_list_finds_by_the_beginning_taken_literally(county_admin, seat_at, typed, found):
    for name in ("lihua", "lihua2", "wanglihua"):
        seat_at("county", name)
    assert logins(text(county_admin.get("/users/", {"text": typed}))) == found


def test_user_list_of_a_unit_outside_the_scope_finds_none_and_says_so(county_admin):
    page = text(county_admin.get(f"/users/?unit={cast_unit('sibling').code}"))
    assert logins(page) == []
    assert "在您的管理范围内没有找到" in page


def test_user_list_sorts_by_name_and_by_last_login(county_admin):
    for days, name in enumerate(("village", "county", "township")):
        User.objects.filter(username=name).update(last_login=timezone.now() - days * DAY, name=f"人{days}")
    order = logins(text(county_admin.get("/users/?sort=name")))
    assert [n for n in order if n != "countyadmin"] == ["village", "county", "township"]
    order = logins(text(county_admin.get("/users/?sort=-last_login")))
    assert [n for n in order if n != "countyadmin"] == ["village", "county", "township"]


def test_user_list_export_holds_its_rows_and_no_secret_and_is_recorded(county_admin):
    answer = county_admin.get("/users/?export=xlsx&text=village")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows if row[0] in ("village", "county", "township")] == ["village"]
    assert not re.search(r"md5|pbkdf2", str(rows))
    with whole_province():
        event = Event.objects.get()
    assert (event.verb, event.changes) == ("list.exported", {"list": "账号", "rows": 1})
    assert (event.path, event.actor_name) == (cast_unit("county").path, "人员countyadmin")


@pytest.mark.parametrize(("address", "title"), [("/users/", "账号（打印）"), ("/posts/", "岗位（打印）")])
def test_printed_list_is_recorded_with_its_rows(county_admin, address, title):
    page = text(county_admin.get(f"{address}?print=1"))
    with whole_province():
        assert Event.objects.get().changes == {"list": title, "rows": page.count("<tr>") - 1}


def test_user_page_asks_as_many_queries_for_five_seats_as_for_one(county_admin, seat_at):
    address, counts = f"/users/{user_named('village').pk}/", []
    for more in (0, 4):
        for _ in range(more):
            seat_at("village", "village", role="village")
        with CaptureQueriesContext(connection) as queries:
            text(county_admin.get(address))
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"must_change_password": True}, "临时密码，本人还没有修改"),
        ({"must_change_password": False}, "本人已设"),
        ({"last_login": None}, "还没有登录过"),
    ],
)
def test_user_page_says_how_the_login_stands(county_admin, changes, words):
    User.objects.filter(username="village").update(**changes)
    assert words in text(county_admin.get(f"/users/{user_named('village').pk}/"))


# Posts


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("role=village", {"village"}),
        ("role=office", {"county", "planned", "over"}),
        ("state=vacant", {"planned", "over"}),
        ("state=held", {"county", "township", "village", "countyadmin"}),
        ("state=vacant&role=village", set()),
    ],
)
def test_post_list_filters_by_role_and_by_who_holds_it_today(county_admin, seat_at, query, found):
    seat_at("county", "planned", valid_from=today() + DAY)
    seat_at("county", "over", valid_to=today())
    page = text(county_admin.get(f"/posts/?{query}"))
    assert {next(n for n in CALLED if n in title) for title in titles(page)} == found


CALLED = ("countyadmin", "county", "township", "village", "planned", "over")


def test_post_list_filters_by_unit_with_those_below(county_admin):
    township = cast_unit("township")
    found = titles(text(county_admin.get(f"/posts/?unit={township.code}")))
    assert found == [post_of("township").title, post_of("village").title]


def test_post_list_names_the_holders_of_today(county_admin, seat_at):
    post = post_of("village")
    for name, days in (
        ("first", {}),
        ("second", {"valid_to": today()}),
        ("third", {"valid_from": today() + DAY}),
    ):
        seat = seat_at("village", name, role="village", **days)
        type(seat).objects.filter(pk=seat.pk).update(post=post)
    cells = row_of(text(county_admin.get("/posts/?role=village&state=held")), post.title)
    assert cells[3:] == ["演员village、人员first", "有人"]


def test_post_list_shows_the_scope_only(county_admin):
    page = text(county_admin.get("/posts/"))
    assert set(titles(page)) == {
        *(post_of(name).title for name in ("county", "township", "village")),
        "countyadmin的岗位",
    }


def test_post_page_shows_every_holder_and_ends_only_what_is_not_over(county_admin, seat_at):
    post = post_of("county")
    for name, days in (("gone", {"valid_to": today()}), ("going", {"valid_to": today() + DAY})):
        seat = seat_at("county", name, **days)
        type(seat).objects.filter(pk=seat.pk).update(post=post)
    page = text(county_admin.get(f"/posts/{post.pk}/"))
    table = page.partition("<h2>任职</h2>")[2]
    ends = {
        name: "结束任职" in row
        for row in re.findall(r"<tr>(.*?)</tr>", table, re.S)
        for name in re.findall(r'href="/users/\d+/">(\w+)<', row)
    }
    assert ends == {"county": True, "gone": False, "going": True}


def test_post_page_without_a_holder_says_so(county_admin):
    with whole_province():
        post = Post.objects.create(unit=cast_unit("village"), title="空岗", role="village")
    assert "还没有人在这个岗位任职。" in text(county_admin.get(f"/posts/{post.pk}/"))


@pytest.mark.parametrize("page", ["", "create-user/", "appoint/"])
def test_post_outside_the_scope_does_not_exist(county_admin, page):
    with whole_province():
        foreign = post_of("sibling")
    assert county_admin.get(f"/posts/{foreign.pk}/{page}").status_code == 404
    assert county_admin.post(f"/posts/{foreign.pk}/{page}", {"reason": "x"}).status_code == 404
