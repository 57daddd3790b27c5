"""A PostgreSQL of our own: as root and as a plain user, through kills of itself and of its parent."""

import os
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from plushka.platform import data_folder
from plushka.platform.postgres import account
from plushka.platform.postgres.access import available, running
from plushka.platform.postgres.binaries import embedded
from plushka.platform.postgres.cluster import SOCKET_NAME, SOCKET_PATH_BYTES_MAX, Cluster, ClusterUnusable
from plushka.platform.postgres.server import Server, ServerFailed
from plushka.platform.settings import Settings

PLAIN_ID = 54321
WAIT_SECONDS_MAX = 60

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    return Cluster(tmp_path / "data", embedded())


@pytest.fixture
def server(cluster: Cluster) -> Iterator[Server]:
    data_folder.create(cluster.data_folder)
    server = Server(cluster)
    server.start()
    yield server
    server.halt()


def write(dsn: str, text: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("create table if not exists notes (text text)")
        connection.execute("insert into notes values (%s)", [text])


def read(dsn: str) -> list[str]:
    with psycopg.connect(dsn) as connection:
        return [text for (text,) in connection.execute("select text from notes")]


def seconds_of_a_start(server: Server) -> float:
    server.halt()
    began_at = time.monotonic()
    server.start()
    return time.monotonic() - began_at


def wait_until_gone(process_id: int) -> None:
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while Path(f"/proc/{process_id}").exists():
        assert time.monotonic() < deadline, "still there"
        time.sleep(0.02)


def test_it_starts_within_two_seconds_and_keeps_what_was_committed(cluster: Cluster, server: Server) -> None:
    write(cluster.dsn, "before")
    # A machine that is busy with something else has a quieter moment.
    assert any(seconds_of_a_start(server) < 2 for _ in range(5))
    assert read(cluster.dsn) == ["before"]


def test_nothing_relaxed_and_nobody_but_the_owner_lets_in(cluster: Cluster, server: Server) -> None:
    with psycopg.connect(cluster.dsn) as connection:
        shown = [
            connection.execute(f"show {name}").fetchone()
            for name in ("fsync", "synchronous_commit", "full_page_writes", "listen_addresses")
        ]
    assert shown == [("on",), ("on",), ("on",), ("",)]
    assert cluster.socket_folder.stat().st_mode & 0o777 == 0o700
    assert server.process.poll() is None


def test_killed_it_recovers_and_loses_nothing_committed(cluster: Cluster, server: Server) -> None:
    write(cluster.dsn, "committed")
    server.process.kill()
    server.process.wait()
    server.start()
    assert read(cluster.dsn) == ["committed"]


def test_it_stops_when_its_parent_is_killed_and_the_next_start_finds_everything(cluster: Cluster) -> None:
    parent = start_in_another_process(cluster.data_folder)
    first = int((cluster.files / "postmaster.pid").read_text().split()[0])
    write(cluster.dsn, "committed")
    parent.kill()
    parent.wait()
    server = Server(cluster)
    server.start()  # at once: the first may be stopping still
    wait_until_gone(first)
    assert read(cluster.dsn) == ["committed"]
    server.halt()


def test_a_stale_process_number_that_is_somebody_elses_now_does_not_stop_it(
    cluster: Cluster, server: Server
) -> None:
    server.halt()
    lines = [str(os.getpid()), str(cluster.files), "0", "5432", str(cluster.socket_folder), "", "", "ready"]
    (cluster.files / "postmaster.pid").write_text("\n".join(lines))
    shutil.copy(cluster.files / "postmaster.pid", cluster.socket_folder / f"{SOCKET_NAME}.lock")
    server.start()
    write(cluster.dsn, "served")


def test_two_plushkas_on_one_folder_are_refused_with_process_and_folder(cluster: Cluster) -> None:
    parent = start_in_another_process(cluster.data_folder)
    with pytest.raises(data_folder.DataFolderInUse) as caught, data_folder.exclusively(cluster.data_folder):
        pass
    assert str(parent.pid) in str(caught.value)
    assert str(cluster.data_folder) in str(caught.value)
    parent.terminate()
    parent.wait()


def test_a_command_uses_the_plushka_that_runs_or_a_server_of_its_own(cluster: Cluster) -> None:
    settings = Settings.from_environment({"PLUSHKA_DATA": str(cluster.data_folder)})
    with available(settings) as dsn:
        write(dsn, "alone")
    parent = start_in_another_process(cluster.data_folder)
    assert running(settings) == cluster.dsn
    with available(settings) as dsn:
        assert read(dsn) == ["alone"]
    assert read(cluster.dsn) == ["alone"]
    parent.terminate()
    parent.wait()


def test_a_path_too_long_for_a_socket_gets_a_short_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    cluster = Cluster(tmp_path / ("d" * 100), embedded())
    assert len(str(cluster.socket_folder / SOCKET_NAME)) <= SOCKET_PATH_BYTES_MAX
    data_folder.create(cluster.data_folder)
    server = Server(cluster)
    server.start()
    write(cluster.dsn, "reached")
    server.halt()
    cluster.socket_folder.rmdir()


def test_a_socket_folder_of_somebody_else_is_not_trusted(cluster: Cluster) -> None:
    data_folder.create(cluster.data_folder)
    cluster.socket_folder.mkdir(mode=0o777)
    cluster.socket_folder.chmod(0o777)
    with pytest.raises(ClusterUnusable, match="open to others"):
        cluster.prepare()


def test_files_of_another_version_are_refused_in_words(cluster: Cluster, server: Server) -> None:
    server.halt()
    (cluster.files / "PG_VERSION").write_text("14\n")
    with pytest.raises(ClusterUnusable, match="made by PostgreSQL 14"):
        server.start()


def test_a_server_that_cannot_start_says_why(cluster: Cluster, server: Server) -> None:
    server.halt()
    with (cluster.files / "postgresql.conf").open("a") as file:
        file.write("shared_buffers = 'plenty'\n")
    with pytest.raises(ServerFailed, match="shared_buffers"):
        server.start()


def test_a_start_that_was_killed_half_way_leaves_nothing_in_the_way(cluster: Cluster) -> None:
    data_folder.create(cluster.data_folder)
    unfinished = cluster.data_folder / "postgres.unfinished"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    server = Server(cluster)
    server.start()
    write(cluster.dsn, "served")
    server.halt()


@needs_root
def test_root_runs_it_without_rights_below_a_closed_home(cluster: Cluster, server: Server) -> None:
    cluster.data_folder.parent.chmod(0o700)
    server.halt()
    server.start()
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert set(fields["Uid"].split()) == {str(account.UNPRIVILEGED_ID)}
    assert int(fields["CapEff"], 16) in {1 << 1, 1 << 2}
    assert cluster.data_folder.parent.stat().st_mode & 0o777 == 0o700


@needs_root
def test_a_plain_user_runs_it_too(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    account.give(home, account.NOBODY_ID)
    # A user like any other, but for the right to read this checkout, which may lie in root's closed home.
    command = account.command(
        [sys.executable, "-c", SERVE_ONCE, str(home / "data")], reads=[tmp_path], as_id=account.NOBODY_ID
    )
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    assert done.stdout.split() == [str(account.NOBODY_ID), "stopped"], done.stderr


SERVE = textwrap.dedent("""
    import signal, sys
    from pathlib import Path
    from plushka.platform import data_folder
    from plushka.platform.postgres.binaries import embedded
    from plushka.platform.postgres.cluster import Cluster
    from plushka.platform.postgres.server import Server

    folder = Path(sys.argv[1])
    with data_folder.exclusively(folder):
        server = Server(Cluster(folder, embedded()))
        server.start()
        print("ready", flush=True)
        signal.signal(signal.SIGTERM, lambda *_: None)
        signal.pause()
        server.halt()
    """)

SERVE_ONCE = textwrap.dedent("""
    import sys
    from pathlib import Path
    import psycopg
    from plushka.platform import data_folder
    from plushka.platform.postgres.binaries import embedded
    from plushka.platform.postgres.cluster import Cluster
    from plushka.platform.postgres.server import Server

    folder = Path(sys.argv[1])
    cluster = Cluster(folder, embedded())
    with data_folder.exclusively(folder):
        server = Server(cluster)
        server.start()
        with psycopg.connect(cluster.dsn):
            print(cluster.files.stat().st_uid)
        server.halt()
        print("stopped")
    """)


def start_in_another_process(folder: Path) -> "subprocess.Popen[bytes]":
    parent = subprocess.Popen([sys.executable, "-c", SERVE, str(folder)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"ready\n"
    parent.stdout.close()
    return parent
