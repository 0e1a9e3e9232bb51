"""The tests' databases: templates, each made once upon the one below it, and cloned by every test process.

`base` is migrated, with the real tree and the cast. A test that starts from more asks for it by a fixture named
`<stage>_database`, as `world` does, and finds what was made already there. `STAGES` says who makes it.
"""

import fcntl
import hashlib
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.utils import timezone
from psycopg import sql

from fpa.core import database
from tests.waiting import wait_for

ROOT = Path(__file__).parents[1]
BASE = "base"
STAGES = {
    BASE: "tests.cast:make_cast",
    "forms": "tests.world:make_forms",
    "opened": "fpa.figures.freshness:refresh",
    "world": "tests.world:make_world",
    "figures": "fpa.figures.tests.world:make_world",
}
"""Stage → what makes it. Each stands on the one that `BELOW` names, else on the base."""
BELOW = {"opened": "forms", "world": "forms", "figures": "opened"}


def _stem() -> str:
    return f"test_{settings.OWNER_DATABASE['NAME']}"


def _shape_of_the_base() -> list[Path]:
    """Models, migrations, guards, the tree, the cast."""
    patterns = ("fpa/*/migrations/*.py", "fpa/*/models*.py", "fpa/*/models/*.py", "fpa/access/*.py")
    single = ("tests/cast.py", "tests/databases.py", "fpa/core/actor.py", "fpa/access/data/units.csv.gz")
    return [*(p for pattern in patterns for p in ROOT.glob(pattern)), *(ROOT / name for name in single)]


def _shape_of_a_stage() -> list[Path]:
    """All code, since making a world runs through it."""
    return [p for p in ROOT.glob("fpa/**/*.py") if not p.name.startswith("test_")] + [ROOT / "tests/world.py"]


@cache
def _fingerprint(stage: str) -> str:
    """Changes with whatever shapes the template; a world's days count from today."""
    paths = {*_shape_of_the_base(), settings.KEYRING_FILE}
    digest = hashlib.sha256()
    if stage != BASE:
        paths |= set(_shape_of_a_stage())
        digest.update(timezone.localdate().isoformat().encode())
    for path in sorted(paths):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:10]


def template_name(stage: str) -> str:
    """The name of a stage's template as the code is now."""
    return f"{_stem()}__tpl_{stage}_{_fingerprint(stage)}"


def _bounty(stage: str) -> Path:
    return settings.DATA_DIR / "test" / f"{template_name(stage)}.pickle"


def made_by(stage: str) -> Any:
    """What the maker of a stage gave back, anew at every call."""
    return pickle.loads(_bounty(stage).read_bytes())


@contextmanager
def _only_one() -> Iterator[None]:
    (settings.DATA_DIR / "test").mkdir(parents=True, exist_ok=True)
    with (settings.DATA_DIR / "test" / "template.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def prepare() -> None:
    """Make what every process of a run finds there, as a fresh installation does."""
    from fpa.access.management.commands.setup import prepare_folder_and_role

    with _only_one():
        prepare_folder_and_role()


@contextmanager
def owner_of(name: str) -> Iterator[None]:
    """Point Django at a database as its owner, for migrations."""
    before = dict(connections["default"].settings_dict)
    connections["default"].close()
    connections["default"].settings_dict.update(settings.OWNER_DATABASE, NAME=name)
    yield
    connections["default"].close()
    connections["default"].settings_dict.update(before)


def _make_stage(stage: str) -> None:
    """Run a stage's maker in the whole scope, and keep what it gives."""
    from fpa.access.scope import whole_province

    if stage == BASE:
        call_command("setup", verbosity=0, bare=True)
    module, name = STAGES[stage].split(":")
    with whole_province():
        given = getattr(import_module(module), name)()
    _bounty(stage).write_bytes(pickle.dumps(given))


def _execute(owner: Any, statement: str, *names: str) -> None:
    owner.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _drop_outdated(owner: Any) -> None:
    """Drop templates that the code has outgrown, and those whose making was broken off."""
    kept = {template_name(stage) for stage in STAGES}
    pattern = f"{_stem()}\\_\\_tpl\\_%"
    for (name,) in owner.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [pattern]):
        if name not in kept:
            _execute(owner, "DROP DATABASE {}", name)
            (settings.DATA_DIR / "test" / f"{name}.pickle").unlink(missing_ok=True)


def _is_there(owner: Any, stage: str) -> bool:
    known = owner.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template_name(stage)]).fetchone()
    return bool(known) and _bounty(stage).exists()


def _template(blocker: Any, owner: Any, stage: str) -> str:
    """Name of the up-to-date template; made where it is missing."""
    name = template_name(stage)
    if _is_there(owner, stage):
        return name
    _drop_outdated(owner)
    making, below = f"{name}_making", BELOW.get(stage, BASE)
    if stage == BASE:
        _execute(owner, "CREATE DATABASE {}", making)
    else:
        _execute(owner, "CREATE DATABASE {} TEMPLATE {}", making, _template(blocker, owner, below))
    with blocker.unblock(), owner_of(making):
        _make_stage(stage)
    with database.connect(settings.OWNER_DATABASE, NAME=making) as inside:
        inside.execute("VACUUM (FREEZE, ANALYZE)")
    _execute(owner, "DROP DATABASE IF EXISTS {}", name)
    _execute(owner, "ALTER DATABASE {} RENAME TO {}", making, name)
    return name


def clone_template(blocker: Any, name: str, stage: str = BASE) -> None:
    """Make database `name` afresh from a stage's template."""
    with _only_one(), database.connect(settings.OWNER_DATABASE) as owner:
        template = _template(blocker, owner, stage)
        _execute(owner, "DROP DATABASE IF EXISTS {}", name)
        _execute(owner, "CREATE DATABASE {} TEMPLATE {}", name, template)


def drop_database(name: str) -> None:
    """Drop a test's database, once connections just closed have ended: the owner may not end them."""
    with database.connect(settings.OWNER_DATABASE) as owner:
        connected = "SELECT 1 FROM pg_stat_activity WHERE datname = %s"
        wait_for(lambda: owner.execute(connected, [name]).fetchone() is None)
        _execute(owner, "DROP DATABASE IF EXISTS {}", name)


def point_at(name: str) -> None:
    """Let Django's default connection be to a database, from now on; it stays where it points there already."""
    if connections["default"].settings_dict["NAME"] != name:
        connections["default"].close()
        connections["default"].settings_dict["NAME"] = name


@contextmanager
def pointed_at(blocker: Any, name: str) -> Iterator[None]:
    """Let Django's default connection be to a database, and pytest allow it, within a block; then as before."""
    before = connections["default"].settings_dict["NAME"]
    with blocker.unblock():
        point_at(name)
        yield
        point_at(before)


@dataclass
class Clones:
    """A test process's own clones, each made when a test first asks for its stage."""

    blocker: Any
    label: str
    names: dict[str, str] = field(default_factory=dict)

    def name_of(self, stage: str) -> str:
        """The name of the clone of a stage."""
        if stage not in self.names:
            self.names[stage] = f"{_stem()}__{self.label}" + ("" if stage == BASE else f"_{stage}")
            clone_template(self.blocker, self.names[stage], stage)
        return self.names[stage]

    def drop(self) -> None:
        """Drop them all."""
        with self.blocker.unblock():
            connections["default"].close()
        for name in self.names.values():
            drop_database(name)


def stage_wanted(names: list[str]) -> str:
    """The stage that a test's fixtures ask for; the one that stands on others where they ask for several."""
    asked = [stage for stage in STAGES if f"{stage}_database" in names]
    return asked[-1] if asked else BASE
