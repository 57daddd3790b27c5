"""PINs, by which cashiers take over tills: short, so whoever guesses is slowed down by the database.

A try counts as failed from its beginning, until its PIN has proved right, as with passwords (``tries.py``).
"""

import re
from datetime import timedelta
from math import ceil
from uuid import UUID

from plushka.domain.audit.operations import record
from plushka.domain.staff.model import (
    PIN_LENGTH_MAX,
    PIN_LENGTH_MIN,
    Cashier,
    Pin,
    PinLocked,
    PinMalformed,
    PinTooEasy,
    PinUnchanged,
    UnknownCashier,
)
from plushka.domain.staff.passwords import hash_secret
from plushka.domain.staff.queries import ROWS_MAX, get_staff
from plushka.domain.staff.tokens import digest
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

WINDOW = timedelta(minutes=15)
FAILURES_OF_CASHIER_MAX = 5
FAILURES_OF_TILL_MAX = 20

_PIN = re.compile(rf"[0-9]{{{PIN_LENGTH_MIN},{PIN_LENGTH_MAX}}}", re.ASCII)
_UP = "01234567890"
_AT_THE_TILL = """
        join accounts on accounts.id = staff.account_id
        join tills on tills.tenant_id = $1 and tills.id = $2
        where staff.tenant_id = $1 and staff.dismissed_at is null and (
            tills.branch_id is null
            or not exists (select from staff_branches b where b.tenant_id = $1 and b.staff_id = staff.id)
            or exists (
                select from staff_branches b
                where b.tenant_id = $1 and b.staff_id = staff.id and b.branch_id = tills.branch_id
            )
        )"""
"""Who may work at a till: whoever works in its branch, or everywhere."""


async def give_pin(tx: Tx, staff_id: UUID, pin: str) -> None:
    """Give somebody a PIN, or a new one, which they change before it opens a shift; wrong tries are forgotten.

    :raises UnknownStaff: when nobody of this id works here
    :raises PinMalformed: when it is not four to six digits
    :raises PinTooEasy: when it is what everybody would try first
    """
    await _set_pin(tx, staff_id, pin, is_own=False, field="pin")


async def choose_pin(tx: Tx, staff_id: UUID, pin: str, *, present: str | None = None, field: str) -> None:
    """Let somebody have the PIN that they have chosen, in the place of the ``present`` one, if that is known.

    ``field`` is where a refusal is told. Raises as ``give_pin`` does, and:

    :raises PinUnchanged: when it is the present one
    """
    if pin == present:
        raise PinUnchanged(field=field)
    await _set_pin(tx, staff_id, pin, is_own=True, field=field)


async def _set_pin(tx: Tx, staff_id: UUID, pin: str, *, is_own: bool, field: str) -> None:
    if not _PIN.fullmatch(pin):
        raise PinMalformed(field=field, length_min=PIN_LENGTH_MIN, length_max=PIN_LENGTH_MAX)
    if len(set(pin)) == 1 or pin in _UP or pin in _UP[::-1]:
        raise PinTooEasy(field=field)
    person = await get_staff(tx, staff_id)
    await tx.execute(
        """
        -- pins.set_pin
        insert into cashier_pins (tenant_id, staff_id, pin_hash, is_own, set_at) values ($1, $2, $3, $4, $5)
        on conflict (tenant_id, staff_id) do update
        set pin_hash = excluded.pin_hash, is_own = excluded.is_own, set_at = excluded.set_at
        """,
        tx.tenant_id,
        staff_id,
        await hash_secret(pin),
        is_own,
        tx.at,
    )
    await forget_tries(tx, staff_id)
    await record(
        tx,
        action="staff.choose_pin" if is_own else "staff.set_pin",
        subject=f"staff:{staff_id}",
        name=person.name,
    )


async def remove_pin(tx: Tx, staff_id: UUID) -> None:
    """Take somebody's PIN away: they take over no till any more. Without one nothing changes.

    :raises UnknownStaff: when nobody of this id works here
    """
    person = await get_staff(tx, staff_id)
    removed = await tx.fetchval(
        """
        -- pins.remove_pin
        delete from cashier_pins where tenant_id = $1 and staff_id = $2 returning true
        """,
        tx.tenant_id,
        staff_id,
    )
    if removed:
        await record(tx, action="staff.remove_pin", subject=f"staff:{staff_id}", name=person.name)


async def has_pin(tx: Tx, staff_id: UUID) -> bool:
    """Tell whether somebody may take over tills."""
    found: bool = await tx.fetchval(
        """
        -- pins.has_pin
        select exists (select from cashier_pins where tenant_id = $1 and staff_id = $2)
        """,
        tx.tenant_id,
        staff_id,
    )
    return found


async def list_cashiers(tx: Tx, till_id: UUID) -> tuple[Cashier, ...]:
    """Return who may take over a till, by name: those of its branch who have a PIN."""
    rows = await tx.fetch(
        f"""
        -- pins.list_cashiers
        select staff.id, accounts.name
        from staff
        join cashier_pins on cashier_pins.tenant_id = $1 and cashier_pins.staff_id = staff.id
        {_AT_THE_TILL}
        order by accounts.name, staff.id
        limit $3
        """,  # noqa: S608  constants only
        tx.tenant_id,
        till_id,
        ROWS_MAX,
    )
    return tuple(Cashier(**row) for row in rows)


async def begin_try(tx: Tx, *, till_id: UUID, staff_id: UUID) -> Pin:
    """Count a try of somebody's PIN at a till, and return the PIN that it is checked against.

    ``tx`` must be committed before the PIN is checked; a right one then calls ``forget_tries``.

    :raises UnknownCashier: when they may not take over this till
    :raises PinLocked: when there were too many wrong tries of theirs, or at this till
    """
    await tx.execute(
        """
        -- pins.begin_try: lock
        select pg_advisory_xact_lock(key) from unnest($1::bigint[]) as key
        """,
        sorted(int.from_bytes(digest(f"pin {each}")[:8], signed=True) for each in (till_id, staff_id)),
    )
    row = await tx.fetchrow(
        f"""
        -- pins.begin_try: pin
        select pin_hash, is_own
        from staff
        join cashier_pins on cashier_pins.tenant_id = $1 and cashier_pins.staff_id = staff.id
        {_AT_THE_TILL} and staff.id = $3
        """,  # noqa: S608  constants only
        tx.tenant_id,
        till_id,
        staff_id,
    )
    if row is None:
        raise UnknownCashier(field="cashier")
    full_since = await tx.fetchval(
        """
        -- pins.begin_try
        select greatest(
            (select at from pin_tries where tenant_id = $1 and staff_id = $2 and at > $4
             order by at desc offset $5 limit 1),
            (select at from pin_tries where tenant_id = $1 and till_id = $3 and at > $4
             order by at desc offset $6 limit 1)
        )
        """,
        tx.tenant_id,
        staff_id,
        till_id,
        tx.at - WINDOW,
        FAILURES_OF_CASHIER_MAX - 1,
        FAILURES_OF_TILL_MAX - 1,
    )
    if full_since is not None:
        raise PinLocked(field="pin", wait_minutes=ceil((full_since + WINDOW - tx.at) / timedelta(minutes=1)))
    await tx.execute(
        """
        -- pins.begin_try: count
        insert into pin_tries (tenant_id, id, till_id, staff_id, at) values ($1, $2, $3, $4, $5)
        """,
        tx.tenant_id,
        new_id(),
        till_id,
        staff_id,
        tx.at,
    )
    return Pin(**row)


async def forget_tries(tx: Tx, staff_id: UUID) -> None:
    """Forget the tries of somebody whose PIN was right, or is new; and those of others that no longer count."""
    await tx.execute(
        """
        -- pins.forget_tries
        delete from pin_tries where tenant_id = $1 and (staff_id = $2 or at <= $3)
        """,
        tx.tenant_id,
        staff_id,
        tx.at - WINDOW,
    )
