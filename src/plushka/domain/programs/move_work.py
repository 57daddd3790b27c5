"""Who would move by a draft, weighed as long work: a page of members a step."""

from collections.abc import Mapping
from uuid import UUID

from plushka.domain.businesses.queries import get_business
from plushka.domain.programs.drafts import get_draft
from plushka.domain.programs.model import DraftChanged
from plushka.domain.programs.moves import NOBODY, Moves, count_moves, pack, unpack
from plushka.domain.programs.standings import count_by_tier
from plushka.domain.tasks.operations import leave
from plushka.domain.tasks.running import Run
from plushka.engine.local_time import moment
from plushka.engine.program import Program
from plushka.engine.purchase import Place
from plushka.engine.version import compile_version
from plushka.platform.database import Tx
from plushka.platform.errors import Fact
from plushka.platform.ids import new_id

KIND = "tiers.preview"


async def leave_preview(tx: Tx, program_id: UUID) -> UUID:
    """Leave the weighing of the draft as it is now, and return the task's id."""
    draft = await get_draft(tx, program_id)
    total = sum((await count_by_tier(tx, program_id=program_id)).values())
    arguments = {"program": str(program_id), "mark": draft.mark, "name": draft.program.name}
    return await leave(tx, kind=KIND, arguments=arguments, total=total)


async def weigh(tx: Tx, program: Program, program_id: UUID, so_far: Moves = NOBODY) -> Moves:
    """Weigh the next page of members by ``program``, as of the business's day at ``tx.at``."""
    business = await get_business(tx)
    today = moment(tx.at, Place(branch="", time_zone=business.time_zone)).business_date
    version = compile_version(new_id(), program)
    return await count_moves(tx, version, program_id=program_id, on=today, so_far=so_far)


async def preview(run: Run) -> Mapping[str, Fact]:
    """Weigh all members, a page a step.

    :raises DraftChanged: the draft was saved again meanwhile; what would come of it is no longer asked
    """
    arguments = run.task.arguments
    program_id = UUID(str(arguments["program"]))
    while True:
        async with run.step() as step:
            draft = await get_draft(step.tx, program_id)
            if draft.mark != arguments["mark"]:
                raise DraftChanged
            so_far = unpack(step.cursor) if step.cursor else NOBODY
            moves = await weigh(step.tx, draft.program, program_id, so_far)
            step.cursor = pack(moves)
            step.done = sum(moves.counts.values())
        if moves.last is None:
            moved = sum(members for (before, after), members in moves.counts.items() if before != after)
            return {"count": step.done, "moved": moved, "moves": pack(moves)}
