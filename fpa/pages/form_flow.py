"""The course of every form page: show, check, ask once more where it is weighty, act, say so or say why not."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from fpa.core.forms import FORM_PAGE, Refused, check_answers
from fpa.core.once import NO_KEY, lacks_key
from fpa.core.refusals import Refusal
from fpa.core.unsent import RESUMED, brought_back
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
    shown = {"form": form, "title": title, "submit": TO_CHECK if consequences else submit, "back": back}
    shown |= {"edits": edits, **(context or {})}
    show = partial(render, request, form_template, shown)
    if form.is_bound and lacks_key(request):
        _tell_of_key(request, form)
        return told_of_key(show())
    is_overtaken = edits and request.method == "POST" and newer_values(form)
    asks_nothing = bool(consequences) and not form.fields and form_template == FORM_PAGE
    form.is_bound |= asks_nothing
    if is_overtaken or not (request.method == "POST" or asks_nothing) or not form.is_valid():
        return show()
    ask = partial(check_answers, request, form, title=title, submit=submit, form_template=form_template)
    page = ask(consequences=consequences(form.cleaned_data), context=shown) if consequences else None
    try:
        if page and request.POST.get("change") not in form.fields:
            _try_out(tries or does, form.cleaned_data)
        if page:
            return page
        told = said(does(**form.cleaned_data))
    except Refusal as refusal:
        form.add_error(None, Refused(str(refusal), way=refusal.way))
        return show()
    return mark_done(told) if isinstance(told, HttpResponse) else redirect_with_message(request, *told)


def _tell_of_key(request: HttpRequest, form: forms.BaseForm) -> None:
    """Why nothing was done: the answers come back from where they were held up (`core.unsent`), or the key is lost."""
    if RESUMED in request.POST:
        messages.warning(request, brought_back(request))
    else:
        form.add_error(None, NO_KEY)


def _try_out(action: Callable[..., Any], answers: dict[str, Any]) -> None:
    """Do it and undo it, so that what it would refuse is known before anybody confirms. Raises that Refusal."""
    with transaction.atomic():
        action(**answers)
        transaction.set_rollback(True)


def redirect_with_message(request: HttpRequest, message: str, url: str) -> HttpResponse:
    """Say what was done, and go on to a page."""
    messages.success(request, message)
    return HttpResponseRedirect(url)
