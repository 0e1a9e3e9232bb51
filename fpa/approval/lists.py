"""The lists of cases and flows."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from fpa.access.models import Level
from fpa.approval.flow_words import business_of
from fpa.approval.forms import CaseFilters
from fpa.approval.kinds import flow_codes, kind_of, page_of
from fpa.approval.models import Case, Flow
from fpa.approval.queries import escalated_to, open_cases_for
from fpa.core.actor import Actor
from fpa.core.lists import BatchAction, Column, Link, Status, Tab, is_export
from fpa.core.rows import count_each
from fpa.pages.declared_lists import List

CASE_COLUMNS = (
    Column("title", "事项", lambda c: c.title, link=lambda c: c.get_absolute_url()),
    Column("unit", "所属单位", lambda c: c.unit.name, sort="path"),
    Column("kind", "业务", lambda c: kind_of(c.kind).label, sort="kind"),
    Column("state", "状态", lambda c: Status(c.standing, c.tone), sort="state"),
    Column("past", "补录", lambda c: "补录" if c.is_past else "", default=False),
    Column("submitted_at", "上报时间", lambda c: c.submitted_at, sort="submitted_at", kind="date"),
    Column("due_on", "修改期限", lambda c: c.due_on, sort="due_on", kind="date"),
    Column("round", "轮次", lambda c: c.round, kind="number", default=False),
    Column("flow", "流程", lambda c: str(c.flow or "补录"), default=False),
)

TURN_COLUMNS = (
    *CASE_COLUMNS[:3],
    Column("step", "环节", lambda c: c.step_label),
    Column("submitted_at", "上报时间", lambda c: c.submitted_at, sort="submitted_at", kind="date"),
    Column("task_due_on", "办理期限", lambda c: c.task_due_on, sort="task_due_on", kind="date"),
    *(column for column in CASE_COLUMNS if column.key in ("past", "round", "flow")),
)
"""Of what waits for the seat: where it stands, since when, and by when it is to be done."""
_DO = Column("do", "办理", lambda c: "去办理", link=lambda c: page_of(c))


def _batch(actor: Actor) -> Sequence[BatchAction]:
    """Many cases at once, for who decides cases."""
    if not actor.may("case.decide"):
        return ()
    return [BatchAction("批量通过", reverse("decide_cases"), "check", over_all=True)]


def _opened(request: HttpRequest, actor: Actor) -> List:
    """The list by its tabs: what waits for the seat stands first, and alone is done in batches. The tabs count when a
    page shows them: a file and a batch have none."""
    asked = request.GET.get("mine", "")
    shown: dict[str, Any] = {
        "opens": None,
        "context": {"tabs": SimpleLazyObject(partial(_tabs, actor, asked))},
    }
    if asked == "turn":
        shown |= {
            "rows": lambda: open_cases_for(actor),
            "columns": TURN_COLUMNS if is_export(request) else (*TURN_COLUMNS, _DO),
            "batch": _batch,
            "empty": "没有等您审核的事项。下级单位上报以后，会在这里等您审核。",
        }
    return replace(CASE_LIST, **shown)


def _tabs(actor: Actor, asked: str) -> list[Tab]:
    """The tabs that the seat has use of, with how many wait in those that ask for something."""
    asks = actor.may("case.decide")
    waiting = {"turn": open_cases_for(actor), "escalated": escalated_to(actor)} if asks else {}
    counts = count_each(waiting)
    return [
        Tab(label, f"{reverse('case_list')}?mine={key}", key == (asked or "all"), counts.get(key))
        for key, label in CaseFilters.MINE
        if key in (*waiting, "sent", "all")
    ]


FLOW_COLUMNS = (
    Column("name", "流程", lambda f: f.name, link=lambda f: f.get_absolute_url()),
    Column("business", "业务", lambda f: business_of(f.code) or "没有业务使用"),
    Column("steps", "审核环节", lambda f: " → ".join(step["label"] for step in f.steps)),
    Column("unit", "发布单位", lambda f: f.unit.association, sort="path"),
    Column("version", "版本", lambda f: f"第 {f.version} 版", sort="version"),
    Column("published_at", "发布时间", lambda f: f.published_at, sort="published_at", kind="date"),
    Column("published_by", "发布人", lambda f: f.published_by or "平台"),
)


def unpublished() -> list[str]:
    """Codes of the flows that kinds go up by and the province has not published."""
    known = set(Flow.objects.filter(unit__parent=None).values_list("code", flat=True))
    return [code for code in flow_codes() if code not in known]


def _new_flow(actor: Actor) -> Sequence[Link]:
    """Where a business has no flow yet, the province's administrator publishes it."""
    if not actor.may("flow.publish") or actor.level != Level.PROVINCE or not unpublished():
        return ()
    return [Link("发布新流程", reverse("choose_flow"), "plus", primary=True)]


FLOW_LIST = List(
    key="flow_list",
    view="flow.view",
    title="审核流程",
    rows=lambda: Flow.objects.newest().select_related("unit").order_by("path", "code"),
    columns=FLOW_COLUMNS,
    links=_new_flow,
    empty="还没有审核流程。流程由省级系统管理员发布，各级上报的事项按它逐级审核。",
)

CASE_LIST = List(
    key="case_list",
    view="case.view",
    title="审核事项",
    rows=lambda: Case.objects.whole().order_by("-submitted_at", "-id"),
    columns=CASE_COLUMNS,
    filters=CaseFilters,
    empty="还没有上报的事项。下级单位上报以后，会在这里等您审核。",
    opens=_opened,
)
