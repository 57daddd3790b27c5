"""Child processes that are started again when they die, and never outlive this one."""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Protocol

import structlog

STOP_SECONDS_MAX = 20
PAUSE_SECONDS_MIN = 0.1
PAUSE_SECONDS_MAX = 30.0
STEADY_SECONDS = 60
"""A child that lived this long before it died is started again at once, as if for the first time."""

log = structlog.get_logger()


class Child(Protocol):
    """Something that runs as one process. Start it from the main thread: see ``tied``."""

    name: str

    @property
    def process(self) -> "subprocess.Popen[bytes]": ...

    def start(self) -> None: ...

    async def stop(self) -> None: ...


class Command:
    """A command line as a child; ``handles`` are file descriptors that it inherits under their numbers."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        environ: Mapping[str, str],
        handles: Sequence[int] = (),
    ) -> None:
        self.name = name
        self._arguments = arguments
        self._environ = environ
        self._handles = handles
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._process

    def start(self) -> None:
        self._process = subprocess.Popen(
            tied(self._arguments, signal.SIGTERM),
            env=self._environ,
            pass_fds=self._handles,
            stdin=subprocess.DEVNULL,
            # Ctrl-C reaches the terminal's whole group; who stops first is decided by the parent.
            start_new_session=True,
        )

    async def stop(self) -> None:
        self.process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS_MAX):
                await ended(self.process)
        except TimeoutError:
            log.warning("child_slow_to_stop", child=self.name, waited_seconds=STOP_SECONDS_MAX)
            self.process.kill()
            await ended(self.process)


def tied(arguments: Sequence[str], at_death: signal.Signals, options: Sequence[str] = ()) -> list[str]:
    """Return a command line whose process gets ``at_death`` when the thread that started it ends.

    ``setpriv`` sets this up, after whatever change of user its ``options`` ask for, because the kernel
    forgets it then; and it replaces itself by the program, whose process id is therefore the child's.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise FileNotFoundError("The program setpriv (Debian: util-linux) is missing.")
    return [setpriv, "--pdeathsig", at_death.name.removeprefix("SIG"), *options, "--", *arguments]


async def ended(process: "subprocess.Popen[bytes]") -> int:
    """Wait without a thread until ``process`` ends; return its exit code, negative for a signal."""
    if (code := process.poll()) is not None:
        return code
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    handle = os.pidfd_open(process.pid)
    loop.add_reader(handle, over.set)
    try:
        await over.wait()
    finally:
        loop.remove_reader(handle)
        os.close(handle)
    return process.wait()


async def supervise(children: Sequence[Child], *, foundation: Child | None = None) -> None:
    """Run ``children`` until SIGINT or SIGTERM, then stop them, and after them their ``foundation``.

    The foundation, a database for instance, must already be running.
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    for child in children:
        child.start()
    everyone = [*children, *([foundation] if foundation else [])]
    keepers = [asyncio.create_task(_keep(child, stop)) for child in everyone]
    try:
        await stop.wait()
    finally:
        await asyncio.gather(*(child.stop() for child in children))
        if foundation:
            await foundation.stop()
        await asyncio.gather(*keepers)


async def _keep(child: Child, stop: asyncio.Event) -> None:
    """Start ``child`` again whenever it ends, with growing pauses while it keeps failing."""
    failures = 0
    while True:
        began_at = time.monotonic()
        code = await ended(child.process)
        failures = 0 if time.monotonic() - began_at > STEADY_SECONDS else failures + 1
        while not stop.is_set():
            pause = min(PAUSE_SECONDS_MIN * 2**failures, PAUSE_SECONDS_MAX)
            log.warning("child_ended", child=child.name, exit_code=code, restart_in_seconds=pause)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
            if await _restart(child, stop):
                break
            failures += 1
        else:
            return


async def _restart(child: Child, stop: asyncio.Event) -> bool:
    if stop.is_set():
        return False
    try:
        child.start()
    except Exception:
        log.exception("child_does_not_start", child=child.name)
        return False
    return True
