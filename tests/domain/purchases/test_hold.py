"""Holding points for a receipt to come (S6)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop, receipt

from plushka.domain.ledger.model import Balance, InsufficientPoints
from plushka.domain.ledger.queries import list_wallets_of
from plushka.domain.purchases.model import (
    Hold,
    HoldClosed,
    HoldRequest,
    ReceiptDiffers,
    RedemptionOverMaximum,
    UnknownHold,
)
from plushka.domain.purchases.operations import cancel_hold, hold, quote
from plushka.platform.database import Database
from plushka.platform.ids import new_id


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


@pytest.fixture
async def member_id(shop: Shop) -> UUID:
    """A member with 100 points."""
    member_id = await shop.enroll()
    await shop.buy("earned", 1_000_00, member=member_id)
    return member_id


async def place(shop: Shop, member_id: UUID, points: int, external_id: str = "order") -> Hold:
    async with shop.tx() as tx:
        return await hold(tx, shop.reference, shop.caller, HoldRequest(external_id, member_id, points))


async def cancel(shop: Shop, hold_id: UUID) -> Hold:
    async with shop.tx() as tx:
        return await cancel_hold(tx, shop.caller, hold_id)


async def test_held_points_are_not_available_and_are_captured_by_the_purchase(
    shop: Shop, member_id: UUID
) -> None:
    placed = await place(shop, member_id, 60)
    assert placed.balance == Balance(available=40, held=60)
    bought = await shop.buy("order", 200_00, member=member_id, hold_id=placed.id)
    assert bought.receipt.outcome.redeemed_minor == 60_00
    assert bought.receipt.balance == Balance(available=40 + 14)
    assert await shop.differences() == ()


async def test_a_capture_of_less_gives_the_rest_back_at_once(shop: Shop, member_id: UUID) -> None:
    placed = await place(shop, member_id, 60)
    bought = await shop.buy("order", 200_00, member=member_id, hold_id=placed.id, redeem=25)
    assert bought.receipt.outcome.redeemed_minor == 25_00
    assert bought.receipt.balance == Balance(available=75 + 17)
    assert await shop.differences() == ()


async def test_a_capture_beyond_what_the_receipt_allows_is_refused_and_the_hold_stays(
    shop: Shop, member_id: UUID
) -> None:
    placed = await place(shop, member_id, 60)
    with pytest.raises(RedemptionOverMaximum) as refused:
        await shop.buy("order", 100_00, member=member_id, hold_id=placed.id)
    assert refused.value.facts == {"points_max": 50}
    assert (await shop.wallet(member_id)).balance == Balance(available=40, held=60)


async def test_more_than_is_available_cannot_be_held(shop: Shop, member_id: UUID) -> None:
    await place(shop, member_id, 60, "one")
    with pytest.raises(InsufficientPoints) as refused:
        await place(shop, member_id, 41, "two")
    assert refused.value.facts == {"available": 40, "points": 41}


async def test_wallets_of_many_are_read_as_one_is_with_what_is_held_until_its_hold_has_run_out(
    shop: Shop, member_id: UUID, clock: SetClock
) -> None:
    await shop.buy("earned more", 500_00, member=member_id)
    await place(shop, member_id, 120)
    without_points = await shop.enroll("+79990000002")
    for held in (120, 0):
        async with shop.tx() as tx:
            found = await list_wallets_of(tx, [member_id, without_points, new_id()])
        assert found == {
            member_id: {shop.program_id: await shop.wallet(member_id)},
            without_points: {shop.program_id: await shop.wallet(without_points)},
        }
        wallet = found[member_id][shop.program_id]
        assert (wallet.balance, len(wallet.lots)) == (Balance(available=150 - held, held=held), 2)
        clock.advance(timedelta(days=30))


async def test_a_repeated_hold_is_the_same_hold(shop: Shop, member_id: UUID) -> None:
    first = await place(shop, member_id, 60)
    assert await place(shop, member_id, 60) == first


async def test_cancelling_is_idempotent_and_final(shop: Shop, member_id: UUID) -> None:
    placed = await place(shop, member_id, 60)
    assert (await cancel(shop, placed.id)).balance == Balance(available=100)
    again = await cancel(shop, placed.id)
    assert (again.state, again.balance) == ("cancelled", Balance(available=100))
    with pytest.raises(HoldClosed):
        await shop.buy("order", 200_00, member=member_id, hold_id=placed.id)
    assert await shop.differences() == ()


async def test_a_hold_is_captured_once(shop: Shop, member_id: UUID) -> None:
    placed = await place(shop, member_id, 10)
    await shop.buy("order", 200_00, member=member_id, hold_id=placed.id)
    with pytest.raises(HoldClosed):
        await shop.buy("other", 200_00, member=member_id, hold_id=placed.id)
    with pytest.raises(HoldClosed):
        await cancel(shop, placed.id)


async def test_a_hold_that_has_run_out_is_released_and_still_captured_if_the_points_are_there(
    shop: Shop, member_id: UUID, clock: SetClock
) -> None:
    placed = await place(shop, member_id, 60)
    clock.advance(timedelta(minutes=16))
    assert (await shop.wallet(member_id)).balance == Balance(available=100)
    bought = await shop.buy("order", 200_00, member=member_id, hold_id=placed.id)
    assert bought.receipt.outcome.redeemed_minor == 60_00
    assert await shop.differences() == ()


async def test_a_hold_that_has_run_out_serves_one_purchase_only(
    shop: Shop, member_id: UUID, clock: SetClock
) -> None:
    placed = await place(shop, member_id, 30)
    clock.advance(timedelta(minutes=16))
    await shop.buy("1", 200_00, member=member_id, hold_id=placed.id)

    with pytest.raises(HoldClosed):
        await shop.buy("2", 200_00, member=member_id, hold_id=placed.id)
    assert await shop.differences() == ()


async def test_a_quote_counts_the_points_that_its_hold_keeps(shop: Shop, member_id: UUID) -> None:
    placed = await place(shop, member_id, 60)
    wanted = receipt("order", 200_00, member=member_id, hold_id=placed.id)

    async with shop.tx() as tx:
        quoted = await quote(tx, shop.reference, shop.caller, wanted)

    assert quoted.outcome.payable_minor == 140_00
    assert quoted.balance == Balance(available=40, held=60)
    bought = await shop.queue.commit(shop.caller, wanted)
    assert bought.receipt.outcome.payable_minor == 140_00


async def test_a_hold_that_has_run_out_states_the_maximum_when_the_points_are_gone(
    shop: Shop, member_id: UUID, clock: SetClock
) -> None:
    placed = await place(shop, member_id, 60)
    clock.advance(timedelta(minutes=16))
    await shop.buy("between", 100_00, member=member_id, redeem=50)
    with pytest.raises(RedemptionOverMaximum) as refused:
        await shop.buy("order", 200_00, member=member_id, hold_id=placed.id)
    assert refused.value.facts == {"points_max": 55}


async def test_a_hold_of_nobody_is_unknown(shop: Shop, member_id: UUID) -> None:
    with pytest.raises(UnknownHold):
        await shop.buy("order", 200_00, member=member_id, hold_id=new_id())
    other = await shop.enroll("+79990000002")
    placed = await place(shop, member_id, 10)
    with pytest.raises(UnknownHold):
        await shop.buy("order", 200_00, member=other, hold_id=placed.id)


async def test_one_number_for_holds_of_two_members_at_once_is_refused_once(
    shop: Shop, member_id: UUID
) -> None:
    other_id = await shop.enroll("+79990000002")
    await shop.buy("other", 1_000_00, member=other_id)
    async with shop.tx() as tx:
        await hold(tx, shop.reference, shop.caller, HoldRequest("order", member_id, 10))
        other = asyncio.create_task(place(shop, other_id, 10))
        await asyncio.sleep(0.1)  # until it waits for the number

    with pytest.raises(ReceiptDiffers):
        await other
    assert await shop.differences() == ()
