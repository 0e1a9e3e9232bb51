"""The parts of approval that stand on other modules' pages: `{% load approval %}{% timeline case %}`."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.context import Context

from fpa.access.seats import seated
from fpa.approval.actions import may_settle
from fpa.approval.course import course_of
from fpa.approval.flow_forms import FlowForm
from fpa.approval.forms import ReplyForm
from fpa.approval.models import Case, Thread
from fpa.approval.queries import decisions_of, faults_on
from fpa.core.templatetags.components import form_page

register = template.Library()


@register.inclusion_tag("approval/_timeline.html")
def timeline(case: Case) -> dict[str, Any]:
    """A case's decisions, first to last: who, for which unit, when, the verdict by word and shape, why."""
    return {"case": case, "decisions": decisions_of(case), "faults": faults_on(case)}


@register.inclusion_tag("approval/_steps.html")
def case_steps(case: Case) -> dict[str, Any]:
    """Each step of a case's flow, with why one was passed over."""
    return {"steps": course_of(case)}


@register.inclusion_tag("approval/_flow_form.html", takes_context=True)
def flow_form(context: Context, form: FlowForm, title: str, submit: str, back: str) -> dict[str, Any]:
    """The form of a flow, as `form_page` has every form, with a block a step."""
    return form_page(context, form, title, submit, back)


@register.inclusion_tag("approval/_thread.html", takes_context=True)
def thread_panel(context: Context, thread: Thread) -> dict[str, Any]:
    """A thread's talk with its reply form and, for who may, the button that settles it."""
    return panel(context["request"], thread)


def panel(
    request: HttpRequest, thread: Thread, form: ReplyForm | None = None, refusal: str = ""
) -> dict[str, Any]:
    """What `approval/_thread.html` shows; `form` brings back what was typed, `refusal` says why it was not done."""
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
