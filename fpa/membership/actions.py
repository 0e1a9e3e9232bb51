"""Members: join, edit, transfer, leave, rejoin, and revealing what the pages mask."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from fpa.access.models import Unit
from fpa.access.scope import whole_province
from fpa.audit.record import changed, record
from fpa.core.actor import Actor
from fpa.core.chinese import date_cn
from fpa.core.identity import parse_id
from fpa.core.refusals import Refusal
from fpa.core.visibility import common_path
from fpa.figures.freshness import mark_stale
from fpa.membership.models import LeaveReason, Member, MemberKind
from fpa.pages.rules import fault_of_day
from fpa.people.actions import StandsElsewhere, keep_person
from fpa.people.models import Person, Purpose, SentRequest
from fpa.people.names import rename_copies, set_name
from fpa.people.requests import ask_keeper, move_open_requests
from fpa.people.secrets import PHONE


class CannotJoin(Refusal):
    """The person can't become a member here; the message says why, in Chinese."""


class CannotEdit(Refusal):
    """The new particulars contradict each other or the record."""


class CannotTransfer(Refusal):
    """The membership can't be moved to that unit on that day."""


class CannotLeave(Refusal):
    """The membership can't be ended on that day."""


class CannotReveal(Refusal):
    """No reason was given for seeing what is masked."""


@transaction.atomic
def join_member(
    *,
    unit: Unit,
    name: str,
    id_number: str,
    phone: str,
    kind: MemberKind | str,
    joined_on: date,
    by: Actor,
) -> Member:
    """Make a person a member of `unit`, a current unit at or below the actor's. Sex and birth come from the ID number.

    Someone in sight who has left joins anew, and the record with its ended memberships comes along.
    Raises `CannotJoin`, `BadId`, `BadPhone`, `NotTheSamePerson`, `TooManyTries`, and `StandsElsewhere` for any record
    out of sight.
    """
    _check_place(unit, by)
    _check_first_day(id_number, joined_on)
    person = keep_person(name=name, id_number=id_number, phone=phone, unit=unit, by=by)
    with whole_province():  # one membership a person in the whole province; of a foreign one nothing is told
        _refuse_second_membership(person, by)
        member = _begin(person, unit, kind, joined_on)
    _record_joined(member, by)
    return member


@transaction.atomic
def join_or_ask(
    *,
    unit: Unit,
    name: str,
    id_number: str,
    phone: str,
    kind: MemberKind | str,
    joined_on: date,
    by: Actor,
) -> Member | SentRequest:
    """Make a person a member as `join_member` does; where the record stands out of sight, ask its keeper instead."""
    try:
        return join_member(
            unit=unit, name=name, id_number=id_number, phone=phone, kind=kind, joined_on=joined_on, by=by
        )
    except StandsElsewhere:
        wanted = {"kind": str(kind), "joined_on": joined_on.isoformat()}
        return ask_keeper(
            purpose=Purpose.JOIN, id_number=id_number, name=name, unit=unit, wanted=wanted, by=by
        )


def take_in(person: Person, unit: Unit, wanted: Mapping[str, Any], by: Actor) -> None:
    """What the keeper's word does: an open membership is transferred to `unit` today, else a new one begins as the
    asker wished. The person is locked. Raises `CannotJoin`.
    """
    if unit.valid_to:
        raise CannotJoin(f"{unit.name}已撤销，不能转入；请退回这个请求。")
    with (
        whole_province()
    ):  # the asker's unit wished for it and the keeper, who acts, agreed; nothing is shown
        current = Member.objects.select_for_update(of=("self",)).filter(person=person, left_on=None)
        member = current.select_related("person", "unit").first()
        if member is None:
            joined_on = date.fromisoformat(wanted["joined_on"])
            _record_joined(_begin(person, unit, wanted["kind"], joined_on), by)
        elif member.unit_id == unit.pk:
            raise CannotJoin(f"这位会员已在{unit.association}，请退回这个请求。")
        else:
            _move(member, unit, timezone.localdate(), "对方单位请求，本单位同意", by)


@transaction.atomic
def rejoin_member(*, member: Member, unit: Unit, joined_on: date, by: Actor) -> Member:
    """Begin a new membership, at `unit`, of a person whose membership `member` has ended, of the same kind.

    Raises `CannotJoin` where the person is a member already, or on a day before the old membership ended.
    """
    old = _hold(member)
    _refuse_second_membership(old.person, by)
    _check_place(unit, by)
    new = _begin(old.person, unit, old.kind, joined_on)
    record("member.rejoined", new, by=by, changes={"unit": [None, unit.name], "joined_on": [None, joined_on]})
    return new


def _check_place(unit: Unit, by: Actor) -> None:
    if not unit.path.startswith(by.path) or unit.valid_to:
        raise CannotJoin("只能在本单位及下级现有单位发展会员，请重新选择单位。")


def _check_first_day(id_number: str, joined_on: date) -> None:
    """Asked before anybody's record is: what a date may be must not tell whether there is one."""
    birth = parse_id(id_number, timezone.localdate()).birth
    if fault := fault_of_day("入会日期", joined_on, earliest=birth, earliest_label="出生日期"):
        raise CannotJoin(fault)


def _record_joined(member: Member, by: Actor) -> None:
    changes = {"unit": [None, member.unit.name], "joined_on": [None, member.joined_on]}
    record("member.joined", member, by=by, changes=changes)


def _hold(member: Member) -> Member:
    """The member as it is now, held until commit. The person is locked first, everywhere, so no two wait in a ring."""
    Person.objects.select_for_update().get(pk=member.person_id)
    return Member.objects.select_for_update(of=("self",)).select_related("person", "unit").get(pk=member.pk)


def _refuse_second_membership(person: Person, by: Actor) -> None:
    """A person is a member of one unit at a time; which one is told only to those who may see it."""
    current = Member.objects.filter(person=person, left_on=None).select_related("unit").first()
    if current is None:
        return
    if current.path.startswith(by.path):
        raise CannotJoin(
            f"该证件号码已是{current.unit.association}的会员，无需重复登记；如人已迁来，请在会员页办理转移。"
        )
    raise CannotJoin(
        "该证件号码已是其他单位的会员，不能重复入会。如人已迁来，请联系双方共同的上级计生协办理转移。"
    )


def _begin(person: Person, unit: Unit, kind: str, joined_on: date) -> Member:
    """Open a membership; it can't begin within one that has ended."""
    ended_on = Member.objects.filter(person=person).aggregate(last=Max("left_on"))["last"]
    earliest, label = _earliest_day(person, ended_on)
    if fault := fault_of_day("入会日期", joined_on, earliest=earliest, earliest_label=label):
        raise CannotJoin(fault)
    _keep_at(person, unit)
    member = Member.objects.create(person=person, unit=unit, kind=kind, joined_on=joined_on)
    mark_stale(Member, unit.path, since=joined_on)
    return member


def _earliest_day(person: Person, ended_on: date | None) -> tuple[date, str]:
    """The first day on which a membership may begin, and what day that is: memberships never overlap."""
    return (ended_on, "上次退会日期") if ended_on else (person.birth_date, "出生日期")


def _keep_at(person: Person, unit: Unit) -> None:
    """Bring a person's record and all memberships to a unit; the figures of the old and the new place follow."""
    if person.unit_id != unit.pk:
        person.unit = unit
        person.save()
        move_open_requests(person)
    elsewhere = Member.objects.filter(person=person).exclude(unit=unit)
    moved = list(elsewhere.order_by("joined_on").values_list("path", "joined_on"))
    if moved:
        elsewhere.update(unit=unit, path=unit.path)
        mark_stale(Member, unit.path, *(path for path, _ in moved), since=moved[0][1])


@transaction.atomic
def edit_member(
    *, member: Member, name: str, phone: str | None, kind: MemberKind | str, joined_on: date, by: Actor
) -> Member:
    """Correct a member's particulars. `phone` None keeps the one on record, "" removes it. The ID number never changes:
    a wrong one means another person, so the membership ends as 登记有误 and the right person joins.

    Raises `CannotEdit`, `BadPhone`.
    """
    member = _hold(member)
    _check_joining_day(member, joined_on)
    person, since = member.person, min(member.joined_on, joined_on)
    before = {"kind": member.kind, "joined_on": member.joined_on}
    person_before = {"name": person.name, "phone_index": _bytes(person.phone_index)}
    member.kind, member.joined_on = kind, joined_on
    set_name(person, name)
    if phone is not None:
        PHONE.put(person, phone)
    person.save()
    member.save()
    rename_copies(person)
    mark_stale(Member, member.path, since=since)
    record("member.edited", member, by=by, changes=changed(member, before) | changed(person, person_before))
    return member


def _check_joining_day(member: Member, joined_on: date) -> None:
    earlier = Member.objects.filter(person=member.person, left_on__lte=member.joined_on).exclude(pk=member.pk)
    ended_on = earlier.aggregate(last=Max("left_on"))["last"]
    earliest, label = _earliest_day(member.person, ended_on)
    fault = fault_of_day("入会日期", joined_on, earliest=earliest, earliest_label=label)
    if not fault and member.left_on and joined_on > member.left_on:
        fault = "入会日期不能晚于退会日期，请核对。"
    if fault:
        raise CannotEdit(fault)


def _bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)


@transaction.atomic
def transfer_member(*, member: Member, to_unit: Unit, on: date, reason: str, by: Actor) -> Member:
    """Move an open membership, and the person's record with it, to another unit at or below the actor's.

    The event stands at the nearest unit above both places, since both have to do with it.
    Raises `CannotTransfer`.
    """
    member = _hold(member)
    _check_transfer(member, to_unit, on, by)
    return _move(member, to_unit, on, reason, by)


def _move(member: Member, to_unit: Unit, on: date, reason: str, by: Actor) -> Member:
    from_unit = member.unit
    _keep_at(member.person, to_unit)
    member.refresh_from_db()
    changes = {"unit": [from_unit.name, to_unit.name], "on": on}
    above = common_path(from_unit.path, to_unit.path)
    record("member.transferred", member, by=by, changes=changes, reason=reason, path=above)
    return member


def _check_transfer(member: Member, to_unit: Unit, on: date, by: Actor) -> None:
    if not member.is_active:
        raise CannotTransfer("这位会员已退会，不能转移；如已回来，请办理重新入会。")
    if not to_unit.path.startswith(by.path) or to_unit.valid_to:
        raise CannotTransfer("只能转到本单位及下级的现有单位；转到别处请由双方共同的上级计生协办理。")
    if to_unit.pk == member.unit_id:
        raise CannotTransfer(f"这位会员已在{to_unit.association}，请选择另一个单位。")
    fault = fault_of_day("转移日期", on, earliest=member.joined_on, earliest_label="入会日期")
    if fault:
        raise CannotTransfer(fault)


@transaction.atomic
def leave_member(*, member: Member, reason: LeaveReason | str, on: date, by: Actor) -> Member:
    """End an open membership on a day, for a stated reason. The person may join again at any time.

    Raises `CannotLeave`.
    """
    member = _hold(member)
    if member.left_on:
        raise CannotLeave(f"这位会员已于{date_cn(member.left_on)}退会，无需重复办理。")
    fault = fault_of_day("退会日期", on, earliest=member.joined_on, earliest_label="入会日期")
    if fault:
        raise CannotLeave(fault)
    member.left_on, member.left_reason = on, reason
    member.save()
    mark_stale(Member, member.path, since=member.joined_on)
    changes = {"left_on": [None, on], "left_reason": [None, LeaveReason(reason).label]}
    record("member.left", member, by=by, changes=changes)
    return member


@transaction.atomic
def reveal_member(*, member: Member, reason: str, by: Actor) -> Person:
    """Leave the event without which a member's ID number and phone are not to be read; returns the person to read.

    Raises `CannotReveal` without a reason.
    """
    if not reason.strip():
        raise CannotReveal("请写明查看证件号码的事由。")
    record("member.revealed", member, by=by, reason=reason.strip())
    return member.person
