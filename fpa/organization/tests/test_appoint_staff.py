"""Staff: appointed, ended, listed."""

from datetime import date
from typing import Any

import pytest

from fpa.access.scope import scoped
from fpa.audit.models import Event
from fpa.figures.models import Stale
from fpa.organization.actions.staff import CannotAppoint, appoint_staff
from fpa.organization.models import Staff, StaffKind
from fpa.people.actions import NotTheSamePerson
from fpa.people.models import Person
from fpa.people.secrets import ID
from fpa.people.tests.people import an_id, make_member

DAY = date(2024, 3, 1)


def appoint(unit, by, **more):
    answers: dict[str, Any] = {
        "name": "李主任", "id_number": an_id(), "phone": "", "kind": StaffKind.AUTHORIZED, "title": "秘书长",
        "valid_from": DAY,
    }  # fmt: skip
    with scoped(by.path):
        return appoint_staff(unit=unit, by=by, **(answers | more))


def test_appoint_staff_records_person_event_and_mark(province_scope, actor, unit_of):
    staff = appoint(unit_of("township"), actor("county"))
    assert (staff.name, staff.person.initials, staff.path) == ("李主任", "lzr", unit_of("township").path)
    assert Event.objects.get(verb="staff.appointed").changes["kind"] == [None, "在编工作人员"]
    assert Stale.objects.filter(figure="staff.authorized", path=staff.path).exists()


def test_appoint_staff_leaves_the_record_of_a_member_where_it_is(
    province_scope, actor, unit_of, sibling_village
):
    member = make_member(sibling_village)
    staff = appoint(
        unit_of("township"), actor("county"), name=member.person.name, id_number=ID.read(member.person)
    )
    assert Person.objects.get().unit == sibling_village
    with scoped(unit_of("township").path):
        assert Staff.objects.get(pk=staff.pk).name == member.person.name


def test_appoint_staff_refuses_another_name(province_scope, actor, unit_of):
    member = make_member(unit_of("village"))
    with pytest.raises(NotTheSamePerson):
        appoint(unit_of("township"), actor("county"), id_number=ID.read(member.person))


@pytest.mark.parametrize(
    ("who", "where", "more", "words"),
    [
        ("county", "sibling", {}, "本单位及下级"),
        ("county", "township", {"kind": StaffKind.VILLAGE_PART_TIME}, "不是村（社区）"),
        ("county", "township", {"valid_from": date(2999, 1, 1)}, "不能晚于今天"),
        ("county", "township", {"valid_from": date(1970, 1, 1)}, "不能早于出生日期"),
    ],
)
def test_appoint_staff_refuses(province_scope, actor, unit_of, who, where, more, words):
    with pytest.raises(CannotAppoint, match=words):
        appoint(unit_of(where), actor(who), **more)


def test_appoint_staff_refuses_the_same_twice(province_scope, actor, unit_of):
    number = an_id()
    appoint(unit_of("village"), actor("county"), id_number=number, kind=StaffKind.VILLAGE_PART_TIME)
    with pytest.raises(CannotAppoint, match="无需重复登记"):
        appoint(unit_of("village"), actor("county"), id_number=number, kind=StaffKind.VILLAGE_PART_TIME)
    assert (
        appoint(unit_of("county"), actor("county"), id_number=number).person_id
        == Staff.objects.all()[0].person_id
    )


def test_appoint_staff_page_registers(client_as, unit_of):
    answers = {
        "name": "李主任", "id_number": an_id(), "unit": unit_of("village").code, "kind": "village_part_time",
        "title": "专干", "valid_from": "2024-03-01",
    }  # fmt: skip
    page = client_as("township").post("/staff/appoint/", answers, follow=True).content.decode()
    assert "已登记李主任在" in page
    assert client_as("village").get("/staff/appoint/").status_code == 403
