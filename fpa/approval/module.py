"""What the rest of the house may know of cases; what waits in threads is told here too, once with its case."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from fpa.access.roles import ADMINISTRATOR, OFFICE, REVIEWERS, TOWNSHIP, WORKERS
from fpa.approval.actions.tasks import close_due_steps, escalate_tasks
from fpa.approval.kinds import page_of
from fpa.approval.models import CaseState
from fpa.approval.queries import (
    dossiers_for,
    escalated_to,
    open_cases_for,
    returned_cases_for,
)
from fpa.core.actor import Actor
from fpa.core.modules import Entry, Module, OpenItem, Permission, Todo, TodoRows, todo
from fpa.threads.queries import threads_awaiting


def todos(actor: Actor, today: date) -> list[TodoRows]:
    """What waits for a seat: returned cells and cases, cases to review, talk to answer.

    A matter counts once: a returned report as its faulty cells, a report to review as its case.
    """
    mine, cases = f"{reverse('thread_list')}?mine=waiting", reverse("case_list")
    waiting, named = threads_awaiting(actor), dossiers_for(actor.user_id, today)
    cells = Q(case__isnull=False, assignee=actor.unit_id)
    told_by_its_case = cells | Q(case__state=CaseState.OPEN)
    return [
        _rows("returned", "退回待改", waiting.filter(cells), _cell, mine, 10),
        _rows("returned_case", "退回重报", returned_cases_for(actor), _returned, cases, 20),
        _rows("review", "待我审核", open_cases_for(actor), _case, f"{cases}?mine=turn", 40),
        _rows("thread", "等我答复", waiting.exclude(told_by_its_case), _thread, mine, 50),
        _rows("opinion", "请我评审", named, _opinion, reverse("opinion_list"), 30),
        _rows("escalated", "下级逾期未办", escalated_to(actor), _late, f"{cases}?mine=escalated", 60),
    ]


def _rows(
    kind: str, label: str, rows: QuerySet[Any], told: Callable[[Any, date], Todo], url: str, order: int
) -> TodoRows:
    return TodoRows(kind=kind, label=label, rows=rows, told=told, url=url, order=order)


def _cell(thread: Any, today: date) -> Todo:
    url = thread.url or thread.get_absolute_url()
    return todo("returned", str(thread), thread.last_body, url, thread.due_on, today)


def _returned(case: Any, today: date) -> Todo:
    url = case.subject_url or case.get_absolute_url()
    return todo("returned_case", case.title, case.last_reason, url, case.due_on, today)


def _case(case: Any, today: date) -> Todo:
    detail = case.task_fault or f"{case.unit.name} · {case.step_label}"
    return todo("review", case.title, detail, page_of(case), case.task_due_on or case.due_on, today)


def _opinion(dossier: Any, today: date) -> Todo:
    detail = dossier.content.get("step", "")
    return todo("opinion", dossier.title, detail, dossier.get_absolute_url(), dossier.granted_until, today)


def _late(task: Any, today: date) -> Todo:
    detail = f"{task.assignee.association} · {task.case.step_label}"
    return todo("escalated", task.case.title, detail, task.case.get_absolute_url(), task.due_on, today)


def _thread(thread: Any, today: date) -> Todo:
    return todo("thread", str(thread), thread.last_body, thread.get_absolute_url(), thread.due_on, today)


def handover(holder: Actor) -> list[OpenItem]:
    """What waits for the word of a post: what is handed over when its holder goes (design §4)."""
    cases = [("待审核", case) for case in open_cases_for(holder)]
    cases += [("退回待改", case) for case in returned_cases_for(holder)]
    cases += [("请评审", dossier) for dossier in dossiers_for(holder.user_id, timezone.localdate())]
    found = [OpenItem(kind, str(case), case.get_absolute_url()) for kind, case in cases]
    return found + [OpenItem("讨论待答复", str(t), t.get_absolute_url()) for t in threads_awaiting(holder)]


MODULE = Module(
    permissions=(
        Permission("case.view", "看审核事项", WORKERS),
        Permission("case.decide", "办理审核事项", REVIEWERS),
        Permission("case.check_past", "复核补录事项", WORKERS),
        Permission("flow.view", "看审核流程", (OFFICE, TOWNSHIP, ADMINISTRATOR)),
        Permission("flow.publish", "发布审核流程", (ADMINISTRATOR,)),
    ),
    menu=(
        Entry("workspace", "审核事项", "case_list", "case.view", 20),
        Entry("system", "审核流程", "flow_list", "flow.view", 50),
    ),
    verbs={
        "case.submitted": "报送审核",
        "case.approved": "审核通过",
        "case.returned": "审核退回修改",
        "case.rejected": "审核不予通过",
        "case.withdrawn": "撤回审核事项",
        "case.objected": "登记公示异议",
        "case.recused": "回避审核事项",
        "expert.named": "选定评审人",
        "opinion.given": "提交评审意见",
        "task.delegated": "委托办理任务",
        "task.escalated": "提请关注逾期任务",
        "flow.published": "发布审核流程",
    },
    fields={
        "round": "轮次",
        "places": "退回处",
        "experts": "评审人",
        "approval.case.until": "评审至",
        "tasks": "任务数",
        "on_behalf_of": "代办的单位",
        "document": "外部单位的文件",
    },
    todos=todos,
    handover=handover,
    on_day=(lambda today: close_due_steps(today=today), lambda today: escalate_tasks(today=today)),
    pages={
        "case_detail": "审核事项（一件）",
        "decide_case": "办理审核事项",
        "decide_cases": "批量通过审核事项",
        "flow_detail": "审核流程（一个）",
        "choose_flow": "发布新流程",
        "publish_flow": "发布一个流程的新版本",
        "amend_case": "申请变更已批准的内容",
        "give_opinion": "提交评审意见",
        "download_dossier_file": "下载评审材料的附件",
    },
)
