"""Pages of dictionaries: everybody in an office reads them, the province keeps them."""

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from fpa.access.loaders import check, load
from fpa.audit.record import recorder_of_export
from fpa.core.actor import Actor
from fpa.core.chinese import date_cn
from fpa.core.lists import Column, Link, Status, list_page
from fpa.core.visibility import ROOT_PATH
from fpa.pages.form_flow import Said, form_flow
from fpa.registers import actions, forms
from fpa.registers.models import Dictionary, Entry

ENTRIES = Entry.objects.select_related("dictionary")

COLUMNS = (
    Column("name", "字典", lambda d: d.name, link=lambda d: page_of(d)),
    Column("note", "用途", lambda d: d.note),
    Column("count", "在用项数", lambda d: d.current, kind="number"),
    Column("code", "代码", lambda d: d.code, kind="code", default=False),
)


def page_of(dictionary: Dictionary) -> str:
    """Address of a dictionary's page."""
    return reverse("entry_list", args=[dictionary.code])


def keeper_of(request: HttpRequest, permission: str) -> Actor:
    """Who keeps what is one for the whole province. Raises PermissionDenied for every other seat, and says who can."""
    actor = check(request, permission)
    if actor.path != ROOT_PATH:
        raise PermissionDenied(actions.PROVINCE_ONLY)
    return actor


def dictionary_list(request: HttpRequest) -> HttpResponse:
    """The dictionaries, with how many words of each may be chosen today."""
    actor, today = check(request, "register.view"), timezone.localdate()
    open_today = Q(entries__valid_from__lte=today) & (
        Q(entries__valid_to=None) | Q(entries__valid_to__gte=today)
    )
    return list_page(
        request,
        title="字典",
        rows=Dictionary.objects.annotate(current=Count("entries", filter=open_today)).order_by("code"),
        columns=COLUMNS,
        on_export=recorder_of_export(actor),
    )


def entry_list(request: HttpRequest, code: str) -> HttpResponse:
    """The words of a dictionary, those that have ended too."""
    actor, dictionary = check(request, "register.view"), _dictionary(code)
    may_edit = actor.may("entry.edit") and actor.path == ROOT_PATH
    add = Link("增加一项", reverse("add_entry", args=[code]), "plus", primary=True)
    return list_page(
        request,
        title=f"字典：{dictionary}",
        rows=dictionary.entries.order_by("order", "valid_from", "id"),
        columns=_entry_columns(may_edit),
        on_export=recorder_of_export(actor),
        links=[add] if may_edit else [],
        empty="这部字典还没有内容。",
        context={"places": [("字典", reverse("dictionary_list")), (dictionary.name, "")]},
    )


def _entry_columns(may_edit: bool) -> tuple[Column, ...]:
    today = timezone.localdate()
    edit, end = "edit_entry", "end_entry"
    columns = (
        Column("label", "名称", lambda e: e.label),
        Column("order", "顺序", lambda e: e.order, kind="number"),
        Column("code", "代码", lambda e: e.code, kind="code", default=False),
        Column("valid_from", "自", lambda e: e.valid_from, kind="date"),
        Column("valid_to", "至", lambda e: e.valid_to, kind="date"),
        Column("status", "状态", lambda e: _status(e, today)),
    )
    changes = (
        Column("edit", "修改", lambda e: "修改", link=lambda e: reverse(edit, args=[e.pk])),
        Column(
            "end",
            "停用",
            lambda e: None if e.valid_to else "停用",
            link=lambda e: None if e.valid_to else reverse(end, args=[e.pk]),
        ),
    )
    return columns + changes if may_edit else columns


def _status(entry: Entry, today: Any) -> Status:
    if entry.valid_from > today:
        return Status("未启用", "waiting")
    return Status("已停用", "off") if entry.valid_to and entry.valid_to < today else Status("在用", "done")


def _dictionary(code: str) -> Dictionary:
    found = Dictionary.objects.filter(code=code).first()
    if found is None:
        raise Http404("没有这部字典，请从字典列表中打开。")
    return found


def add_entry(request: HttpRequest, code: str) -> HttpResponse:
    """Add a word to a dictionary."""
    actor, dictionary = keeper_of(request, "entry.edit"), _dictionary(code)

    def said(entry: Any) -> Said:
        message = f"已在“{dictionary}”增加“{entry}”，{date_cn(entry.valid_from)}起可以选用。"
        return message, page_of(dictionary)

    last = dictionary.entries.order_by("-order").values_list("order", flat=True).first() or 0
    return form_flow(
        request,
        forms.AddEntryForm(request.POST or None, initial={"order": last + 1}),
        title=f"增加字典项：{dictionary}",
        submit="增加",
        back=page_of(dictionary),
        does=partial(actions.add_entry, dictionary=dictionary, by=actor),
        said=said,
    )


def edit_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a word or its place."""
    actor, entry = keeper_of(request, "entry.edit"), load(ENTRIES, pk, request, "entry.edit")

    return form_flow(
        request,
        forms.EditEntryForm.of(entry, request.POST or None),
        edits=True,
        title=f"修改字典项：{entry}",
        submit="保存",
        back=page_of(entry.dictionary),
        does=partial(actions.edit_entry, entry=entry, by=actor),
        said=lambda edited: (f"已修改字典项“{edited}”。", page_of(entry.dictionary)),
        consequences=lambda answers: [
            f"已按“{entry}”登记的记录都改为显示“{answers['label']}”。含义变了的，请停用原项、另增一项。"
        ],
    )


def end_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a word be chosen no longer."""
    actor, entry = keeper_of(request, "entry.edit"), load(ENTRIES, pk, request, "entry.edit")

    return form_flow(
        request,
        forms.EndEntryForm(request.POST or None),
        title=f"停用字典项：{entry}",
        submit="确认停用",
        back=page_of(entry.dictionary),
        does=partial(actions.end_entry, entry=entry, by=actor),
        said=lambda ended: (f"“{ended}”用到{date_cn(ended.valid_to)}为止。", page_of(entry.dictionary)),
        consequences=lambda answers: [
            f"{date_cn(answers['valid_to'])}以后的记录不能再选“{entry}”。",
            "已经登记的记录不变，仍按原名称显示和统计。",
        ],
    )
