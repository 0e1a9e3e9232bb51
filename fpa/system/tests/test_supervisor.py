"""The supervisor, with tiny commands in place of web, worker and keeper: real processes, real signals."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fpa.system.supervisor import commands
from tests.waiting import wait_for

ROOT = Path(__file__).parents[3]
RUN = (
    "import json, sys; from fpa.system import supervisor;"
    "supervisor.GRACE_SECONDS = supervisor.LOOK_EVERY = 0.2;"
    "sys.exit(supervisor.supervise(json.loads(sys.argv[1])))"
)
LASTING = "exec sleep 60"
STUBBORN = "trap '' TERM; while :; do sleep 0.1; done"


class Watched:
    """A supervisor at work; each child leaves its number in a file when it begins."""

    def __init__(self, folder: Path, **scripts: str) -> None:
        self.folder = folder
        processes = {
            name: ["sh", "-c", f"echo $$ >> {folder / name}; {script}"] for name, script in scripts.items()
        }
        self.process = subprocess.Popen([sys.executable, "-c", RUN, json.dumps(processes)], cwd=ROOT)

    def pids(self, name: str) -> list[int]:
        """The numbers that the child has had, the present one last."""
        file = self.folder / name
        return [int(line) for line in file.read_text().split()] if file.exists() else []

    def started(self, name: str, times: int = 1) -> int:
        """Wait until the child has begun so many times; gives its number."""
        return wait_for(lambda: self.pids(name)[times - 1] if len(self.pids(name)) >= times else 0)

    def all_pids(self) -> list[int]:
        return [pid for file in self.folder.iterdir() for pid in self.pids(file.name)]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Callable[..., Watched]]:
    """Start a supervisor over shell scripts: `watch(web=…, worker=…)`; nothing of it is left at the end."""
    made: list[Watched] = []

    def start(**scripts: str) -> Watched:
        made.append(Watched(tmp_path, **scripts))
        return made[-1]

    yield start
    for watched in made:
        watched.process.kill()
        watched.process.wait()
        for pid in filter(is_alive, watched.all_pids()):
            os.kill(pid, signal.SIGKILL)


def test_commands_are_this_python_with_the_address_and_workers_asked_for():
    made = commands("127.0.0.1:8123", 3)
    assert list(made) == ["web", "worker", "keeper"]
    assert all(command[:2] == [sys.executable, "-m"] for command in made.values())
    web = " ".join(made["web"])
    assert "--bind 127.0.0.1:8123" in web
    assert "--workers 3" in web


def test_each_process_starts_once_and_stays(watch):
    watched = watch(web=LASTING, worker=LASTING, keeper="exit 1")
    web, worker = watched.started("web"), watched.started("worker")
    watched.started("keeper", times=3)
    assert watched.pids("web") == [web]
    assert watched.pids("worker") == [worker]


@pytest.mark.parametrize("name", ["web", "worker", "keeper"])
def test_a_killed_process_is_started_again_and_the_others_stay(watch, name):
    watched = watch(web=LASTING, worker=LASTING, keeper=LASTING)
    first = {child: watched.started(child) for child in ("web", "worker", "keeper")}
    os.kill(first[name], signal.SIGKILL)
    second = watched.started(name, times=2)
    assert is_alive(second)
    assert all(watched.pids(child) == [pid] for child, pid in first.items() if child != name)
    assert watched.process.poll() is None


@pytest.mark.parametrize("script", ["exit 0", "exit 1"])
def test_a_worker_that_ends_is_started_again_whatever_its_code(watch, script):
    watched = watch(web=LASTING, worker=script)
    watched.started("worker", times=2)
    assert watched.process.poll() is None


@pytest.mark.parametrize("code", [0, 1, 3])
def test_a_web_that_gives_up_stops_everything_and_its_code_is_given(watch, code):
    watched = watch(web=f"sleep 0.3; exit {code}", worker=LASTING, keeper=LASTING)
    worker, keeper = watched.started("worker"), watched.started("keeper")
    assert watched.process.wait(20) == code
    assert not is_alive(worker)
    assert not is_alive(keeper)
    assert len(watched.pids("web")) == 1


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_being_told_to_stop_stops_everything(watch, told):
    watched = watch(web=LASTING, worker=LASTING)
    pids = [watched.started("web"), watched.started("worker")]
    watched.process.send_signal(told)
    assert watched.process.wait(20) == 0
    assert not any(map(is_alive, pids))


def test_a_process_that_does_not_listen_is_killed_in_the_end(watch):
    watched = watch(web=LASTING, worker=STUBBORN, keeper=STUBBORN)
    pids = [watched.started(name) for name in ("web", "worker", "keeper")]
    watched.process.send_signal(signal.SIGTERM)
    assert watched.process.wait(20) == 0
    wait_for(lambda: not any(map(is_alive, pids)))


def test_nothing_goes_on_without_its_supervisor(watch):
    """Else the web would keep the port, and the next start would fail."""
    watched = watch(web=LASTING, worker=LASTING)
    pids = [watched.started("web"), watched.started("worker")]
    watched.process.kill()
    wait_for(lambda: not any(map(is_alive, pids)))


def test_a_signal_to_its_group_reaches_the_supervisor_alone(watch):
    """Ctrl-C in a terminal goes to the whole group; the children are stopped in order, by the supervisor."""
    watched = watch(web=LASTING)
    web = watched.started("web")
    assert os.getpgid(web) == web
    assert os.getpgid(web) != os.getpgid(watched.process.pid)
