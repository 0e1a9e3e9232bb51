"""Running the platform's three processes together: web, worker, keeper."""

import os
import signal
import subprocess
import sys
import time
from types import FrameType

GRACE_SECONDS = 10
LOOK_EVERY = 0.5


def commands(address: str, workers: int) -> dict[str, list[str]]:
    """The command of each process; every one is this Python, so nothing hangs on PATH."""
    python = sys.executable
    gunicorn = ["gunicorn", "config.wsgi:application", "--bind", address, "--workers", str(workers)]
    options = ["--threads", "4", "--timeout", "60", "--log-level", "warning", "--no-control-socket"]
    return {
        "web": [python, "-m", *gunicorn, *options],
        "worker": [python, "-m", "fpa", "worker"],
        "keeper": [python, "-m", "fpa", "keeper"],
    }


def supervise(processes: dict[str, list[str]]) -> int:
    """Run the processes until told to stop, starting again any that dies or is killed; returns 0 then.

    Where the web process gives up by itself (the port is taken), everything stops and its code is returned.
    """
    stopping = _stop_on_signal()
    running = {name: _start(command) for name, command in processes.items()}
    while not stopping:
        time.sleep(LOOK_EVERY)
        for name, process in running.items():
            code = process.poll()
            if code is None or stopping:
                continue
            if name == "web" and code >= 0:
                _stop(running)
                return code
            running[name] = _start(processes[name])
    _stop(running)
    return 0


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    """Start in a group of its own: a Ctrl-C reaches the supervisor, which stops the others in order.

    Should the supervisor itself be killed, the kernel tells the process to stop: else it would keep the port.
    """
    return subprocess.Popen(
        ["setpriv", "--pdeathsig", "TERM", *command], start_new_session=True, env=os.environ
    )


def _stop_on_signal() -> list[int]:
    received: list[int] = []

    def remember(number: int, frame: FrameType | None) -> None:
        received.append(number)

    signal.signal(signal.SIGTERM, remember)
    signal.signal(signal.SIGINT, remember)
    return received


def _stop(running: dict[str, subprocess.Popen[bytes]]) -> None:
    for process in running.values():
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for process in running.values():
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
