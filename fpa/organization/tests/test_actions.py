"""What holds for every action: no event, no act; no foreign row; no two acts where one is meant."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection

from fpa.access.scope import scoped, whole_province
from fpa.access.seats import actor_for
from fpa.audit.models import Event
from fpa.files.actions import NewDocument
from fpa.membership import actions as members
from fpa.membership.models import Member
from fpa.organization.actions import staff, units
from fpa.organization.models import Staff, Standing
from fpa.people.actions import NotTheSamePerson
from fpa.people.models import Person
from fpa.people.tests.people import an_id, make_member, make_staff
from tests.cast import cast_unit

DAY = date(2024, 3, 1)


def joining(unit, by, number):
    return members.join_member(
        unit=unit, name="王伟芳", id_number=number, phone="", kind="ordinary", joined_on=DAY, by=by
    )


ACTS = {
    "join": (members, lambda m, s, to, by: joining(to, by, an_id())),
    "edit": (members, lambda m, s, to, by: members.edit_member(
        member=m, name="别名", phone="", kind="core", joined_on=DAY, by=by)),
    "transfer": (members, lambda m, s, to, by: members.transfer_member(
        member=m, to_unit=to, on=DAY, reason="", by=by)),
    "leave": (members, lambda m, s, to, by: members.leave_member(member=m, reason="request", on=DAY, by=by)),
    "appoint": (staff, lambda m, s, to, by: staff.appoint_staff(
        unit=to, name="王伟芳", id_number=an_id(), phone="", kind="part_time", title="干事", valid_from=DAY, by=by)),
    "end": (staff, lambda m, s, to, by: staff.end_staff(staff=s, on=DAY, reason="", by=by)),
    "rename": (units, lambda m, s, to, by: units.rename_unit(
        unit=to, name="新村", short_name="新村", on=DAY, document="", by=by)),
    "standing": (units, lambda m, s, to, by: units.set_standing(
        unit=to, kind="listed", since=DAY, document=NewDocument("怀编〔2024〕1号", "怀化市编委", DAY), by=by)),
}  # fmt: skip


def state():
    """All that the actions change, as values."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Person, Member, Staff, Standing, type(cast_unit("village")), Event)
    ]


@pytest.mark.parametrize("name", ACTS)
def test_actions_leave_nothing_where_the_event_fails(
    name, province_scope, actor, unit_of, next_village, monkeypatch
):
    member, worker = make_member(unit_of("village")), make_staff(unit_of("village"))
    module, act = ACTS[name]
    before = state()
    monkeypatch.setattr(module, "record", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        act(member, worker, next_village, actor("county"))
    assert state() == before


@pytest.mark.parametrize("name", ACTS)
def test_actions_leave_one_event(name, province_scope, actor, unit_of, next_village):
    member, worker = make_member(unit_of("village")), make_staff(unit_of("village"))
    ACTS[name][1](member, worker, next_village, actor("county"))
    event = Event.objects.get()
    assert (event.actor_name, event.unit_name) == ("演员county", "鹤城区计生协")


@pytest.mark.parametrize("name", ["edit", "transfer", "leave", "end"])
def test_actions_cannot_hold_a_foreign_row(name, province_scope, actor, unit_of, next_village):
    member, worker = make_member(unit_of("village")), make_staff(unit_of("village"))
    with pytest.raises((Person.DoesNotExist, Staff.DoesNotExist)), scoped(unit_of("sibling").path):
        ACTS[name][1](member, worker, next_village, actor("sibling"))


def test_join_member_of_one_id_by_two_at_once_makes_one_member(committed_db):
    number, by, unit = an_id(), actor_for("village"), cast_unit("village")

    def join(_):
        try:
            with scoped(by.path):
                return joining(unit, by, number)
        except (members.CannotJoin, NotTheSamePerson):
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(join, range(4)))
    with whole_province():
        assert Member.objects.count() == Person.objects.count() == 1
        assert Event.objects.filter(verb="member.joined").count() == 1
    assert [r is None for r in results].count(False) == 1
