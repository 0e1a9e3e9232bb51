"""Pages of approval: what is on its way up, and the talk about it."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from fpa.access.loaders import check, load
from fpa.access.seats import seated
from fpa.approval import actions
from fpa.approval.actions import CannotReply, CannotSettle
from fpa.approval.forms import ReplyForm
from fpa.approval.kinds import kind_of, page_of
from fpa.approval.links import case_links
from fpa.approval.lists import CASE_LIST, THREAD_LIST
from fpa.approval.models import Case, Thread
from fpa.approval.queries import opinions_on, tasks_for, threads_of
from fpa.approval.templatetags.approval import panel
from fpa.core.addresses import own_address
from fpa.core.once import needs_key
from fpa.pages.declared_lists import declared_list
from fpa.pages.once import mark_done
from fpa.pages.record import Fact


@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """What is on its way up in the seat's scope, the latest first."""
    return declared_list(request, CASE_LIST)


@require_GET
def case_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A case with its history and the talk on its subject."""
    case = load(Case.objects.whole(), pk, request, "case.view")
    kind = kind_of(case.kind)
    actor = check(request, kind.view)
    shown = {"title": case.title, "case": case, "kind": kind, "threads": threads_of(case)}
    shown |= {"opinions": opinions_on(case), "page": page_of(case)}
    is_mine = tasks_for(actor).of_turn(case).exists()
    shown |= {"links": case_links(case, actor), "may_decide": is_mine or kind.own_page}
    if not kind.own_page:
        shown["facts"] = [Fact(label, text) for label, text in kind.facts_of(case, kind.subject_of(case))]
    return render(request, "approval/case_detail.html", shown)


@require_GET
def thread_list(request: HttpRequest) -> HttpResponse:
    """The talk in the seat's scope: open ones first, the most urgent on top."""
    return declared_list(request, THREAD_LIST)


@require_GET
def thread_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One thread, and where its matter stands."""
    thread = load(Thread.objects.whole(), pk, request, "thread.view")
    return _thread_page(request, thread)


@require_POST
@needs_key
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
@needs_key
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
    if seated(request).htmx:
        thread.refresh_from_db()
        return mark_done(render(request, "approval/_thread.html", panel(request, thread)))
    back = own_address(request.POST.get("next", ""), thread.get_absolute_url())
    return HttpResponseRedirect(back)


def _refuse(request: HttpRequest, thread: Thread, form: ReplyForm | None, refusal: str = "") -> HttpResponse:
    """The panel, or the thread's own page without htmx, with the reason and what was typed."""
    if seated(request).htmx:
        return render(request, "approval/_thread.html", panel(request, thread, form, refusal))
    return _thread_page(request, thread, form, refusal)


def _thread_page(
    request: HttpRequest, thread: Thread, form: ReplyForm | None = None, refusal: str = ""
) -> HttpResponse:
    shown = {"title": str(thread), **panel(request, thread, form, refusal)}
    return render(request, "approval/thread_detail.html", shown)
