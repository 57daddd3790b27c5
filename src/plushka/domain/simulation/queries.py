"""Reading what was asked and what came of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from asyncpg import Record
from msgspec import Struct

from plushka.domain.simulation.model import KEPT_MAX, Simulation, UnknownSimulation
from plushka.domain.simulation.question import Answer, Question
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
    """A what-if in a list; ``is_answered``: there is something to look at."""

    id: UUID
    task_id: UUID
    draft_mark: str
    months: int
    branches: tuple[str, ...]
    actor: str
    created_at: datetime
    is_answered: bool


_decode_codes = msgspec.json.Decoder(tuple[str, ...]).decode


async def list_asked(tx: Tx, program_id: UUID) -> Sequence[Asked]:
    """Return the what-ifs of a programme, the latest first."""
    rows = await tx.fetch(
        """
        -- simulation.list_asked
        select id, task_id, draft_mark, (question->>'months')::integer as months,
               coalesce(question->>'branches', '[]') as branches, actor, created_at, answer is not null as is_answered
        from simulations where tenant_id = $1 and program_id = $2
        order by id desc
        limit $3
        """,
        tx.tenant_id,
        program_id,
        KEPT_MAX,
    )
    return [Asked(**{**row, "branches": _decode_codes(row["branches"])}) for row in rows]


async def has_receipts(tx: Tx, question: Question) -> bool:
    """Tell whether anything was sold in the span."""
    found: bool = await tx.fetchval(
        """
        -- simulation.has_receipts
        select exists (select from receipts where tenant_id = $1 and business_date >= $2)
        """,
        tx.tenant_id,
        question.span.from_on,
    )
    return found


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
