"""Pages of threads: the talk about matters, one thread, and what is said in it."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from fpa.access.loaders import check, load
from fpa.access.seats import seated
from fpa.core.addresses import own_address
from fpa.core.once import needs_key
from fpa.pages.declared_lists import declared_list
from fpa.pages.once import mark_done
from fpa.threads import actions
from fpa.threads.actions import CannotReply, CannotSettle
from fpa.threads.forms import ReplyForm
from fpa.threads.lists import THREAD_LIST
from fpa.threads.models import Thread
from fpa.threads.templatetags.threads import panel


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
        return mark_done(render(request, "threads/_thread.html", panel(request, thread)))
    back = own_address(request.POST.get("next", ""), thread.get_absolute_url())
    return HttpResponseRedirect(back)


def _refuse(request: HttpRequest, thread: Thread, form: ReplyForm | None, refusal: str = "") -> HttpResponse:
    """The panel, or the thread's own page without htmx, with the reason and what was typed."""
    if seated(request).htmx:
        return render(request, "threads/_thread.html", panel(request, thread, form, refusal))
    return _thread_page(request, thread, form, refusal)


def _thread_page(
    request: HttpRequest, thread: Thread, form: ReplyForm | None = None, refusal: str = ""
) -> HttpResponse:
    shown = {"title": str(thread), **panel(request, thread, form, refusal)}
    return render(request, "threads/thread_detail.html", shown)
