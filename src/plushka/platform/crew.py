"""Processes beside this one, for work that would keep a processor busy: each has a connection of its own.

They give way to whatever else the machine has to do, and end with the process that started them.
"""

import asyncio
import ctypes
import gc
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from plushka.platform.database import Database

SIZE_MAX = 8
NICENESS = 10
"""Tills come first."""
_PR_SET_PDEATHSIG = 1

P = ParamSpec("P")
R = TypeVar("R")
Job = Callable[Concatenate[Database, P], Awaitable[R]]


class Crew:
    """Does jobs, functions of a module, in as many processes as there are processors; ``size`` 0: in this one.

    A process starts with its first job, which takes it half a second.
    """

    def __init__(self, database: Database, *, size: int | None = None) -> None:
        self.size = min(os.cpu_count() or 1, SIZE_MAX) if size is None else size
        self._database = database
        self._processes: ProcessPoolExecutor | None = None

    async def __aenter__(self) -> Self:
        if self.size:
            self._processes = ProcessPoolExecutor(
                self.size,
                mp_context=_Apart(),
                initializer=_start,
                initargs=(self._database.dsn, os.getpid()),
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._processes is not None:
            # What has begun ends with its share; what waits is let go.
            await asyncio.to_thread(self._processes.shutdown, wait=True, cancel_futures=True)

    def begin(self, job: Job[P, Any], *args: P.args, **kwargs: P.kwargs) -> None:
        """Let the processes start now, each with a job that makes it ready.

        Of what goes wrong there the jobs will tell that need it.
        """
        if self._processes is not None:
            for _ in range(self.size):
                self._processes.submit(_do, job, args, kwargs)

    async def do(self, job: Job[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do a job with a database, and return what it returns; arguments and the result go from process to process."""
        if self._processes is None:
            return await job(self._database, *args, **kwargs)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._processes, _do, job, args, kwargs)


class _Process(SpawnProcess):
    """A process that knows nothing of the program that started it: else it would import all of that before its job."""

    def start(self) -> None:
        program = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            super().start()
        finally:
            sys.modules["__main__"] = program


class _Apart(SpawnContext):
    Process = _Process


class _Member:
    """What a process keeps between jobs."""

    def __init__(self, dsn: str) -> None:
        self.runner = asyncio.Runner()
        self.database = self.runner.run(Database.connect(dsn, connections_max=1))


_member: list[_Member] = []
"""The one of this process, if it is of a crew."""


def _start(dsn: str, parent: int) -> None:
    # Who is asked to stop asks the whole group; the crew ends when its parent lets go of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    os.nice(NICENESS)
    _member.append(_Member(dsn))
    # What a job makes is freed by counting references; looking for cycles in the middle of it costs a quarter.
    gc.freeze()
    gc.disable()


def _do(job: Callable[..., Awaitable[Any]], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    [member] = _member

    async def run() -> Any:
        return await job(member.database, *args, **kwargs)

    try:
        return member.runner.run(run())
    finally:
        gc.collect()
        # What a job leaves for those after it is kept: to look at it after each takes longer from job to job.
        gc.freeze()
