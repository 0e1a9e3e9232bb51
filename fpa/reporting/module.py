"""What the rest of the house may know of 数据采集上报."""

from datetime import date

from django.urls import reverse

from fpa.access.models import Unit
from fpa.access.roles import OFFICES, REVIEWERS, WORKERS
from fpa.core.actor import Actor
from fpa.core.modules import SHOWN, Entry, Module, Permission, TodoGroup, todo
from fpa.reporting.queries import due_collections
from fpa.reporting.standard_forms import ensure_forms


def todos(actor: Actor, today: date) -> list[TodoGroup]:
    """The collections to fill or sum up; those to mend or review are told by their cases."""
    due = due_collections(actor, today) if actor.may("submission.view") else []
    told = [
        todo("collection", each.title, each.state, each.url, each.due_on, today)
        for each in due
        if each.kind in ("fill", "sum")
    ]
    return [TodoGroup("collection", "待上报", len(told), told[:SHOWN], reverse("collection_list"), 30)]


MODULE = Module(
    on_setup=lambda: ensure_forms(Unit.objects.get(parent=None)),
    permissions=(
        Permission("submission.view", "看采集任务和填报单", WORKERS),
        Permission("submission.fill", "填报、上报", WORKERS),
        Permission("submission.review", "审核、退回", REVIEWERS),
        Permission("collection.issue", "下发采集任务", OFFICES),
        Permission("collection.exempt", "办理延期", OFFICES),
    ),
    menu=(
        Entry(
            "analysis", "数据采集上报", "collection_list", "submission.view", 20, ("/submissions/", "/cells/")
        ),
    ),
    verbs={
        "form.published": "发布报表",
        "collection.issued": "下发采集任务",
        "lock_exception.granted": "批准延期",
        "submission.saved": "保存上报数据",
        "submission.submitted": "上报数据",
        "submission.withdrawn": "撤回上报",
        "submission.approved": "审核通过上报",
        "submission.returned": "退回上报",
    },
    fields={"cells": "填报格", "checks": "校验规则数", "items": "报表项目"},
    todos=todos,
    pages={
        "collection_detail": "进度",
        "collection_units": "填报单位（未报名单）",
        "collection_totals": "汇总表",
        "cell_list": "组成合计的各格",
        "print_form": "打印空表、打印",
        "fill_submission": "填报",
        "save_cell": "保存一格",
        "check_submission": "检查",
        "submit_submission": "核对并上报",
        "withdraw_submission": "撤回修改、撤回汇总",
        "submission_list": "下级上报",
        "review_submission": "审核",
        "approve_submission": "审核通过",
        "approve_submissions": "批量通过",
        "return_cells": "退回勾选的格",
        "cell_history": "填报记录",
    },
)
