"""The embedded PostgreSQL: it starts, outlives every kill -9 with its data, and goes when it is told to."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from fpa.core import database, embedded
from fpa.core.embedded import Server
from tests.waiting import wait_for

ROOT = Path(__file__).parents[3]
START = "import sys; from pathlib import Path; from fpa.core.embedded import Server; Server(Path(sys.argv[1])).start()"


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty data folder; whatever server it has at the end is removed."""
    with tempfile.TemporaryDirectory(prefix="fpa-test-") as name:
        yield Path(name) / "data"
        if (Path(name) / "data").exists():
            Server(Path(name) / "data").remove()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One running server with a row in it, for the tests that leave it running."""
    with tempfile.TemporaryDirectory(prefix="fpa-test-") as name:
        server = Server(Path(name))
        server.start()
        run(server, "CREATE TABLE kept (word text)")
        run(server, "INSERT INTO kept VALUES ('还在')")
        yield server
        server.remove()


def run(server: Server, statement: str) -> list[tuple]:
    """Run a statement as the owner of the embedded database; gives its rows, if any."""
    url = f"postgresql://fpa_owner@/fpa?host={server.sockets}"
    with database.connect(database.parse_url(url)) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def postmaster(server: Server) -> int:
    return int((server.cluster / "postmaster.pid").read_text().splitlines()[0])


def family(pid: int) -> list[int]:
    """A process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def kill(pids: list[int]) -> None:
    """Kill -9 those of them that have not ended by themselves."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def starting(folder: Path) -> "subprocess.Popen[bytes]":
    """Another process that starts the server, in a group of its own."""
    return subprocess.Popen([sys.executable, "-c", START, str(folder)], cwd=ROOT, start_new_session=True)


def test_start_elsewhere_with_settings_of_ones_own(folder):
    """As the tests' own server lies in memory and forces nothing to disk; removed, it leaves nothing there."""
    with tempfile.TemporaryDirectory(prefix="fpa-test-") as name:
        Path(name).chmod(0o711)  # the server's own user passes through
        home = Path(name) / "elsewhere"
        server = Server(folder, home=home, settings=embedded.SERVER_SETTINGS | {"fsync": "off"})
        server.start()
        assert run(server, "SHOW fsync") == [("off",)]
        assert (home / "pg" / "PG_VERSION").exists()
        server.remove()
        assert not home.exists()


def test_start_makes_the_owner_and_its_database(server):
    assert run(server, "SELECT current_user, current_database()") == [("fpa_owner", "fpa")]
    rights = (
        "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    )
    assert run(server, rights) == [(False, False, True, True)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("listen_addresses", ""),
        ("TimeZone", "Asia/Shanghai"),
        ("max_connections", "100"),
        ("jit", "off"),
        ("server_encoding", "UTF8"),
        ("fsync", "on"),
        ("synchronous_commit", "on"),
    ],
)
def test_start_sets_the_server(server, name, value):
    assert run(server, f"SHOW {name}") == [(value,)]


def test_nobody_else_reaches_socket_or_data(server):
    """Trust authentication holds only because no one else gets to the socket."""
    for folder in (server.home, server.cluster) if server.as_root else (server.cluster, server.sockets):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder


def test_start_again_leaves_the_running_server_alone(server):
    before = postmaster(server)
    server.start()
    Server(server.folder).start()
    assert postmaster(server) == before


@pytest.mark.parametrize("whom", ["all of it", "the postmaster alone"])
def test_start_after_kill_9_goes_on_with_the_data(server, whom):
    before = postmaster(server)
    run(server, f"INSERT INTO kept VALUES ('{whom}')")
    kill(family(before) if whom == "all of it" else [before])
    wait_for(lambda: not is_alive(before))
    assert (server.cluster / "postmaster.pid").exists()
    server.start()
    assert postmaster(server) != before
    assert run(server, f"SELECT count(*) FROM kept WHERE word IN ('还在', '{whom}')") == [(2,)]


def test_stop_and_start_keep_the_data(server):
    server.stop()
    with pytest.raises(psycopg.OperationalError):
        run(server, "SELECT 1")
    server.stop()
    server.start()
    assert run(server, "SELECT word FROM kept LIMIT 1") == [("还在",)]


LONG = "INSERT INTO kept SELECT 'nobody waits' FROM pg_sleep(600)"
CLIENT = (
    "import sys; from pathlib import Path; from fpa.core import database as d; from fpa.core.embedded import Server;"
    "sockets = Server(Path(sys.argv[1])).sockets;"
    f'd.connect(d.parse_url(f"postgresql://fpa_owner@/fpa?host={{sockets}}")).execute("{LONG}")'
)


def at_work(server: Server) -> int:
    """How many connections are at the long statement."""
    asked = (
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%nobody waits%' AND pid <> pg_backend_pid()"
    )
    return int(run(server, asked)[0][0])


def test_statement_of_a_killed_client_ends_and_frees_its_rows(server):
    """PostgreSQL writes on for a client that is gone, minutes long, until it has something to tell it."""
    client = subprocess.Popen([sys.executable, "-c", CLIENT, str(server.folder)], cwd=ROOT)
    wait_for(lambda: at_work(server) == 1)
    client.kill()
    client.wait()
    wait_for(lambda: at_work(server) == 0, 20)


def test_start_gives_an_older_cluster_the_settings_that_came_since(server):
    """What somebody has changed by hand stays; the file's owner can read it as before."""
    server.stop()
    file = server.cluster / "postgresql.conf"
    lines = [each for each in file.read_text().splitlines() if "client_connection_check_interval" not in each]
    file.write_text("\n".join(lines).replace("work_mem = '32MB'", "work_mem = '7MB'", 1))
    server.start()
    assert run(server, "SHOW client_connection_check_interval") == [("5s",)]
    assert run(server, "SHOW work_mem") == [("7MB",)]
    complete = file.read_text()
    server.stop()
    server.start()
    assert file.read_text() == complete
    assert run(server, "SELECT word FROM kept LIMIT 1") == [("还在",)]


def test_start_makes_good_what_a_crash_left_out(server):
    """Between the server's first start and the making of the owner's database there is a moment to die in."""
    run_as_superuser(server, "DROP DATABASE fpa")
    run_as_superuser(server, "DROP ROLE fpa_owner")
    server.stop()
    server.start()
    assert run(server, "SELECT 1") == [(1,)]
    run(server, "CREATE TABLE kept (word text)")
    run(server, "INSERT INTO kept VALUES ('还在')")


def run_as_superuser(server: Server, statement: str) -> None:
    with psycopg.connect(f"host={server.sockets} user=postgres dbname=postgres", autocommit=True) as them:
        them.execute(statement)


def test_start_by_several_processes_at_once_is_one_server_until_the_remove_command(folder, monkeypatch):
    starters = [starting(folder) for _ in range(3)]
    assert [starter.wait(60) for starter in starters] == [0, 0, 0]
    server = Server(folder)
    assert run(server, "SELECT count(*) FROM pg_database WHERE datname = 'fpa'") == [(1,)]
    pids = family(postmaster(server))
    monkeypatch.setenv("FPA_DATA_DIR", str(folder))
    embedded.main([])
    assert is_alive(pids[0])
    embedded.main(["remove"])
    wait_for(lambda: not any(map(is_alive, pids)))
    assert not server.cluster.exists()


def test_start_after_kill_9_in_the_middle_of_the_making_and_remove_after_another(folder):
    """`initdb` leaves files that look like a cluster long before it is one; and a killed server leaves its pid file,
    over which `make clean-data` must not stumble."""
    starter = starting(folder)
    server = wait_for(lambda: Server(folder) if (folder / "pg.lock").exists() else None)
    making = server.home / "pg.making"
    wait_for(lambda: (making / "PG_VERSION").exists())
    os.killpg(starter.pid, signal.SIGKILL)
    starter.wait()
    assert not server.cluster.exists()
    server.start()
    assert run(server, "SHOW listen_addresses") == [("",)]
    assert not making.exists()
    pids = family(postmaster(server))
    kill(pids)
    wait_for(lambda: not any(map(is_alive, pids)))
    server.remove()
    assert not server.cluster.exists()
    assert not server.sockets.exists()
    assert server.home.exists() is not server.as_root


@pytest.mark.parametrize("is_made", [True, False])
def test_remove_command_of_a_folder_without_a_server(folder, monkeypatch, is_made):
    monkeypatch.setenv("FPA_DATA_DIR", str(folder))
    if is_made:
        folder.mkdir()
    embedded.main(["remove"])
    assert folder.exists() is is_made


def test_failure_names_the_program_and_the_log(server):
    with pytest.raises(RuntimeError, match=rf"psql .*SELECT 1/0.* exit 1; see {server.home}/pg\.log"):
        server._psql("postgres", "SELECT 1/0")


def test_sockets_move_to_tmp_where_the_folder_is_too_deep(folder, monkeypatch):
    """A Unix socket's path is short; a checkout's may be long. Only an ordinary user's data lies in the checkout."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    short, deep = Server(folder), Server(folder / ("x" * 80))
    assert short.sockets == folder.resolve() / "run"
    assert deep.sockets.parent == Path("/tmp")
    assert deep.sockets == Server(folder / ("x" * 80)).sockets
    assert len(str(deep.sockets / ".s.PGSQL.5432.lock")) < 107
    shutil.rmtree(folder)
