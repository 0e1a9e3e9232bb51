"""Transfer: person, memberships and figures follow; only within the seat."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from fpa.access.scope import scoped
from fpa.audit.models import Event
from fpa.figures.models import Stale
from fpa.membership.actions import CannotTransfer, transfer_member
from fpa.membership.models import Member
from fpa.people.models import Person
from fpa.people.tests.people import make_member

DAY = date(2024, 3, 1)


def transfer(member, to_unit, by, on=DAY):
    with scoped(by.path):
        return transfer_member(member=member, to_unit=to_unit, on=on, reason="搬家", by=by)


@pytest.fixture
def member(province_scope, unit_of):
    return make_member(unit_of("village"))


def test_transfer_member_takes_person_and_memberships_along(member, actor, unit_of, next_village):
    ended = Member.objects.create(
        unit=member.unit, person=member.person, joined_on=date(2010, 1, 1),
        left_on=date(2011, 1, 1), left_reason="request",
    )  # fmt: skip
    transfer(member, next_village, actor("township"))
    with scoped(next_village.path):
        assert set(Member.objects.all()) == {member, ended}
        assert Person.objects.get().unit == next_village
    with scoped(unit_of("village").path):
        assert not Member.objects.exists()
        assert not Person.objects.exists()


def test_transfer_member_is_recorded_above_both_places(member, actor, unit_of, next_village):
    village = unit_of("village").name
    transfer(member, next_village, actor("county"))
    event = Event.objects.get(verb="member.transferred")
    assert event.path == unit_of("township").path
    assert event.changes == {"unit": [village, next_village.name], "on": "2024-03-01"}
    assert event.reason == "搬家"


def test_transfer_member_marks_both_places(member, actor, unit_of, next_village):
    transfer(member, next_village, actor("township"))
    marks = Stale.objects.filter(figure="member.total")
    assert {mark.path for mark in marks} == {unit_of("village").path, next_village.path}
    assert {mark.since for mark in marks} == {member.joined_on}


def test_transfer_member_refuses_a_place_outside_the_seat(member, actor, sibling_village):
    with pytest.raises(CannotTransfer, match="共同的上级"):
        transfer(member, sibling_village, actor("county"))
    assert transfer(member, sibling_village, actor("city")).unit == sibling_village


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (timezone.localdate() + timedelta(days=1), "不能晚于今天"),
        (date(2019, 12, 31), "不能早于入会日期"),
    ],
)
def test_transfer_member_refuses_impossible_days(member, actor, next_village, on, words):
    with pytest.raises(CannotTransfer, match=words):
        transfer(member, next_village, actor("township"), on)


def test_transfer_member_refuses_the_same_unit(member, actor):
    with pytest.raises(CannotTransfer, match="请选择另一个单位"):
        transfer(member, member.unit, actor("township"))


def test_transfer_member_checks_again_that_the_membership_is_open(member, actor, next_village):
    stale = Member.objects.get(pk=member.pk)
    Member.objects.update(left_on=DAY, left_reason="request")
    with pytest.raises(CannotTransfer, match="已退会"):
        transfer(stale, next_village, actor("township"))


def test_transfer_member_page_shows_what_follows_then_acts(client_as, member, unit_of, next_village):
    client, url = client_as("township"), f"/members/{member.pk}/transfer/"
    answers = {"to_unit": next_village.code, "on": "2024-03-01", "reason": "搬家"}
    form = client.get(url).content.decode()
    assert "下一步：核对" in form
    assert "确认转移" not in form
    asked = client.post(url, answers).content.decode()
    assert "确认转移" in asked
    assert "下一步" not in asked
    assert "下一步：核对" in client.post(url, answers | {"change": "reason"}).content.decode()
    assert f"{unit_of('village').name}转到" in asked
    assert "confirmed" in asked
    member.refresh_from_db()
    assert member.unit == unit_of("village")
    assert client.post(url, answers | {"confirmed": "1"}).status_code == 302
    member.refresh_from_db()
    assert member.unit == next_village


def test_transfer_member_page_is_not_a_villages(client_as, member):
    assert client_as("village").get(f"/members/{member.pk}/transfer/").status_code == 403
    assert client_as("sibling").get(f"/members/{member.pk}/transfer/").status_code == 404
