"""Pages of the audit: what was done, and that the record of it is whole."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from fpa.access.loaders import check, load
from fpa.audit import heads
from fpa.audit.models import Event, TreeHead, Unsealed
from fpa.audit.proof import standing_of
from fpa.audit.seal import is_known
from fpa.audit.words import changes_of, thing_words, verb_words
from fpa.pages.declared_lists import declared_list
from fpa.system.lists import EVENT_LIST


def event_list(request: HttpRequest) -> HttpResponse:
    """What was done in the seat's scope, the latest first."""
    return declared_list(request, EVENT_LIST)


def event_detail(request: HttpRequest, pk: str) -> HttpResponse:
    """One event with all that it holds, its place in the log, and the proof that it stands there unchanged."""
    event = load(Event, pk, request, "audit.view")
    shown = {
        "title": verb_words(event.verb),
        "event": event,
        "kind": thing_words(event.object_type),
        "changes": changes_of(event),
        "standing": standing_of(event),
    }
    return render(request, "system/event_detail.html", shown)


def seal_status(request: HttpRequest) -> HttpResponse:
    """The last tree head, whether it is published outside the database, and how many events wait."""
    check(request, "audit.view")
    (published, unreadable), head = heads.published(), TreeHead.objects.first()
    shown = {
        "title": "封存情况",
        "head": head,
        "root": bytes(head.root).hex() if head else "",
        "published": published,
        "unreadable": unreadable,
        "is_same": published is not None and is_known(published),
        "behind": head.size - published.size if head and published else 0,
        "waiting": Unsealed.objects.count(),
    }
    return render(request, "system/seal_status.html", shown)
