"""Pages of flows: how each kind of thing goes up, and the publishing of a next version."""

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from fpa.access.loaders import check, load_for
from fpa.access.models import Level
from fpa.approval import actions
from fpa.approval.flow_forms import ChooseFlowForm, FlowForm
from fpa.approval.flow_words import STEP_HEAD, business_of, step_row
from fpa.approval.kinds import flow_codes, terms_of_flow
from fpa.approval.lists import FLOW_LIST, unpublished
from fpa.approval.models import Case, Flow
from fpa.core.actor import Actor
from fpa.core.lists import Link
from fpa.pages.declared_lists import declared_list
from fpa.pages.form_flow import form_flow
from fpa.pages.record import Fact, history_panel, record_page, table_panel

FLOWS = Flow.objects.select_related("unit")


def flow_list(request: HttpRequest) -> HttpResponse:
    """The flows that bind the seat, each publisher's newest version."""
    return declared_list(request, FLOW_LIST)


def flow_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A version of a flow: its steps, what runs by it, and all versions."""
    actor, flow = load_for(FLOWS, pk, request, "flow.view")
    versions = list(Flow.objects.filter(unit=flow.unit, code=flow.code).order_by("-version"))
    is_newest = flow.version == versions[0].version
    running = Case.objects.filter(flow=flow).live().count()
    others = [(_link(each), each.name, each.published_at, each.published_by or "平台") for each in versions]
    edit = Link("修改流程", reverse("publish_flow", args=[flow.code]), "pencil", primary=True)
    return record_page(
        request,
        title=flow.name,
        facts=[
            Fact("业务", business_of(flow.code), empty="没有业务使用"),
            Fact("发布单位", flow.unit.association),
            Fact(
                "版本", f"第 {flow.version} 版" + ("" if is_newest else f"，已有第 {versions[0].version} 版")
            ),
            Fact("发布时间", flow.published_at),
            Fact("发布人", flow.published_by or "平台"),
            Fact("正在办理", f"{running:,} 件（按这一版办完）"),
        ],
        actions=[edit] if is_newest and _may_publish(actor) and flow.path == actor.path else [],
        panels=[
            table_panel("审核环节", STEP_HEAD, [step_row(step) for step in flow.steps], empty="没有环节。"),
            table_panel("各个版本", ("版本", "名称", "发布时间", "发布人"), others, empty="没有。"),
            history_panel(flow),
        ],
        back=("flow_list", "审核流程"),
    )


def _link(flow: Flow) -> Link:
    return Link(f"第 {flow.version} 版", flow.get_absolute_url())


def _may_publish(actor: Actor) -> bool:
    return actor.may("flow.publish") and actor.level == Level.PROVINCE


def _publisher(request: HttpRequest) -> Actor:
    """Who may publish flows: an administrator of the province. Raises PermissionDenied and Http404."""
    actor = check(request, "flow.publish")
    if not _may_publish(actor):
        raise Http404("审核流程由省级系统管理员发布。")
    return actor


def choose_flow(request: HttpRequest) -> HttpResponse:
    """Choose which business gets its first flow."""
    _publisher(request)
    form = ChooseFlowForm(request.POST or None, codes=unpublished())
    if form.is_valid():
        return HttpResponseRedirect(reverse("publish_flow", args=[form.cleaned_data["code"]]))
    return form_flow(
        request, form, title="发布新流程", submit="下一步：设定环节", back=reverse("flow_list"),
        does=dict, said=lambda _: ("", reverse("flow_list")),
    )  # fmt: skip


def publish_flow(request: HttpRequest, code: str) -> HttpResponse:
    """Publish a flow's next version: what goes up from now on goes by it. Raises Http404 for an unknown flow."""
    actor = _publisher(request)
    last = Flow.objects.filter(unit=actor.unit_id, code=code).order_by("-version").first()
    if last is None and code not in flow_codes():
        raise Http404("没有找到这个审核流程，请从流程列表中选择。")
    terms = terms_of_flow(code)
    form = FlowForm(request.POST or None, flow=last, names="、".join(term.label for term in terms))
    shown: dict[str, Any] = {"business": business_of(code), "flow": last}

    return form_flow(
        request,
        form,
        title=f"修改流程：{last.name}" if last else f"发布流程：{business_of(code)}",
        submit="发布新版本" if last else "发布",
        back=last.get_absolute_url() if last else reverse("flow_list"),
        does=partial(actions.publish_flow, code=code, by=actor),
        said=lambda flow: (f"已发布{flow}，今后上报的事项按它办理。", flow.get_absolute_url()),
        context=shown,
        form_template="approval/publish_flow.html",
    )
