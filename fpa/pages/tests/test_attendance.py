"""Who comes to what is held: put on its list once, taken off while it is open, told as 人次 and as 人."""

from datetime import date

import pytest

from fpa.audit.models import Event
from fpa.core.refusals import Refusal
from fpa.figures.attendance import COUNTED, PERSON, with_count, with_persons
from fpa.pages.attendance import enrol, strike_off
from fpa.registers.models import Entry
from fpa.training.models import Participant, Session

DAY = date(2023, 5, 12)


@pytest.fixture
def session(province_scope, unit_of):
    task = Entry.objects.get(code="publicity")
    held = {"title": "班", "level": 3, "place": "党校", "starts_on": DAY, "ends_on": DAY, "hours": 8}
    return Session.objects.create(unit=unit_of("county"), task=task, **held)


@pytest.fixture
def put(session, actor, unit_of):
    def act(name, unit="village", **facts):
        person = Participant(session=session, unit=unit_of(unit), name=name)
        return enrol(person, "participant.added", refusal=Refusal, by=actor("county"), **facts)

    return act


def test_enrol_is_once_for_a_unit_and_name(put, session):
    person = put("李四", role="volunteer")
    assert (person.comes_to, person.role) == (session, "volunteer")
    told = Event.objects.get(verb="participant.added").changes
    assert (told["session"], told["name"]) == ("班", [None, "李四"])
    put("李四", "township")
    with pytest.raises(Refusal, match="的李四已在“班”的名单里"):
        put("李四")


def test_enrol_is_for_units_at_or_below_ones_own(put):
    for name in ("city", "sibling"):
        with pytest.raises(Refusal, match="只能是本单位及下级单位"):
            put("外人", name)


def test_strike_off_leaves_an_event_and_no_row(put, session, actor):
    person = put("李四")
    assert strike_off(person, "participant.removed", reason="录错", by=actor("county")) == session
    assert not Participant.objects.exists()
    event = Event.objects.get(verb="participant.removed")
    assert (event.reason, event.changes) == ("录错", {"session": "班"})


def test_attendee_is_open_while_what_they_come_to_is(put, session):
    person = put("李四")
    assert person.is_open
    session.state = "closed"
    assert not Participant(session=session).is_open
    assert person.get_absolute_url() == f"/training/participants/?session={session.pk}"


def test_removal_is_offered_beside_each_row_while_it_is_open(put, session, client_as):
    url = f"/training/participants/{put('李四').pk}/remove/"
    lists = "/training/participants/"
    assert url in client_as("county").get(lists).text
    assert url not in client_as("village").get(lists).text, "who may not is offered nothing"
    assert url not in client_as("county").get(f"{lists}?print=1").text
    Session.objects.update(state="closed")
    assert url not in client_as("county").get(lists).text


def test_figures_tell_how_many_stood_there_and_who(put, session):
    for name in ("李四", "王五"):
        put(name)
    put("李四", "township")
    (row,) = with_count(Session.objects.all(), Participant.objects.all(), "session")
    assert COUNTED.value(row) == 3
    (none,) = with_count(Session.objects.all(), Participant.objects.filter(role="teacher"), "session")
    assert COUNTED.value(none) == 0
    rows = with_persons(Session.objects.all(), "attendance")
    assert len({row.person for row in rows}) == 3
    assert {PERSON.value(row).split()[-1] for row in rows} == {"李四", "王五"}
