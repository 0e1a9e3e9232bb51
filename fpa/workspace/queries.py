"""What is to be done today by a seat, and what the one search box finds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from fpa.access.menu import Entry, menu_for
from fpa.access.models import Unit
from fpa.approval.models import CaseState
from fpa.approval.queries import open_cases_for, returned_cases_for, threads_awaiting
from fpa.core.actor import Actor
from fpa.core.chinese import clean, half_width, initials
from fpa.organization.models import Member
from fpa.organization.queries import search_units
from fpa.reporting.queries import DueCollection, due_collections

SHOWN = 20
"""To-dos of one kind that a home lists; the count beside them is of all."""
FOUND = 8
"""Hits of one kind that the search box shows."""


@dataclass(frozen=True)
class Todo:
    """One thing to do: what, why or where it stands, where to do it, by which day."""

    kind: str
    title: str
    detail: str
    url: str
    due_on: date | None
    overdue: bool


@dataclass(frozen=True)
class Group:
    """The to-dos of one kind: how many there are, the most urgent of them, and the list of all."""

    kind: str
    label: str
    count: int
    items: list[Todo] = field(default_factory=list)
    url: str = ""

    @property
    def is_cut(self) -> bool:
        """Whether there are more than are listed."""
        return self.count > len(self.items)


def groups(actor: Actor, today: date) -> list[Group]:
    """A seat's to-dos by kind, only kinds that have any: returned, due, to review, to answer.

    A matter counts once: a returned report as its faulty cells, a report to review as its case.
    """
    mine = f"{reverse('thread_list')}?mine=waiting"
    waiting = threads_awaiting(actor)
    cells = Q(case__isnull=False, asked=actor.unit_id)
    told_by_its_case = cells | Q(case__state=CaseState.OPEN)
    found = [
        _group("returned", "退回待改", waiting.filter(cells), _cell, today, mine),
        _group(
            "returned_case", "退回重报", returned_cases_for(actor), _returned, today, reverse("case_list")
        ),
        _collections(actor, today),
        _group(
            "review", "待我审核", open_cases_for(actor), _case, today, f"{reverse('case_list')}?mine=turn"
        ),
        _group("thread", "等我答复", waiting.exclude(told_by_its_case), _thread, today, mine),
    ]
    return [group for group in found if group.count]


def todos(actor: Actor, today: date) -> list[Todo]:
    """A seat's to-dos in one line, the most urgent first; of each kind the first ones (`SHOWN`)."""
    return by_urgency(groups(actor, today))


def by_urgency(found: Iterable[Group]) -> list[Todo]:
    """The listed to-dos of all kinds by the day they are due; without a day, last."""
    listed = [todo for group in found for todo in group.items]
    return sorted(listed, key=lambda todo: todo.due_on or date.max)


def _group(
    kind: str, label: str, rows: QuerySet[Any], told: Callable[..., Todo], today: date, url: str
) -> Group:
    first = [told(row, today) for row in rows[:SHOWN]]
    count = len(first) if len(first) < SHOWN else rows.count()
    return Group(kind, label, count, first, url)


def _collections(actor: Actor, today: date) -> Group:
    """The collections to fill or sum up; those to mend or review are told by their cases."""
    due = due_collections(actor, today) if actor.may("submission.view") else []
    told = [_due(each, today) for each in due if each.kind in ("fill", "sum")]
    return Group("collection", "待上报", len(told), told[:SHOWN], reverse("collection_list"))


def _todo(kind: str, title: str, detail: str, url: str, due_on: date | None, today: date) -> Todo:
    return Todo(kind, title, detail, url, due_on, due_on is not None and due_on < today)


def _cell(thread: Any, today: date) -> Todo:
    url = thread.url or thread.get_absolute_url()
    return _todo("returned", str(thread), thread.last_body, url, thread.due_on, today)


def _returned(case: Any, today: date) -> Todo:
    url = case.subject_url or case.get_absolute_url()
    return _todo("returned_case", case.title, case.last_reason, url, case.due_on, today)


def _case(case: Any, today: date) -> Todo:
    url = case.subject_url or case.get_absolute_url()
    return _todo("review", case.title, f"{case.unit.name} · {case.step_label}", url, case.due_on, today)


def _thread(thread: Any, today: date) -> Todo:
    return _todo("thread", str(thread), thread.last_body, thread.get_absolute_url(), thread.due_on, today)


def _due(due: DueCollection, today: date) -> Todo:
    return _todo("collection", due.title, due.state, due.url, due.due_on, today)


@dataclass(frozen=True)
class Finds:
    """What the search box found: pages of the menu, units, members of the seat's scope."""

    pages: list[Entry]
    units: list[Unit]
    members: list[Member]

    def __bool__(self) -> bool:
        return bool(self.pages or self.units or self.members)


def find(text: str, actor: Actor) -> Finds:
    """Pages by name or initials; units by name, code or initials; members by the beginning of name or initials.

    Members only for who may see them, and by two letters at least: one letter's people are no answer.
    """
    wanted = half_width(clean(text)).replace(" ", "")
    if not wanted:
        return Finds([], [], [])
    units = search_units(wanted, actor.path, FOUND) if actor.may("unit.view") else []
    return Finds(_pages(wanted, actor), units, _members(wanted, actor))


def _pages(wanted: str, actor: Actor) -> list[Entry]:
    entries: Iterable[Entry] = (entry for _, entries in menu_for(actor) for entry in entries)
    letters = wanted.lower()
    return [e for e in entries if wanted in e.label or initials(e.label).startswith(letters)]


def _members(wanted: str, actor: Actor) -> list[Member]:
    if not actor.may("member.view") or wanted.isdecimal() or (wanted.isascii() and len(wanted) < 2):
        return []
    found = Member.objects.active().called(wanted).select_related("person", "unit")
    return list(found.order_by("person__initials" if wanted.isascii() else "person__name")[:FOUND])
