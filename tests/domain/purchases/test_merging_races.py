"""Tills go on while two members become one and two again: whoever waits for a lock finds whose it is after it."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.purchases.test_merging import NEW_PHONE, OLD_PHONE, PROGRAM, merge, undo
from tests.domain.shop import Shop, open_shop

from plushka.domain.ledger.model import WalletMoved
from plushka.domain.ledger.queries import find_wallet
from plushka.domain.members.model import Identity, MergeNotUndone, UnknownMember
from plushka.domain.programs.assigning import move_branches
from plushka.domain.programs.operations import create_program, publish
from plushka.domain.purchases.merging import merge_members, undo_merge
from plushka.domain.purchases.model import HoldRequest, ReturnRequest
from plushka.domain.purchases.operations import cancel_hold, hold, return_purchase
from plushka.domain.purchases.queue import PurchaseQueue
from plushka.platform.database import Database, Tx
from plushka.platform.errors import Refusal

PAIRS = 6


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, PROGRAM) as shop:
        yield shop


@pytest.fixture
async def kept(shop: Shop) -> UUID:
    """Who comes with a new phone."""
    return await shop.enroll(NEW_PHONE.value)


@pytest.fixture
async def merged(shop: Shop) -> UUID:
    """The same person of before: 20 points of welcome and 10 of a receipt."""
    member_id = await shop.enroll(OLD_PHONE.value)
    await shop.buy("old", 100_00, member=member_id)
    return member_id


async def serve_with_another_program(shop: Shop) -> UUID:
    """Let the branch be served by a programme that nobody has taken part in."""
    async with shop.tx() as tx:
        program_id = await create_program(tx, name="Вторая")
        await publish(tx, program_id=program_id, program=PROGRAM, valid_from=tx.at)
        branch_id = await tx.fetchval("select id from branches where tenant_id = $1", tx.tenant_id)
        await move_branches(tx, [branch_id], program_id=program_id)
    return program_id


async def waits(*tasks: asyncio.Task[Any]) -> None:
    await asyncio.sleep(0.3)
    assert not any(task.done() for task in tasks)


async def test_a_first_purchase_under_a_programme_waits_for_the_merge_and_is_the_one_who_stays(
    shop: Shop, kept: UUID, merged: UUID
) -> None:
    program_id = await serve_with_another_program(shop)
    async with shop.tx() as tx:
        await merge_members(tx, kept_id=kept, merged_id=merged, reason="Сменил телефон")
        buying = asyncio.create_task(shop.buy("first", 100_00, member=OLD_PHONE))
        await waits(buying)
    bought = await buying

    assert bought.receipt.member_id == kept
    async with shop.tx() as tx:
        assert await find_wallet(tx, member_id=merged, program_id=program_id) is None
    assert await shop.differences() == ()


async def test_a_purchase_that_waits_for_the_undo_is_theirs_whose_card_was_shown(
    shop: Shop, kept: UUID, merged: UUID
) -> None:
    merge_id = await merge(shop, kept, merged)
    async with shop.tx() as tx:
        await undo_merge(tx, merge_id)
        waiting = [
            asyncio.create_task(shop.buy(f"race-{place}", 100_00, member=named))
            for place, named in enumerate((OLD_PHONE, merged, NEW_PHONE))
        ]
        await waits(*waiting)
    bought = await asyncio.gather(*waiting)

    assert [committed.receipt.member_id for committed in bought] == [merged, merged, kept]
    assert await shop.differences() == ()


async def test_a_first_purchase_under_a_programme_that_waits_for_the_undo_is_theirs_too(
    shop: Shop, kept: UUID, merged: UUID
) -> None:
    merge_id = await merge(shop, kept, merged)
    await serve_with_another_program(shop)
    async with shop.tx() as tx:
        await undo_merge(tx, merge_id)
        buying = asyncio.create_task(shop.buy("first", 100_00, member=OLD_PHONE))
        await waits(buying)

    assert (await buying).receipt.member_id == merged


async def _return(tx: Tx, shop: Shop) -> None:
    await return_purchase(tx, shop.reference, shop.caller, ReturnRequest("r-1", "old"))


async def _hold(tx: Tx, shop: Shop) -> None:
    await hold(tx, shop.reference, shop.caller, HoldRequest("order-2", OLD_PHONE, 5))


async def _cancel(tx: Tx, shop: Shop) -> None:
    [hold_id] = [
        row["id"] for row in await tx.fetch("select id from holds where tenant_id = $1", tx.tenant_id)
    ]
    await cancel_hold(tx, shop.caller, hold_id)


@pytest.mark.parametrize("ask", [_return, _hold, _cancel])
async def test_a_return_and_a_hold_that_wait_for_the_undo_are_asked_to_repeat(
    shop: Shop, kept: UUID, merged: UUID, ask: Any
) -> None:
    async with shop.tx() as tx:
        await hold(tx, shop.reference, shop.caller, HoldRequest("order", merged, 5))
    merge_id = await merge(shop, kept, merged)

    async def asked() -> None:
        async with shop.tx() as tx:
            await ask(tx, shop)

    async with shop.tx() as tx:
        await undo_merge(tx, merge_id)
        asking = asyncio.create_task(asked())
        await waits(asking)
    with pytest.raises(WalletMoved):
        await asking
    await asked()

    assert (await shop.wallet(kept)).balance.available == 20
    assert await shop.differences() == ()


async def test_a_purchase_under_another_programme_since_keeps_them_together(
    shop: Shop, kept: UUID, merged: UUID
) -> None:
    merge_id = await merge(shop, kept, merged)
    await serve_with_another_program(shop)
    await shop.buy("elsewhere", 100_00, member=OLD_PHONE)

    with pytest.raises(MergeNotUndone) as refused:
        await undo(shop, merge_id)
    assert refused.value.facts == {"reason": "standing"}


async def test_tills_of_two_processes_and_merges_never_circle_and_lose_nothing(
    shop: Shop, clock: SetClock, dsn: str
) -> None:
    """Both sell to pairs of members and take back, while staff join and part the pairs again and again."""
    chance = random.Random(4)  # noqa: S311  not a secret
    phones = [f"+7999000010{place}" for place in range(2 * PAIRS)]
    members = [await shop.enroll(phone) for phone in phones]
    database = await Database.connect(dsn, connections_max=4)
    second = replace(shop, database=database, queue=PurchaseQueue(database, clock))
    await second.queue.start()
    told: list[str] = []
    merges: list[str] = []

    async def till(place: int) -> None:
        process = (shop, second)[place % 2]
        for turn in range(30):
            number, redeem = f"{place}-{turn}", chance.choice((0, 0, 1))
            named = chance.choice((chance.choice(members), Identity("phone", chance.choice(phones))))
            told.append(await _told(process.buy(number, 10_00, member=named, redeem=redeem)))
            if turn % 5 == 4:
                told.append(await _told(_take_back(process, number)))

    async def staff(pair: int) -> None:
        kept, merged = members[2 * pair : 2 * pair + 2]
        while not selling.done():
            if (merge_id := await _merged(shop, kept, merged)) is None:
                return
            await asyncio.sleep(chance.random() / 100)
            merges.append(await _told(undo(shop, merge_id)))
            kept, merged = merged, kept

    selling = asyncio.gather(*(till(place) for place in range(6)))
    await asyncio.gather(selling, *(staff(pair) for pair in range(PAIRS)))
    await second.queue.stop()
    await database.close()

    assert set(told) <= {"booked", "wallet_moved", "insufficient_points", "receipt_not_found"}
    assert told.count("booked") > len(told) * 0.8
    assert {"booked", "merge_not_undone"} >= set(merges)
    assert await shop.differences() == ()


async def _merged(shop: Shop, kept: UUID, merged: UUID) -> UUID | None:
    """Join two; None: a till was quicker than the last undo, so they are one already."""
    try:
        return await merge(shop, kept, merged)
    except UnknownMember:
        return None


async def _take_back(shop: Shop, receipt: str) -> None:
    async with shop.tx() as tx:
        await return_purchase(tx, shop.reference, shop.caller, ReturnRequest(f"r-{receipt}", receipt))


async def _told(deed: Awaitable[object]) -> str:
    try:
        await deed
    except Refusal as refusal:
        return refusal.code
    return "booked"
