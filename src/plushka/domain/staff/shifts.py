"""Shifts: who works at a till, from when until when."""

from uuid import UUID

import asyncpg
from msgspec import Struct

from plushka.domain.audit.operations import record
from plushka.domain.staff.model import Cashier, Shift, UnknownShift
from plushka.domain.staff.queries import get_staff
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

_SHIFTS = """
        select shifts.id, shifts.till_id, shifts.staff_id, accounts.name, shifts.opened_at, shifts.closed_at
        from shifts
        join staff on staff.tenant_id = shifts.tenant_id and staff.id = shifts.staff_id
        join accounts on accounts.id = staff.account_id
        where shifts.tenant_id = $1 and shifts.till_id = $2"""


class Opened(Struct, frozen=True):
    """A cashier at work. ``is_repeat``: they were so before. ``forgotten`` is the shift that was closed for them."""

    shift: Shift
    is_repeat: bool = False
    forgotten: Shift | None = None


async def open_shift(tx: Tx, *, till_id: UUID, staff_id: UUID) -> Opened:
    """Let somebody whose PIN was right work at a till. Another's shift that is still open is closed now.

    :raises UnknownStaff: when nobody of this id works here
    """
    await tx.execute(
        """
        -- shifts.open_shift: lock
        select from tills where tenant_id = $1 and id = $2 for no key update
        """,
        tx.tenant_id,
        till_id,
    )
    present = await find_open_shift(tx, till_id)
    if present is not None and present.cashier.id == staff_id:
        return Opened(present, is_repeat=True)
    forgotten = await close_shift(tx, till_id=till_id, shift_id=present.id) if present else None
    person = await get_staff(tx, staff_id)
    shift = Shift(new_id(), till_id, Cashier(person.id, person.name), opened_at=tx.at)
    await tx.execute(
        """
        -- shifts.open_shift
        insert into shifts (tenant_id, id, till_id, staff_id, opened_at) values ($1, $2, $3, $4, $5)
        """,
        tx.tenant_id,
        shift.id,
        till_id,
        staff_id,
        tx.at,
    )
    await record(tx, action="shift.open", subject=f"staff:{staff_id}", name=person.name)
    return Opened(shift, forgotten=forgotten)


async def close_shift(tx: Tx, *, till_id: UUID, shift_id: UUID) -> Shift:
    """Close a shift of a till; one that is closed stays as it was.

    :raises UnknownShift: when the till has none of this id
    """
    closed = await tx.fetchval(
        """
        -- shifts.close_shift
        update shifts set closed_at = $4
        where tenant_id = $1 and till_id = $2 and id = $3 and closed_at is null
        returning true
        """,
        tx.tenant_id,
        till_id,
        shift_id,
        tx.at,
    )
    shift = await get_shift(tx, till_id=till_id, shift_id=shift_id)
    if closed:
        await record(tx, action="shift.close", subject=f"staff:{shift.cashier.id}", name=shift.cashier.name)
    return shift


async def get_shift(tx: Tx, *, till_id: UUID, shift_id: UUID) -> Shift:
    """Return a shift of a till.

    :raises UnknownShift: when the till has none of this id
    """
    row = await tx.fetchrow(
        f"-- shifts.get_shift\n{_SHIFTS} and shifts.id = $3", tx.tenant_id, till_id, shift_id
    )
    if row is None:
        raise UnknownShift
    return _shift(row)


async def find_open_shift(tx: Tx, till_id: UUID) -> Shift | None:
    """Return the shift that is open at a till."""
    row = await tx.fetchrow(
        f"-- shifts.find_open_shift\n{_SHIFTS} and shifts.closed_at is null", tx.tenant_id, till_id
    )
    return None if row is None else _shift(row)


def _shift(row: asyncpg.Record) -> Shift:
    return Shift(
        id=row["id"],
        till_id=row["till_id"],
        cashier=Cashier(row["staff_id"], row["name"]),
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
    )
