"""Opening branches, changing, closing and reopening them."""

from uuid import UUID

import asyncpg
import msgspec

from plushka.domain.audit.operations import record
from plushka.domain.businesses.model import (
    ADDRESS_LENGTH_MAX,
    CODE_LENGTH_MAX,
    DAY_MINUTES,
    DAY_STARTS_MINUTES,
    Branch,
    BranchClosedAlready,
    BranchCodeTaken,
    BranchOpenAlready,
    BranchPlan,
    BranchTextInvalid,
    DayStartOutOfRange,
    HoursInvalid,
    Week,
)
from plushka.domain.businesses.names import check_name
from plushka.domain.businesses.operations import check_time_zone
from plushka.domain.businesses.queries import get_branch, get_business
from plushka.platform.database import Tx
from plushka.platform.errors import Fact
from plushka.platform.ids import new_id


async def open_branch(
    tx: Tx,
    *,
    code: str,
    name: str,
    time_zone: str | None = None,
    day_starts_minutes: int = DAY_STARTS_MINUTES,
) -> Branch:
    """Open a branch of which no more is known; without ``time_zone`` it lives by the business's.

    :raises BranchCodeTaken: when the business has a branch of this code
    """
    zone = time_zone or (await get_business(tx)).time_zone
    return await open_planned(
        tx, BranchPlan(code=code, name=name, time_zone=zone, day_starts_minutes=day_starts_minutes)
    )


async def open_planned(tx: Tx, plan: BranchPlan) -> Branch:
    """Open a branch.

    :raises BranchCodeTaken: when the business has a branch of this code
    :raises Invalid: for what cannot be, with its field
    """
    _check(plan)
    branch = Branch(id=new_id(), created_at=tx.at, **msgspec.structs.asdict(plan))
    inserted = await tx.fetchval(
        """
        -- branches.open_planned
        insert into branches
            (tenant_id, id, code, name, time_zone, day_starts_minutes, address, hours, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (tenant_id, code) do nothing
        returning true
        """,
        tx.tenant_id,
        branch.id,
        plan.code,
        plan.name,
        plan.time_zone,
        plan.day_starts_minutes,
        plan.address,
        msgspec.json.encode(plan.hours).decode(),
        tx.at,
    )
    if not inserted:
        raise BranchCodeTaken(field="code", branch=plan.code)
    await record(tx, action="branch.open", subject=f"branch:{branch.id}", code=plan.code, name=plan.name)
    return branch


async def change_branch(tx: Tx, branch_id: UUID, plan: BranchPlan) -> None:
    """Change what is decided about a branch; receipts that it has made keep the day they were made on.

    :raises BranchNotFound: when the business has no such branch
    :raises BranchCodeTaken: when another branch has this code
    :raises Invalid: for what cannot be, with its field
    """
    _check(plan)
    before = await get_branch(tx, branch_id)
    try:
        await tx.execute(
            """
            -- branches.change_branch
            update branches
            set code = $3, name = $4, time_zone = $5, day_starts_minutes = $6, address = $7, hours = $8
            where tenant_id = $1 and id = $2
            """,
            tx.tenant_id,
            branch_id,
            plan.code,
            plan.name,
            plan.time_zone,
            plan.day_starts_minutes,
            plan.address,
            msgspec.json.encode(plan.hours).decode(),
        )
    except asyncpg.UniqueViolationError as error:
        raise BranchCodeTaken(field="code", branch=plan.code) from error
    await record(
        tx,
        action="branch.change",
        subject=f"branch:{branch_id}",
        name=plan.name,
        changes={
            "code": (before.code, plan.code),
            "name": (before.name, plan.name),
            "time_zone": (before.time_zone, plan.time_zone),
            "day_starts": (_clock(before.day_starts_minutes), _clock(plan.day_starts_minutes)),
            "address": (before.address or None, plan.address or None),
            "hours": (_told_hours(before.hours), _told_hours(plan.hours)),
        },
    )


async def close_branch(tx: Tx, branch_id: UUID) -> None:
    """Close a branch: what its tills sell from now on is refused, what they sold before is still taken.

    :raises BranchNotFound: when the business has no such branch
    :raises BranchClosedAlready: when it is closed
    """
    branch = await get_branch(tx, branch_id)
    closed = await tx.fetchval(
        """
        -- branches.close_branch
        update branches set closed_at = $3 where tenant_id = $1 and id = $2 and closed_at is null returning true
        """,
        tx.tenant_id,
        branch_id,
        tx.at,
    )
    if not closed:
        raise BranchClosedAlready
    await record(tx, action="branch.close", subject=f"branch:{branch_id}", name=branch.name)


async def reopen_branch(tx: Tx, branch_id: UUID) -> None:
    """Open a branch again.

    :raises BranchNotFound: when the business has no such branch
    :raises BranchOpenAlready: when it is not closed
    """
    branch = await get_branch(tx, branch_id)
    opened = await tx.fetchval(
        """
        -- branches.reopen_branch
        update branches set closed_at = null
        where tenant_id = $1 and id = $2 and closed_at is not null
        returning true
        """,
        tx.tenant_id,
        branch_id,
    )
    if not opened:
        raise BranchOpenAlready
    await record(tx, action="branch.reopen", subject=f"branch:{branch_id}", name=branch.name)


def _check(plan: BranchPlan) -> None:
    if not 0 < len(plan.code) <= CODE_LENGTH_MAX:
        raise BranchTextInvalid(field="code", length_max=CODE_LENGTH_MAX)
    check_name(plan.name)
    if len(plan.address) > ADDRESS_LENGTH_MAX:
        raise BranchTextInvalid(field="address", length_max=ADDRESS_LENGTH_MAX)
    if not 0 <= plan.day_starts_minutes < DAY_MINUTES:
        raise DayStartOutOfRange(field="day_starts")
    for day, opening in enumerate(plan.hours):
        if opening is not None and not (
            0 <= opening.opens_minutes < DAY_MINUTES
            and opening.opens_minutes < opening.closes_minutes <= opening.opens_minutes + DAY_MINUTES
        ):
            raise HoursInvalid(field=f"hours_{day}")
    check_time_zone(plan.time_zone)


def _told_hours(hours: Week) -> Fact:
    """Return the hours as the trail keeps them: ``09:00-21:00 09:00-21:00 …``, a dash for a day off."""
    if not any(hours):
        return None
    return " ".join(
        f"{_clock(day.opens_minutes)}-{_clock(day.closes_minutes)}" if day else "-" for day in hours
    )


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"
