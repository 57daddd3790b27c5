"""Asking what a draft would have done, and forgetting what was asked."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from msgspec import Struct, structs

from plushka.domain.audit import operations as audit
from plushka.domain.businesses.queries import get_business, list_branches
from plushka.domain.programs.drafts import get_draft
from plushka.domain.programs.model import DraftChanged, NoDraft, ProgramUnsound
from plushka.domain.programs.queries import find_version_in_force
from plushka.domain.simulation.model import (
    KEPT_MAX,
    KIND,
    LISTED_MAX,
    MONTHS_MAX,
    MonthsOutOfRange,
    NoReceipts,
    NothingPublished,
    SimulationRunning,
    UnknownBranches,
)
from plushka.domain.simulation.queries import find_running, get_simulation, has_receipts
from plushka.domain.simulation.question import Answer, Goods, Line, Question, first_day
from plushka.domain.simulation.receipts import Costing
from plushka.domain.simulation.setting import span_of
from plushka.domain.tasks import operations as tasks
from plushka.domain.tasks.queries import get_task
from plushka.engine.check import problems
from plushka.engine.local_time import moment
from plushka.engine.purchase import Place
from plushka.platform.database import Tx
from plushka.platform.ids import new_id


class Wish(Struct, frozen=True):
    """What somebody wants to know: by the receipts of how many ``months``, and how."""

    months: int
    branches: tuple[str, ...] = ()
    has_range: bool = True
    goods: Goods = "then"
    margin_bp: int | None = None


async def ask(tx: Tx, program_id: UUID, wish: Wish, *, mark: str | None = None) -> UUID:
    """Leave the question what the draft would have done, and return the id of its what-if.

    ``mark``: the draft that whoever asks has seen.

    :raises NoDraft: nothing was saved
    :raises DraftChanged: somebody else has saved or published since ``mark`` was seen
    :raises ProgramUnsound: the draft contradicts itself: no receipt can be decided by it
    :raises NothingPublished: no rules are in force
    :raises MonthsOutOfRange: so many months cannot be asked about
    :raises UnknownBranches: the business has no branch of one of the codes
    :raises NoReceipts: nothing was sold in that time
    :raises SimulationRunning: another one is at work
    """
    if not 1 <= wish.months <= MONTHS_MAX:
        raise MonthsOutOfRange(field="months", months_max=MONTHS_MAX)
    question, draft_mark = await _question(tx, program_id, wish, mark)
    if not await has_receipts(tx, question):
        raise NoReceipts(field="months")
    await _lock(tx)
    if await find_running(tx) is not None:
        raise SimulationRunning
    simulation_id = new_id()
    task_id = await tasks.leave(
        tx,
        kind=KIND,
        arguments={
            "program": str(program_id),
            "simulation": str(simulation_id),
            "name": question.draft.name,
        },
    )
    await tx.execute(
        """
        -- simulation.insert
        insert into simulations (tenant_id, id, program_id, task_id, draft_mark, question, actor, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        tx.tenant_id,
        simulation_id,
        program_id,
        task_id,
        draft_mark,
        msgspec.json.encode(question).decode(),
        tx.actor,
        tx.at,
    )
    await _forget_oldest(tx, program_id)
    await audit.record(
        tx,
        action="simulation.run",
        subject=f"program:{program_id}",
        simulation=str(simulation_id),
        months=wish.months,
    )
    return simulation_id


async def _question(tx: Tx, program_id: UUID, wish: Wish, mark: str | None) -> tuple[Question, str]:
    draft = await get_draft(tx, program_id)
    if draft.revision is None:
        raise NoDraft
    if mark is not None and mark != draft.mark:
        raise DraftChanged
    if found := problems(draft.program):
        raise ProgramUnsound(field=found[0].path, problem=found[0].code, **found[0].facts)
    in_force = await find_version_in_force(tx, program_id)
    if in_force is None:
        raise NothingPublished
    if not set(wish.branches) <= {branch.code for branch in await list_branches(tx)}:
        raise UnknownBranches(field="branches")
    zone = (await get_business(tx)).time_zone
    today = moment(tx.at, Place(branch="", time_zone=zone)).business_date
    question = Question(
        program_id=program_id,
        months=wish.months,
        span=span_of(first_day(wish.months, today), until_at=tx.at, zone=zone),
        version_id=in_force.id,
        published=in_force.program,
        draft=draft.program,
        branches=wish.branches,
        has_range=wish.has_range,
        goods=wish.goods,
        costing=Costing(wish.margin_bp),
    )
    return question, draft.mark


async def save_answer(tx: Tx, simulation_id: UUID, answer: Answer) -> None:
    """Keep what came of it."""
    await tx.execute(
        """
        -- simulation.save_answer
        update simulations set answer = $3, finished_at = $4 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        simulation_id,
        msgspec.json.encode(answer).decode(),
        tx.at,
    )


async def save_lines(tx: Tx, simulation_id: UUID, lines: Sequence[Line]) -> None:
    """Keep what came of it for some of the members."""
    if not lines:
        return
    columns = zip(*map(structs.astuple, lines), strict=True)
    await tx.execute(
        """
        -- simulation.save_lines
        insert into simulation_members (
            tenant_id, simulation_id, member_id, "group", tier, tenth, difference, published, draft, published_low,
            published_high, draft_low, draft_high
        )
        select $1, $2, * from unnest(
            $3::uuid[], $4::text[], $5::text[], $6::smallint[], $7::bigint[], $8::jsonb[], $9::jsonb[], $10::jsonb[],
            $11::jsonb[], $12::jsonb[], $13::jsonb[]
        )
        """,
        tx.tenant_id,
        simulation_id,
        *map(list, columns),
    )


async def stop(tx: Tx, simulation_id: UUID) -> None:
    """Stop a what-if, whoever asked: what it takes are the business's own processors.

    :raises UnknownSimulation: the business has none of this id
    :raises TaskClosed: it has ended already
    """
    await tasks.cancel(tx, (await get_simulation(tx, simulation_id)).task_id)


async def forget(tx: Tx, simulation_id: UUID) -> None:
    """Delete a what-if, and stop it if it is at work.

    :raises UnknownSimulation: the business has none of this id
    """
    simulation = await get_simulation(tx, simulation_id)
    if (await get_task(tx, simulation.task_id)).is_open:
        await tasks.cancel(tx, simulation.task_id)
    await tx.execute(
        """
        -- simulation.forget
        delete from simulations where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        simulation_id,
    )
    await audit.record(
        tx,
        action="simulation.forget",
        subject=f"program:{simulation.program_id}",
        simulation=str(simulation_id),
    )


async def _lock(tx: Tx) -> None:
    # Of two who ask at once the second sees what the first has left.
    await tx.execute(
        """
        -- simulation.lock
        select from businesses where tenant_id = $1 for no key update
        """,
        tx.tenant_id,
    )


async def _forget_oldest(tx: Tx, program_id: UUID) -> None:
    await tx.execute(
        """
        -- simulation.forget_oldest
        delete from simulations
        where tenant_id = $1 and program_id = $2 and id not in (
            select id from simulations where tenant_id = $1 and program_id = $2 order by id desc limit $3
        )
        """,
        tx.tenant_id,
        program_id,
        KEPT_MAX,
    )
    await tx.execute(
        """
        -- simulation.forget_lines
        delete from simulation_members
        where tenant_id = $1 and simulation_id in (
            select id from simulations where tenant_id = $1 and program_id = $2 order by id desc offset $3
        )
        """,
        tx.tenant_id,
        program_id,
        LISTED_MAX,
    )
