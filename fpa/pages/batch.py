"""Batch actions of declared lists: over the ticked rows, or over all that match the list's filters."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from fpa.access.seats import seated
from fpa.core.lists import Listing, back_to_list, summarize, ticked
from fpa.pages.declared_lists import List, list_at

BATCH_LIMIT = 1_000
"""Rows that one batch takes: more would keep the person waiting, and everybody else's writes with them."""


@dataclass
class BatchOutcome:
    """What came of a batch: how many were done, and each that failed with (which one, why)."""

    done: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)


def one_by_one(
    rows: Iterable[Any],
    act: Callable[[Any], Any],
    *,
    refusals: type[Exception] | tuple[type[Exception], ...],
    name: Callable[[Any], str] = str,
) -> BatchOutcome:
    """Do an action with each row. One that is refused leaves the others as they are, and its reason in the outcome."""
    outcome = BatchOutcome()
    for row in rows:
        try:
            with transaction.atomic():
                act(row)
            outcome.done += 1
        except refusals as refusal:
            outcome.failed.append((name(row), str(refusal)))
    return outcome


def run_batch(
    request: HttpRequest,
    declared: List,
    *,
    did: str,
    act: Callable[[QuerySet[Any]], BatchOutcome],
    **arguments: Any,
) -> HttpResponse:
    """Answer the POST of a batch action: `act` gets the rows as a queryset, at most BATCH_LIMIT of them.

    The rows are read anew from the declaration under the seat's scope: the ticked ones, or (with `all`) those that
    match the filters of `query`. How many these are is said and asked once before anything is done. `did` is the deed
    (审核通过); `arguments` are those of the list's address. Ends in one summary on the list.
    """
    listing = _listing(request, declared, arguments)
    back = back_to_list(request, declared.key, *arguments.values())
    if "all" not in request.POST:
        return _do(request, did, act(_ticked(request, listing)), back)
    count = 0 if listing.is_faulty else listing.rows.order_by()[: BATCH_LIMIT + 1].count()
    if fault := _fault(listing, count):
        messages.error(request, fault)
        return HttpResponseRedirect(back)
    if request.POST.get("confirmed") != str(count):
        return _ask(request, did, listing, count, back)
    return _do(request, did, act(listing.rows), back)


def _listing(request: HttpRequest, declared: List, arguments: dict[str, Any]) -> Listing:
    actor = seated(request).actor
    if actor is None:
        raise TypeError("a batch is run by somebody with a seat")
    address = reverse(declared.key, kwargs=arguments)
    return list_at(f"{address}?{request.POST.get('query', '')}", actor, to_export=False)[1]


def _ticked(request: HttpRequest, listing: Listing) -> QuerySet[Any]:
    keys = [key for key in ticked(request) if _is_key(listing, key)][:BATCH_LIMIT]
    return listing.all_rows.filter(pk__in=keys)


def _is_key(listing: Listing, key: str) -> bool:
    try:
        listing.all_rows.model._meta.pk.to_python(key)
    except ValidationError:
        return False
    return True


def _fault(listing: Listing, count: int) -> str:
    if listing.is_faulty:
        return "筛选条件有误，没有办理。请改正条件后再办。"
    if not count:
        return "没有符合条件的记录，没有办理。"
    if count > BATCH_LIMIT:
        return f"符合条件的超过 {BATCH_LIMIT:,} 条，一次最多办理 {BATCH_LIMIT:,} 条。请用筛选缩小范围，分几次办理。"
    return ""


def _ask(request: HttpRequest, did: str, listing: Listing, count: int, back: str) -> HttpResponse:
    shown = {
        "title": f"{did}：符合条件的全部 {count:,} 条",
        "did": did,
        "count": count,
        "conditions": listing.notes[0],
        "query": request.POST.get("query", ""),
        "back": back,
    }
    return render(request, "pages/batch_confirm.html", shown)


def _do(request: HttpRequest, did: str, outcome: BatchOutcome, back: str) -> HttpResponse:
    summarize(request, did, outcome.done, outcome.failed)
    return HttpResponseRedirect(back)
