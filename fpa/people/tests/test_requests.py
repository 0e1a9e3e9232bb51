"""What stands out of an actor's sight: no action changes it, none tells of it, and its keeper decides."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from fpa.access.scope import scoped, whole_province
from fpa.audit.models import Event
from fpa.core.modules import modules
from fpa.membership.actions import CannotJoin, join_member, join_or_ask, transfer_member
from fpa.membership.models import Member
from fpa.organization.actions.staff import CannotAppoint, appoint_or_ask
from fpa.organization.models import Staff
from fpa.people.actions import StandsElsewhere
from fpa.people.models import OutsideTries, Person, ReceivedRequest, SentRequest
from fpa.people.module import on_day
from fpa.people.requests import CannotAnswer, agree_request, refuse_request
from fpa.people.secrets import ID
from fpa.people.tests.people import BIRTH, an_id, make_member, make_person, make_staff
from fpa.people.tries import TooManyTries

DAY = date(2024, 3, 1)


def join(unit, by, **more):
    answers: dict[str, Any] = {"name": "张晓梅", "phone": "13911112222", "kind": "core", "joined_on": DAY}
    with scoped(by.path):
        return join_or_ask(unit=unit, by=by, **(answers | more))


def appoint(unit, by, **more):
    answers: dict[str, Any] = {
        "name": "张晓梅",
        "phone": "13911112222",
        "kind": "authorized",
        "title": "秘书长",
    }
    with scoped(by.path):
        return appoint_or_ask(unit=unit, by=by, valid_from=DAY, **(answers | more))


def rows_of(pk):
    with whole_province():
        of_person = {"person_id": pk}
        return [
            list(Person.objects.filter(pk=pk).values()),
            list(Member.objects.filter(**of_person).values()),
            list(Staff.objects.filter(**of_person).values()),
        ]


def events(verb="person.asked_elsewhere"):
    with whole_province():
        return list(Event.objects.filter(verb=verb))


@pytest.fixture
def number():
    return an_id()


@pytest.fixture
def foreign(db, unit_of, number):
    """A member of the sibling county, out of the county's sight."""
    with whole_province():
        return make_member(unit_of("sibling"), id_number=number)


@pytest.fixture
def received(foreign, unit_of, actor, number):
    """The county's request to take that member in."""
    join(unit_of("village"), actor("county"), id_number=number)
    with whole_province():
        return ReceivedRequest.objects.get()


def agree(received, by):
    with scoped(by.path):
        return agree_request(received=received, note="来电 0745", by=by)


@pytest.mark.parametrize("name", ["张晓梅", "李四"])
@pytest.mark.parametrize(("act", "place"), [(join, "village"), (appoint, "county")])
def test_an_action_changes_nothing_of_a_record_out_of_sight(
    foreign, unit_of, actor, number, act, place, name
):
    before = rows_of(foreign.person_id)
    act(unit_of(place), actor("county"), id_number=number, name=name)
    after = rows_of(foreign.person_id)
    assert before[:2] == after[:2]
    assert {row["unit_id"] for row in after[2]} <= {unit_of("county").pk}


@pytest.mark.parametrize("kept", ["member", "left", "staff", "bare"])
@pytest.mark.parametrize("name", ["张晓梅", "李四"])
def test_join_member_answers_alike_whatever_the_record_says(db, unit_of, actor, number, kept, name):
    with whole_province():
        if kept in {"member", "left"}:
            left = {"left_on": date(2025, 1, 1), "left_reason": "request"} if kept == "left" else {}
            make_member(unit_of("sibling"), id_number=number, **left)
        else:
            person = make_person(unit_of("sibling"), id_number=number)
            if kept == "staff":
                Staff.objects.create(
                    unit=unit_of("sibling"), person=person, kind="authorized", title="会长", valid_from=DAY
                )
    sent = join(unit_of("village"), actor("county"), id_number=number, name=name)
    assert isinstance(sent, SentRequest)
    assert (sent.state, sent.name, sent.answer, sent.path) == ("open", name, "", actor("county").path)


@pytest.mark.parametrize("name", ["张晓梅", "李四"])
@pytest.mark.parametrize("is_known", [True, False])
def test_days_are_refused_before_anybody_is_looked_up(foreign, unit_of, actor, number, name, is_known):
    tried = number if is_known else an_id(BIRTH)
    with pytest.raises(CannotJoin, match="不能早于出生日期"):
        join(unit_of("village"), actor("county"), id_number=tried, name=name, joined_on=date(1979, 1, 1))
    with pytest.raises(CannotAppoint, match="不能早于出生日期"):
        appoint_early(unit_of("county"), actor("county"), tried, name)
    assert events() == []


def appoint_early(unit, by, number, name):
    with scoped(by.path):
        return appoint_or_ask(
            unit=unit, by=by, id_number=number, name=name, phone="", kind="authorized", title="",
            valid_from=date(1979, 1, 1),
        )  # fmt: skip


def test_join_member_itself_refuses_a_record_out_of_sight(foreign, unit_of, actor, number):
    with scoped(actor("county").path), pytest.raises(StandsElsewhere) as refusal, transaction.atomic():
        join_member(
            unit=unit_of("village"), name="张晓梅", id_number=number, phone="", kind="core", joined_on=DAY,
            by=actor("county"),
        )  # fmt: skip
    assert unit_of("sibling").name not in str(refusal.value)


def test_appoint_staff_links_a_record_out_of_sight_to_its_name_alone(foreign, unit_of, actor, number):
    staff = appoint(unit_of("county"), actor("county"), id_number=number)
    assert (staff.person_id, staff.name) == (foreign.person_id, "张晓梅")
    assert isinstance(appoint(unit_of("county"), actor("county"), id_number=number, name="李四"), SentRequest)
    assert len(events()) == 2


def test_a_try_leaves_an_event_at_the_asker_without_number_and_name(received, actor, number):
    (event,) = events()
    assert (event.path, event.actor_name) == (actor("county").path, "演员county")
    told = f"{event.changes}{event.object_name}{event.reason}"
    assert number not in told
    assert "张" not in told


def test_tries_are_limited_by_account_and_day(foreign, unit_of, actor, number, settings):
    settings.OUTSIDE_TRIES_A_DAY = 2
    for _ in range(2):
        join(unit_of("village"), actor("county"), id_number=number)
    for tried in (number, an_id()):
        with pytest.raises(TooManyTries, match="已达 2 次"):
            join(unit_of("village"), actor("county"), id_number=tried)
    assert isinstance(join(unit_of("village"), actor("village"), id_number=number), SentRequest)
    with whole_province():
        OutsideTries.objects.update(day=date(2024, 1, 1))
    assert isinstance(join(unit_of("village"), actor("county"), id_number=an_id()), Member)


def test_an_account_without_tries_still_works_on_what_it_sees(foreign, unit_of, actor, number, settings):
    settings.OUTSIDE_TRIES_A_DAY = 0
    with whole_province():
        staff_number = an_id()
        make_person(unit_of("village"), id_number=staff_number)
    assert isinstance(join(unit_of("village"), actor("county"), id_number=staff_number), Member)


def test_asking_again_is_the_same_request(received, unit_of, actor, number):
    sent = join(unit_of("village"), actor("county"), id_number=number)
    assert sent.pk == received.sent_id
    assert len(events()) == 2


def test_each_side_sees_its_own_row_alone(received, actor):
    with scoped(actor("county").path):
        assert (SentRequest.objects.count(), ReceivedRequest.objects.count()) == (1, 0)
        assert not Person.objects.exists()
    with scoped(actor("sibling").path):
        assert (SentRequest.objects.count(), ReceivedRequest.objects.count()) == (0, 1)


def test_agree_request_transfers_the_member(received, foreign, unit_of, actor):
    agree(received, actor("sibling"))
    with scoped(actor("village").path):
        assert Member.objects.get().pk == foreign.pk
        assert Person.objects.get().pk == foreign.person_id
    with scoped(actor("sibling").path):
        assert ReceivedRequest.objects.get().state == "agreed"
    with scoped(actor("county").path):
        sent = SentRequest.objects.get()
    assert (sent.state, sent.answer, sent.decided_at is None) == ("agreed", "来电 0745", False)
    assert [event.path for event in events("member.transferred")] == [unit_of("city").path]
    assert [event.path for event in events("person.request_agreed")] == [unit_of("sibling").path]


def test_agree_request_begins_a_membership_where_none_is_open(db, unit_of, actor, number):
    with whole_province():
        make_person(unit_of("sibling"), id_number=number)
    join(unit_of("village"), actor("county"), id_number=number)
    with whole_province():
        agree(ReceivedRequest.objects.get(), actor("sibling"))
    with scoped(actor("village").path):
        member = Member.objects.get()
    assert (member.kind, member.joined_on, member.name) == ("core", DAY, "张晓梅")


def test_agree_request_refuses_another_name(foreign, unit_of, actor, number):
    join(unit_of("village"), actor("county"), id_number=number, name="李四")
    before = rows_of(foreign.person_id)
    with whole_province():
        received = ReceivedRequest.objects.get()
    with pytest.raises(CannotAnswer, match="与档案不一致"):
        agree(received, actor("sibling"))
    assert rows_of(foreign.person_id) == before


def test_agree_request_to_appoint_leaves_the_record(foreign, unit_of, actor, number):
    appoint(unit_of("county"), actor("county"), id_number=number, name="李四")
    with whole_province():
        Person.objects.update(name="李四")
        received = ReceivedRequest.objects.get()
    before = rows_of(foreign.person_id)
    agree(received, actor("sibling"))
    assert rows_of(foreign.person_id) == before


def test_agree_request_refuses_a_unit_that_was_closed(received, actor):
    received.to_unit.valid_to = date(2026, 1, 1)
    received.to_unit.save()
    with pytest.raises(CannotJoin, match="已撤销"):
        agree(received, actor("sibling"))


def test_refuse_request_tells_the_asker_why(received, foreign, actor):
    before = rows_of(foreign.person_id)
    with scoped(actor("sibling").path):
        refuse_request(received=received, reason=" 本人未迁出 ", by=actor("sibling"))
    with scoped(actor("county").path):
        sent = SentRequest.objects.get()
    assert (sent.state, sent.answer) == ("refused", "本人未迁出")
    assert rows_of(foreign.person_id) == before
    with pytest.raises(CannotAnswer, match="已经答复过"):
        agree(received, actor("sibling"))


def test_refuse_request_wants_a_reason(received, actor):
    with scoped(actor("sibling").path), pytest.raises(CannotAnswer, match="写明退回"):
        refuse_request(received=received, reason=" ", by=actor("sibling"))


def test_an_open_request_follows_the_record(received, foreign, unit_of, actor):
    with scoped(actor("city").path):
        transfer_member(member=foreign, to_unit=unit_of("township"), on=DAY, reason="搬家", by=actor("city"))
        moved = ReceivedRequest.objects.get()
    assert moved.path == unit_of("township").path


def test_staff_out_of_sight_are_not_joined_by_their_name(db, unit_of, actor):
    with whole_province():
        staff = make_staff(unit_of("city"), "李主任")
        number = ID.read(staff.person)
    assert isinstance(join(unit_of("village"), actor("county"), id_number=number, name="李主任"), SentRequest)


def kept_of_requests():
    with whole_province():
        return ReceivedRequest.objects.count(), SentRequest.objects.count()


def pass_days_since_the_answer(days):
    with whole_province():
        on_day(timezone.localdate() + timedelta(days=days))


@pytest.mark.parametrize("is_agreed", [True, False])
def test_answered_request_is_forgotten_on_both_sides_after_the_days_that_the_page_says(
    received, actor, client_as, is_agreed
):
    for url in (f"/record-requests/{received.pk}/", "/record-requests/", "/record-requests/sent/"):
        assert "答复满 180 天的请求自动删除" in client_as("sibling").get(url).text
    by = actor("sibling")
    if is_agreed:
        agree(received, by)
    else:
        with scoped(by.path):
            refuse_request(received=received, reason="查无此事", by=by)
    pass_days_since_the_answer(180)
    assert kept_of_requests() == (1, 1)
    pass_days_since_the_answer(181)
    assert kept_of_requests() == (0, 0)
    verb = "person.request_agreed" if is_agreed else "person.request_refused"
    assert len(events(verb)) == 1


def test_request_that_waits_for_its_answer_is_kept(received):
    pass_days_since_the_answer(1_000)
    assert kept_of_requests() == (1, 1)


def test_keeper_forgets_requests_by_the_day(received, actor):
    agree(received, actor("sibling"))
    with whole_province():
        long_ago = timezone.now() - timedelta(days=181)
        ReceivedRequest.objects.update(decided_at=long_ago)
        SentRequest.objects.update(decided_at=long_ago)
    assert on_day in modules()["people"].on_day
    pass_days_since_the_answer(0)
    assert kept_of_requests() == (0, 0)
