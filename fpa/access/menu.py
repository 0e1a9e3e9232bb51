"""The module menu: the association's five modules and the workspace, filled by the rooms' own entries."""

from dataclasses import dataclass
from functools import cache, lru_cache

from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString

from fpa.core.actor import Actor
from fpa.core.modules import Entry, modules


@dataclass(frozen=True)
class Section:
    """One module of the menu, with an icon of the sprite."""

    key: str
    label: str
    icon: str


SECTIONS = (
    Section("workspace", "工作台", "home"),
    Section("organization", "组织建设管理", "sitemap"),
    Section("analysis", "数据分析管理", "chart-bar"),
    Section("system", "系统管理", "settings"),
)


@cache
def menu() -> list[tuple[Section, list[Entry]]]:
    """Every section with its entries in order. Raises KeyError for an entry of an unknown section."""
    by_section: dict[str, list[Entry]] = {section.key: [] for section in SECTIONS}
    for module in modules().values():
        for entry in module.menu:
            by_section[entry.section].append(entry)
    return [(section, sorted(by_section[section.key], key=lambda e: e.order)) for section in SECTIONS]


def menu_for(actor: Actor) -> list[tuple[Section, list[Entry]]]:
    """The sections and entries that the actor's role may open; empty sections are left out."""
    return _allowed(actor.permissions)


@lru_cache(maxsize=100)
def _allowed(permissions: frozenset[str]) -> list[tuple[Section, list[Entry]]]:
    sections = [(section, [e for e in entries if e.permission in permissions]) for section, entries in menu()]
    return [(section, entries) for section, entries in sections if entries]


def menu_html(actor: Actor, lit: Entry | None, address: str) -> SafeString:
    """The menu as a page shows it, with the entry that it belongs to lit. It is written once for each role and entry,
    and kept: it was a tenth of a page."""
    is_here = lit is not None and address in _begins(lit)[:1]
    return _menu_html(actor.permissions, lit, is_here)


@lru_cache(maxsize=1_000)
def _menu_html(permissions: frozenset[str], lit: Entry | None, is_here: bool) -> SafeString:
    shown = {"menu": _allowed(permissions), "lit": lit, "current": "page" if is_here else "true"}
    return render_to_string("access/menu.html", shown)


def trail(actor: Actor, lit: Entry | None) -> list[tuple[str, str]]:
    """The way to a page through the menu: its module, without a link, and the entry that it belongs to; none where it
    belongs to none."""
    if lit is None:
        return []
    module = next(section.label for section, entries in menu_for(actor) if lit in entries)
    return [(module, ""), (lit.label, next(iter(_begins(lit)), ""))]


def lit_entry(actor: Actor, address: str) -> Entry | None:
    """The entry that a page belongs to: the longest whose address begins the page's; home lights itself alone."""
    begins = _entries_by_beginning(actor.permissions)
    found = [begin for begin in begins if address == begin or (begin != "/" and address.startswith(begin))]
    return begins[max(found, key=len)] if found else None


@lru_cache(maxsize=100)
def _entries_by_beginning(permissions: frozenset[str]) -> dict[str, Entry]:
    return {
        begin: entry for _, entries in _allowed(permissions) for entry in entries for begin in _begins(entry)
    }


@cache
def _begins(entry: Entry) -> tuple[str, ...]:
    try:
        return (reverse(entry.url_name), *entry.covers)
    except NoReverseMatch:
        return entry.covers
