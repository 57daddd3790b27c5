"""Which programme is to serve a branch: the owner moves branches, from a moment on (docs/decisions/0006)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plushka.domain.audit import operations as audit
from plushka.domain.businesses.model import Branch
from plushka.domain.businesses.queries import list_branches
from plushka.domain.programs.drafts import check_valid_from
from plushka.domain.programs.model import BranchesMissing, BranchesServed, ProgramNotReady, UnknownProgram
from plushka.domain.programs.queries import get_program_id, list_programs
from plushka.domain.programs.serving import Line, read_schedule
from plushka.platform.database import Tx


class ServedBranch(Struct, frozen=True):
    """An open branch, the programme that serves it now, and what is planned for it: the soonest first."""

    branch: Branch
    program_id: UUID
    planned: tuple[Line, ...]


async def list_served(tx: Tx) -> list[ServedBranch]:
    """Return the open branches by code, with the programmes that serve them.

    :raises UnknownProgram: the business has no programme
    """
    first = await get_program_id(tx)
    branches = [branch for branch in await list_branches(tx) if branch.closed_at is None]
    lines = (await read_schedule(tx, [branch.id for branch in branches])).lines
    return [_served(branch, lines.get(branch.id, ()), first, tx.at) for branch in branches]


def _served(branch: Branch, lines: Sequence[Line], first: UUID, now: datetime) -> ServedBranch:
    serving = next((program_id for valid_from, program_id in lines if valid_from <= now), first)
    planned: list[Line] = []
    before = serving
    # Of lines for one moment the first one of the list is the one that counts.
    ahead = {valid_from: program_id for valid_from, program_id in reversed(lines) if valid_from > now}
    for valid_from, program_id in sorted(ahead.items()):
        if program_id != before:
            planned.append((valid_from, program_id))
        before = program_id
    return ServedBranch(branch, serving, tuple(planned))


async def move_branches(
    tx: Tx, branch_ids: Collection[UUID], *, program_id: UUID, valid_from: datetime | None = None
) -> list[UUID]:
    """Let a programme serve branches from ``valid_from`` on, or at once; return those that were served by another.

    Points stay on the accounts that they are on. What is planned for later moments stays planned.

    :raises UnknownProgram: the business has none of this id
    :raises BranchesMissing: none is named, or one is not of the business
    :raises BranchesServed: the programme serves all of them at that moment already
    :raises ProgramNotReady: it has no rules that are in force by then
    :raises ValidFromPast: receipts of that moment were decided already
    :raises ValidFromTooFar: it is planned too far ahead
    """
    check_valid_from(valid_from, tx.at)
    names = {program.id: program.name for program in await list_programs(tx)}
    if program_id not in names:
        raise UnknownProgram
    moment = valid_from or tx.at
    if not await _is_ready(tx, program_id, moment):
        raise ProgramNotReady(field="valid_from")
    codes = await _lock_branches(tx, branch_ids)
    if not codes or len(codes) != len(set(branch_ids)):
        raise BranchesMissing(field="branches")
    schedule = await read_schedule(tx, list(codes))
    first = await get_program_id(tx)
    served_by = {branch_id: schedule.program_id(branch_id, moment) or first for branch_id in codes}
    moved = [branch_id for branch_id in codes if served_by[branch_id] != program_id]
    if not moved:
        raise BranchesServed(field="branches")
    await _insert_lines(tx, moved, program_id=program_id, valid_from=moment)
    for branch_id in moved:
        await audit.record(
            tx,
            action="program.serve",
            subject=f"branch:{branch_id}",
            changes={"program": (names[served_by[branch_id]], names[program_id])},
            branch=codes[branch_id],
            name=names[program_id],
            valid_from=moment.isoformat(),
        )
    return moved


async def withdraw_move(tx: Tx, branch_id: UUID, *, valid_from: datetime) -> None:
    """Leave a branch, at the moment of a planned move, with the programme that serves it until then.

    :raises ValidFromPast: the move has come already
    :raises BranchesServed: nothing is planned for that moment
    """
    lines = (await read_schedule(tx, [branch_id])).lines.get(branch_id, ())
    before = next((program_id for since, program_id in lines if since < valid_from), None)
    await move_branches(tx, [branch_id], program_id=before or await get_program_id(tx), valid_from=valid_from)


async def _is_ready(tx: Tx, program_id: UUID, moment: datetime) -> bool:
    is_ready: bool = await tx.fetchval(
        """
        -- programs.is_ready
        select exists (
            select from program_versions where tenant_id = $1 and program_id = $2 and valid_from <= $3
        )
        """,
        tx.tenant_id,
        program_id,
        moment,
    )
    return is_ready


async def _lock_branches(tx: Tx, branch_ids: Collection[UUID]) -> dict[UUID, str]:
    """Lock open branches, in the order of their ids, and return their codes: lines of one are written in turn."""
    rows = await tx.fetch(
        """
        -- programs.lock_branches
        select id, code from branches where tenant_id = $1 and id = any($2) and closed_at is null
        order by id
        for no key update
        """,
        tx.tenant_id,
        branch_ids,
    )
    return {row["id"]: row["code"] for row in rows}


async def _insert_lines(
    tx: Tx, branch_ids: Sequence[UUID], *, program_id: UUID, valid_from: datetime
) -> None:
    await tx.execute(
        """
        -- programs.insert_lines
        insert into branch_programs (tenant_id, branch_id, number, program_id, valid_from, actor, at)
        select $1, moved.id, coalesce(
            (select max(number) from branch_programs b where b.tenant_id = $1 and b.branch_id = moved.id), 0
        ) + 1, $2, $3, $4, $5
        from unnest($6::uuid[]) as moved (id)
        """,
        tx.tenant_id,
        program_id,
        valid_from,
        tx.actor,
        tx.at,
        branch_ids,
    )
