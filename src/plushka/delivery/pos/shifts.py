"""Cashiers at the till: who they are, taking it over by a PIN, and what a shift came to."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from plushka.delivery.pos.endpoint import Answer, Call, endpoint
from plushka.delivery.pos.fields import Wire
from plushka.delivery.pos.requests import Query
from plushka.domain.insights.till import ShiftTotals, total_shift
from plushka.domain.staff.model import (
    PIN_LENGTH_MAX,
    PIN_LENGTH_MIN,
    Cashier,
    PinGiven,
    PinLocked,
    PinTooEasy,
    PinUnchanged,
    PinWrong,
    Shift,
    UnknownCashier,
    UnknownShift,
)
from plushka.domain.staff.passwords import password_fits
from plushka.domain.staff.pins import begin_try, choose_pin, forget_tries, list_cashiers
from plushka.domain.staff.shifts import close_shift, find_open_shift, open_shift
from plushka.platform.database import Tx

Pin = Annotated[str, Meta(pattern=f"^[0-9]{{{PIN_LENGTH_MIN},{PIN_LENGTH_MAX}}}$", description="digits")]


class ShiftIn(Wire, frozen=True):
    """Who takes the till over: a cashier's id and PIN. ``new_pin`` is what their PIN shall be from now on."""

    cashier: UUID
    pin: Pin
    new_pin: Pin | None = None


class CashiersOut(Struct, frozen=True):
    """Who may take the till over: those of its branch to whom the office has given a PIN."""

    cashiers: tuple[Cashier, ...]


class ShiftOut(Struct, frozen=True):
    """A shift and what it came to so far; ``closed_at`` null: it is open.

    ``forgotten`` is the shift of another cashier that was still open and was closed by this one.
    """

    id: UUID
    cashier: Cashier
    opened_at: datetime
    closed_at: datetime | None
    totals: ShiftTotals
    forgotten: "ShiftOut | None" = None


@endpoint("GET /v1/cashiers", scope="purchases")
async def show_cashiers(call: Call[None, Query]) -> Answer[CashiersOut]:
    """List who may take the till over by a PIN, by name."""
    async with call.transaction(read_only=True) as tx:
        return Answer(CashiersOut(await list_cashiers(tx, call.holder.till_id)))


@endpoint(
    "POST /v1/shifts",
    scope="purchases",
    statuses=(201, 200),
    refusals=(UnknownCashier, PinWrong, PinLocked, PinGiven, PinUnchanged, PinTooEasy),
    example={"cashier": "019cd7a2-4f00-7000-8000-000000000007", "pin": "2580"},
)
async def begin_shift(call: Call[ShiftIn, Query]) -> Answer[ShiftOut]:
    """Let a cashier take the till over. Their own open shift goes on (200); another's is closed now.

    A PIN that somebody else has given opens nothing by itself: the cashier's own comes with it as ``new_pin``. After
    five wrong PINs in a quarter of an hour the cashier waits, after twenty the till.
    """
    till_id, staff_id = call.holder.till_id, call.body.cashier
    async with call.transaction() as tx:
        present = await begin_try(tx, till_id=till_id, staff_id=staff_id)
    if not await password_fits(present.pin_hash, call.body.pin):
        raise PinWrong(field="pin")
    async with call.transaction() as tx:
        await forget_tries(tx, staff_id)
    new_pin = call.body.new_pin
    if new_pin is None and not present.is_own:
        raise PinGiven(field="new_pin")
    async with call.transaction() as tx:
        if new_pin is not None:
            await choose_pin(tx, staff_id, new_pin, present=call.body.pin, field="new_pin")
        opened = await open_shift(tx, till_id=till_id, staff_id=staff_id)
        forgotten = None if opened.forgotten is None else await _totalled(tx, opened.forgotten)
        return Answer(await _totalled(tx, opened.shift, forgotten), 200 if opened.is_repeat else 201)


@endpoint("GET /v1/shifts/current", scope="purchases", refusals=(UnknownShift,))
async def show_current_shift(call: Call[None, Query]) -> Answer[ShiftOut]:
    """Show who works at the till now, and what their shift has come to."""
    async with call.transaction(read_only=True) as tx:
        shift = await find_open_shift(tx, call.holder.till_id)
        if shift is None:
            raise UnknownShift
        return Answer(await _totalled(tx, shift))


@endpoint("POST /v1/shifts/{id}/close", scope="purchases", refusals=(UnknownShift,))
async def end_shift(call: Call[None, Query]) -> Answer[ShiftOut]:
    """Close a shift of this till and show its totals. Closing it again changes nothing."""
    async with call.transaction() as tx:
        shift = await close_shift(tx, till_id=call.holder.till_id, shift_id=call.id)
        return Answer(await _totalled(tx, shift))


async def _totalled(tx: Tx, shift: Shift, forgotten: ShiftOut | None = None) -> ShiftOut:
    totals = await total_shift(tx, shift.till_id, since=shift.opened_at, until=shift.closed_at)
    return ShiftOut(shift.id, shift.cashier, shift.opened_at, shift.closed_at, totals, forgotten)
