"""What a process of the crew does for a what-if.

It imports no more than a share needs: each process imports it before it begins.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plushka.domain.simulation.question import Answer, Question
from plushka.domain.simulation.shares import Desk, Share, make_ready, replay_share
from plushka.platform.database import Database


class Job(Struct, frozen=True):
    """What a process of the crew has to know of a question."""

    simulation_id: UUID
    tenant_id: UUID
    actor: str
    at: datetime
    question: Question
    bounds: tuple[int, ...]


_desks: dict[UUID, Desk] = {}
"""The question that this process has made ready: at most one."""


async def replay_one(database: Database, job: Job, share: Share, *, checks: bool) -> Answer:
    """Replay a share, in whatever process."""
    async with database.transaction(job.tenant_id, actor=job.actor, at=job.at, read_only=True) as tx:
        desk = _desks.get(job.simulation_id)
        if desk is None:
            _desks.clear()
            desk = _desks[job.simulation_id] = await make_ready(tx, job.question, job.bounds)
        return await replay_share(tx, desk, share, checks=checks)
