"""One event an action, in the action's transaction, and never changed afterwards."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from fpa.access.models import Post, Unit, User
from fpa.access.scope import scoped, whole_province
from fpa.audit import record as module
from fpa.audit.chain import begin_anew
from fpa.audit.models import Event, Leaf, TreeHead, Unsealed
from fpa.audit.record import (
    MASK,
    changed,
    mac_of,
    payload_of,
    record,
    record_all,
    recorder_of_export,
)
from fpa.core.actor import SYSTEM
from tests.cast import COUNTY, cast_unit


def test_record_says_who_did_what_to_what(province_scope, actor):
    by, unit = actor("county"), cast_unit("village")
    event = record("unit.renamed", unit, by=by, changes={"name": ["旧", "新"]}, reason="区划调整")
    stored = Event.objects.get(pk=event.pk)
    assert (stored.verb, stored.object_type, stored.object_id) == (
        "unit.renamed",
        "access.unit",
        str(unit.pk),
    )
    assert (stored.actor_id, stored.actor_name, stored.post_id) == (by.user_id, by.name, by.post_id)
    assert (stored.path, stored.object_name, stored.reason) == (unit.path, unit.name, "区划调整")
    assert stored.changes == {"name": ["旧", "新"]}
    assert Unsealed.objects.filter(event=stored).exists()


def test_record_of_a_thing_without_a_unit_belongs_to_the_actor(province_scope, actor):
    user = User.objects.get(username="village")
    assert record("user.locked", user, by=actor("county")).path == actor("county").path
    assert record("user.locked", user, by=actor("county"), path="/").path == "/"


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (date(2026, 5, 1), "2026-05-01"),
        (datetime(2026, 5, 1, 8, tzinfo=timezone(timedelta(hours=8))), "2026-05-01T00:00:00.000000+00:00"),
        (Decimal("12.30"), "12.30"),
        (1e16, "1e+16"),
        (0.1, "0.1"),
        (float("nan"), "NaN"),
        (10**20, 10**20),
        (b"\x01\xff", "01ff"),
        (None, None),
        ({"a": [1, {"b": True}]}, {"a": [1, {"b": True}]}),
    ],
)
def test_record_keeps_its_code_whatever_the_values(province_scope, value, stored):
    """jsonb rewrites some numbers; what comes back must have the code that was made before it went in."""
    event = record("thing.done", User.objects.get(username="county"), by=SYSTEM, changes={"x": [None, value]})
    back = Event.objects.get(pk=event.pk)
    assert back.changes == {"x": [None, stored]}
    assert bytes(back.mac) == mac_of(back)


def test_payload_does_not_hang_on_the_time_zone(province_scope):
    event = record("thing.done", User.objects.get(username="county"), by=SYSTEM)
    elsewhere = Event.objects.get(pk=event.pk)
    elsewhere.at = elsewhere.at.astimezone(timezone(timedelta(hours=8)))
    assert payload_of(elsewhere) == payload_of(event)


@pytest.mark.parametrize("field", [f for f in module.SEALED_FIELDS if f not in ("id", "at", "changes")])
def test_code_covers_every_field(province_scope, field):
    event = record("thing.done", User.objects.get(username="county"), by=SYSTEM)
    before = getattr(event, field)
    setattr(event, field, (before or 0) + 1 if isinstance(before, int | None) else f"{before}x")
    assert mac_of(event) != event.mac


def test_record_lost_undoes_the_action(log_db, actor, monkeypatch):
    """A forced failure of the event leaves nothing of the action."""
    monkeypatch.setattr(module, "mac_of", lambda event: None)
    with pytest.raises(DatabaseError, match="mac"):
        rename_county()
    assert Unit.objects.get(code=COUNTY).name != "改过的名字"
    assert not Unsealed.objects.exists()


def rename_county(then=None):
    """An action: a change and its event."""
    with whole_province():
        Unit.objects.filter(code=COUNTY).update(name="改过的名字")
        record("unit.renamed", cast_unit("county"), by=SYSTEM)
        if then:
            raise then


def test_action_lost_takes_its_event_along(log_db):
    with pytest.raises(KeyError):
        rename_county(then=KeyError)
    with whole_province():
        assert not Event.objects.exists()
    assert not Unsealed.objects.exists()


@pytest.mark.parametrize("model", [Event, Leaf, TreeHead])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {0}", "TRUNCATE {0}"])
def test_log_is_append_only_for_the_application(db, model, statement):
    column = model._meta.pk.column
    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(statement.format(model._meta.db_table, column, column))


def test_event_outside_the_scope_is_refused(db, actor):
    with pytest.raises(DatabaseError, match="row-level security"), scoped(cast_unit("county").path):
        record("unit.renamed", cast_unit("sibling"), by=actor("county"))


def test_changed_gives_only_what_differs_and_masks_secrets(monkeypatch):
    post = Post(title="新", role="office")
    assert changed(post, {"title": "旧", "role": "office"}) == {"title": ["旧", "新"]}
    monkeypatch.setattr(Post, "secret_fields", frozenset({"title"}), raising=False)
    assert changed(post, {"title": "旧"}) == {"title": [MASK, MASK]}


def test_recorder_of_export_names_list_and_rows(province_scope, actor):
    recorder_of_export(actor("county"))("会员", 12)
    event = Event.objects.get()
    assert (event.verb, event.changes, event.path) == (
        "list.exported",
        {"list": "会员", "rows": 12},
        cast_unit("county").path,
    )
    assert event.at.tzinfo == UTC or event.at.utcoffset() is not None


ROOM = {"name": 40, "post_title": 60, "unit_name": 80, "request_id": 16}


@pytest.mark.parametrize("field", ROOM)
def test_record_fails_where_the_actor_does_not_fit(province_scope, field):
    """What does not fit is not cut: an event that says less than it should is no event, and the action fails."""
    user = User.objects.get(username="county")
    record("thing.done", user, by=replace(SYSTEM, **{field: "字" * ROOM[field]}))
    with pytest.raises(DatabaseError, match="too long"), transaction.atomic():
        record("thing.done", user, by=replace(SYSTEM, **{field: "字" * (ROOM[field] + 1)}))
    assert Event.objects.count() == Unsealed.objects.count() == 1


@pytest.mark.parametrize(("verb", "reason"), [("v" * 61, ""), ("thing.done", "字" * 501)])
def test_record_fails_where_verb_or_reason_do_not_fit(province_scope, verb, reason):
    user = User.objects.get(username="county")
    record(verb[:60], user, by=SYSTEM, reason=reason[:500])
    with pytest.raises(DatabaseError, match="too long"), transaction.atomic():
        record(verb, user, by=SYSTEM, reason=reason)


def test_record_names_a_long_thing_by_its_beginning(province_scope):
    user = User.objects.get(username="county")
    user.name = "长" * 250
    assert record("user.created", user, by=SYSTEM).object_name == "长" * 200


def test_record_of_a_thing_that_has_no_number_yet(province_scope):
    event = record("user.login_failed", User(username="nobody", name="无名"), by=SYSTEM)
    assert (event.object_type, event.object_id, event.path) == ("access.user", "", "/")


@pytest.mark.parametrize(
    "ip", [None, "10.1.2.3", "2001:0db8:85a3:0000:0000:8a2e:0370:7334", "::ffff:255.255.255.255"]
)
def test_record_keeps_where_it_was_done_from(province_scope, ip):
    by = replace(SYSTEM, ip=ip, request_id="45f1b415")
    event = record("thing.done", User.objects.get(username="county"), by=by)
    assert (event.ip, event.request_id) == (ip or "", "45f1b415")


@pytest.mark.parametrize(
    ("seat", "seen"),
    [
        ("province", {"province", "county", "township", "village", "sibling"}),
        ("county", {"county", "township", "village"}),
        ("township", {"township", "village"}),
        ("village", {"village"}),
        ("sibling", {"sibling"}),
    ],
)
def test_events_are_seen_at_and_above_the_unit_of_the_thing(db, seat, seen):
    places = ("province", "county", "township", "village", "sibling")
    with whole_province():
        for place in places:
            record(f"unit.{place}", cast_unit(place), by=SYSTEM)
    with scoped(cast_unit(seat).path):
        assert set(Event.objects.values_list("verb", flat=True)) == {f"unit.{place}" for place in seen}


def test_events_are_not_there_without_a_scope(db):
    with whole_province():
        record("unit.renamed", cast_unit("county"), by=SYSTEM)
    assert not Event.objects.exists()


def test_event_is_written_once(province_scope):
    event = record("thing.done", User.objects.get(username="county"), by=SYSTEM)
    with pytest.raises(DatabaseError, match="audit_event_pkey"), transaction.atomic():
        event.save(force_insert=True)


@pytest.mark.parametrize("column", ["verb", "at", "mac", "object_id", "changes", "path"])
def test_event_is_not_changed_even_in_its_own_transaction(province_scope, column):
    event = record("thing.done", User.objects.get(username="county"), by=SYSTEM)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        event.save(update_fields=[column])


def test_changed_of_nothing_is_nothing():
    post = Post(title="旧", role="office")
    assert changed(post, {"title": "旧", "role": "office"}) == {}
    assert changed(post, {}) == {}


def test_changes_name_things_by_their_names(province_scope):
    unit, post = cast_unit("county"), Post(title="专干", role="village")
    user = User.objects.get(username="county")
    event = record("thing.done", user, by=SYSTEM, changes={"unit": [None, unit], "post": post})
    assert event.changes == {"unit": [None, str(unit)], "post": str(post)}
    assert Event.objects.get(pk=event.pk).changes == event.changes


def test_codes_of_equal_events_differ_by_their_numbers(province_scope):
    user = User.objects.get(username="county")
    first, second = (record("thing.done", user, by=SYSTEM) for _ in range(2))
    assert first.mac != second.mac
    assert len(bytes(first.mac)) >= 16


def test_record_all_writes_an_event_for_each_thing_and_two_statements(
    province_scope, actor, unit_of, django_assert_num_queries
):
    by, villages = actor("township"), list(unit_of("township").children.all()[:3])
    begin_anew()
    with django_assert_num_queries(2):
        events = record_all("case.approved", [(v, {"round": 2}) for v in villages], by=by, reason="批量")
    assert [e.object_id for e in events] == [str(v.pk) for v in villages]
    for event, village in zip(
        Event.objects.filter(verb="case.approved").order_by("path"), villages, strict=True
    ):
        assert (event.path, event.reason, event.changes) == (village.path, "批量", {"round": 2})
        assert bytes(event.mac) == mac_of(event)
    assert Unsealed.objects.filter(event__in=events).count() == 3
