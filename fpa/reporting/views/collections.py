"""Pages about collections: the list, issuing one, the board with its names and sums, and paper."""

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from fpa.access.loaders import check, load, load_for, load_unit_for
from fpa.pages.declared_lists import declared_list
from fpa.pages.form_flow import form_flow
from fpa.reporting.actions import collections as actions
from fpa.reporting.forms import ExceptionForm, IssueForm, default_days
from fpa.reporting.lists import (
    CELL_LIST,
    COLLECTION_DETAIL,
    COLLECTION_LIST,
    COLLECTION_TOTALS,
    COLLECTION_UNITS,
)
from fpa.reporting.models import Collection
from fpa.reporting.progress import (
    board_unit,
)
from fpa.reporting.queries import seat_unit
from fpa.reporting.sheet import sheet_of
from fpa.reporting.views.filling import not_asked_words


def collection_list(request: HttpRequest) -> HttpResponse:
    """The collections that ask something of the seat's unit or were issued by it and below, the latest due first."""
    return declared_list(request, COLLECTION_LIST)


def issue_collection(request: HttpRequest) -> HttpResponse:
    """Ask the units below to report a form for a period."""
    actor = check(request, "collection.issue")

    return form_flow(
        request,
        IssueForm(request.POST or None, actor=actor, initial=default_days(timezone.localdate())),
        title="下发采集任务",
        submit="下发",
        back=reverse("collection_list"),
        does=partial(actions.issue_collection, by=actor),
        said=lambda collection: (f"已下发“{collection.title}”。", collection.get_absolute_url()),
        consequences=lambda _: [
            f"{actor.unit_name}以下的填报单位都会在“今天要办”里看到这项任务。",
            "下发后不能修改报表和报告期；个别单位来不及的，可以逐个延期。",
        ],
    )


def collection_detail(request: HttpRequest, pk: int, code: str | None = None) -> HttpResponse:
    """The board: by unit below, how many reported, on time, approved; each number opens its names."""
    return declared_list(request, COLLECTION_DETAIL, pk=pk, code=code)


def collection_units(request: HttpRequest, pk: int, code: str | None = None) -> HttpResponse:
    """The filling units by name, narrowed to those missing, late, returned and so on."""
    return declared_list(request, COLLECTION_UNITS, pk=pk, code=code)


def grant_lock_exception(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Let one unit report after the lock, until a day."""
    collection = load(Collection.objects.whole(), pk, request, "collection.exempt")
    actor, unit = load_unit_for(code, request, "collection.exempt")
    back = reverse("collection_units", args=[pk, board_unit(collection, unit).code])

    return form_flow(
        request,
        ExceptionForm(request.POST or None),
        title=f"办理延期：{unit.association}",
        submit="批准延期",
        back=back,
        does=partial(actions.grant_lock_exception, collection=collection, unit=unit, by=actor),
        said=lambda _: (f"已为{unit.association}办理延期。", back),
    )


def collection_totals(request: HttpRequest, pk: int, code: str | None = None) -> HttpResponse:
    """The roll-up: sums of approved cells by unit below; each number opens the cells behind it."""
    return declared_list(request, COLLECTION_TOTALS, pk=pk, code=code)


def cell_list(request: HttpRequest, key: str, period: str, code: str) -> HttpResponse:
    """The counted cells behind a sum, each leading to its report."""
    return declared_list(request, CELL_LIST, key=key, period=period, code=code)


def print_form(request: HttpRequest, pk: int) -> HttpResponse:
    """The form on A4: blank, or as the seat's own unit has filled it in."""
    actor, collection = load_for(Collection.objects.whole(), pk, request, "submission.view")
    sheet = sheet_of(collection, seat_unit(actor), timezone.localdate())
    if actor.level > collection.fill_level:
        raise Http404(not_asked_words(collection))
    is_blank = "blank" in request.GET or not sheet.submission.pk
    shown = {
        "title": collection.form.name,
        "sheet": sheet,
        "is_blank": is_blank,
    }
    return render(request, "reporting/print_form.html", shown)
