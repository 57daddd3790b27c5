"""Gifts that promotions give, and what returns do to them (F242, S9)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.purchases.test_returning import give_back
from tests.domain.rewards.conftest import GENEROUS
from tests.domain.shop import Shop, open_shop, receipt
from tests.faults.test_one_card import at_once

from plushka.domain.purchases.history import load_history
from plushka.domain.purchases.model import PurchaseLine
from plushka.domain.purchases.situation import Item
from plushka.domain.purchases.taking import give_back_reward, take_reward
from plushka.domain.rewards.model import Reward
from plushka.domain.rewards.queries import list_rewards
from plushka.engine.conditions import ReceiptAmount
from plushka.engine.program import Budget, Promotion
from plushka.engine.stamp_parts import Gift
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database

MUG = Promotion("mug", "Кружка за покупку", Gift("Кружка", days=14), when=ReceiptAmount(min_minor=1000_00))
ONE_A_YEAR = structs.replace(MUG, budgets=(Budget("uses", 1, "member", "year"),))
SEVEN_IN_ALL = structs.replace(MUG, budgets=(Budget("uses", 7),))
TWO = (
    PurchaseLine(sku="coffee", quantity_milli=1000, amount_minor=900_00),
    PurchaseLine(sku="bun", quantity_milli=1000, amount_minor=150_00),
)


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, structs.replace(GENEROUS, promotions=(MUG,))) as shop:
        yield shop


async def gifts(shop: Shop, *members: UUID) -> list[Reward]:
    async with shop.tx() as tx:
        found = [await list_rewards(tx, member, program_id=shop.program_id) for member in members]
    return [reward for of_member in found for reward in of_member]


async def test_a_receipt_wins_a_gift_and_a_return_withdraws_it(shop: Shop) -> None:
    member_id = await shop.enroll()
    booked = await shop.buy("1", 0, member=member_id, lines=TWO)
    assert [(gift.promotion, gift.name, gift.card) for gift in booked.receipt.outcome.gifts] == [
        ("mug", "Кружка", None)
    ]
    (mug,) = await gifts(shop, member_id)
    assert (mug.promotion, mug.state, mug.receipt_id) == ("mug", "open", booked.receipt.id)
    returned = await give_back(shop, "r", "1", (1, 1000))
    assert (returned.rewards_withdrawn, returned.rewards_owed) == (1, 0)
    assert await gifts(shop, member_id) == []
    again = await give_back(shop, "r2", "1")
    assert (again.rewards_withdrawn, again.rewards_owed) == (0, 0)
    assert await shop.differences() == ()


async def test_a_gift_that_was_taken_stays_and_is_withdrawn_when_the_till_takes_it_back(shop: Shop) -> None:
    member_id = await shop.enroll()
    await shop.buy("1", 1000_00, member=member_id)
    (mug,) = await gifts(shop, member_id)
    async with shop.tx() as tx:
        await take_reward(tx, shop.caller, mug.id, idempotency_key=None)
    returned = await give_back(shop, "r", "1")
    assert (returned.rewards_withdrawn, returned.rewards_owed) == (0, 1)
    async with shop.tx() as tx:
        assert (await give_back_reward(tx, shop.caller, mug.id, idempotency_key=None)).state == "withdrawn"
    assert await shop.differences() == ()


async def test_who_has_had_one_this_year_waits_for_the_next_and_a_return_makes_it_free(
    shop: Shop,
) -> None:
    await shop.publish(structs.replace(GENEROUS, promotions=(ONE_A_YEAR,)))
    member_id = await shop.enroll()
    outcomes = [
        (await shop.buy(f"{number}", 1000_00, member=member_id)).receipt.outcome for number in range(2)
    ]
    assert [len(outcome.gifts) for outcome in outcomes] == [1, 0]
    assert "budget_spent" in {note.code for note in outcomes[1].notes}
    await give_back(shop, "r", "0")
    assert (await shop.buy("3", 1000_00, member=member_id)).receipt.outcome.gifts
    assert await shop.differences() == ()


async def test_of_seven_gifts_fifteen_tills_get_seven(database: Database) -> None:
    program = structs.replace(GENEROUS, promotions=(SEVEN_IN_ALL,))
    async with open_shop(database, SystemClock(), program) as shop:
        members = [await shop.enroll(f"+7999000{number:04}") for number in range(15)]
        await at_once(
            [partial(shop.buy, f"of {member_id}", 1000_00, member=member_id) for member_id in members]
        )
        assert len(await gifts(shop, *members)) == 7
        assert await shop.differences() == ()


async def test_history_and_strangers_win_nothing(shop: Shop, clock: SetClock) -> None:
    assert (await shop.buy("nobody", 1000_00)).receipt.outcome.gifts == ()
    member_id = await shop.enroll()
    clock.advance(timedelta(hours=1))
    past = Item(
        shop.caller,
        receipt("old", 1000_00, member=member_id, occurred_at=clock.at - timedelta(minutes=1)),
    )
    async with shop.tx() as tx:
        assert (await load_history(tx, shop.reference, [past])).booked == 1
    assert await gifts(shop, member_id) == []
