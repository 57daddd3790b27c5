"""Which programme serves a branch when (docs/decisions/0006-several-programs.md)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plushka.domain.programs.model import Serving, UnknownProgram, VersionMark
from plushka.domain.programs.versions import FIRST_PROGRAM
from plushka.platform.database import Tx

Line = tuple[datetime, UUID]
"""Since when, and which programme."""


class Schedule(Struct, frozen=True):
    """Which rules are in force at some branches when; both lists begin with the one to prefer.

    ``lines`` are by branch, ``marks`` by programme; the ``first`` programme serves a branch without a line.
    """

    first: UUID | None
    lines: Mapping[UUID, Sequence[Line]]
    marks: Mapping[UUID, Sequence[VersionMark]]

    def in_force(self, branch_id: UUID, at: datetime) -> VersionMark | None:
        """Return the version in force at a branch at ``at``; a late receipt asks for its own moment (S15)."""
        program_id = self.program_id(branch_id, at)
        marks = self.marks.get(program_id, ()) if program_id else ()
        return next((mark for mark in marks if mark.valid_from <= at), None)

    def program_id(self, branch_id: UUID, at: datetime) -> UUID | None:
        """Return the programme that serves a branch at ``at``."""
        lines = self.lines.get(branch_id, ())
        return next((program_id for valid_from, program_id in lines if valid_from <= at), self.first)

    def superseded_at(self, mark: VersionMark, at: datetime) -> datetime | None:
        """Return when, after ``at``, other rules of the same programme came into force; None: never yet."""
        later = [other.valid_from for other in self.marks[mark.program_id] if other.valid_from > at]
        return min(later, default=None)


async def read_schedule(tx: Tx, branch_ids: Collection[UUID]) -> Schedule:
    """Return which rules are in force at these branches when."""
    rows = await tx.fetch(
        f"""
        -- programs.read_schedule
        with first as ({FIRST_PROGRAM}),
        lines as (
            select branch_id, program_id, number, valid_from from branch_programs
            where tenant_id = $1 and branch_id = any($2)
        )
        select null::uuid as branch_id, v.program_id, v.id, v.number, v.valid_from,
               v.program_id = (select id from first) as is_first
        from program_versions v
        where v.tenant_id = $1
          and (v.program_id = (select id from first) or v.program_id in (select program_id from lines))
        union all
        select branch_id, program_id, null, number, valid_from, false from lines
        order by valid_from desc, number desc
        """,  # noqa: S608  constants only
        tx.tenant_id,
        branch_ids,
    )
    first = None
    lines: dict[UUID, list[Line]] = {}
    marks: dict[UUID, list[VersionMark]] = {}
    for branch_id, program_id, version_id, number, valid_from, is_first in rows:
        if branch_id is not None:
            lines.setdefault(branch_id, []).append((valid_from, program_id))
            continue
        marks.setdefault(program_id, []).append(VersionMark(version_id, program_id, number, valid_from))
        if is_first:
            first = program_id
    return Schedule(first, lines, marks)


async def get_serving(tx: Tx, branch_id: UUID | None) -> Serving:
    """Return the programme that serves a branch at ``tx.at``; the first one where no branch is known.

    :raises UnknownProgram: the business has none yet
    """
    row = await tx.fetchrow(
        f"""
        -- programs.get_serving
        select id, name, (select count(*) from programs where tenant_id = $1) = 1 as is_only
        from programs
        where tenant_id = $1 and id = coalesce(
            (
                select program_id from branch_programs
                where tenant_id = $1 and branch_id = $2 and valid_from <= $3
                order by valid_from desc, number desc
                limit 1
            ),
            ({FIRST_PROGRAM})
        )
        """,  # noqa: S608  constants only
        tx.tenant_id,
        branch_id,
        tx.at,
    )
    if row is None:
        raise UnknownProgram
    return Serving(**row)
