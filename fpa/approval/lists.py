"""The lists of cases and threads."""

from collections.abc import Sequence

from django.urls import reverse

from fpa.approval.forms import CaseFilters, ThreadFilters
from fpa.approval.kinds import kind_of
from fpa.approval.models import Case, Thread
from fpa.core.actor import Actor
from fpa.core.lists import BatchAction, Column, Status
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

THREAD_COLUMNS = (
    Column("title", "事项", lambda t: str(t), link=lambda t: t.get_absolute_url()),
    Column("unit", "所属单位", lambda t: t.unit.name, sort="path"),
    Column("state", "状态", lambda t: Status(t.standing, t.tone), sort="state"),
    Column("assignee", "办理单位", lambda t: t.assignee.name),
    Column("due_on", "办理期限", lambda t: t.due_on, sort="due_on", kind="date"),
    Column("opened_unit", "发起单位", lambda t: t.opened_unit.name),
    Column("opened_at", "发起时间", lambda t: t.opened_at, sort="opened_at", kind="date", default=False),
)


def _batch(actor: Actor) -> Sequence[BatchAction]:
    """Many cases at once, for who decides cases."""
    return [BatchAction("批量通过", reverse("decide_cases"), "check")] if actor.may("case.decide") else ()


CASE_LIST = List(
    key="case_list",
    view="case.view",
    title="审核事项",
    rows=lambda: Case.objects.whole().order_by("-submitted_at", "-id"),
    columns=CASE_COLUMNS,
    filters=CaseFilters,
    batch=_batch,
    empty="还没有上报的事项。下级单位上报以后，会在这里等您审核。",
)

THREAD_LIST = List(
    key="thread_list",
    view="thread.view",
    title="讨论与退回",
    rows=lambda: Thread.objects.whole(),
    columns=THREAD_COLUMNS,
    filters=ThreadFilters,
    empty="没有讨论和退回的事项。审核时退回的数据，会在这里一条一条列出来。",
)
