"""The list of threads."""

from fpa.core.lists import Column, Status
from fpa.pages.declared_lists import List
from fpa.threads.forms import ThreadFilters
from fpa.threads.models import Thread

THREAD_COLUMNS = (
    Column("title", "事项", lambda t: str(t), link=lambda t: t.get_absolute_url()),
    Column("unit", "所属单位", lambda t: t.unit.name, sort="path"),
    Column("state", "状态", lambda t: Status(t.standing, t.tone), sort="state"),
    Column("assignee", "办理单位", lambda t: t.assignee.association),
    Column("due_on", "办理期限", lambda t: t.due_on, sort="due_on", kind="date"),
    Column("opened_unit", "发起单位", lambda t: t.opened_unit.association),
    Column("opened_at", "发起时间", lambda t: t.opened_at, sort="opened_at", kind="date", default=False),
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
