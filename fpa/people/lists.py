"""The lists of requests for records: those sent, and those received."""

from collections.abc import Sequence

import django_filters as filters
from django.db.models import OuterRef, Subquery
from django.urls import reverse

from fpa.core.actor import Actor
from fpa.core.identity import mask_name
from fpa.core.lists import Column, Link, Status, Tone
from fpa.pages.declared_lists import List
from fpa.pages.filters import SeatFilters, UnitFilter
from fpa.people.models import Person, ReceivedRequest, RequestState, SentRequest
from fpa.people.requests import ASKED, KEPT_DAYS

SENT = SentRequest.objects.select_related("unit", "to_unit", "user")
_RECORD = Person.objects.filter(pk=OuterRef("person_id"))
RECEIVED = ReceivedRequest.objects.select_related("unit", "from_unit", "to_unit", "user").annotate(
    record_name=Subquery(_RECORD.values("name"))
)
"""With the name on record; None where the record has gone out of sight, as it does once the keeper has agreed."""
TONES: dict[RequestState, Tone] = {
    RequestState.OPEN: "waiting",
    RequestState.AGREED: "done",
    RequestState.REFUSED: "returned",
}


def state_of(request: SentRequest | ReceivedRequest) -> Status:
    """Where a request stands, by word and shape."""
    return Status(request.get_state_display(), TONES[RequestState(request.state)])


def name_on_record(request: ReceivedRequest) -> str | None:
    """The name on the record that was asked for; None where it has gone out of sight."""
    name: str | None = getattr(request, "record_name", None)
    return name


def name_of(request: ReceivedRequest) -> str:
    """Whose record was asked for: by the record, or as the asker wrote it where the record has gone since."""
    return name_on_record(request) or request.name


def page_of(request: ReceivedRequest) -> str:
    """Address of a received request's page."""
    return reverse("received_request_detail", args=[request.pk])


def said_of_request(made: object) -> tuple[str, str] | None:
    """What is said where an action has asked a record's keeper, and where to go; None where it has done its work."""
    return (ASKED, reverse("sent_request_list")) if isinstance(made, SentRequest) else None


class SentRequestFilters(SeatFilters):
    """Find requests that were sent."""

    unit = UnitFilter(label="请求单位（含下级）")
    state = filters.ChoiceFilter(label="状态", choices=RequestState.choices)

    class Meta:
        model = SentRequest
        fields: list[str] = []


class ReceivedRequestFilters(SeatFilters):
    """Find requests that were received."""

    unit = UnitFilter(label="档案所在单位（含下级）")
    state = filters.ChoiceFilter(label="状态", choices=RequestState.choices)

    class Meta:
        model = ReceivedRequest
        fields: list[str] = []


def _sent_links(actor: Actor) -> Sequence[Link]:
    if not actor.may("request.decide"):
        return ()
    return [Link("收到的档案请求", reverse("received_request_list"), "list")]


def _received_links(actor: Actor) -> Sequence[Link]:
    return [Link("发出的档案请求", reverse("sent_request_list"), "send")]


SENT_REQUEST_LIST = List(
    key="sent_request_list",
    view="request.view",
    title="发出的档案请求",
    rows=lambda: SENT.order_by("-asked_at", "-id"),
    columns=(
        Column("name", "填写的姓名", lambda r: mask_name(r.name)),
        Column("purpose", "事项", lambda r: r.get_purpose_display()),
        Column("to_unit", "办理单位", lambda r: r.to_unit.association),
        Column("state", "状态", lambda r: state_of(r)),
        Column("answer", "对方答复", lambda r: r.answer),
        Column("asked_at", "请求时间", lambda r: r.asked_at, sort="asked_at", kind="date"),
        Column("decided_at", "答复时间", lambda r: r.decided_at, sort="decided_at", kind="date"),
        Column("user", "请求人", lambda r: r.user.name, default=False),
        Column("unit", "请求单位", lambda r: r.unit.association, default=False),
    ),
    filters=SentRequestFilters,
    template="people/request_list.html",
    context={"kept_days": KEPT_DAYS},
    links=_sent_links,
    empty="没有发出过档案请求。办理入会或登记工作人员时，如档案在别处，会从这里向对方发出请求。",
)

RECEIVED_REQUEST_LIST = List(
    key="received_request_list",
    view="request.decide",
    title="收到的档案请求",
    rows=lambda: RECEIVED.order_by("-asked_at", "-id"),
    columns=(
        Column("person", "姓名", lambda r: mask_name(name_of(r)), link=lambda r: page_of(r)),
        Column("unit", "档案所在单位", lambda r: r.unit.association),
        Column("from_unit", "请求单位", lambda r: r.from_unit.association),
        Column("purpose", "事项", lambda r: r.get_purpose_display()),
        Column("state", "状态", lambda r: state_of(r)),
        Column("asked_at", "请求时间", lambda r: r.asked_at, sort="asked_at", kind="date"),
        Column("decided_at", "答复时间", lambda r: r.decided_at, sort="decided_at", kind="date"),
        Column("reason", "答复", lambda r: r.reason, default=False),
    ),
    filters=ReceivedRequestFilters,
    template="people/request_list.html",
    context={"kept_days": KEPT_DAYS},
    links=_received_links,
    empty="没有收到档案请求。其他单位为档案在本地的同志办理入会、任职时，请求会在这里等您答复。",
)
