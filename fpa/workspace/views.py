"""The home of every seat, and the one search box."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from fpa.access.loaders import check
from fpa.access.menu import Section, menu_for
from fpa.access.models import Level
from fpa.access.seats import seated
from fpa.core.actor import Actor
from fpa.core.modules import Entry
from fpa.workspace.queries import by_urgency, find, groups

TARGETS = (
    ("填报数据", "填写、上报本村的表", "pencil", "collection_list", "submission.view"),
    ("会员", "查看、登记本村会员", "users", "member_list", "member.view"),
    ("会员入会", "有人申请入会时用", "user-plus", "join_member", "member.join"),
    ("讨论与退回", "上级问的、退回来改的", "message-circle", "thread_list", "thread.view"),
)
"""What a village does most: label, what it is for, icon, page, permission. At most four (design §10)."""


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What is to be done today, then where to go. Villages get the light page; seats without to-dos their modules."""
    actor = check(request, "unit.view")
    today = timezone.localdate()
    has_todos = actor.may("case.view")
    found = groups(actor, today) if has_todos else []
    shown = {
        "title": "今天要办" if has_todos else "工作台",
        "today": today,
        "has_todos": has_todos,
        "count": sum(group.count for group in found),
    }
    if actor.level == Level.VILLAGE:
        targets = [target for target in TARGETS if actor.may(target[-1])]
        more = {"todos": by_urgency(found), "targets": targets}
        return render(request, "workspace/home_village.html", shown | more)
    return render(request, "workspace/home.html", shown | {"groups": found, "modules": _modules(actor)})


def _modules(actor: Actor) -> list[tuple[Section, list[Entry]]]:
    """The menu without the home itself."""
    found = [(section, [e for e in entries if e.url_name != "home"]) for section, entries in menu_for(actor)]
    return [(section, entries) for section, entries in found if entries]


def go_to(request: HttpRequest) -> HttpResponse:
    """The one search box: its hits under the box (htmx), or as a page. By POST, so that nothing lands in a log."""
    actor = check(request, "unit.view")
    wanted = request.POST.get("q", request.GET.get("q", "")).strip()[:40]
    shown = {
        "title": "查找",
        "wanted": wanted,
        "finds": find(wanted, actor),
        "may_find_member": actor.may("member.view"),
    }
    template = "workspace/_finds.html" if seated(request).htmx else "workspace/go_to.html"
    return render(request, template, shown)
