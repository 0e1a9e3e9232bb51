"""Staff: who works for an association, in which kind of post, from a day to a day."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from fpa.access.models import Level, Unit
from fpa.audit.record import record
from fpa.core.actor import Actor
from fpa.core.chinese import clean, date_cn
from fpa.core.identity import parse_id
from fpa.core.refusals import Refusal
from fpa.figures.freshness import mark_stale
from fpa.organization.models import Staff, StaffKind
from fpa.pages.rules import fault_of_day
from fpa.people.actions import StandsElsewhere, keep_person
from fpa.people.models import Person, Purpose, SentRequest
from fpa.people.requests import ask_keeper


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

    The person's record may stand anywhere; it stays there, and out of sight it stays as it is. Raises `CannotAppoint`,
    `BadId`, `BadPhone`, `NotTheSamePerson`, `TooManyTries`, and `StandsElsewhere` where a record out of sight has
    another name.
    """
    _check_place(unit, kind, by)
    _check_first_day(id_number, valid_from)
    person = keep_person(name=name, id_number=id_number, phone=phone, unit=unit, by=by, as_guest=True)
    _refuse_second_appointment(person, unit, kind)
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


@transaction.atomic
def appoint_or_ask(
    *,
    unit: Unit,
    name: str,
    id_number: str,
    phone: str,
    kind: StaffKind | str,
    title: str,
    valid_from: date,
    by: Actor,
) -> Staff | SentRequest:
    """Appoint as `appoint_staff` does; where a record out of sight has another name, ask its keeper instead.

    The keeper's word is that number and name are right now: the appointment is then made anew.
    """
    try:
        return appoint_staff(
            unit=unit, name=name, id_number=id_number, phone=phone, kind=kind, title=title,
            valid_from=valid_from, by=by,
        )  # fmt: skip
    except StandsElsewhere:
        return ask_keeper(
            purpose=Purpose.APPOINT, id_number=id_number, name=name, unit=unit, wanted={}, by=by
        )


def _check_place(unit: Unit, kind: str, by: Actor) -> None:
    if not unit.path.startswith(by.path) or unit.valid_to:
        raise CannotAppoint("只能登记本单位及下级现有单位的工作人员，请重新选择单位。")
    if kind == StaffKind.VILLAGE_PART_TIME and unit.level != Level.VILLAGE:
        raise CannotAppoint(f"{unit.name}不是村（社区），不能登记村级兼职人员；请改选单位或人员类别。")


def _check_first_day(id_number: str, valid_from: date) -> None:
    """Asked before anybody's record is: what a date may be must not tell whether there is one."""
    birth = parse_id(id_number, timezone.localdate()).birth
    if fault := fault_of_day("任职日期", valid_from, earliest=birth, earliest_label="出生日期"):
        raise CannotAppoint(fault)


def _refuse_second_appointment(person: Person, unit: Unit, kind: str) -> None:
    if Staff.objects.active().filter(person=person, unit=unit, kind=kind).exists():
        raise CannotAppoint(f"{person.name}已是{unit.association}的{StaffKind(kind).label}，无需重复登记。")


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
