"""The glossary: every word of the house in Chinese and in code, made from the code (`fpa glossary`).

Models, fields, choices, audit verbs, pages, roles and permissions stand in the code; the general words and those that
are easily confused are kept by hand in `docs/glossary-general.md`, around the place where the rest goes.
"""

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from inspect import getsource, isfunction, unwrap
from pathlib import Path
from textwrap import dedent

from django.apps import AppConfig, apps
from django.conf import settings
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from fpa.access.roles import ROLES
from fpa.core.modules import Module, merged, modules, permissions
from fpa.imports.importer import importers
from fpa.pages.declared_lists import declared_lists
from fpa.pages.named import NamedView
from fpa.pages.rows import Record

PLACE = "<!-- 以下各节由 fpa glossary 从代码写出 -->"
NOTE = "<!-- 由 fpa glossary 写出，不要手改：词在代码里改，通用词和容易混的词在 docs/glossary-general.md 里改 -->"


def glossary_file() -> Path:
    """Where the glossary stands."""
    return Path(settings.BASE_DIR) / "docs" / "glossary.md"


def compose_glossary() -> str:
    """The glossary as the code has it now. Raises ValueError where the hand-kept part has no place for the rest."""
    general = glossary_file().with_name("glossary-general.md").read_text()
    before, place, after = general.partition(PLACE)
    if not place:
        raise ValueError(f"docs/glossary-general.md 里没有这一行：{PLACE}")
    rooms = [section for config in _rooms() if (section := _room(config))]
    return "\n\n".join([NOTE, before.strip(), *rooms, _roles(), after.strip()]) + "\n"


def is_fresh() -> bool:
    """Whether the glossary's file says what the code says."""
    file = glossary_file()
    return file.exists() and file.read_text() == compose_glossary()


@cache
def page_names() -> dict[str, str]:
    """What every page is called, by its address's name, in the order of the addresses.

    Its room says so, or its list's title, its line of the menu, or the title that its view gives; a page that nothing
    names is called by its address's name.
    """
    named = {each.url_name: each.label for module in modules().values() for each in module.menu}
    named |= {key: declared.title for key, declared in declared_lists().items() if declared.title}
    named |= {f"import_{importer.kind}": f"导入{importer.label}" for importer in importers()}
    named |= merged("pages")
    return {name: named.get(name) or _own_title(view) or name for name, view in _views().items()}


def _rooms() -> list[AppConfig]:
    return [config for config in apps.get_app_configs() if config.name.startswith("fpa.")]


def _room(config: AppConfig) -> str:
    """A room's section; empty where it has no words."""
    module = modules().get(config.label, Module())
    pages = [(f"页面：{words}", _code(name)) for name, words in page_names().items() if _is_of(config, name)]
    verbs = [(f"审计：{words}", _code(verb)) for verb, words in module.verbs.items()]
    words = [(word, _code(code), told) for word, (code, told) in module.glossary.items()]
    tables = [
        _table(("中文", "代码", "字段和取值"), [_model(model) for model in config.get_models()]),
        _table(("中文", "代码"), verbs + pages),
        _table(("中文", "代码", "说明"), words),
    ]
    shown = [table for table in tables if table]
    return "\n\n".join([f"## {config.label}：{config.verbose_name}", *shown]) if shown else ""


def _model(model: type[models.Model]) -> tuple[str, str, str]:
    fields = [_field(model, field) for field in (*model._meta.fields, *model._meta.many_to_many)]
    return f"**{model._meta.verbose_name}**", _code(model.__name__), "；".join(filter(None, fields))


def _field(model: type[models.Model], field: models.Field) -> str:
    """A field and its choices; empty for one that has no Chinese name, nor a model with one that it leads to."""
    names = [str(field.verbose_name)]
    if field.name == "unit" and issubclass(model, Record):
        names = [model.unit_label]
    if isinstance(field, models.ForeignKey):
        names.append(str(field.related_model._meta.verbose_name))
    words = next((name for name in names if not name.isascii()), "")
    if not words:
        return ""
    choices = "、".join(
        f"{label} {_code(value)}" for value, label in field.flatchoices if value not in ("", None)
    )
    return f"{words} {_code(field.name)}" + (f"（{choices}）" if choices else "")


def _roles() -> str:
    """The roles, and the permissions with the roles that have them."""
    roles = [(role.label, _code(role.code)) for role in ROLES.values()]
    rights = [
        (p.label, _code(p.code), "、".join(ROLES[code].label for code in p.roles)) for p in permissions()
    ]
    tables = _table(("角色", "代码"), roles), _table(("权限", "代码", "哪些角色有"), rights)
    return "\n\n".join(["## 角色和权限", *tables])


def _code(names: object) -> str:
    """Names of the code, parted by `、`, as code."""
    return "、".join(f"`{name}`" for name in str(names).split("、"))


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; empty where it has no rows."""
    rule = f"|{'---|' * len(heads)}"
    return "\n".join([_line(heads), rule, *map(_line, rows)]) if rows else ""


def _line(cells: Iterable[str]) -> str:
    escaped = (cell.replace("|", r"\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"


@cache
def _views() -> dict[str, Callable[..., object]]:
    """The view of each named address."""
    return {str(p.name): unwrap(p.callback) for p, _ in _patterns(get_resolver()) if p.name}


@cache
def _modules_of_addresses() -> dict[str, str]:
    """The module that declares each named address; a view that is no function has no module of its own."""
    return {str(p.name): module for p, module in _patterns(get_resolver()) if p.name}


def _patterns(resolver: URLResolver) -> Iterator[tuple[URLPattern, str]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern)
        else:
            yield pattern, getattr(resolver.urlconf_module, "__name__", "")


def _is_of(config: AppConfig, name: str) -> bool:
    view = _views()[name]
    module = view.__module__ if isfunction(view) else _modules_of_addresses()[name]
    return f"{module}.".startswith(f"{config.name}.")


def _own_title(view: Callable[..., object]) -> str:
    """The title that a view writes out for its page, up to the name of the thing shown; empty where it has none."""
    if isinstance(view, NamedView):
        return view.words
    given = (title for node in ast.walk(ast.parse(dedent(getsource(view)))) for title in _titles(node))
    return next((words for title in given if (words := _beginning(title))), "")


def _titles(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Call):
        return [keyword.value for keyword in node.keywords if keyword.arg == "title"]
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return [value for key, value in pairs if isinstance(key, ast.Constant) and key.value == "title"]
    return []


def _beginning(title: ast.expr) -> str:
    """`办理退会` of the title `f"办理退会：{…}"`, and a plain title whole."""
    if isinstance(title, ast.Constant):
        return str(title.value)
    first = title.values[0] if isinstance(title, ast.JoinedStr) and title.values else None
    begin, colon, _ = str(first.value).partition("：") if isinstance(first, ast.Constant) else ("", "", "")
    return begin if colon else ""
