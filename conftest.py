"""What every test stands on: databases cloned from templates (`tests/databases.py`), and the order of the tests.

Tests run as the application's role, so row-level security holds in every one of them.
"""

import gc
import logging
import os
from collections.abc import Generator, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from hypothesis import settings as invariants

from tests.databases import (
    Clones,
    clone_template,
    drop_database,
    owner_of,
    point_at,
    pointed_at,
    prepare,
    stage_wanted,
)

_owner_of = owner_of
TOGETHER = ("tests/journeys", "fpa/demo/tests")
"""Packages whose tests share one server, or one loaded database: they go to one process, and begin first."""
pytest_plugins = ["tests.fixtures"]


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        prepare()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.TREE_HEAD_FILE = settings.DATA_DIR / "test" / f"heads-{os.getpid()}.jsonl"
    settings.UPLOAD_DIR = settings.DATA_DIR / "test" / f"uploads-{os.getpid()}"
    invariants.register_profile(
        "house", max_examples=50, deadline=None, database=None, derandomize=bool(os.environ.get("CI"))
    )
    invariants.load_profile("house")
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.WHITENOISE_USE_FINDERS = True
    settings.WHITENOISE_AUTOREFRESH = True  # else every client begins by listing all static files
    logging.getLogger("django.request").setLevel(logging.ERROR)  # a walk is refused some thousand times
    settings.FILES_DIR = settings.DATA_DIR / "test" / "files"
    settings.EXPORT_DIR = settings.DATA_DIR / "test" / "exports"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Divide the tests among processes: a module stays in one, but for those marked `spread`, which come last and so
    fill what time the others leave. The marks are set before pytest-xdist reads them, the order after pytest-django
    has put what needs no database behind all else."""
    for item in items:
        if not _is_spread(item):
            item.add_marker(pytest.mark.xdist_group(_group(item)))
    # By id, since an item's hash is that of its name, which pytest-xdist changes.
    order = {id(item): (_turn(item), place) for place, item in enumerate(items)}
    yield
    items.sort(key=lambda item: order[id(item)])


def _group(item: pytest.Item) -> str:
    module = item.nodeid.split("::")[0]
    return next((package for package in TOGETHER if module.startswith(package)), module)


def _turn(item: pytest.Item) -> int:
    return 2 if _is_spread(item) else int(_group(item) not in TOGETHER)


def pytest_collection_finish() -> None:
    """Take what a run begins with out of the garbage collector's sight: looking through it again and again was a
    fifteenth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any, ids: list[str]) -> None:
    """Stop where pytest-xdist keeps no groups together, as it silently does beside pytest 9.2: every process would
    make every server and load every database. No test of a room is spread."""
    torn = [i for i in ids if i.startswith("fpa/") and "@" not in i.rpartition("]")[2]]
    if node.config.getoption("dist") == "loadgroup" and torn:
        pytest.exit("pytest-xdist keeps no groups of tests together", returncode=pytest.ExitCode.USAGE_ERROR)


def _is_spread(item: pytest.Item) -> bool:
    return item.get_closest_marker("spread") is not None


@pytest.fixture(scope="session")
def clones(django_db_blocker: Any) -> Iterator[Clones]:
    """This process's own databases."""
    made = Clones(django_db_blocker, str(os.getpid()))
    yield made
    made.drop()


@pytest.fixture(scope="session")
def django_db_setup(clones: Clones) -> None:
    """Every test process has a clone of its own."""
    point_at(clones.name_of("base"))


@pytest.fixture(scope="class", autouse=True)
def _at_its_stage(request: pytest.FixtureRequest) -> None:
    """Point at the clone that a test's fixtures ask for. Of the scope `class`, so that it comes before the test's
    transaction; a test without a class has it to itself."""
    if "django_db_setup" in request.fixturenames:
        clones = request.getfixturevalue("clones")
        point_at(clones.name_of(stage_wanted(request.fixturenames)))


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A clone of its own for a test that must commit (workers, sealing, races); gives the database's name."""
    from fpa.audit.tests.log import begin_log
    from tests.journeys.server import forget

    session = connections["default"].settings_dict["NAME"]
    name = f"{session}_c"
    clone_template(django_db_blocker, name)
    begin_log()
    with pointed_at(django_db_blocker, name):
        yield name
    begin_log()
    drop_database(name)
    forget(name)
