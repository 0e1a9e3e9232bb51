"""Pages of approval: what is on its way up."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET

from fpa.access.loaders import check, load
from fpa.approval.kinds import kind_of, page_of
from fpa.approval.links import case_links
from fpa.approval.lists import CASE_LIST
from fpa.approval.models import Case
from fpa.approval.queries import opinions_on, tasks_for, threads_of
from fpa.pages.declared_lists import declared_list
from fpa.pages.record import Fact


@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """What is on its way up in the seat's scope. It opens on what waits for the seat, where it decides; any address
    with a parameter means what it says."""
    if not request.GET:
        actor = check(request, "case.view")
        request.GET = QueryDict("mine=turn" if actor.may("case.decide") else "mine=sent")
    return declared_list(request, CASE_LIST)


@require_GET
def case_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A case with its history and the talk on its subject."""
    case = load(Case.objects.whole(), pk, request, "case.view")
    kind = kind_of(case.kind)
    actor = check(request, kind.view)
    shown = {"title": case.title, "case": case, "kind": kind, "threads": threads_of(case)}
    shown |= {"opinions": opinions_on(case), "page": page_of(case)}
    is_mine = tasks_for(actor).of_turn(case).exists()
    on_own_page = shown["page"] == case.subject_url
    shown |= {"links": case_links(case, actor), "may_decide": is_mine or on_own_page}
    if not on_own_page:
        shown["facts"] = [Fact(label, text) for label, text in kind.facts_of(case, kind.subject_of(case))]
    return render(request, "approval/case_detail.html", shown)
