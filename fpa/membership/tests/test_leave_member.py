"""Leaving, and coming back."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from fpa.access.scope import scoped
from fpa.audit.models import Event
from fpa.figures.models import Stale
from fpa.membership.actions import CannotJoin, CannotLeave, leave_member, rejoin_member
from fpa.membership.models import LeaveReason, Member
from fpa.people.tests.people import make_member

DAY = date(2024, 3, 1)


@pytest.fixture
def member(province_scope, unit_of):
    return make_member(unit_of("village"))


def leave(member, by, on=DAY):
    with scoped(by.path):
        return leave_member(member=member, reason=LeaveReason.MOVED_AWAY, on=on, by=by)


def rejoin(member, by, unit=None, on=date(2024, 6, 1)):
    with scoped(by.path):
        return rejoin_member(member=member, unit=unit or member.unit, joined_on=on, by=by)


def test_leave_member_ends_with_a_reason_and_an_event(member, actor):
    left = leave(member, actor("village"))
    assert (left.left_on, left.left_reason) == (DAY, "moved_away")
    assert Event.objects.get(verb="member.left").changes["left_reason"] == [None, "迁出本省"]
    assert Stale.objects.get(figure="member.total").since == member.joined_on


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (timezone.localdate() + timedelta(days=1), "不能晚于今天"),
        (date(2019, 12, 31), "不能早于入会日期"),
    ],
)
def test_leave_member_refuses_impossible_days(member, actor, on, words):
    with pytest.raises(CannotLeave, match=words):
        leave(member, actor("village"), on)


def test_leave_member_twice_is_refused(member, actor):
    leave(member, actor("village"))
    with pytest.raises(CannotLeave, match="2024年3月1日退会"):
        leave(member, actor("village"))


def test_leave_member_page_says_that_rejoining_is_possible(client_as, member):
    client, url = client_as("village"), f"/members/{member.pk}/leave/"
    asked = client.post(url, {"reason": "request", "on": "2024-03-01"}).content.decode()
    assert "重新入会" in asked
    page = client.post(url, {"reason": "request", "on": "2024-03-01", "confirmed": "1"}, follow=True)
    assert f"/members/{member.pk}/rejoin/" in page.content.decode()


def test_leave_member_page_offers_no_reason_about_births(client_as, member):
    page = client_as("village").get(f"/members/{member.pk}/leave/")
    offered = "".join(str(label) for _, label in page.context["form"].fields["reason"].choices)
    assert "本人申请退会" in offered
    assert not any(word in offered for word in ("生育", "怀孕", "避孕", "节育"))


def test_rejoin_member_begins_a_new_membership_of_the_same_kind(member, actor):
    leave(member, actor("village"))
    new = rejoin(member, actor("village"))
    assert new.pk != member.pk
    assert (new.person, new.kind, new.left_on) == (member.person, member.kind, None)
    assert Event.objects.get(verb="member.rejoined").object_id == str(new.pk)


def test_rejoin_member_at_another_unit_brings_the_ended_membership(member, actor, next_village):
    leave(member, actor("village"))
    new = rejoin(member, actor("township"), next_village)
    with scoped(next_village.path):
        assert set(Member.objects.all()) == {member, new}


def test_rejoin_member_refuses_a_day_before_leaving(member, actor):
    leave(member, actor("village"))
    with pytest.raises(CannotJoin, match="不能早于上次退会日期"):
        rejoin(member, actor("village"), on=DAY - timedelta(days=1))


def test_rejoin_member_refuses_a_member(member, actor):
    with pytest.raises(CannotJoin, match="无需重复登记"):
        rejoin(member, actor("village"))


def test_rejoin_member_refuses_a_unit_outside_the_seat(member, actor, next_village):
    leave(member, actor("village"))
    with pytest.raises(CannotJoin, match="本单位及下级"):
        rejoin(member, actor("village"), next_village)


def test_rejoin_member_page_offers_the_old_unit(client_as, member, actor):
    leave(member, actor("village"))
    client, url = client_as("village"), f"/members/{member.pk}/rejoin/"
    assert member.unit.code in client.get(url).content.decode()
    answers = {"unit": member.unit.code, "joined_on": "2024-06-01"}
    assert "重新入会" in client.post(url, answers, follow=True).content.decode()
    assert Member.objects.active().count() == 1


def test_rejoin_member_is_impossible_twice_at_once(member, actor):
    leave(member, actor("village"))
    rejoin(member, actor("village"))
    with pytest.raises(CannotJoin):
        rejoin(member, actor("village"))
    assert Member.objects.active().count() == 1
