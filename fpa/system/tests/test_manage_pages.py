"""系统管理: the forms that change logins, posts and appointments: asked first, done once, refused with reasons."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from fpa.access.models import Appointment, Post, User
from fpa.access.scope import whole_province
from fpa.approval import actions as approval
from fpa.approval.tests.conftest import SAMPLE
from fpa.audit.models import Event
from fpa.core.chinese import date_cn
from fpa.system.queries import open_items
from fpa.system.tests.test_users import password_on, post_of, text, user_named
from tests.cast import PASSWORD, cast_unit

DAY = timedelta(days=1)


def today():
    return timezone.localdate()


def iso(day):
    return f"{day:%Y-%m-%d}"


def held_by(name):
    with whole_province():
        return Appointment.objects.get(user__username=name)


def faults(page):
    """The messages of a form's error summary."""
    summary = re.search(r'<div class="fault-summary".*?</div>', page, re.S)
    return re.findall(r"<li>\s*(?:<a[^>]*>)?([^<]+)<", summary.group()) if summary else []


def events():
    with whole_province():
        return list(Event.objects.order_by("id"))


DEEDS = ("lock", "unlock", "reset-password")


# Asked once more


@pytest.mark.parametrize(
    ("deed", "title", "follows"),
    [
        ("lock", "停用账号：演员village（village）", "本人立即退出，不能再登录；任职和经办记录都保留。"),
        ("unlock", "启用账号：演员village（village）", "本人可以用原来的密码登录。"),
        (
            "reset-password",
            "重置密码：演员village（village）",
            "临时密码 7 天内有效；本人用它登录后，须先改成自己的密码。",
        ),
    ],
)
def test_managing_a_login_says_what_follows_and_awaiting_a_second_word(county_admin, deed, title, follows):
    address = f"/users/{user_named('village').pk}/{deed}/"
    User.objects.filter(username="village").update(is_active=deed != "unlock")
    before = User.objects.filter(username="village").values().get()
    asked, checked = text(county_admin.get(address)), text(county_admin.post(address, {"reason": "离岗"}))
    assert title in asked
    assert follows not in asked
    assert follows in checked
    assert "离岗" in checked
    assert User.objects.filter(username="village").values().get() == before
    assert events() == []


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize(
    ("reason", "said"),
    [("", "请填写事由。"), ("  ", "请填写事由。"), ("长" * 301, "300"), ("a\0b", "")],
)
def test_managing_a_login_wants_a_reason_of_its_length(county_admin, deed, reason, said):
    address = f"/users/{user_named('village').pk}/{deed}/"
    (fault,) = faults(text(county_admin.post(address, {"reason": reason, "confirmed": "1"})))
    assert said in fault
    assert events() == []


@pytest.mark.parametrize(
    ("deed", "verb"), [("lock", "user.locked"), ("reset-password", "user.password_reset")]
)
def test_managing_a_login_is_recorded_once_with_its_request(county_admin, deed, verb):
    address = f"/users/{user_named('village').pk}/{deed}/"
    answer = county_admin.post(address, {"reason": "长" * 300, "confirmed": "1"})
    (event,) = events()
    assert (event.verb, event.reason, event.object_name) == (verb, "长" * 300, "演员village")
    assert (event.request_id, event.ip) == (answer["X-Request-Id"], "127.0.0.1")
    assert (event.post_title, event.path) == ("countyadmin的岗位", cast_unit("county").path)


def test_locking_sent_twice_is_done_once_and_says_so_the_second_time(county_admin):
    address = f"/users/{user_named('village').pk}/lock/"
    answers = {"reason": "离岗", "confirmed": "1"}
    assert county_admin.post(address, answers).status_code == 302
    assert faults(text(county_admin.post(address, answers))) == ["账号“village”已经停用。"]
    assert len(events()) == 1


@pytest.mark.parametrize("deed", DEEDS)
def test_a_login_with_a_seat_elsewhere_is_refused_without_naming_where(county_admin, seat_at, deed):
    seat_at("sibling", "village")
    answers = {"reason": "离岗", "confirmed": "1"}
    page = text(county_admin.post(f"/users/{user_named('village').pk}/{deed}/", answers))
    assert faults(page) == ["演员village在您的管理范围以外还有任职，请由共同的上级系统管理员办理。"]
    assert "离岗" in page
    assert cast_unit("sibling").name not in page


def test_reset_password_ends_the_lock_and_the_old_password(county_admin):
    soon = timezone.now() + timedelta(minutes=9)
    User.objects.filter(username="village").update(locked_until=soon, failed_logins=2)
    answers = {"reason": "忘记", "confirmed": "1"}
    answer = county_admin.post(f"/users/{user_named('village').pk}/reset-password/", answers)
    password = password_on(text(answer))
    tried = [Client().post("/login/", {"username": "village", "password": p}) for p in (PASSWORD, password)]
    assert [answer.status_code for answer in tried] == [200, 302]
    assert password not in str([vars(event) for event in events()])
    assert password not in str(county_admin.session.items())


def test_managing_pages_change_nothing_when_looked_at(county_admin):
    before = User.objects.filter(username="village").values().get()
    for deed in DEEDS:
        text(
            county_admin.get(f"/users/{user_named('village').pk}/{deed}/", {"reason": "x", "confirmed": "1"})
        )
    assert User.objects.filter(username="village").values().get() == before


# Opening a login


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"username": ""}, "请填写账号。"),
        ({"name": ""}, "请填写姓名。"),
        ({"name": "长" * 41}, "40"),
        ({"on": ""}, "请填写任职日期。"),
        ({"on": "2026-02-30"}, "2026年2月有 28 天，没有 30 日"),
        ({"on": "明天"}, "看不懂日期“明天”"),
        ({"username": "lihua\n"}, ""),
        ({"username": "li hua"}, "账号用小写字母开头"),
        ({"username": "x" * 41}, "账号用小写字母开头"),
    ],
)
def test_create_user_refuses_with_the_field_and_keeps_what_was_typed(county_admin, changes, said):
    answers = {"username": "lihua", "name": "李华", "on": "2026-01-01"} | changes
    page = text(county_admin.post(f"/posts/{post_of('village').pk}/create-user/", answers))
    if not said:
        assert password_on(page)
        return
    (fault,) = faults(page)
    assert said in fault
    for typed in filter(None, answers.values()):
        assert f'value="{typed}"' in page
    assert not User.objects.filter(name="李华").exists()


@pytest.mark.parametrize("username", ["abc", "a" * 40, "li.hua_2-x"])
def test_create_user_takes_names_of_three_to_forty_characters(county_admin, username):
    answers = {"username": username, "name": "李华", "on": "2026年1月1日"}
    assert password_on(text(county_admin.post(f"/posts/{post_of('village').pk}/create-user/", answers)))
    assert [e.verb for e in events()] == ["user.created", "appointment.made"]


def test_create_user_of_a_later_day_can_log_in_and_is_told_to_wait(county_admin):
    answers = {"username": "lihua", "name": "李华", "on": iso(today() + DAY)}
    page = text(county_admin.post(f"/posts/{post_of('village').pk}/create-user/", answers))
    User.objects.filter(username="lihua").update(must_change_password=False)
    client = Client()
    client.post("/login/", {"username": "lihua", "password": password_on(page)})
    assert "您的账号今天没有任职" in text(client.get("/members/", follow=True))


def test_create_user_does_not_say_whose_the_taken_name_is(county_admin):
    answers = {"username": "sibling", "name": "李华", "on": "2026-01-01"}
    page = text(county_admin.post(f"/posts/{post_of('village').pk}/create-user/", answers))
    assert faults(page) == ["账号“sibling”已有人使用，请换一个，例如在后面加上单位简称。"]
    assert "演员sibling" not in page
    assert cast_unit("sibling").name not in page


# Posts and appointments


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"unit": ""}, "请填写单位。"),
        ({"unit": "nowhere"}, "在您的管理范围内没有找到“nowhere”"),
        ({"title": ""}, "请填写岗位名称。"),
        ({"title": "长" * 61}, "60"),
        ({"role": ""}, "请选择角色。"),
        ({"role": "king"}, ""),
        ({"role": "office"}, "“计生协办公室”只能设在省、市州、县市区"),
    ],
)
def test_create_post_refuses_with_the_field_and_keeps_what_was_typed(county_admin, changes, said):
    answers = {"unit": cast_unit("village").code, "title": "村会计", "role": "village"} | changes
    page = text(county_admin.post("/posts/create/", answers))
    (fault,) = faults(page)
    assert said in fault
    assert f'value="{answers["title"]}"' in page
    with whole_province():
        assert not Post.objects.filter(title=answers["title"]).exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"username": ""}, "请填写账号。"),
        ({"username": "OUTSIDER"}, "没有这个账号，请核对；还没有账号的，请返回岗位页面选择“开通账号”。"),
        ({"reason": ""}, "请填写任职依据。"),
        ({"on": "x"}, "看不懂日期“x”"),
        ({"username": "countyadmin"}, "不能给自己任职"),
    ],
)
def test_appoint_refuses_with_the_field_and_keeps_what_was_typed(county_admin, changes, said):
    answers = {"username": "outsider", "on": "2026-01-01", "reason": "村委会推荐"} | changes
    page = text(county_admin.post(f"/posts/{post_of('village').pk}/appoint/", answers))
    (fault,) = faults(page)
    assert said in fault
    assert answers["reason"] in page
    assert f'value="{answers["username"]}"' in page or not answers["username"]
    assert events() == []


def test_appoint_says_from_when_on_and_the_seat_is_there(county_admin):
    address = f"/posts/{post_of('village').pk}/"
    answers = {"username": " outsider ", "on": iso(today()), "reason": "村委会推荐"}
    page = text(county_admin.post(f"{address}appoint/", answers, follow=True))
    with whole_province():
        assert f"演员outsider自{date_cn(today())}起在“{post_of('outsider').title}”任职。" in page
    client = Client()
    client.force_login(user_named("outsider"))
    assert client.get("/").wsgi_request.actor.path == cast_unit("village").path


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (lambda: today() - DAY, lambda: f"结束日期最早是{date_cn(today())}，请改为当天或以后。"),
        (lambda: today(), lambda: f"{date_cn(today())}零点起，不能再用这个岗位办理业务。"),
        (lambda: today() + DAY, lambda: f"{date_cn(today() + DAY)}零点起，不能再用这个岗位办理业务。"),
    ],
)
def test_end_appointment_says_from_when_on_or_why_not(county_admin, on, said):
    address = f"/appointments/{held_by('village').pk}/end/"
    answers = {"on": iso(on()), "reason": "轮岗"}
    is_refused = on() < today()
    page = text(county_admin.post(address, answers | ({"confirmed": "1"} if is_refused else {})))
    assert said() in page
    assert is_refused or "岗位上没有未办完的事。" in page
    assert held_by("village").valid_to is None


@pytest.mark.parametrize("name", ["sibling", "province"])
def test_end_appointment_outside_the_scope_does_not_exist(county_admin, name):
    answers = {"on": iso(today()), "reason": "轮岗", "confirmed": "1"}
    assert county_admin.post(f"/appointments/{held_by(name).pk}/end/", answers).status_code == 404
    assert held_by(name).valid_to is None


def test_end_appointment_of_ones_own_is_refused(county_admin):
    answers = {"on": iso(today()), "reason": "轮岗", "confirmed": "1"}
    page = text(county_admin.post(f"/appointments/{held_by('countyadmin').pk}/end/", answers))
    assert faults(page) == ["不能结束自己的任职，请由上级或其他系统管理员办理。"]


# What is handed over


@pytest.fixture
def case(province_scope, actor):
    """A case of the village that waits for the township."""
    flow = approval.ensure_flow(
        "submission", "审核", [{"level": 4, "permission": "submission.review", "label": "乡镇审核"}]
    )
    village = cast_unit("village")
    return approval.submit_case(
        kind=SAMPLE, flow=flow, subject=village, title="走访慰问", unit=village, by=actor("village")
    )


def handed_over(name):
    with whole_province():
        seat = Appointment.objects.select_related("post", "unit", "user").get(user__username=name)
        return [(item.kind, item.title) for item in open_items(seat)]


def test_open_items_are_the_reviewers_while_the_case_waits(case):
    assert handed_over("township") == [("待审核", "走访慰问")]
    assert handed_over("village") == handed_over("county") == []


@pytest.mark.parametrize(
    ("places", "kind", "title"),
    [
        ([], "退回待改", "走访慰问"),
        ([{"place": "a", "label": "户数", "reason": "请核对"}], "讨论待答复", "户数"),
    ],
)
def test_open_items_are_the_villages_when_the_case_is_returned(case, actor, places, kind, title):
    """What names its cells is met by their threads, and does not stand there twice."""
    approval.return_case(
        case=case, by=actor("township"), reason="数字有误", due_on=today() + DAY, places=places
    )
    assert handed_over("township") == []
    assert [kind for kind, _ in handed_over("village")] == [kind]
    assert handed_over("village")[0][1].endswith(title)


def test_open_items_are_shown_without_a_link_to_who_may_not_open_them(county_admin, case):
    page = text(county_admin.get(f"/appointments/{held_by('township').pk}/end/"))
    assert "以下 1 件事还没有办完，留在岗位上，由接任的人继续办理。" in page
    assert "<li>待审核：走访慰问</li>" in page
    assert f"/cases/{case.pk}/" not in page
