"""A thread on the page of its matter: `{% load threads %}{% thread_panel thread %}`."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.context import Context

from fpa.access.seats import seated
from fpa.threads.actions import may_settle
from fpa.threads.forms import ReplyForm
from fpa.threads.models import Thread

register = template.Library()


@register.inclusion_tag("threads/_thread.html", takes_context=True)
def thread_panel(context: Context, thread: Thread) -> dict[str, Any]:
    """A thread's talk with its reply form and, for who may, the button that settles it."""
    return panel(context["request"], thread)


def panel(
    request: HttpRequest, thread: Thread, form: ReplyForm | None = None, refusal: str = ""
) -> dict[str, Any]:
    """What `threads/_thread.html` shows; `form` brings back what was typed, `refusal` says why it was not done."""
    actor = seated(request).actor
    writer = actor if actor and thread.is_open and actor.may("thread.write") else None
    back = request.POST.get("next") or request.get_full_path()
    return {
        "thread": thread,
        "words": thread.messages.all(),
        "form": form or ReplyForm(auto_id=f"thread-{thread.pk}-%s"),
        "refusal": refusal,
        "may_write": writer is not None,
        "may_settle": writer is not None and may_settle(thread, writer),
        "back": back,
        "is_own_page": back.partition("?")[0] == thread.get_absolute_url(),
        "csrf_token": get_token(request),
    }
