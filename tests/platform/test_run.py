"""`plushka run` as an operator has it: one process to start, to stop and to kill."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.serving import free_port

WAIT_SECONDS_MAX = 60


@dataclass
class Running:
    """A Plushka of its own folder and port."""

    process: "subprocess.Popen[str]"
    environ: dict[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.environ['PLUSHKA_PORT']}/metrics"

    def children(self) -> dict[str, int]:
        """Return the process ids of its children by what they are."""
        found = {}
        for text in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            arguments = Path(f"/proc/{text}/cmdline").read_bytes().split(b"\0")
            kinds = [kind for kind in (b"web", b"worker", b"-D") if kind in arguments]
            found.update({kind.decode(): int(text) for kind in kinds})
        return found

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.url, timeout=10) as answer:  # noqa: S310 our own address
                return bool(answer.status == 200)
        except OSError:
            return False


@pytest.fixture
def plushka(tmp_path: Path) -> Iterator[Running]:
    port = free_port()
    inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environ = {**inherited, "PLUSHKA_DATA": str(tmp_path / "data"), "PLUSHKA_PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-m", "plushka", "run"], env=environ, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert f":{port}" in process.stdout.readline()
    yield Running(process, environ)
    process.kill()
    process.wait()
    process.stdout.close()


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not holds():
        assert time.monotonic() < deadline, "did not come true in time"
        time.sleep(0.05)


def is_gone(process_id: int) -> bool:
    return not Path(f"/proc/{process_id}").exists()


def test_it_serves_and_stops_everything_when_asked(plushka: Running) -> None:
    eventually(plushka.answers)
    children = plushka.children()
    assert set(children) == {"web", "worker", "-D"}
    plushka.process.send_signal(signal.SIGTERM)
    assert plushka.process.wait(WAIT_SECONDS_MAX) == 0
    assert all(map(is_gone, children.values()))


@pytest.mark.parametrize("kind", ["web", "worker", "-D"])
def test_whatever_is_killed_is_started_again(plushka: Running, kind: str) -> None:
    eventually(plushka.answers)
    before = plushka.children()
    os.kill(before[kind], signal.SIGKILL)
    eventually(lambda: plushka.children().get(kind, before[kind]) != before[kind])
    eventually(plushka.answers)


def test_killed_it_takes_its_children_along(plushka: Running) -> None:
    eventually(plushka.answers)
    children = plushka.children()
    plushka.process.kill()
    eventually(lambda: all(map(is_gone, children.values())))


WORKER_THAT_NEVER_ENDS = """
import asyncio
from plushka import worker
from plushka.platform.settings import Settings

async def hang(*_):
    print("ready", flush=True)
    await asyncio.Event().wait()

worker._do_jobs = worker._keep_bots = worker._keep_channels = worker._keep_sums = hang
worker.FINISH_SECONDS_MAX = 1
asyncio.run(worker.run("", Settings.from_environment({"PLUSHKA_DATA": "FOLDER"})))
"""


def test_a_worker_that_cannot_end_is_ended(tmp_path: Path) -> None:
    program = WORKER_THAT_NEVER_ENDS.replace("FOLDER", str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.terminate()
        assert process.wait(WAIT_SECONDS_MAX) == -signal.SIGALRM


def test_a_second_one_on_the_folder_is_refused_in_a_sentence(plushka: Running) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "plushka", "run"],
        env=plushka.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"plushka: Another Plushka (process {plushka.process.pid}) works on")
    assert "Traceback" not in done.stderr


def test_a_backup_is_taken_while_it_serves(plushka: Running, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "plushka", "backup", str(tmp_path / "shop.dump")]
    subprocess.run(command, env=plushka.environ, check=True, capture_output=True)
    assert (tmp_path / "shop.dump").read_bytes().startswith(b"PGDMP")
