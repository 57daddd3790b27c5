"""What a process of the crew does for a what-if.

It imports no more than a share needs: each process imports it before it begins.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plushka.domain.simulation.question import Answer, Question
from plushka.domain.simulation.shares import Desk, Share, make_ready, replay_share
from plushka.platform.database import Database, Tx


class Job(Struct, frozen=True):
    """What a process of the crew has to know of a question."""

    simulation_id: UUID
    tenant_id: UUID
    actor: str
    at: datetime
    question: Question


_desks: dict[UUID, Desk] = {}
"""The question that this process has made ready: at most one."""


async def get_ready(database: Database, job: Job) -> None:
    """Make the question ready, before anybody knows which shares there are."""
    async with _transaction(database, job) as tx:
        await _desk(tx, job)


async def replay_one(
    database: Database, job: Job, share: Share, *, bounds: Sequence[int], checks: bool
) -> Answer:
    """Replay a share, in whatever process; ``bounds`` divide members by what they spent."""
    async with _transaction(database, job) as tx:
        desk = replace(await _desk(tx, job), bounds=bounds)
        return await replay_share(tx, desk, share, checks=checks)


def _transaction(database: Database, job: Job) -> AbstractAsyncContextManager[Tx]:
    return database.transaction(job.tenant_id, actor=job.actor, at=job.at, read_only=True)


async def _desk(tx: Tx, job: Job) -> Desk:
    desk = _desks.get(job.simulation_id)
    if desk is None:
        _desks.clear()
        desk = _desks[job.simulation_id] = await make_ready(tx, job.question)
    return desk
