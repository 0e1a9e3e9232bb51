"""The tests' own database server. What it holds is made anew whenever it is missing, so nothing is forced to disk.

It lies in memory where there is room: ext4 makes files slowly where as many were just deleted, and a database is some
thousand of them. A clone takes 0.1 s in memory, 1 s on a disk.
"""

import shutil
import sys
from pathlib import Path

from fpa.core.embedded import SERVER_SETTINGS, Server

DATA = Path(__file__).parents[1] / ".data" / "tests"
MEMORY = Path("/dev/shm")
CONTAINER = Path("/sys/fs/cgroup")
NEEDED = 4 << 30
"""Bytes that must be free in memory; a whole run takes a quarter of them."""
SETTINGS = SERVER_SETTINGS | {
    "shared_buffers": "'256MB'",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "'512MB'",
    "checkpoint_timeout": "'1h'",
}


def own_server() -> Server:
    """The server of this checkout's tests; it stays where its data were first put."""
    on_disk = Server(DATA, settings=SETTINGS)
    home = MEMORY / f"fpa-tests-{on_disk.instance()}"
    if on_disk.cluster.exists() or not (home.exists() or _has_room()):
        return on_disk
    return Server(DATA, home=home, settings=SETTINGS)


def _has_room() -> bool:
    return MEMORY.is_dir() and min(shutil.disk_usage(MEMORY).free, _free_memory()) > NEEDED


def _free_memory() -> int:
    """Bytes that are free on the machine, or of what a container may take."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    free = next(int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable"))
    limit, taken = CONTAINER / "memory.max", CONTAINER / "memory.current"
    if limit.exists() and (most := limit.read_text().strip()).isdigit():
        free = min(free, int(most) - int(taken.read_text()))
    return free


if __name__ == "__main__" and sys.argv[1:] == ["remove"] and DATA.exists():
    own_server().remove()
