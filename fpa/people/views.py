"""Pages of requests for records: what was asked elsewhere, what is asked of here, and the word on it."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from fpa.access.loaders import load_for
from fpa.core.lists import Link, Status
from fpa.pages.declared_lists import declared_list
from fpa.pages.form_flow import form_flow
from fpa.pages.queries import full_association_of
from fpa.pages.record import Fact, history_panel, record_page
from fpa.people import forms, requests
from fpa.people.lists import (
    RECEIVED,
    RECEIVED_REQUEST_LIST,
    SENT_REQUEST_LIST,
    name_of,
    name_on_record,
    page_of,
    state_of,
)
from fpa.people.models import Purpose, ReceivedRequest, RequestState

_KEPT = f"答复满 {requests.KEPT_DAYS} 天的请求自动删除，办理的结果和审计记录保留。"


def sent_request_list(request: HttpRequest) -> HttpResponse:
    """What the seat's unit and those below have asked of keepers elsewhere, and the answers."""
    return declared_list(request, SENT_REQUEST_LIST)


def received_request_list(request: HttpRequest) -> HttpResponse:
    """What is asked of the records in the seat's scope."""
    return declared_list(request, RECEIVED_REQUEST_LIST)


def received_request_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One request, and whether the name that was typed fits the record."""
    _, received = load_for(RECEIVED, pk, request, "request.decide")
    return record_page(
        request,
        title=f"档案请求：{name_of(received)}",
        facts_title="请求内容",
        facts=_facts(received),
        note="请求单位看不到这份档案，也不知道档案在哪个单位。" + _KEPT,
        actions=_links(received),
        panels=[history_panel(received)],
        back=("received_request_list", "收到的档案请求"),
        places=[("收到的档案请求", reverse("received_request_list")), (received.unit.association, "")],
    )


def _facts(received: ReceivedRequest) -> list[Fact]:
    facts = [
        Fact("状态", state_of(received)),
        Fact("档案所在单位", full_association_of(received.unit)),
        Fact("请求单位", full_association_of(received.from_unit)),
        Fact("请求人", f"{received.user.name}（{received.post_title}）"),
        Fact("事项", f"在{full_association_of(received.to_unit)}{received.get_purpose_display()}"),
        Fact("填写的姓名", _fit_of(received)),
        Fact("请求时间", received.asked_at),
    ]
    answered = [Fact("答复时间", received.decided_at), Fact("答复", received.reason, empty="无")]
    return facts if received.state == RequestState.OPEN else facts + answered


def _fit_of(received: ReceivedRequest) -> Status:
    """Whether the name that was written fits the record; agreeing asks that it does, so it need not be seen then."""
    if name_on_record(received) is None and received.state != RequestState.AGREED:
        return Status("档案已不在本单位，不再比对", "off")
    if name_of(received) == received.name:
        return Status("与档案一致", "done")
    return Status("与档案不一致", "wrong")


def _links(received: ReceivedRequest) -> list[Link]:
    if received.state != RequestState.OPEN:
        return []
    return [
        Link("同意", reverse("agree_request", args=[received.pk]), "check", primary=True),
        Link("退回", reverse("refuse_request", args=[received.pk]), "arrow-back-up"),
    ]


def agree_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the asker have what was asked for."""
    actor, received = load_for(RECEIVED, pk, request, "request.decide")

    return form_flow(
        request,
        forms.AgreeRequestForm(request.POST or None),
        title=f"同意档案请求：{name_of(received)}",
        submit="同意",
        back=page_of(received),
        does=partial(requests.agree_request, received=received, by=actor),
        said=lambda agreed: ("已同意，并已告知请求单位。", reverse("received_request_list")),
        consequences=lambda _: _consequences(received),
    )


def _consequences(received: ReceivedRequest) -> list[str]:
    name, to_unit = name_of(received), full_association_of(received.to_unit)
    if received.purpose == Purpose.JOIN:
        return [
            f"{name}的档案和会员关系转到{to_unit}；现在不是会员的，在那里入会。",
            f"{received.unit.association}今后看不到这份档案。",
        ]
    return [f"{to_unit}得知姓名和号码已核对，可以重新登记{name}任职。", "档案仍在原单位，不作改动。"]


def refuse_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Turn a request down, and say why."""
    actor, received = load_for(RECEIVED, pk, request, "request.decide")

    return form_flow(
        request,
        forms.RefuseRequestForm(request.POST or None),
        title=f"退回档案请求：{name_of(received)}",
        submit="退回",
        back=page_of(received),
        does=partial(requests.refuse_request, received=received, by=actor),
        said=lambda refused: ("已退回，并已告知请求单位。", reverse("received_request_list")),
    )
