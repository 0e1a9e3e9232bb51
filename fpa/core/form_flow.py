"""The course of every form page: show, check, ask once more where it is weighty, act, say so or say why not."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from fpa.core.forms import FORM_PAGE, check_answers

TO_CHECK = "下一步：核对"
"""The button of a form whose answers are checked once more."""


def form_flow(
    request: HttpRequest,
    form: forms.BaseForm,
    *,
    title: str,
    submit: str,
    back: str,
    act: Callable[..., HttpResponse],
    refusals: type[Exception] | tuple[type[Exception], ...],
    consequences: Callable[[dict[str, Any]], Sequence[str]] | None = None,
    context: dict[str, Any] | None = None,
    form_template: str = FORM_PAGE,
) -> HttpResponse:
    """Answer a form page's request. `act` gets the cleaned answers by name, makes the one action call, and answers.

    Where `consequences` is given, the answers are checked once more with what will follow from them: the form leads
    on to that page, and `submit` stands there alone. A refusal of the action stands on the form with every answer kept.
    """
    first = TO_CHECK if consequences else submit
    shown = {"form": form, "title": title, "submit": first, "back": back, **(context or {})}
    if request.method != "POST" or not form.is_valid():
        return render(request, form_template, shown)
    if consequences:
        follows = consequences(form.cleaned_data)
        page = check_answers(
            request,
            form,
            title=title,
            consequences=follows,
            submit=submit,
            form_template=form_template,
            context=shown,
        )
        if page:
            return page
    try:
        return act(**form.cleaned_data)
    except refusals as refusal:
        form.add_error(None, str(refusal))
        return render(request, form_template, shown)


def redirect_with_message(request: HttpRequest, message: str, url: str) -> HttpResponse:
    """Say what was done, and go on to a page."""
    messages.success(request, message)
    return HttpResponseRedirect(url)
