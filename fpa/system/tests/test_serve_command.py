"""`fpa serve` on a database of its own: it answers, and goes on when any of its processes is killed."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from conftest import clone_template, drop_database
from fpa.core.tests.test_embedded import is_alive
from tests.journeys.server import environment, serving
from tests.waiting import wait_for

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def database(django_db_setup, django_db_blocker) -> Iterator[str]:
    name = f"test_fpa__serve{os.getpid()}"
    clone_template(django_db_blocker, name)
    yield name
    drop_database(name)


@pytest.fixture(scope="module")
def address(database: str) -> Iterator[str]:
    with serving(database) as address:
        yield address


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=20) as response:
            return response.status == 200
    except (URLError, OSError):
        return False


def children(pid: int) -> dict[int, str]:
    """A process's children by number, each with its command."""
    found = {}
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            with suppress(FileNotFoundError):  # it has ended since
                found[int(child)] = (
                    Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\x00", b" ").decode()
                )
    return found


def supervisor() -> int:
    return next(pid for pid, words in children(os.getpid()).items() if "serve" in words)


def child(word: str) -> int:
    """The process of the supervisor whose command holds a word; 0 where there is none."""
    return next((pid for pid, words in children(supervisor()).items() if word in words and is_alive(pid)), 0)


def test_serve_runs_web_worker_and_keeper(address):
    assert answers(f"{address}/login/")
    assert all(wait_for(lambda word=word: child(word)) for word in ("gunicorn", "worker", "keeper"))


def test_serve_names_static_files_by_hash_and_serves_them(address):
    with urlopen(f"{address}/login/", timeout=20) as response:
        page = response.read().decode()
    named = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page))
    assert named
    assert all(re.search(r"\.[0-9a-f]{12}\.\w+$", url) for url in named)
    for url in named:
        with urlopen(f"{address}{url}", timeout=20) as response:
            assert "immutable" in response.headers["Cache-Control"]
    assert not answers(f"{address}/static/css/light.css")


@pytest.mark.parametrize("word", ["fpa worker", "fpa keeper", "gunicorn"])
def test_serve_survives_kill_9_of_each_process(address, word):
    before = wait_for(lambda: child(word))
    os.kill(before, signal.SIGKILL)
    assert wait_for(lambda: (now := child(word)) and now != before)
    assert wait_for(lambda: answers(f"{address}/login/"))


def test_serve_survives_kill_9_of_a_web_worker(address):
    master = wait_for(lambda: child("gunicorn"))
    before = wait_for(lambda: set(children(master)))
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: set(children(master)) - before)
    assert wait_for(lambda: answers(f"{address}/login/"))
    assert child("gunicorn") == master


def test_serve_gives_up_where_the_port_is_taken(address, database):
    command = [sys.executable, "-m", "fpa", "serve", "--workers", "1", "--address"]
    second = subprocess.run(
        [*command, address.removeprefix("http://")],
        cwd=ROOT, env=environment(database), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert second.returncode == 1
    assert "in use" in second.stderr
    assert answers(f"{address}/login/")
