"""The course of every form page: show, check, ask once more where it is weighty, act, say so or say why not."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from fpa.core.forms import FORM_PAGE, check_answers
from fpa.core.once import NO_KEY, lacks_key
from fpa.core.refusals import Refusal
from fpa.pages.newer import newer_values
from fpa.pages.once import mark_done, told_of_key

TO_CHECK = "下一步：核对"
"""The button of a form whose answers are checked once more."""

Said = tuple[str, str]
"""What to say of what was done, and where to go."""


def form_flow(
    request: HttpRequest,
    form: forms.BaseForm,
    *,
    title: str,
    submit: str,
    back: str,
    does: Callable[..., Any],
    said: Callable[[Any], Said | HttpResponse],
    consequences: Callable[[dict[str, Any]], Sequence[str]] | None = None,
    context: dict[str, Any] | None = None,
    form_template: str = FORM_PAGE,
    edits: bool = False,
    tries: Callable[..., Any] | None = None,
) -> HttpResponse:
    """Answer a form page's request. `does` is the one action call, made with the cleaned answers by name; `said` tells
    of its result what to say and where to go, or answers itself (what is shown only once).

    Where `consequences` is given, the answers are checked once more with what will follow from them: the form leads
    on to that page, and `submit` stands there alone; a form that asks for nothing begins there. Nobody is asked to
    confirm what would be refused: the action is tried before, and undone, or `tries` in its place where the action
    itself would hold others up. A refusal stands on the form with every answer kept.
    `edits` says that the form's `initial` is what is on record: where somebody else has changed that since the page was
    opened, nothing is saved, and the form shows both values to choose from. A post without a key (`core.once`) is one
    of those refused.
    """
    first = TO_CHECK if consequences else submit
    shown = {"form": form, "title": title, "submit": first, "back": back, "edits": edits, **(context or {})}
    if form.is_bound and lacks_key(request):
        form.add_error(None, NO_KEY)
        return told_of_key(render(request, form_template, shown))
    is_overtaken = edits and request.method == "POST" and newer_values(form)
    asks_nothing = bool(consequences) and not form.fields and form_template == FORM_PAGE
    form.is_bound |= asks_nothing
    if is_overtaken or not (request.method == "POST" or asks_nothing) or not form.is_valid():
        return render(request, form_template, shown)
    if consequences:
        ask = partial(check_answers, request, form, title=title, submit=submit, form_template=form_template)
        page = ask(consequences=consequences(form.cleaned_data), context=shown)
        if page and request.POST.get("change") not in form.fields:
            page = _refusal(request, form, tries or does, form_template, shown) or page
        if page:
            return page
    try:
        told = said(does(**form.cleaned_data))
    except Refusal as refusal:
        return _refused(request, form, refusal, form_template, shown)
    return mark_done(told) if isinstance(told, HttpResponse) else redirect_with_message(request, *told)


def _refusal(
    request: HttpRequest,
    form: forms.BaseForm,
    tried: Callable[..., Any],
    template: str,
    shown: dict[str, Any],
) -> HttpResponse | None:
    """The form with what the action would refuse, found by doing it and undoing it; None where it would be done."""
    try:
        with transaction.atomic():
            tried(**form.cleaned_data)
            transaction.set_rollback(True)
    except Refusal as refusal:
        return _refused(request, form, refusal, template, shown)
    return None


def _refused(
    request: HttpRequest, form: forms.BaseForm, refusal: Refusal, template: str, shown: dict[str, Any]
) -> HttpResponse:
    error = forms.ValidationError(str(refusal))
    error.way = refusal.way  # type: ignore[attr-defined]  # read by `core.templatetags.components.faults`
    form.add_error(None, error)
    return render(request, template, shown)


def redirect_with_message(request: HttpRequest, message: str, url: str) -> HttpResponse:
    """Say what was done, and go on to a page."""
    messages.success(request, message)
    return HttpResponseRedirect(url)
