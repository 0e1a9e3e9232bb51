"""Logins, posts and appointments: what is done, what is refused, and that it is recorded."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from fpa.access import actions
from fpa.access.models import Appointment, Post, Unit, User
from fpa.audit.models import Event
from tests.cast import cast_unit

TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *args: TODAY)


@pytest.fixture
def admin(province_scope, actor):
    return actor("administrator")


def post_at(name, role="office"):
    return Post.objects.create(unit=cast_unit(name), title="新岗位", role=role)


def user_named(name):
    return User.objects.get(username=name)


def last_event():
    return Event.objects.order_by("-id").first()


def test_create_user_stands_in_its_post_with_a_temporary_password(admin):
    post, password = post_at("county"), actions.temporary_password()
    user = actions.create_user(
        username="lihua", name="李华", password=password, post=post, on=TODAY, by=admin
    )
    assert user.check_password(password)
    assert user.must_change_password
    assert [a.post for a in user.appointments.on(TODAY)] == [post]
    verbs = Event.objects.order_by("id").values_list("verb", "path")
    assert list(verbs) == [("user.created", post.path), ("appointment.made", post.path)]
    assert password not in str([vars(event) for event in Event.objects.all()])


def test_create_user_needs_a_free_name(admin):
    with pytest.raises(actions.CannotCreateUser, match="“county”已有人使用"):
        actions.create_user(
            username="county", name="李华", password="x", post=post_at("county"), on=TODAY, by=admin
        )


def test_appoint_refuses_a_post_at_a_closed_unit(admin):
    post = post_at("village", "village")
    Unit.objects.filter(pk=post.unit_id).update(valid_to=TODAY)
    post = Post.objects.select_related("unit").get(pk=post.pk)
    with pytest.raises(actions.CannotAppoint, match="已撤销，不能再任职。请换一个现有单位的岗位。"):
        actions.appoint(user=user_named("outsider"), post=post, on=TODAY, by=admin)
    assert not post.appointments.exists()


def test_temporary_passwords_differ_and_can_be_read_aloud():
    made = {actions.temporary_password() for _ in range(200)}
    assert len(made) == 200
    assert all(len(p) == 14 and not set(p) & set("il1o0") for p in made)


@pytest.mark.parametrize(
    ("where", "role", "said"),
    [
        ("county", "village", "只能设在村社区"),
        ("village", "township", "只能设在乡镇街道"),
        ("village", "office", "只能设在省、市州、县市区"),
        ("township", "administrator", "只能设在省、市州、县市区"),
    ],
)
def test_create_post_fits_role_to_level(admin, where, role, said):
    with pytest.raises(actions.CannotCreatePost, match=said):
        actions.create_post(unit=cast_unit(where), title="岗位", role=role, by=admin)


@pytest.mark.parametrize(
    ("where", "role"), [("city", "office"), ("township", "township"), ("village", "village")]
)
def test_create_post_at_its_level(admin, where, role):
    post = actions.create_post(unit=cast_unit(where), title="岗位", role=role, by=admin)
    assert (post.path, post.role) == (cast_unit(where).path, role)
    assert last_event().verb == "post.created"


def test_create_post_only_below_the_actor(admin, actor):
    with pytest.raises(actions.CannotCreatePost, match="本单位及下级"):
        actions.create_post(unit=cast_unit("sibling"), title="岗位", role="office", by=actor("county"))


def test_appoint_gives_access_from_the_day_on(admin):
    tomorrow = TODAY + timedelta(days=1)
    made = actions.appoint(
        user=user_named("outsider"), post=post_at("county"), on=tomorrow, by=admin, reason="任命"
    )
    assert not Appointment.objects.on(TODAY).filter(pk=made.pk).exists()
    assert Appointment.objects.on(tomorrow).filter(pk=made.pk).exists()
    assert (last_event().verb, last_event().reason) == ("appointment.made", "任命")


def test_appoint_refuses(admin):
    post = post_at("county")
    user_named("sibling").appointments.update(valid_to=TODAY)
    User.objects.filter(username="sibling").update(is_active=False)
    cases = [
        ("administrator", post, "不能给自己任职"),
        ("sibling", post, "已停用"),
        ("auditor", post, "不能兼任"),
        ("county", post_at("county", "auditor"), "不能兼任"),
        ("county", user_named("county").appointments.get().post, "不用重复"),
    ]
    for name, where, words in cases:
        with pytest.raises(actions.CannotAppoint, match=words):
            actions.appoint(user=user_named(name), post=where, on=TODAY, by=admin)


def test_appoint_again_after_an_end(admin):
    held = user_named("county").appointments.get()
    actions.end_appointment(appointment=held, on=TODAY, by=admin, reason="轮岗")
    actions.appoint(user=held.user, post=held.post, on=TODAY, by=admin)
    assert held.user.appointments.on(TODAY).count() == 1


def test_end_appointment_ends_access_on_that_day(admin):
    held = user_named("county").appointments.get()
    later = TODAY + timedelta(days=7)
    actions.end_appointment(appointment=held, on=later, by=admin, reason="轮岗")
    assert held.user.appointments.on(later - timedelta(days=1)).exists()
    assert not held.user.appointments.on(later).exists()
    event = last_event()
    assert (event.verb, event.reason, event.changes) == (
        "appointment.ended",
        "轮岗",
        {"valid_to": [None, "2026-12-01"]},
    )


@pytest.mark.parametrize(
    ("name", "ended", "on", "said"),
    [
        ("administrator", None, TODAY, "不能结束自己"),
        ("county", TODAY, TODAY, "已于2026年11月24日结束"),
        ("county", None, TODAY - timedelta(days=1), "最早是2026年11月24日"),
    ],
)
def test_end_appointment_refuses(admin, name, ended, on, said):
    held = user_named(name).appointments.get()
    Appointment.objects.filter(pk=held.pk).update(valid_to=ended)
    with pytest.raises(actions.CannotEndAppointment, match=said):
        actions.end_appointment(appointment=held, on=on, by=admin, reason="x")


def test_end_appointment_planned_may_be_brought_forward(admin):
    held = user_named("county").appointments.get()
    actions.end_appointment(appointment=held, on=TODAY + timedelta(days=9), by=admin, reason="x")
    actions.end_appointment(appointment=held, on=TODAY, by=admin, reason="y")
    assert not held.user.appointments.on(TODAY).exists()


def test_lock_and_unlock_user(admin):
    user = actions.lock_user(user=user_named("county"), by=admin, reason="离岗")
    assert (user.is_active, last_event().verb) == (False, "user.locked")
    with pytest.raises(actions.CannotManageUser, match="已经停用"):
        actions.lock_user(user=user, by=admin, reason="x")
    user = actions.unlock_user(user=user, by=admin, reason="返岗")
    assert (user.is_active, last_event().verb) == (True, "user.unlocked")
    with pytest.raises(actions.CannotManageUser, match="没有停用，也没有锁定"):
        actions.unlock_user(user=user, by=admin, reason="x")


def test_unlock_user_ends_a_lock_by_failures(admin):
    User.objects.filter(username="county").update(
        failed_logins=3, locked_until=timezone.now() + timedelta(minutes=9)
    )
    user = actions.unlock_user(user=user_named("county"), by=admin, reason="本人来电")
    assert (user.failed_logins, user.locked_until) == (0, None)


def test_reset_password_is_temporary_and_ends_the_lock(admin):
    User.objects.filter(username="county").update(locked_until=timezone.now() + timedelta(minutes=9))
    user = actions.reset_password(
        user=user_named("county"), password="abcd-efgh-jkmn", by=admin, reason="忘记"
    )
    assert user.check_password("abcd-efgh-jkmn")
    assert (user.must_change_password, user.locked_until) == (True, None)
    assert "abcd" not in str(vars(last_event()))


@pytest.mark.parametrize("act", [actions.lock_user, actions.unlock_user])
@pytest.mark.parametrize(
    ("name", "by", "said"),
    [
        ("county", "county", "自己的账号"),
        ("province", "county", "以外还有任职"),
        ("sibling", "county", "以外还有任职"),
    ],
)
def test_a_login_with_seats_elsewhere_is_not_ones_own_to_manage(admin, actor, act, name, by, said):
    """Else a county could take over a province's login by appointing it to a post of its own first."""
    if name != by:
        actions.appoint(user=user_named(name), post=post_at("county"), on=TODAY, by=admin)
    with pytest.raises(actions.CannotManageUser, match=said):
        act(user=user_named(name), by=actor(by), reason="x")
    with pytest.raises(actions.CannotManageUser, match=said):
        actions.reset_password(user=user_named(name), password="x", by=actor(by), reason="x")
