"""The parts of approval that stand on other modules' pages: `{% load approval %}{% timeline case %}`."""

from typing import Any

from django import template
from django.template.context import Context

from fpa.approval.course import course_of
from fpa.approval.flow_forms import FlowForm
from fpa.approval.models import Case
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
