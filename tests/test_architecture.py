"""The shape of the house, held by reading it: layers, sizes, names, words, templates."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median, quantiles

import pytest
from django.apps import apps
from django.conf import settings
from django.template.loader import get_template
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from fpa.access.exceptions import WHOLE_PROVINCE
from fpa.access.guards import our_models, visibility_of
from fpa.access.menu import menu
from fpa.access.roles import ROLES
from fpa.audit.words import thing_words
from fpa.core.modules import merged
from fpa.figures import catalogue

ROOT = Path(settings.BASE_DIR)
LONGEST_FILE, LONGEST_FUNCTION, MEDIAN_FUNCTION, NINETIETH_FUNCTION = 500, 50, 8, 25
CODE = ("fpa", "config", "scripts", "bench", "tests")


@cache
def sources() -> dict[Path, ast.Module]:
    """Every Python file of the project, migrations apart, with its tree."""
    files = [p for folder in CODE for p in (ROOT / folder).rglob("*.py") if "migrations" not in p.parts]
    return {path: ast.parse(path.read_text()) for path in files}


def source_only() -> dict[Path, ast.Module]:
    return {
        path: tree
        for path, tree in sources().items()
        if "tests" not in (inside := path.relative_to(ROOT).parts) and inside[0] == "fpa"
    }


def functions(trees: dict[Path, ast.Module]) -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def templates() -> list[Path]:
    return [*ROOT.glob("templates/**/*.html"), *ROOT.glob("fpa/*/templates/**/*.html")]


def test_packages_import_only_what_stands_below():
    # in a process of its own: in this one it would disable every logger that exists
    command = [Path(sys.executable).with_name("lint-imports")]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_files_are_short():
    long = {shown(p): n for p in sources() if (n := len(p.read_text().splitlines())) > LONGEST_FILE}
    assert long == {}, "a file that grows past it becomes a package of the same name"


def test_functions_are_short():
    long = {
        f"{shown(p)}:{f.name}": length(f) for p, f in functions(sources()) if length(f) > LONGEST_FUNCTION
    }
    assert long == {}
    lengths = [length(f) for _, f in functions(source_only())]
    assert median(lengths) <= MEDIAN_FUNCTION
    assert quantiles(lengths, n=10)[-1] <= NINETIETH_FUNCTION


def test_public_functions_say_what_they_do():
    """Views, actions, queries and all else that others call by name."""
    bare = [
        f"{shown(path)}:{node.name}"
        for path, tree in source_only().items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert bare == []


def test_modules_say_what_they_are_for():
    plain = {"__init__.py", "apps.py", "urls.py", "wsgi.py", "__main__.py"}
    assert [
        shown(p) for p, tree in source_only().items() if p.name not in plain and not ast.get_docstring(tree)
    ] == []


def test_actions_are_keyword_only_and_name_who_acts():
    """Design §3: `def transfer_member(*, member, …, by)`; what has no actor is not an action."""
    loose = [
        f"{shown(path)}:{node.name}"
        for path, tree in source_only().items()
        if path.name == "actions.py" or path.parent.name == "actions"
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and "transaction.atomic" in map(ast.unparse, node.decorator_list)
        if node.args.args or (records(node) and "by" not in [arg.arg for arg in node.args.kwonlyargs])
    ]
    assert loose == []


def records(node: ast.FunctionDef) -> bool:
    return any(isinstance(each, ast.Call) and called(each) == "record" for each in ast.walk(node))


def patterns(found: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in found:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns)
        else:
            yield pattern


def whole_province_blocks() -> set[str]:
    """`module:function` of all code that names `whole_province` or `read_whole_province` other than by importing it,
    migrations too."""
    migrations = {path: ast.parse(path.read_text()) for path in ROOT.glob("fpa/*/migrations/*.py")}
    found: set[str] = set()
    for path, tree in (source_only() | migrations).items():
        module = shown(path.with_suffix("")).replace("/", ".").removesuffix(".__init__")
        for word in ("whole_province", "read_whole_province"):
            found |= {f"{module}:{owner}" for owner in naming(word, tree)}
    return found


def naming(word: str, tree: ast.AST, owner: str = "") -> Iterator[str]:
    """The functions (`Class.method`, `outer.inner`; empty for a module's own lines) that use a word, or rename it."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from naming(word, node, f"{owner}.{node.name}".lstrip("."))
            continue
        renamed = node.asname if isinstance(node, ast.alias) and node.name == word else None
        if renamed or word in (getattr(node, "id", ""), getattr(node, "attr", "")):
            yield owner
        yield from naming(word, node, owner)


def test_blocks_over_the_whole_province_are_listed_with_their_reasons():
    """A new one is a decision: who sees what it reads?"""
    blocks = whole_province_blocks()
    new = "\n".join(f'    "{block}": "为什么安全",' for block in sorted(blocks - WHOLE_PROVINCE.keys()))
    gone = "\n".join(f'    "{block}"' for block in sorted(WHOLE_PROVINCE.keys() - blocks))
    assert not new, f"add to WHOLE_PROVINCE in fpa/access/exceptions.py, each with its reason:\n{new}"
    assert not gone, f"take out of WHOLE_PROVINCE in fpa/access/exceptions.py:\n{gone}"
    assert all(re.search("[\u4e00-\u9fff]", reason) for reason in WHOLE_PROVINCE.values())


@pytest.mark.parametrize(
    ("code", "owners"),
    [
        ("def act():\n    with whole_province():\n        pass", ["act"]),
        (
            "class C:\n    def act(self):\n        with scope.whole_province(), other():\n            pass",
            ["C.act"],
        ),
        ("def outer():\n    def inner():\n        with whole_province(): pass", ["outer.inner"]),
        ("everywhere = whole_province", [""]),
        ("@whole_province()\ndef act(): pass", ["act"]),
        ("from fpa.access.scope import whole_province", []),
        ("from fpa.access.scope import whole_province as everything", [""]),
        ("def whole_province(): return scoped(ROOT_PATH)", []),
    ],
)
def test_search_for_blocks_over_the_whole_province_sees_each_way_to_write_one(code, owners):
    assert list(naming("whole_province", ast.parse(code))) == owners


def test_an_address_and_its_view_share_one_word():
    """A view that serves several kinds is named by what it does, and its addresses by their kind."""
    several = {"upload_file": "import_"}
    odd = {
        f"{pattern.name} → {pattern.callback.__name__}"
        for pattern in patterns(get_resolver().url_patterns)
        if pattern.name != pattern.callback.__name__
        and not str(pattern.name).startswith(several.get(pattern.callback.__name__, "\0"))
    }
    assert odd == set()


def test_menu_leads_somewhere_and_asks_for_permissions_that_exist():
    granted = set().union(*(role.permissions for role in ROLES.values()))
    for section, entries in menu():
        assert f'id="{section.icon}"' in (ROOT / "static/icons.svg").read_text(), section.icon
        for entry in entries:
            assert reverse(entry.url_name)
            assert entry.permission in granted


ASKING = ("check", "load", "load_for", "load_unit", "load_unit_for", "may")


def test_permissions_that_are_asked_for_are_granted_to_some_role():
    granted = set().union(*(role.permissions for role in ROLES.values()))
    asked = set()
    for tree in source_only().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) in ASKING:
                asked |= {
                    a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
                }
    asked = {word for word in asked if re.fullmatch(r"[a-z_]+\.[a-z_]+", word)}
    assert asked <= granted
    assert len(asked) > 20, "the search has gone blind"


def called(node: ast.Call) -> str:
    """The last word of what is called: `record` of `record(…)` and of `audit.record(…)`."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def recorded_verbs() -> set[str]:
    """Every verb that the code writes out: a `thing.done` that is neither a permission nor a model nor a figure."""
    things = {verb.split(".")[0] for verb in merged("verbs")}
    other = set().union(*(role.permissions for role in ROLES.values())) | {f.key for f in catalogue.every()}
    return {
        node.value
        for path, tree in source_only().items()
        if "demo" not in path.parts and path.name != "words.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.fullmatch(r"[a-z_]+\.[a-z_]+", node.value) and node.value.split(".")[0] in things
        if node.value not in other
    }


def test_recorded_verbs_have_chinese_words(db):
    recorded = recorded_verbs()
    assert recorded - merged("verbs").keys() == set(), "name them in fpa/audit/words.py"
    assert len(recorded) > 20, "the search has gone blind"


def test_recorded_fields_have_chinese_words():
    """Keys that are written in the code of a record's `changes`."""
    own = {f.name for m in our_models() for f in m._meta.fields if not str(f.verbose_name).isascii()}
    keys = {
        str(key.value)
        for tree in source_only().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) == "record"
        for keyword in node.keywords
        if keyword.arg == "changes" and isinstance(keyword.value, ast.Dict)
        for key in keyword.value.keys
        if isinstance(key, ast.Constant)
    }
    assert keys - own - merged("fields").keys() == set(), "name them in fpa/audit/words.py"


def test_models_have_chinese_names_and_a_declared_visibility():
    """Events and the audit's filters name things by their model."""
    for model in our_models():
        assert visibility_of(model)
    labels = {m._meta.label_lower for m in our_models()}
    assert {label for label in labels if not re.search("[\u4e00-\u9fff]", thing_words(label))} == set()


@pytest.mark.parametrize("path", templates(), ids=shown)
def test_template_keeps_to_the_policy(path):
    """No script and no handler in the page: the policy refuses them. Data for scripts stands in `json_script`."""
    text = path.read_text()
    for script in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in script or "application/json" in script, script
    assert re.findall(r"\son[a-z]+\s*=", text) == []
    assert "javascript:" not in text
    assert re.findall(r"<style\b(?![^>]*nonce)", text) == []
    assert re.findall(r"https?://(?!www\.w3\.org)[^\s\"'{]+", text) == [], "assets are served locally"
    assert "|safe" not in text, "what people typed is never trusted"


@pytest.mark.parametrize("path", templates(), ids=shown)
def test_template_compiles(path):
    folder = next(p for p in path.parents if p.name == "templates")
    assert get_template(str(path.relative_to(folder)))


LONGEST_LINE = 120
BUTTONS = re.compile(
    r"<(?:a|button)\b[^>]*\bclass=([\"'])(?:(?!\1).)*?(?<![\w-])(?:btn|button|back)(?:-\w+)*(?![\w-])",
    re.DOTALL,
)
"""A link or button with a class that `{% button %}` or `{% back %}` gives; a `menu-button` is something else."""
FACTS = "facts_list.html"


@pytest.mark.parametrize("path", templates(), ids=shown)
def test_template_is_written_with_the_shared_parts(path):
    """A button is `{% button %}`, a way back `{% back %}`, facts `pages/facts_list.html`; lines fit."""
    text = path.read_text()
    assert [line for line in text.splitlines() if len(line) > LONGEST_LINE] == []
    assert BUTTONS.findall(text) == [], "write {% button %} or {% back %}"
    assert '"arrow-left"' not in text, "write {% back %}"
    assert "<dl" not in text or path.name == FACTS, "include pages/facts_list.html"


@pytest.mark.parametrize(
    "written",
    [
        '<a class="btn" href="/">',
        '<a href="/" class="quiet button button-quiet">',
        "<button\n  type=\"button\" class='btn btn-sm'>",
        '<button class="btn-link">',
        '<a class="back" href="{% url "home" %}">',
        '<button class="btn{% if is_own %} btn-primary{% endif %}">',
    ],
)
def test_search_for_buttons_sees_each_way_to_write_one(written):
    assert BUTTONS.search(written)
    assert not BUTTONS.search(
        '<button class="menu-button"><a class="target"><summary class="button"><a class="feedback">'
    )


REPEATABLE = {
    "base.html": "looking something up, choosing a seat and signing out do the same however often they are sent",
    "base_light.html": "signing out twice is signing out",
    "choose_seat.html": "a seat chosen twice is the seat chosen",
    "elder_mode.html": "the mode is set to what the button says",
    "fill_submission.html": "each saved cell names the version that it saw",
    "go_to.html": "looking something up changes nothing",
    "unsent.html": "answers that go back to their form are shown there, and nothing is done",
}
"""Templates with a form whose repeat has no second effect, and why."""


def test_forms_that_post_carry_the_key_by_which_they_are_done_once():
    bare = set()
    for path in templates():
        for form in re.findall(r"<form\b.*?</form>", path.read_text(), re.DOTALL):
            if 'method="post"' in form and "{% once %}" not in form:
                bare.add(path.name)
    assert bare == REPEATABLE.keys()


def test_icons_that_templates_use_are_in_the_sprite():
    sprite = set(re.findall(r'id="([a-z0-9-]+)"', (ROOT / "static/icons.svg").read_text()))
    used = {name for path in templates() for name in re.findall(r'{% icon "([a-z0-9-]+)"', path.read_text())}
    assert used - sprite == set()


def test_every_module_is_installed():
    folders = {p.parent.name for p in ROOT.glob("fpa/*/apps.py")}
    assert folders == {
        c.name.removeprefix("fpa.") for c in apps.get_app_configs() if c.name.startswith("fpa.")
    }


def test_sources_hold_nothing_unfinished():
    marks = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3)) + r")\b")
    assert [shown(path) for path in sources() if marks.search(path.read_text())] == []


DURING = re.compile("(?:”|春节|活动|公示|锁定)期间")
"""Where 期间 says “during”, as in the association's own texts; no other is a reporting period."""


def test_a_reporting_period_has_one_word():
    """报告期 everywhere: 期间 alone means “during” in the domain's texts, so it names no period."""
    texts = [*templates(), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md"), *source_only()]
    mine = ROOT / "docs/glossary-general.md", ROOT / "docs/glossary.md"  # the entry that says so
    told = {path: DURING.sub("", path.read_text()).replace("“期间”只表示", "") for path in texts}
    assert [shown(path) for path, text in told.items() if "期间" in text] == []
    assert all("| 报告期 | `period`" in path.read_text() for path in mine)


def test_suppressions_carry_their_reason():
    """Lint is obeyed, never silenced; an ignored type names its code."""
    bad = [
        f"{shown(path)}:{n}"
        for path in sources()
        for n, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"#\s*no" + r"qa", line) or re.search(r"#\s*type:\s*ignore(?!\[)", line)
    ]
    assert bad == []
