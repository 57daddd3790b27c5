"""An installation as an operator has it: one data folder, one ``plushka run``, to be killed and started again."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from tests.faults.servers import environ_of, is_open
from tests.serving import free_port

from plushka.platform.postgres.access import embedded_cluster
from plushka.platform.settings import Settings

WAIT_SECONDS_MAX = 60
POLL_SECONDS = 0.05

Part = Literal["web", "worker", "postgres", "run"]
_TRACES: dict[Part, bytes] = {"web": b"web", "worker": b"worker", "postgres": b"-D"}


class Installation:
    """A Plushka with an embedded database. ``start`` it again after its first process was killed."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.dsn = embedded_cluster(Settings.from_environment({"PLUSHKA_DATA": str(folder)})).dsn
        inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        self._environ = {**inherited, **environ_of(folder, self.port), "PLUSHKA_WORKERS": "2"}
        self._words = folder.with_suffix(".log").open("ab")
        self._process = self._launch()

    async def start(self) -> None:
        """Return when it serves. What is left of a killed one may still hold the folder or the port: try again."""
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while not is_open(self.port) or "web" not in self._children():
            assert time.monotonic() < deadline, "it did not start in time"
            if self._process.poll() is not None:
                self._process = self._launch()
            await asyncio.sleep(POLL_SECONDS)

    async def kill(self, part: Part) -> None:
        """Kill a part without warning, and wait until something takes its place."""
        if part == "run":
            self._process.kill()
            self._process.wait()
            await self.start()
            return
        killed = await self._find(part)
        os.kill(killed, signal.SIGKILL)
        await self._find(part, other_than=killed)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(WAIT_SECONDS_MAX)
        self._words.close()

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of an operator on it."""
        command = [sys.executable, "-m", "plushka", *arguments]
        return subprocess.run(command, env=self._environ, capture_output=True, text=True, check=False)

    def _launch(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "plushka", "run"],
            env=self._environ,
            stdout=self._words,
            stderr=self._words,
        )

    async def _find(self, part: Part, *, other_than: int | None = None) -> int:
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while (found := self._children().get(part)) in (None, other_than):
            assert time.monotonic() < deadline, f"{part} did not come back in time"
            await asyncio.sleep(POLL_SECONDS)
        assert found is not None
        return found

    def _children(self) -> dict[Part, int]:
        found: dict[Part, int] = {}
        with suppress(FileNotFoundError, ProcessLookupError):
            for text in (
                Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
            ):
                arguments = Path(f"/proc/{text}/cmdline").read_bytes().split(b"\0")
                found.update({part: int(text) for part, trace in _TRACES.items() if trace in arguments})
        return found


@contextmanager
def installation(folder: Path) -> Iterator[Installation]:
    """Begin an installation in an empty folder, and stop it at the end."""
    plushka = Installation(folder)
    try:
        yield plushka
    finally:
        plushka.stop()
