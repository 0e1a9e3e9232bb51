"""Joining: who may, who may not, what is written."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from fpa.access.scope import scoped
from fpa.audit.models import Event
from fpa.figures.models import Stale
from fpa.membership.actions import CannotJoin, join_member, leave_member
from fpa.membership.models import LeaveReason, Member
from fpa.people.actions import NotTheSamePerson, StandsElsewhere
from fpa.people.models import Person
from fpa.people.secrets import ID
from fpa.people.tests.people import BIRTH, an_id, make_member, make_staff

TOMORROW = timezone.localdate() + timedelta(days=1)


def join(unit, by, **more):
    answers: dict[str, Any] = {
        "name": "张晓梅",
        "id_number": an_id(),
        "phone": "13800001234",
        "kind": "ordinary",
        "joined_on": date(2024, 3, 1),
    }
    with scoped(by.path):
        return join_member(unit=unit, by=by, **(answers | more))


def test_join_member_takes_sex_and_birth_from_the_id(db, actor, unit_of):
    member = join(unit_of("village"), actor("village"), name="  单 晓梅 ", id_number=an_id(BIRTH, 1))
    person = member.person
    assert (person.name, person.initials, person.sex, person.birth_date) == ("单 晓梅", "sxm", "male", BIRTH)
    assert member.path == person.path == unit_of("village").path


def test_join_member_leaves_an_event_without_secrets(db, actor, unit_of):
    number = an_id()
    member = join(unit_of("village"), actor("village"), id_number=number)
    with scoped(unit_of("village").path):
        event = Event.objects.get(verb="member.joined")
    assert (event.object_id, event.actor_name) == (str(member.pk), "演员village")
    assert event.changes["joined_on"] == [None, "2024-03-01"]
    assert number not in str(event.changes)


def test_join_member_marks_the_figure(db, actor, unit_of):
    join(unit_of("village"), actor("village"))
    mark = Stale.objects.get(figure="member.total")
    assert (mark.path, mark.since) == (unit_of("village").path, date(2024, 3, 1))


@pytest.mark.parametrize(
    ("day", "words"), [(TOMORROW, "不能晚于今天"), (BIRTH - timedelta(days=1), "不能早于出生日期")]
)
def test_join_member_refuses_impossible_days(db, actor, unit_of, day, words):
    with pytest.raises(CannotJoin, match=words):
        join(unit_of("village"), actor("village"), joined_on=day)


def test_join_member_refuses_units_outside_the_seat(db, actor, sibling_village):
    with pytest.raises(CannotJoin, match="本单位及下级"):
        join(sibling_village, actor("county"))


def test_join_member_refuses_a_closed_unit(db, actor, unit_of):
    village = unit_of("village")
    village.valid_to = date(2024, 1, 1)
    with pytest.raises(CannotJoin, match="现有单位"):
        join(village, actor("county"))


def test_join_member_names_the_unit_only_within_the_scope(db, actor, unit_of, next_village):
    number = an_id()
    join(next_village, actor("county"), id_number=number)
    with pytest.raises(CannotJoin, match=next_village.name):
        join(unit_of("village"), actor("township"), id_number=number)
    with pytest.raises(StandsElsewhere) as refusal:
        join(unit_of("village"), actor("village"), id_number=number)
    assert next_village.name not in str(refusal.value)


def test_join_member_refuses_another_name_for_the_id(db, actor, unit_of):
    member = join(unit_of("village"), actor("village"), id_number=an_id(BIRTH, 7))
    with pytest.raises(NotTheSamePerson, match="不一致"):
        join(unit_of("village"), actor("village"), id_number=an_id(BIRTH, 7), name="李四")
    with scoped(unit_of("village").path):
        assert Person.objects.get().name == member.person.name


def test_join_member_brings_someone_who_left_elsewhere_in_sight(db, actor, unit_of, sibling_village):
    number = an_id()
    old = join(sibling_village, actor("sibling"), id_number=number)
    with scoped(actor("sibling").path):
        leave_member(member=old, reason=LeaveReason.REQUEST, on=date(2024, 5, 1), by=actor("sibling"))
    new = join(unit_of("village"), actor("city"), id_number=number, joined_on=date(2024, 6, 1))
    with scoped(unit_of("village").path):
        assert set(Member.objects.filter(person=new.person)) == {old, new}
    with scoped(unit_of("sibling").path):
        assert not Person.objects.exists()
        assert not Member.objects.exists()


def test_join_member_refuses_a_day_within_an_ended_membership(db, actor, unit_of):
    number = an_id()
    old = join(unit_of("village"), actor("village"), id_number=number)
    with scoped(unit_of("village").path):
        leave_member(member=old, reason=LeaveReason.REQUEST, on=date(2024, 5, 1), by=actor("village"))
    with pytest.raises(CannotJoin, match="退会日期"):
        join(unit_of("village"), actor("village"), id_number=number, joined_on=date(2024, 4, 1))


def test_join_member_keeps_one_record_for_staff_who_join(db, actor, unit_of):
    with scoped("/"):
        staff = make_staff(unit_of("county"), "李主任")
        number = ID.read(staff.person)
    member = join(unit_of("village"), actor("county"), name="李主任", id_number=number)
    assert member.person_id == staff.person_id


def test_join_member_page_joins_and_shows_the_member(client_as, unit_of):
    answers = {
        "name": "王伟芳",
        "id_number": an_id(),
        "phone": "138 0000 1234",
        "unit": unit_of("village").code,
        "kind": "core",
        "joined_on": "2024年3月1日",
    }
    page = client_as("village").post("/members/join/", answers, follow=True)
    assert "王伟芳已在" in page.content.decode()
    with scoped(unit_of("village").path):
        assert Member.objects.get().kind == "core"


def test_join_member_page_offers_a_village_its_own_unit(client_as, unit_of):
    assert f'value="{unit_of("village").code} ' in client_as("village").get("/members/join/").content.decode()
    assert (
        f'value="{unit_of("county").code} ' not in client_as("county").get("/members/join/").content.decode()
    )


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("id_number", "431202198005200021", "校验位"),
        ("phone", "12800001234", "手机号码不会以"),
        ("unit", "没有这个村", "没有找到"),
        ("joined_on", "2024-02-30", "日期不存在"),
        ("name", "", "请填写姓名"),
    ],
)
def test_join_member_page_names_the_fault(client_as, unit_of, field, value, words):
    answers = {
        "name": "王伟芳",
        "id_number": an_id(),
        "unit": unit_of("village").code,
        "kind": "core",
        "joined_on": "2024-03-01",
    }
    page = client_as("village").post("/members/join/", answers | {field: value})
    assert page.status_code == 200
    assert words in page.content.decode()


def test_join_member_page_puts_the_refusal_on_the_form(client_as, unit_of, province_scope):
    member = make_member(unit_of("village"), id_number=an_id(BIRTH, 9))
    answers = {
        "name": member.person.name,
        "id_number": an_id(BIRTH, 9),
        "unit": unit_of("village").code,
        "kind": "core",
        "joined_on": "2024-03-01",
    }
    page = client_as("village").post("/members/join/", answers)
    assert "无需重复登记" in page.content.decode()
