"""What the rest of the house may know of people and of requests for their records."""

from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from fpa.access.models import Level
from fpa.access.roles import REVIEWERS, WORKERS
from fpa.core.actor import Actor
from fpa.core.modules import Entry, Module, OpenItem, Permission, Todo, TodoRows, todo
from fpa.people.lists import page_of
from fpa.people.models import ReceivedRequest, RequestState, SentRequest
from fpa.people.requests import purge_requests

TOLD_FOR = timedelta(days=7)
"""How long an answer stands among the asker's to-dos."""


def waiting_for(actor: Actor) -> QuerySet[ReceivedRequest]:
    """Open requests that a seat is to answer: for records of its own unit, and of its villages, which don't decide."""
    if not actor.may("request.decide"):
        return ReceivedRequest.objects.none()
    own = Q(unit=actor.unit_id) | Q(unit__parent=actor.unit_id, unit__level=Level.VILLAGE)
    rows = ReceivedRequest.objects.filter(own, state=RequestState.OPEN)
    return rows.select_related("person", "from_unit").order_by("asked_at", "id")


def answered_for(actor: Actor) -> QuerySet[SentRequest]:
    """What the seat's account asked of others, and was answered lately."""
    recent = SentRequest.objects.filter(user=actor.user_id, unit=actor.unit_id)
    return recent.filter(decided_at__gte=timezone.now() - TOLD_FOR).order_by("-decided_at", "-id")


def todos(actor: Actor, today: date) -> list[TodoRows]:
    """Requests to answer, and answers to read."""
    asked = TodoRows(
        kind="record_request",
        label="待答复的档案请求",
        rows=waiting_for(actor),
        told=_asked,
        url=f"{reverse('received_request_list')}?state=open",
        order=45,
    )
    answered = TodoRows(
        kind="record_answer",
        label="档案请求的答复",
        rows=answered_for(actor),
        told=_answered,
        url=reverse("sent_request_list"),
        order=55,
    )
    found = ((asked, "request.decide"), (answered, "request.view"))
    return [rows for rows, permission in found if actor.may(permission)]


def _asked(request: ReceivedRequest, today: date) -> Todo:
    return todo("record_request", f"{request.person.name}的档案", str(request), page_of(request), None, today)


def _answered(request: SentRequest, today: date) -> Todo:
    title = f"{request}：{request.get_state_display()}"
    return todo("record_answer", title, request.answer, reverse("sent_request_list"), None, today)


def handover(holder: Actor) -> list[OpenItem]:
    """Requests that wait for the word of a post."""
    return [OpenItem("档案请求待答复", str(r), page_of(r)) for r in waiting_for(holder)]


def on_day(today: date) -> None:
    """Forget requests that were answered long ago."""
    purge_requests(today)


MODULE = Module(
    permissions=(
        Permission("request.view", "看发出的档案请求", WORKERS),
        Permission("request.decide", "答复档案请求", REVIEWERS),
    ),
    menu=(
        Entry("organization", "收到的档案请求", "received_request_list", "request.decide", 32),
        Entry("organization", "发出的档案请求", "sent_request_list", "request.view", 33),
    ),
    verbs={
        "person.asked_elsewhere": "办理档案在别处的人员",
        "person.request_agreed": "同意档案请求",
        "person.request_refused": "退回档案请求",
    },
    fields={"id_index": "证件号码", "phone_index": "手机号"},
    former_labels={"organization.person": "people.person"},
    todos=todos,
    handover=handover,
    on_day=(on_day,),
)
