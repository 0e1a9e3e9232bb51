"""Pages of approval: what is on its way up, and the talk about it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from fpa.access.loaders import check, load
from fpa.approval import actions
from fpa.approval.actions import CannotReply, CannotSettle
from fpa.approval.forms import CaseFilters, ReplyForm, ThreadFilters
from fpa.approval.kinds import kind_of, page_of
from fpa.approval.models import Case, Thread
from fpa.approval.queries import opinions_on, threads_of
from fpa.approval.templatetags.approval import panel
from fpa.audit.record import recorder_of_export
from fpa.core.lists import BatchAction, Column, Status, list_page

CASE_COLUMNS = (
    Column("title", "事项", lambda c: c.title, link=lambda c: c.get_absolute_url()),
    Column("unit", "所属单位", lambda c: c.unit.name, sort="path"),
    Column("kind", "业务", lambda c: kind_of(c.kind).label, sort="kind"),
    Column("state", "状态", lambda c: Status(c.standing, c.tone), sort="state"),
    Column("past", "补录", lambda c: "补录" if c.is_past else "", default=False),
    Column("submitted_at", "上报时间", lambda c: c.submitted_at, sort="submitted_at", kind="date"),
    Column("due_on", "修改期限", lambda c: c.due_on, sort="due_on", kind="date"),
    Column("round", "轮次", lambda c: c.round, kind="number", default=False),
    Column("flow", "流程", lambda c: str(c.flow or "补录"), default=False),
)

THREAD_COLUMNS = (
    Column("title", "事项", lambda t: str(t), link=lambda t: t.get_absolute_url()),
    Column("unit", "所属单位", lambda t: t.unit.name, sort="path"),
    Column("state", "状态", lambda t: Status(t.standing, t.tone), sort="state"),
    Column("assignee", "办理单位", lambda t: t.assignee.name),
    Column("due_on", "办理期限", lambda t: t.due_on, sort="due_on", kind="date"),
    Column("opened_unit", "发起单位", lambda t: t.opened_unit.name),
    Column("opened_at", "发起时间", lambda t: t.opened_at, sort="opened_at", kind="date", default=False),
)


@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """What is on its way up in the seat's scope, the latest first."""
    actor = check(request, "case.view")
    return list_page(
        request,
        title="审核事项",
        rows=Case.objects.whole().order_by("-submitted_at", "-id"),
        columns=CASE_COLUMNS,
        filters=CaseFilters,
        on_export=recorder_of_export(actor),
        batch=[BatchAction("批量通过", reverse("decide_cases"), "check")] if actor.may("case.decide") else (),
        empty="还没有上报的事项。下级单位上报以后，会在这里等您审核。",
    )


@require_GET
def case_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A case with its history and the talk on its subject."""
    case = load(Case.objects.whole(), pk, request, "case.view")
    kind = kind_of(case.kind)
    check(request, kind.view)
    shown = {"title": case.title, "case": case, "kind": kind, "threads": threads_of(case)}
    shown |= {"opinions": opinions_on(case), "page": page_of(case)}
    return render(request, "approval/case_detail.html", shown)


@require_GET
def thread_list(request: HttpRequest) -> HttpResponse:
    """The talk in the seat's scope: open ones first, the most urgent on top."""
    actor = check(request, "thread.view")
    return list_page(
        request,
        title="讨论与退回",
        rows=Thread.objects.whole(),
        columns=THREAD_COLUMNS,
        filters=ThreadFilters,
        on_export=recorder_of_export(actor),
        empty="没有讨论和退回的事项。审核时退回的数据，会在这里一条一条列出来。",
    )


@require_GET
def thread_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One thread, and where its matter stands."""
    thread = load(Thread.objects.whole(), pk, request, "thread.view")
    return _thread_page(request, thread)


@require_POST
def reply_thread(request: HttpRequest, pk: int) -> HttpResponse:
    """Say a word; a refused one stays in the form with the reason."""
    thread = load(Thread, pk, request, "thread.write")
    form = ReplyForm(request.POST, auto_id=f"thread-{pk}-%s")
    if not form.is_valid():
        return _refuse(request, thread, form)
    try:
        actions.reply_thread(thread=thread, body=form.cleaned_data["body"], by=check(request, "thread.write"))
    except CannotReply as refusal:
        return _refuse(request, thread, form, str(refusal))
    return _answer(request, thread)


@require_POST
def settle_thread(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a thread whose matter is settled."""
    thread = load(Thread, pk, request, "thread.write")
    try:
        actions.settle_thread(thread=thread, by=check(request, "thread.write"))
    except CannotSettle as refusal:
        return _refuse(request, thread, None, str(refusal))
    return _answer(request, thread)


def _answer(request: HttpRequest, thread: Thread) -> HttpResponse:
    """The thread's panel alone for htmx; else back to the page where it was written."""
    if _is_htmx(request):
        thread.refresh_from_db()
        return render(request, "approval/_thread.html", panel(request, thread))
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if is_ours else thread.get_absolute_url())


def _refuse(request: HttpRequest, thread: Thread, form: ReplyForm | None, refusal: str = "") -> HttpResponse:
    """The panel, or the thread's own page without htmx, with the reason and what was typed."""
    if _is_htmx(request):
        return render(request, "approval/_thread.html", panel(request, thread, form, refusal))
    return _thread_page(request, thread, form, refusal)


def _is_htmx(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers


def _thread_page(
    request: HttpRequest, thread: Thread, form: ReplyForm | None = None, refusal: str = ""
) -> HttpResponse:
    shown = {"title": str(thread), **panel(request, thread, form, refusal)}
    return render(request, "approval/thread_detail.html", shown)
