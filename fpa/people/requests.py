"""Requests for records out of sight: the asker's side writes one, the record's keeper agrees or refuses.

What a room does once the keeper has agreed is registered where the room starts (`register_agreement`).
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from fpa.access.models import Unit
from fpa.access.scope import whole_province
from fpa.audit.record import record
from fpa.core.actor import Actor
from fpa.core.chinese import clean
from fpa.core.refusals import Refusal
from fpa.people.models import Person, Purpose, ReceivedRequest, RequestState, SentRequest
from fpa.people.secrets import ID
from fpa.people.tries import note_try

ASKED = "已向该同志档案所在的计生协发出请求，对方答复后会通知您。"
"""The same words whatever the record says: not whose number it is, nor where, nor whether the name fits."""
KEPT_DAYS = 180
"""How long a request is kept once it is answered."""

Agreement = Callable[[Person, Unit, Mapping[str, Any], Actor], None]
_agreements: dict[str, Agreement] = {}


class CannotAnswer(Refusal):
    """The request can't be answered so; the message says why, in Chinese."""


def register_agreement(purpose: Purpose, does: Agreement) -> None:
    """Have `does(person, to_unit, wanted, by)` run, the person locked, when a request of this kind is agreed to."""
    _agreements[purpose] = does


@transaction.atomic
def ask_keeper(
    *, purpose: Purpose, id_number: str, name: str, unit: Unit, wanted: Mapping[str, Any], by: Actor
) -> SentRequest:
    """Ask the keeper of the record with this ID number for `purpose` at `unit`; asked again, it is the same request.

    A wrong name is asked as a right one is: only the keeper sees whether it fits. Raises `TooManyTries`.
    """
    note_try(unit, by)
    asked = {"purpose": purpose, "name": clean(name), "to_unit": unit}
    with whole_province():  # the request goes to where the record stands; nothing of that comes back
        person = Person.objects.select_for_update().select_related("unit").get(**ID.lookup(id_number))
        open_ones = ReceivedRequest.objects.filter(person=person, state=RequestState.OPEN, **asked)
        if known := open_ones.filter(from_unit__path=by.path).select_related("sent").first():
            return known.sent
        return _send(person, asked, wanted, by)


def _send(person: Person, asked: dict[str, Any], wanted: Mapping[str, Any], by: Actor) -> SentRequest:
    asker = Unit.objects.get(path=by.path)
    sent = SentRequest.objects.create(unit=asker, user_id=by.user_id or 0, **asked)
    ReceivedRequest.objects.create(
        unit=person.unit,
        sent=sent,
        person=person,
        wanted=dict(wanted),
        from_unit=asker,
        user_id=by.user_id or 0,
        post_title=by.post_title,
        **asked,
    )
    return sent


@transaction.atomic
def agree_request(*, received: ReceivedRequest, note: str, by: Actor) -> ReceivedRequest:
    """Let the asker have what was asked for; `note` may say more to them.

    Raises `CannotAnswer`, and what the doing of it raises.
    """
    person = Person.objects.select_for_update(of=("self",)).filter(pk=received.person_id).first()
    received = _hold(received)
    if person is None:
        raise CannotAnswer("这位同志的档案已不在您的管理范围内，请退回并说明情况。")
    if received.name != person.name:
        raise CannotAnswer("对方填写的姓名与档案不一致。档案有误的，请先改正档案；对方有误的，请退回。")
    _answer(received, RequestState.AGREED, note.strip(), by)  # before the record takes open requests along
    record("person.request_agreed", received, by=by, reason=received.reason)
    if does := _agreements.get(received.purpose):
        does(person, received.to_unit, received.wanted, by)
    return received


@transaction.atomic
def refuse_request(*, received: ReceivedRequest, reason: str, by: Actor) -> ReceivedRequest:
    """Turn a request down, with a reason that the asker reads. Raises `CannotAnswer`."""
    if not reason.strip():
        raise CannotAnswer("请写明退回的原因，对方会看到。")
    received = _hold(received)
    _answer(received, RequestState.REFUSED, reason.strip(), by)
    record("person.request_refused", received, by=by, reason=received.reason)
    return received


def _hold(received: ReceivedRequest) -> ReceivedRequest:
    rows = ReceivedRequest.objects.select_for_update(of=("self",)).select_related("to_unit", "from_unit")
    held = rows.get(pk=received.pk)
    if held.state != RequestState.OPEN:
        raise CannotAnswer("这个请求已经答复过，无需重复办理。")
    return held


def _answer(received: ReceivedRequest, state: RequestState, reason: str, by: Actor) -> None:
    """Write the answer on both sides."""
    now = timezone.now()
    received.state, received.reason, received.decided_at = state, reason, now
    received.decided_by_id = by.user_id
    with whole_province():  # the answer stands at the asker's unit; nothing of that is shown
        received.save(update_fields=["state", "reason", "decided_at", "decided_by"])
        SentRequest.objects.filter(pk=received.sent_id).update(state=state, answer=reason, decided_at=now)


def move_open_requests(person: Person) -> None:
    """Bring what is asked of a person's record to where the record stands now; call it in a scope that holds both."""
    ReceivedRequest.objects.filter(person=person, state=RequestState.OPEN).update(
        unit=person.unit, path=person.path
    )


def purge_requests(today: date) -> None:
    """Forget, on both sides, requests that were answered more than KEPT_DAYS ago: they name people and what was wanted
    of them. The audit's events stay. Call it in a scope over the whole province: it asks only how old an answer is."""
    before = timezone.make_aware(datetime.combine(today - timedelta(days=KEPT_DAYS), time.min))
    for rows in (
        ReceivedRequest.objects.filter(sent__in=SentRequest.objects.filter(decided_at__lt=before)),
        SentRequest.objects.filter(decided_at__lt=before),
    ):
        rows._raw_delete(rows.db)
