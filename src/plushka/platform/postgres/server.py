"""One running embedded server, started, watched and stopped."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psycopg
import structlog

from plushka.platform.operating import NeedsOperator
from plushka.platform.postgres.cluster import OWNER, SOCKET_NAME, Cluster

STOP_SECONDS_MAX = 60
RECOVERY_SECONDS_MAX = 1800
"""After a crash PostgreSQL replays its journal before it serves; with our ``max_wal_size`` that is seconds."""

_POLL_SECONDS = 0.01

log = structlog.get_logger()


class ServerFailed(NeedsOperator):
    """PostgreSQL did not start; the message ends with its own words."""


class Server:
    """A ``postgres`` process on a cluster whose data folder this process holds.

    Start it from the main thread: the parent-death signal follows the thread that starts the child.
    """

    name = "postgres"

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            raise RuntimeError("PostgreSQL was not started")
        return self._process

    def start(self) -> None:
        """Return when the server accepts connections and the database exists. Blocks, usually 0.1 s.

        :raises ServerFailed: it exited, or did not become ready
        """
        self._cluster.prepare()
        self._see_off_predecessors()
        words = self._cluster.data_folder / "postgres-start.log"
        with words.open("wb") as output:
            self._process = subprocess.Popen(
                self._cluster.command("postgres", "-D", str(self._cluster.files)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C"},
                # Ctrl-C reaches the terminal's whole group; the server must outlive those it serves.
                start_new_session=True,
            )
        self._wait_until_ready(self._process, words)
        self._ensure_database()

    async def stop(self) -> None:
        """As ``halt``, for a supervisor. It blocks: by then there is nothing else to attend to."""
        self.halt()

    def halt(self) -> None:
        """Disconnect everybody, write everything out, and wait. Does nothing when it is not running."""
        if self._process is None or self._process.poll() is not None:
            return
        # Fast, then immediate: what is committed survives either, the latter only recovers at the next start.
        for number, seconds in ((signal.SIGINT, STOP_SECONDS_MAX), (signal.SIGQUIT, 10)):
            self._process.send_signal(number)
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                log.warning("postgres_slow_to_stop", signal=number.name, waited_seconds=seconds)
            else:
                return
        self._process.kill()
        self._process.wait()

    def _wait_until_ready(self, process: "subprocess.Popen[bytes]", words: Path) -> None:
        deadline = time.monotonic() + RECOVERY_SECONDS_MAX
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise ServerFailed(f"PostgreSQL did not start: {self._last_words(words)}")
            if self._is_ready(process.pid):
                return
            time.sleep(_POLL_SECONDS)
        self.halt()
        raise ServerFailed(
            f"PostgreSQL was not ready after {RECOVERY_SECONDS_MAX} s; its log: {words.parent}"
        )

    def _is_ready(self, process_id: int) -> bool:
        try:
            first, *_, last = (self._cluster.files / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, ValueError):
            return False
        return first == str(process_id) and last.strip() == "ready"

    def _last_words(self, words: Path) -> str:
        said = words.read_text(errors="replace").strip()
        logs = sorted((self._cluster.files / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)
        if logs:
            said += "\n" + "\n".join(logs[-1].read_text(errors="replace").splitlines()[-5:])
        return said

    def _ensure_database(self) -> None:
        with psycopg.connect(self._cluster.dsn_of("postgres"), autocommit=True) as connection:
            found = connection.execute("select from pg_database where datname = %s", [OWNER]).fetchone()
            if found is None:
                connection.execute(f"create database {OWNER}")

    def _see_off_predecessors(self) -> None:
        """Wait until nothing of an earlier server is left, then remove what it left lying.

        A Plushka that was killed takes its server along, but not within the same millisecond. The process
        number in a stale ``postmaster.pid`` may meanwhile be somebody else's, in containers most likely
        is, and PostgreSQL would refuse to start for it; with no process of this cluster left it is safe
        to remove.
        """
        deadline = time.monotonic() + STOP_SECONDS_MAX
        while left := self._processes():
            if time.monotonic() > deadline:
                raise ServerFailed(f"An earlier PostgreSQL does not stop: processes {sorted(left)}")
            main = [number for number, is_main in left.items() if is_main]
            for number in main or left:
                _signal(number, signal.SIGINT if main else signal.SIGQUIT)
            time.sleep(_POLL_SECONDS * 10)
        socket = self._cluster.socket_folder / SOCKET_NAME
        for path in (self._cluster.files / "postmaster.pid", socket, Path(f"{socket}.lock")):
            path.unlink(missing_ok=True)

    def _processes(self) -> dict[int, bool]:
        """Return the processes of this cluster, each with whether it is the main one."""
        title = f"postgres: {self._cluster.name}: ".encode()
        main = [b"-D", os.fsencode(self._cluster.files)]
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                arguments = (folder / "cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue
            is_main = arguments.split(b"\0")[1:3] == main
            if is_main or arguments.startswith(title):
                found[int(folder.name)] = is_main
        return found


def _signal(process_id: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(process_id, number)
