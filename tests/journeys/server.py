"""The platform as it is run, on a database and a port of its own: web, worker and keeper."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote, urlencode
from urllib.request import urlopen

from django.conf import settings

ROOT = Path(__file__).parents[2]
TRIES = 300
BETWEEN_TRIES = 0.2
"""Seconds; a minute in all."""


@contextmanager
def serving(database: str) -> Iterator[str]:
    """Run `fpa serve` on a database; gives its address once the login page answers, and stops it at the end."""
    address = f"127.0.0.1:{_free_port()}"
    log = settings.DATA_DIR / "test" / f"{database}.log"
    command = [sys.executable, "-m", "fpa", "serve", "--address", address, "--workers", "1"]
    with log.open("wb") as said:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(database), stdout=said, stderr=subprocess.STDOUT
        )
        try:
            _wait_for(f"http://{address}/login/", process, log)
            yield f"http://{address}"
        finally:
            process.terminate()
            process.wait(30)
            forget(database)


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def environment(database: str) -> dict[str, str]:
    """What a process of the platform needs to know to run on a database of the tests."""
    own = settings.DATA_DIR / "test" / database
    return os.environ | {
        "DATABASE_URL": _url(database),
        "FPA_TREE_HEADS": f"{own}.heads.jsonl",
        "FPA_UPLOADS": f"{own}.uploads",
        "FPA_FILES": f"{own}.files",
        "FPA_LOG_LEVEL": "ERROR",
    }


def forget(database: str) -> None:
    """Remove what processes wrote beside their database: log, tree heads, uploads."""
    for left in (settings.DATA_DIR / "test").glob(f"{database}.*"):
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()


def _url(database: str) -> str:
    """The owner's connection to a database; the settings derive the application's role from it."""
    owner = settings.OWNER_DATABASE
    who = quote(owner["USER"], safe="")
    if owner["PASSWORD"]:
        who += ":" + quote(owner["PASSWORD"], safe="")
    where = {key: owner[key.upper()] for key in ("host", "port") if owner[key.upper()]}
    return f"postgresql://{who}@/{database}?{urlencode(where | owner['OPTIONS'])}"


def _wait_for(page: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Ask until the page answers. Raises AssertionError with the log where the server ends or keeps silent."""
    for _ in range(TRIES):
        try:
            with urlopen(page, timeout=30):
                return
        except (URLError, OSError):
            try:
                process.wait(BETWEEN_TRIES)
            except subprocess.TimeoutExpired:
                continue
            break
    raise AssertionError(f"{page} does not answer:\n{log.read_text()[-4000:]}")
