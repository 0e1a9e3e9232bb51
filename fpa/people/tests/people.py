"""Invented people for the tests of 组织建设管理."""

from datetime import date
from itertools import count
from typing import Any

from fpa.access.models import Unit
from fpa.core.identity import make_id
from fpa.membership.models import Member, MemberKind
from fpa.organization.models import Staff, StaffKind
from fpa.people.models import Person
from fpa.people.secrets import ID, PHONE

BIRTH = date(1980, 5, 20)
_numbers = count(1)


def an_id(birth: date = BIRTH, number: int | None = None) -> str:
    """A valid ID number that nobody else in the test has; an odd number is a man's."""
    serial = next(_numbers) if number is None else number
    return make_id(f"4312{2 + serial // 998:02d}", birth, serial % 998)


def make_person(unit: Unit, name: str = "张晓梅", initials: str = "zxm", **more: Any) -> Person:
    """A person's record at a unit; call it under a scope that holds the unit."""
    given = {"id_number": an_id(), "phone": "13800001234", "birth_date": BIRTH, "sex": "female"} | more
    id_number, phone = given.pop("id_number"), given.pop("phone")
    person = Person(unit=unit, name=name, initials=initials, **given)
    ID.put(person, id_number)
    PHONE.put(person, phone)
    person.save()
    return person


def make_member(unit: Unit, name: str = "张晓梅", **more: Any) -> Member:
    """An open membership since 2020 at a unit."""
    own = {"kind": MemberKind.ORDINARY, "joined_on": date(2020, 1, 1), "left_on": None, "left_reason": ""}
    own |= {key: more.pop(key) for key in list(more) if key in own}
    return Member.objects.create(unit=unit, person=make_person(unit, name, **more), **own)


def make_staff(unit: Unit, name: str = "李主任", kind: StaffKind = StaffKind.AUTHORIZED) -> Staff:
    """Someone in office at a unit since 2020."""
    person = make_person(unit, name, "lzr")
    return Staff.objects.create(
        unit=unit, person=person, kind=kind, title="秘书长", valid_from=date(2020, 1, 1)
    )
