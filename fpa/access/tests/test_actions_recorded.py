"""Actions on logins, posts and appointments: one event each, nothing without it, and one winner of two at once."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from fpa.access import actions
from fpa.access.models import Appointment, Post, Unit, User
from fpa.access.scope import whole_province
from fpa.access.seats import actor_for
from fpa.access.tests.conftest import while_held
from fpa.access.tests.test_actions import last_event, post_at, user_named
from fpa.audit.models import Event, Unsealed
from tests.cast import cast_unit

TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)
REFUSALS = (
    actions.CannotAppoint,
    actions.CannotCreatePost,
    actions.CannotCreateUser,
    actions.CannotEndAppointment,
    actions.CannotManageUser,
)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *args: TODAY)


@pytest.fixture
def admin(province_scope, actor):
    return replace(actor("administrator"), ip="10.1.2.3", request_id="0123abcd")


def create_user(by):
    return actions.create_user(
        username="lihua", name="李华", password="abcd-efgh-jkmn", post=post_at("county"), on=TODAY, by=by
    )


def create_post(by):
    return actions.create_post(unit=cast_unit("village"), title="村会计", role="village", by=by)


def appoint(by, name="outsider"):
    return actions.appoint(user=user_named(name), post=post_at("county"), on=TODAY, by=by, reason="任命")


def end_appointment(by):
    held = user_named("county").appointments.get()
    return actions.end_appointment(appointment=held, on=TODAY, by=by, reason="轮岗")


def reset_password(by):
    return actions.reset_password(user=user_named("county"), password="abcd-efgh-jkmn", by=by, reason="忘记")


def lock_user(by):
    return actions.lock_user(user=user_named("county"), by=by, reason="离岗")


def unlock_user(by):
    User.objects.filter(username="county").update(is_active=False)
    return actions.unlock_user(user=user_named("county"), by=by, reason="返岗")


RECORDED = [
    (create_post, "post.created", "village", "", {"role": [None, "village"]}),
    (appoint, "appointment.made", "county", "任命", {"valid_from": [None, "2026-11-24"]}),
    (end_appointment, "appointment.ended", "county", "轮岗", {"valid_to": [None, "2026-11-24"]}),
    (reset_password, "user.password_reset", "province", "忘记", {}),
    (lock_user, "user.locked", "province", "离岗", {"is_active": [True, False]}),
    (unlock_user, "user.unlocked", "province", "返岗", {"is_active": [False, True]}),
]
DEEDS = [create_user, *(row[0] for row in RECORDED)]


@pytest.mark.parametrize(("act", "verb", "where", "reason", "changes"), RECORDED)
def test_action_leaves_one_event_with_who_what_where_and_why(admin, act, verb, where, reason, changes):
    thing = act(admin)
    event = Event.objects.get()
    assert (event.verb, event.object_id, event.object_name) == (verb, str(thing.pk), str(thing))
    assert (event.actor_name, event.post_id, event.ip, event.request_id) == (
        admin.name,
        admin.post_id,
        "10.1.2.3",
        "0123abcd",
    )
    assert (event.path, event.reason) == (cast_unit(where).path, reason)
    assert changes.items() <= event.changes.items()
    assert Unsealed.objects.get().event_id == event.pk


def state():
    """All that these actions write, as plain rows."""
    return [list(model.objects.order_by("pk").values_list()) for model in (User, Post, Appointment, Event)]


@pytest.mark.parametrize("act", DEEDS)
def test_action_whose_event_can_not_be_written_is_undone(admin, act):
    """A name longer than the event's column stands for whatever the audit may refuse."""
    before = state()
    with pytest.raises(DatabaseError), transaction.atomic():
        act(replace(admin, name="很" * 41))
    assert state() == before


def refuse_own(by):
    return actions.lock_user(user=user_named("administrator"), by=by, reason="x")


def refuse_taken_name(by):
    post = Post.objects.get(appointments__user__username="village")
    return actions.create_user(username="county", name="李华", password="x", post=post, on=TODAY, by=by)


def refuse_second_role(by):
    post = Post.objects.get(appointments__user__username="county")
    return actions.appoint(user=user_named("auditor"), post=post, on=TODAY, by=by, reason="x")


def refuse_past(by):
    held = user_named("county").appointments.get()
    return actions.end_appointment(appointment=held, on=TODAY - DAY, by=by, reason="x")


def refuse_level(by):
    return actions.create_post(unit=cast_unit("village"), title="x", role="office", by=by)


@pytest.mark.parametrize(
    "act", [refuse_own, refuse_taken_name, refuse_second_role, refuse_past, refuse_level]
)
def test_refused_action_writes_and_records_nothing(admin, act):
    before = state()
    with pytest.raises(REFUSALS):
        act(admin)
    assert state() == before


# Where and when


def test_create_post_not_at_a_unit_that_was_closed(admin):
    Unit.objects.filter(pk=cast_unit("village").pk).update(valid_to=TODAY)
    with pytest.raises(actions.CannotCreatePost, match="现有单位"):
        create_post(admin)


@pytest.mark.parametrize(
    ("where", "role", "may"),
    [("county", "office", True), ("village", "village", True), ("city", "office", False)],
)
def test_create_post_by_a_county_at_its_own_unit_and_below(admin, where, role, may):
    by = replace(admin, path=cast_unit("county").path)
    if may:
        assert actions.create_post(unit=cast_unit(where), title="岗位", role=role, by=by).pk
    else:
        with pytest.raises(actions.CannotCreatePost, match="本单位及下级"):
            actions.create_post(unit=cast_unit(where), title="岗位", role=role, by=by)


def planned(name, post, **days):
    return Appointment.objects.create(unit=post.unit, post=post, user=user_named(name), **days)


@pytest.mark.parametrize(
    ("role", "days", "may"),
    [
        ("office", {"valid_from": TODAY + DAY}, False),
        ("office", {"valid_from": TODAY - DAY, "valid_to": TODAY + DAY}, False),
        ("office", {"valid_from": TODAY - DAY, "valid_to": TODAY}, True),
        ("auditor", {"valid_from": TODAY + DAY}, True),
    ],
)
def test_the_auditors_post_goes_with_no_other_that_is_not_over(admin, role, days, may):
    planned("outsider", post_at("sibling", role), **days)
    post = post_at("county", "auditor")
    if may:
        assert actions.appoint(user=user_named("outsider"), post=post, on=TODAY, by=admin).post == post
    else:
        with pytest.raises(actions.CannotAppoint, match="不能兼任") as refusal:
            actions.appoint(user=user_named("outsider"), post=post, on=TODAY, by=admin)
        assert cast_unit("sibling").name not in str(refusal.value)


def test_the_same_post_may_have_two_holders(admin):
    post = user_named("county").appointments.get().post
    actions.appoint(user=user_named("outsider"), post=post, on=TODAY, by=admin)
    assert Appointment.objects.on(TODAY).filter(post=post).count() == 2


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (TODAY, "最早是2026年11月26日"),
        (TODAY + DAY, "最早是2026年11月26日"),
        (TODAY + 2 * DAY, ""),
        (TODAY + 9 * DAY, ""),
    ],
)
def test_end_appointment_that_has_not_begun_no_earlier_than_it_begins(admin, on, said):
    held = planned("outsider", post_at("county"), valid_from=TODAY + 2 * DAY)
    if said:
        with pytest.raises(actions.CannotEndAppointment, match=said):
            actions.end_appointment(appointment=held, on=on, by=admin, reason="x")
    else:
        actions.end_appointment(appointment=held, on=on, by=admin, reason="x")
        assert Appointment.objects.on(on - DAY).filter(pk=held.pk).exists() is (on > held.valid_from)
        assert not Appointment.objects.on(on).filter(pk=held.pk).exists()


def test_end_appointment_changed_records_the_end_of_before(admin):
    held = user_named("county").appointments.get()
    for days in (9, 3):
        actions.end_appointment(appointment=held, on=TODAY + days * DAY, by=admin, reason="x")
    assert last_event().changes == {"valid_to": ["2026-12-03", "2026-11-27"]}


# Whose login it is to manage


@pytest.mark.parametrize(
    ("days", "may"),
    [
        ({"valid_from": TODAY + 30 * DAY}, False),
        ({"valid_from": TODAY - DAY, "valid_to": TODAY + DAY}, False),
        ({"valid_from": TODAY - DAY, "valid_to": TODAY}, True),
    ],
)
@pytest.mark.parametrize("act", [lock_user, unlock_user, reset_password])
def test_a_login_with_a_seat_elsewhere_that_is_not_over_is_not_ones_to_manage(admin, act, days, may):
    planned("county", post_at("sibling"), **days)
    by = replace(admin, path=cast_unit("county").path)
    if may:
        assert act(by).username == "county"
    else:
        with pytest.raises(actions.CannotManageUser, match="共同的上级系统管理员") as refusal:
            act(by)
        assert cast_unit("sibling").name not in str(refusal.value)


def test_a_common_superior_may_manage_a_login_with_two_seats(admin):
    planned("county", post_at("sibling"), valid_from=TODAY - DAY)
    assert lock_user(replace(admin, path=cast_unit("city").path)).is_active is False


def test_reset_password_does_not_open_a_closed_login(admin):
    lock_user(admin)
    user = reset_password(admin)
    assert (user.is_active, user.must_change_password) == (False, True)


def test_reset_password_ends_the_sessions(client_as):
    client = client_as("county")
    assert client.get("/").status_code == 200
    with whole_province():
        reset_password(actor_for("administrator"))
    assert client.get("/")["Location"].startswith("/login/")


# Two at once


def outcomes(rows, *deeds):
    """How many were done, and how many refused, of deeds that all wait for the same rows."""
    results = while_held(rows, *deeds)
    assert all(isinstance(r, REFUSALS) or not isinstance(r, Exception) for r in results), results
    return Counter("refused" if isinstance(r, REFUSALS) else "done" for r in results)


def test_appoint_at_once_in_one_post_makes_one_appointment(committed_db):
    with whole_province():
        post, user = post_at("county"), user_named("outsider")
    by = actor_for("administrator")
    twice = [lambda: actions.appoint(user=user, post=post, on=TODAY, by=by)] * 2
    assert outcomes(User.objects.filter(pk=user.pk), *twice) == {"done": 1, "refused": 1}
    with whole_province():
        assert (user.appointments.count(), Event.objects.count()) == (1, 1)


def test_appoint_at_once_as_auditor_and_in_an_office_makes_one_of_them(committed_db):
    with whole_province():
        posts, user = [post_at("county", role) for role in ("office", "auditor")], user_named("outsider")
    by = actor_for("administrator")
    deeds = [lambda post=post: actions.appoint(user=user, post=post, on=TODAY, by=by) for post in posts]
    assert outcomes(User.objects.filter(pk=user.pk), *deeds) == {"done": 1, "refused": 1}


@pytest.mark.parametrize(
    ("act", "rows", "verb"),
    [
        (end_appointment, Appointment.objects.filter(user__username="county"), "appointment.ended"),
        (lock_user, User.objects.filter(username="county"), "user.locked"),
    ],
)
def test_what_is_done_at_once_by_several_is_done_once(committed_db, act, rows, verb):
    by = actor_for("administrator")
    assert outcomes(rows, *[lambda: act(by)] * 3) == {"done": 1, "refused": 2}
    with whole_province():
        assert Event.objects.filter(verb=verb).count() == 1


def test_a_seat_elsewhere_that_is_just_being_made_keeps_the_login_from_the_county(committed_db):
    """Both wait for the login: whoever comes second sees what the first did."""
    with whole_province():
        post, user = post_at("sibling"), user_named("county")
    above = actor_for("administrator")
    county = replace(above, user_id=None, path=cast_unit("county").path)
    results = while_held(
        User.objects.filter(pk=user.pk),
        lambda: actions.appoint(user=user, post=post, on=TODAY, by=above),
        lambda: actions.reset_password(user=user, password="x", by=county, reason="x"),
    )
    with whole_province():
        first = Event.objects.order_by("at").first()
    is_refused = isinstance(results[1], actions.CannotManageUser)
    assert is_refused is (first.verb == "appointment.made")
