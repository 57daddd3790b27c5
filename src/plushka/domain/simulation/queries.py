"""Reading what was asked and what came of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from asyncpg import Record
from msgspec import Struct

from plushka.domain.simulation.model import KEPT_MAX, Simulation, UnknownSimulation
from plushka.domain.simulation.question import Answer, Question
from plushka.domain.tasks.model import State
from plushka.platform.database import Tx

_SELECT = """
    select id, program_id, task_id, draft_mark, question, answer, actor, created_at, finished_at
    from simulations where tenant_id = $1
"""
_decode_question = msgspec.json.Decoder(Question).decode
_decode_answer = msgspec.json.Decoder(Answer).decode


async def get_simulation(tx: Tx, simulation_id: UUID) -> Simulation:
    """Return a what-if.

    :raises UnknownSimulation: the business has none of this id
    """
    row = await tx.fetchrow(
        f"""
        -- simulation.get_simulation
        {_SELECT} and id = $2
        """,
        tx.tenant_id,
        simulation_id,
    )
    if row is None:
        raise UnknownSimulation
    return _simulation(row)


class Asked(Struct, frozen=True):
    """A what-if in a list; ``state`` is that of its task: one that is done has an answer."""

    id: UUID
    task_id: UUID
    draft_mark: str
    months: int
    branches: tuple[str, ...]
    actor: str
    created_at: datetime
    state: State


_decode_codes = msgspec.json.Decoder(tuple[str, ...]).decode


async def list_asked(tx: Tx, program_id: UUID) -> Sequence[Asked]:
    """Return the what-ifs of a programme, the latest first."""
    rows = await tx.fetch(
        """
        -- simulation.list_asked
        select s.id, s.task_id, s.draft_mark, (s.question->>'months')::integer as months,
               coalesce(s.question->>'branches', '[]') as branches, s.actor, s.created_at, t.state
        from simulations s join tasks t on t.tenant_id = s.tenant_id and t.id = s.task_id
        where s.tenant_id = $1 and s.program_id = $2
        order by s.id desc
        limit $3
        """,
        tx.tenant_id,
        program_id,
        KEPT_MAX,
    )
    return [Asked(**{**row, "branches": _decode_codes(row["branches"])}) for row in rows]


async def has_receipts(tx: Tx, question: Question) -> bool:
    """Tell whether anything was booked in the span by rules of the programme, in the branches asked for."""
    found: bool = await tx.fetchval(
        """
        -- simulation.has_receipts
        select exists (
            select from receipts r
            join program_versions v on v.tenant_id = r.tenant_id and v.id = r.version_id and v.program_id = $3
            join branches b on b.tenant_id = r.tenant_id and b.id = r.branch_id
            where r.tenant_id = $1 and r.business_date >= $2 and r.received_at >= $5
              and (cardinality($4::text[]) = 0 or b.code = any($4))
        )
        """,
        tx.tenant_id,
        question.span.from_on,
        question.program_id,
        list(question.branches),
        question.span.start_at,
    )
    return found


async def are_few(tx: Tx, question: Question, few: int) -> bool:
    """Tell whether the span has no more than so many receipts, about, without counting the others."""
    count: int = await tx.fetchval(
        """
        -- simulation.are_few
        select count(*) from (
            select from receipts
            where tenant_id = $1 and business_date >= $3
              and version_id = any(array(select id from program_versions where tenant_id = $1 and program_id = $2))
            limit $4
        ) as found
        """,
        tx.tenant_id,
        question.program_id,
        question.span.from_on,
        few + 1,
    )
    return count <= few


class Running(Struct, frozen=True):
    """The what-if that is at work in a business: there is one at most."""

    id: UUID
    program_id: UUID


async def find_running(tx: Tx) -> Running | None:
    """Return the what-if that waits or is at work, of whatever programme."""
    row = await tx.fetchrow(
        """
        -- simulation.find_running
        select s.id, s.program_id from simulations s join tasks t on t.tenant_id = s.tenant_id and t.id = s.task_id
        where s.tenant_id = $1 and s.answer is null and t.state in ('waiting', 'running')
        """,
        tx.tenant_id,
    )
    return Running(*row) if row else None


def _simulation(row: Record) -> Simulation:
    return Simulation(
        id=row["id"],
        program_id=row["program_id"],
        task_id=row["task_id"],
        draft_mark=row["draft_mark"],
        question=_decode_question(row["question"]),
        answer=None if row["answer"] is None else _decode_answer(row["answer"]),
        actor=row["actor"],
        created_at=row["created_at"],
        finished_at=row["finished_at"],
    )
