"""Staff: who works for an association, in which kind of post, from a day to a day."""

from datetime import date

from django.db import transaction

from fpa.access.models import Level, Unit
from fpa.access.scope import whole_province
from fpa.audit.record import record
from fpa.core.actor import Actor
from fpa.core.chinese import clean, date_cn
from fpa.core.refusals import Refusal
from fpa.figures.freshness import mark_stale
from fpa.organization.models import Staff, StaffKind
from fpa.pages.rules import fault_of_day
from fpa.people.actions import keep_person
from fpa.people.models import Person


class CannotAppoint(Refusal):
    """The person can't take up this work; the message says why, in Chinese."""


class CannotEnd(Refusal):
    """The work can't be ended on that day."""


@transaction.atomic
def appoint_staff(
    *,
    unit: Unit,
    name: str,
    id_number: str,
    phone: str,
    kind: StaffKind | str,
    title: str,
    valid_from: date,
    by: Actor,
) -> Staff:
    """Appoint a person to work at `unit`, a current unit at or below the actor's. 村级兼职 exist at villages only.

    The person's record may stand anywhere; it stays there. Raises `CannotAppoint`, `BadId`, `BadPhone`,
    `NotTheSamePerson`.
    """
    _check_place(unit, kind, by)
    with (
        whole_province()
    ):  # an ID number is one person's in the whole province; a foreign record is not shown
        person = keep_person(name=name, id_number=id_number, phone=phone, unit=unit)
    _check_appointment(person, unit, kind, valid_from)
    staff = Staff.objects.create(
        unit=unit, person=person, kind=kind, title=clean(title), valid_from=valid_from
    )
    mark_stale(Staff, unit.path, since=valid_from)
    changes = {
        "kind": [None, StaffKind(kind).label],
        "title": [None, staff.title],
        "valid_from": [None, valid_from],
    }
    record("staff.appointed", staff, by=by, changes=changes)
    return staff


def _check_place(unit: Unit, kind: str, by: Actor) -> None:
    if not unit.path.startswith(by.path) or unit.valid_to:
        raise CannotAppoint("只能登记本单位及下级现有单位的工作人员，请重新选择单位。")
    if kind == StaffKind.VILLAGE_PART_TIME and unit.level != Level.VILLAGE:
        raise CannotAppoint(f"{unit.name}不是村（社区），不能登记村级兼职人员；请改选单位或人员类别。")


def _check_appointment(person: Person, unit: Unit, kind: str, valid_from: date) -> None:
    if Staff.objects.active().filter(person=person, unit=unit, kind=kind).exists():
        raise CannotAppoint(f"{person.name}已是{unit.name}的{StaffKind(kind).label}，无需重复登记。")
    fault = fault_of_day("任职日期", valid_from, earliest=person.birth_date, earliest_label="出生日期")
    if fault:
        raise CannotAppoint(fault)


@transaction.atomic
def end_staff(*, staff: Staff, on: date, reason: str, by: Actor) -> Staff:
    """End someone's work at a unit; from `on` on it no longer counts. The record stays. Raises `CannotEnd`."""
    staff = Staff.objects.select_for_update().get(pk=staff.pk)
    if staff.valid_to:
        raise CannotEnd(f"{staff.name}的任职已于{date_cn(staff.valid_to)}结束，无需重复办理。")
    fault = fault_of_day("离任日期", on, earliest=staff.valid_from, earliest_label="任职日期")
    if fault:
        raise CannotEnd(fault)
    staff.valid_to = on
    staff.save()
    mark_stale(Staff, staff.path, since=staff.valid_from)
    record("staff.ended", staff, by=by, changes={"valid_to": [None, on]}, reason=reason)
    return staff
