"""Seeing what is masked: with a reason, audited, once."""

import pytest

from fpa.audit.models import Event
from fpa.membership.actions import CannotReveal, reveal_member
from fpa.people.secrets import ID
from fpa.people.tests.people import make_member


@pytest.fixture
def member(province_scope, unit_of):
    return make_member(unit_of("village"))


def test_reveal_member_needs_a_reason(member, actor):
    with pytest.raises(CannotReveal):
        reveal_member(member=member, reason="  ", by=actor("village"))
    assert not Event.objects.filter(verb="member.revealed").exists()


def test_reveal_member_page_shows_once_and_leaves_an_event(client_as, member):
    client, number = client_as("village"), ID.read(member.person)
    page = client.post(f"/members/{member.pk}/reveal/", {"reason": "核对理赔材料"})
    assert number in page.content.decode()
    assert "13800001234" in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert Event.objects.get(verb="member.revealed").reason == "核对理赔材料"
    assert number not in client.get(f"/members/{member.pk}/").content.decode()
    assert "查看证件号码" in client.get(f"/members/{member.pk}/").content.decode()


@pytest.mark.parametrize("answers", [{}, {"reason": ""}])
def test_reveal_member_page_shows_nothing_without_a_reason(client_as, member, answers):
    page = client_as("village").post(f"/members/{member.pk}/reveal/", answers)
    assert ID.read(member.person) not in page.content.decode()
    assert not Event.objects.filter(verb="member.revealed").exists()


@pytest.mark.parametrize(("who", "answer"), [("sibling", 404), ("auditor", 403), ("administrator", 403)])
def test_reveal_member_page_is_shut_to_others(client_as, member, who, answer):
    page = client_as(who).post(f"/members/{member.pk}/reveal/", {"reason": "看看"})
    assert page.status_code == answer
    assert not Event.objects.filter(verb="member.revealed").exists()
