"""What is to be done today by a seat, and what the one search box finds: asked of every room's module."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse

from fpa.access.menu import menu_for
from fpa.core.actor import Actor
from fpa.core.chinese import clean, half_width, initials
from fpa.core.modules import SHOWN, Hit, HitGroup, Todo, TodoGroup, TodoRows, modules
from fpa.core.rows import count_each


def groups(actor: Actor, today: date) -> list[TodoGroup]:
    """A seat's to-dos by kind, only kinds that have any, in the order that the rooms give them."""
    told = [each for module in modules().values() if module.todos for each in module.todos(actor, today)]
    rows = [each for each in told if isinstance(each, TodoRows)]
    counts = count_each({each.kind: each.rows for each in rows})
    found = [_read(each, counts[each.kind], today) for each in rows if counts.get(each.kind)]
    found += [each for each in told if isinstance(each, TodoGroup) and each.count]
    return sorted(found, key=lambda group: group.order)


def _read(kind: TodoRows, count: int, today: date) -> TodoGroup:
    first = [kind.told(row, today) for row in kind.rows[:SHOWN]]
    return TodoGroup(kind.kind, kind.label, count, first, kind.url, kind.order)


def todos(actor: Actor, today: date) -> list[Todo]:
    """A seat's to-dos in one line, the most urgent first; of each kind the first ones."""
    return by_urgency(groups(actor, today))


def by_urgency(found: Iterable[TodoGroup]) -> list[Todo]:
    """The listed to-dos of all kinds by the day they are due; without a day, last."""
    listed = [todo for group in found for todo in group.items]
    return sorted(listed, key=lambda todo: todo.due_on or date.max)


def find(text: str, actor: Actor) -> list[HitGroup]:
    """Pages by name or initials, then what each room finds for the text; groups without a hit are left out."""
    wanted = half_width(clean(text)).replace(" ", "")
    if not wanted:
        return []
    searches = [module.search for module in modules().values() if module.search]
    found = [_pages(wanted, actor), *(group for search in searches for group in search(wanted, actor))]
    return [group for group in found if group.hits]


def _pages(wanted: str, actor: Actor) -> HitGroup:
    entries = (entry for _, entries in menu_for(actor) for entry in entries)
    letters = wanted.lower()
    hits = [
        Hit(e.label, "", reverse(e.url_name))
        for e in entries
        if wanted in e.label or initials(e.label).startswith(letters)
    ]
    return HitGroup("功能", hits)
