"""What may wait gives way: PostgreSQL's process behind a connection gets the processor that others leave."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path

import asyncpg
from asyncpg.pool import PoolConnectionProxy

WAITED_FOR, WAITS = 3, 10
"""What somebody waits for gets half of what a till's process gets beside it, what nobody does a tenth."""
TRIES_MAX = 3
TRY_AGAIN_SECONDS = 0.11
"""Linux lets who is not root change a session's priority ten times a second."""


async def give_way(connection: asyncpg.Connection | PoolConnectionProxy, *, niceness: int) -> None:
    """Lower the priority of the process that serves a connection, for good.

    That of another machine, or of another user, stays as it is.
    """
    # Only over a socket of this machine is its number one of ours.
    if await connection.fetchval("select inet_server_addr()") is None:
        await lower(connection.get_server_pid(), niceness)


async def lower(process_id: int, niceness: int) -> None:
    """Lower the priority of a process of PostgreSQL; anything else is left alone."""
    process = Path(f"/proc/{process_id}")
    with suppress(OSError):
        if not process.joinpath("cmdline").read_bytes().startswith(b"postgres"):
            return
        if os.getpriority(os.PRIO_PROCESS, process_id) < niceness:
            os.setpriority(os.PRIO_PROCESS, process_id, niceness)
    # PostgreSQL makes each of its processes a session, and where sessions share the processor evenly
    # (sched_autogroup_enabled) only the priority of the whole session counts.
    for _ in range(TRIES_MAX):
        if _is_lowered(process / "autogroup", niceness):
            break
        await asyncio.sleep(TRY_AGAIN_SECONDS)


def _is_lowered(session: Path, niceness: int) -> bool:
    """Lower the priority of a session; tell whether that is done, or cannot be."""
    try:
        session.write_text(str(niceness))
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
