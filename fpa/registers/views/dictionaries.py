"""Changing dictionaries: everybody in an office reads them, the province keeps them."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from fpa.access.loaders import check, load, to_edit
from fpa.core.actor import Actor
from fpa.core.chinese import date_cn
from fpa.core.visibility import ROOT_PATH
from fpa.pages.form_flow import Said, form_flow
from fpa.registers import actions, forms
from fpa.registers.lists import dictionary_of, page_of
from fpa.registers.models import Entry

ENTRIES = Entry.objects.select_related("dictionary")


def keeper_of(request: HttpRequest, permission: str) -> Actor:
    """Who keeps what is one for the whole province. Raises PermissionDenied for every other seat, and says who can."""
    actor = check(request, permission)
    if actor.path != ROOT_PATH:
        raise PermissionDenied(actions.PROVINCE_ONLY)
    return actor


def add_entry(request: HttpRequest, code: str) -> HttpResponse:
    """Add a word to a dictionary."""
    actor, dictionary = keeper_of(request, "entry.edit"), dictionary_of(code)

    def said(entry: Entry) -> Said:
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
    actor = keeper_of(request, "entry.edit")
    entry = load(to_edit(ENTRIES, request), pk, request, "entry.edit")

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
