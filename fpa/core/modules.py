"""The module registry: what the rest of the house may know of a room, declared once in that room's `module.py`.

A room gives `MODULE = Module(…)`. Whoever needs it of all rooms (roles, menu, audit words, to-dos, the search box, the
handover pack, the glossary) asks here and names no room, so that a new room touches itself and one line of settings.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from fpa.core.actor import Actor

SHOWN = 20
"""To-dos of one kind that a home lists; the count beside them is of all."""


@dataclass(frozen=True)
class Permission:
    """What somebody may do (`member.transfer`), its Chinese name, and the codes of the roles that have it."""

    code: str
    label: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """A line of the menu: in which section (a key of `access.menu.SECTIONS`), where it leads, who sees it.

    Entries of a section stand by `order`. The entry is lit on every page whose address begins with its own, and on
    those that begin with one of `covers`.
    """

    section: str
    label: str
    url_name: str
    permission: str
    order: int = 50
    covers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Todo:
    """One thing to do: what, why or where it stands, where to do it, by which day."""

    kind: str
    title: str
    detail: str
    url: str
    due_on: date | None
    overdue: bool


def todo(kind: str, title: str, detail: str, url: str, due_on: date | None, today: date) -> Todo:
    """A to-do that is overdue from the day after `due_on` on."""
    return Todo(kind, title, detail, url, due_on, due_on is not None and due_on < today)


@dataclass(frozen=True)
class TodoGroup:
    """The to-dos of one kind: how many there are, the most urgent of them (`SHOWN` at most), and the list of all.

    Groups stand by `order` on a home.
    """

    kind: str
    label: str
    count: int
    items: list[Todo] = field(default_factory=list)
    url: str = ""
    order: int = 50

    @property
    def is_cut(self) -> bool:
        """Whether there are more than are listed."""
        return self.count > len(self.items)


@dataclass(frozen=True, kw_only=True)
class TodoRows:
    """To-dos of one kind that are rows of a table, the most urgent first: `told(row, today)` says one in a line.

    A home counts all such kinds by one query, and reads only those of which there are any.
    """

    kind: str
    label: str
    rows: QuerySet[Any]
    told: Callable[[Any, date], Todo]
    url: str
    order: int


@dataclass(frozen=True)
class Hit:
    """Something that the search box found: its name, what tells it from others, and its page."""

    title: str
    detail: str
    url: str


@dataclass(frozen=True)
class HitGroup:
    """The hits of one kind."""

    label: str
    hits: list[Hit]


@dataclass(frozen=True)
class OpenItem:
    """Something that is open at a post: its kind, what it is, where it is done."""

    kind: str
    title: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Module:
    """What a room declares of itself.

    `verbs` and `fields` name, in Chinese, the audit verbs that it records and what its events hold beside the fields of
    their things (for one kind of thing alone as `app.model.field`). `former_labels` maps what its models were called
    in events written before they came here (`organization.member`) to what they are called now. `todos` gives a seat's
    to-dos, `search` what the search box finds for a text (half-width, without spaces), `handover` what is open at a
    post. `on_setup` publishes what a province needs to begin work (standard flows and forms): called by every
    `fpa setup` over the whole province, so it does nothing twice. `on_day` are the works that passing days do on its
    records: each is called several times a day by the keeper with today, over the whole province and in a transaction
    of its own, so it does nothing twice, and one that fails keeps no other from being done.
    `pages` names, in Chinese, the addresses that neither the menu nor a list nor their view's own title names;
    `glossary` adds words that no model, page or permission has: 中文 → (code, explanation), where several codes are
    parted by `、`.
    """

    permissions: Sequence[Permission] = ()
    menu: Sequence[Entry] = ()
    verbs: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    former_labels: Mapping[str, str] = field(default_factory=dict)
    todos: Callable[[Actor, date], Sequence[TodoGroup | TodoRows]] | None = None
    search: Callable[[str, Actor], Sequence[HitGroup]] | None = None
    handover: Callable[[Actor], Sequence[OpenItem]] | None = None
    on_setup: Callable[[], object] | None = None
    on_day: Sequence[Callable[[date], object]] = ()
    pages: Mapping[str, str] = field(default_factory=dict)
    glossary: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@cache
def modules() -> dict[str, Module]:
    """Every installed room's module by its app label, in the order of the settings.

    Raises ValueError where two rooms declare the same permission or audit verb.
    """
    found = {}
    for config in apps.get_app_configs():
        name = f"{config.name}.module"
        if config.name.startswith("fpa.") and find_spec(name):
            found[config.label] = import_module(name).MODULE
    for what in ("verbs", "permissions"):
        words = [getattr(word, "code", word) for module in found.values() for word in getattr(module, what)]
        if twice := {word for word in words if words.count(word) > 1}:
            raise ValueError(f"declared by two rooms: {', '.join(sorted(twice))}")
    return found


def permissions() -> list[Permission]:
    """Every permission that a room declares."""
    return [permission for module in modules().values() for permission in module.permissions]


@cache
def merged(what: str) -> dict[str, str]:
    """One of the rooms' mappings (`verbs`, `fields`, `former_labels`, `pages`), of all rooms together."""
    return {key: word for module in modules().values() for key, word in getattr(module, what).items()}


def labels_of(label: str) -> list[str]:
    """What a model (`app.model`) is called in stored rows: its label, and those that it had before."""
    return [label, *(old for old, new in merged("former_labels").items() if new == label)]
