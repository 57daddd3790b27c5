"""All that moves points and gifts, over the same members at one moment: nobody waits in a circle, and books agree."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from msgspec import structs
from tests.domain.occasions.test_giving import REVIEW, cancelled, tell
from tests.domain.purchases.test_returning import give_back
from tests.domain.referrals.friends import THREE_LEVELS, bring, pay
from tests.domain.rewards.conftest import bought, offered
from tests.domain.rewards.test_promotion_gifts import MUG
from tests.domain.shop import Shop, open_shop
from tests.faults.test_one_card import at_once
from tests.faults.test_opposite_orders import CASHBACK, deadlocks

from plushka.domain.bots.leaving import delete_member
from plushka.domain.coupons.model import Limits
from plushka.domain.coupons.operations import add_codes, create_coupon
from plushka.domain.ledger.model import WalletMoved
from plushka.domain.members.blocking import block, unblock
from plushka.domain.purchases.merging import merge_members, undo_merge
from plushka.domain.purchases.taking import give_back_reward, take_reward
from plushka.domain.rewards.buying import cancel_own, settle_due
from plushka.domain.rewards.offers import Offer
from plushka.engine import conditions as c
from plushka.engine.occasion_parts import OccasionBudget
from plushka.engine.price_effects import AmountOff
from plushka.engine.program import Budget, Program, Promotion
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.errors import Refusal

MEMBERS = 8
ROUNDS = 3
SEED = 7
CODE = "ВЕСНА"


def all_of_it(coupon: str) -> Program:
    spring = Promotion(
        "spring", "Весна", AmountOff(10_00), when=c.Coupon((coupon,)), budgets=(Budget("uses", 40),)
    )
    return structs.replace(
        CASHBACK,
        welcome=None,
        promotions=(structs.replace(MUG, budgets=(Budget("uses", 30),)), spring),
        occasions=(structs.replace(REVIEW, budget=OccasionBudget("uses", 30)),),
        referral=structs.replace(THREE_LEVELS, paid_after_days=0),
    )


async def test_all_that_moves_points_and_gifts(database: Database, owner_dsn: str) -> None:
    async with open_shop(database, SystemClock(), CASHBACK) as shop:
        async with shop.tx() as tx:
            coupon = await create_coupon(tx, name="Весна", limits=Limits(uses_max=30, uses_max_a_day=25))
            await add_codes(tx, coupon, [CODE])
        await shop.publish(all_of_it(coupon.key))
        members = [await shop.enroll(f"+7999000{number:04}") for number in range(MEMBERS)]
        for friend, referrer in zip(members[1:], members, strict=False):
            await bring(shop, friend, referrer)
        offer = await offered(shop, stock=10)
        met = Counter[str]()
        for number in range(ROUNDS):
            clients = _clients(shop, number, members, offer)
            await prepare(shop, number, members)
            random.Random(SEED + number).shuffle(clients)  # noqa: S311
            met.update(await at_once([partial(_told, client) for client in clients]))
        await pay(shop)
        assert await shop.differences() == ()
        assert await deadlocks(owner_dsn) == 0
        assert met["done"] > len(clients), met


async def prepare(shop: Shop, number: int, members: Sequence[UUID]) -> None:
    """Let there be a receipt to be returned of each member who is still there."""
    for place, member_id in enumerate(members):
        await _told(partial(shop.buy, f"old {number} {place}", 1_000_00, member=member_id))


def _clients(
    shop: Shop, number: int, members: Sequence[UUID], offer: Offer
) -> list[Callable[[], Awaitable[object]]]:
    """Return what happens in a round, all at once."""

    async def buy_and_cancel(member_id: UUID) -> None:
        gift = await bought(shop, offer, member_id)
        async with shop.tx() as tx:
            await cancel_own(tx, gift.id, member_id=member_id)

    async def buy_and_take(member_id: UUID) -> None:
        gift = await bought(shop, offer, member_id)
        async with shop.tx() as tx:
            await take_reward(tx, shop.caller, gift.id, idempotency_key=None)
        async with shop.tx() as tx:
            await give_back_reward(tx, shop.caller, gift.id, idempotency_key=None)

    async def tell_and_cancel(member_id: UUID, key: str) -> None:
        await cancelled(shop, await tell(shop, member_id, key))

    async def merge_and_part(kept_id: UUID, merged_id: UUID) -> None:
        async with shop.tx() as tx:
            merge_id = await merge_members(tx, kept_id=kept_id, merged_id=merged_id, reason="тест")
        async with shop.tx() as tx:
            await undo_merge(tx, merge_id)

    async def block_for_a_while(member_id: UUID) -> None:
        async with shop.tx() as tx:
            await block(tx, member_id, reason="тест")
        async with shop.tx() as tx:
            await unblock(tx, member_id)

    async def leave(member_id: UUID) -> None:
        async with shop.tx() as tx:
            await delete_member(tx, member_id)

    async def settle() -> None:
        async with shop.tx() as tx:
            await settle_due(tx)

    each: list[Callable[[], Awaitable[object]]] = []
    for place, member_id in enumerate(members):
        name = f"{number} {place}"
        coded: dict[str, Any] = {"coupon_codes": (CODE,)}
        each += [
            partial(shop.buy, f"a {name}", 1_000_00, member=member_id, **coded),
            partial(shop.buy, f"b {name}", 1_500_00, member=member_id, redeem="max"),
            partial(give_back, shop, f"r {name}", f"old {name}"),
            partial(buy_and_cancel, member_id),
            partial(buy_and_take, member_id),
            partial(tell, shop, member_id, f"t {name}"),
            partial(tell_and_cancel, member_id, f"c {name}"),
        ]
    first, second, third, *_ = [*members[number:], *members[:number]]
    return [
        *each,
        *[partial(pay, shop) for _ in range(3)],
        partial(settle),
        partial(merge_and_part, first, second),
        partial(block_for_a_while, third),
        partial(leave, members[-1 - number]),
    ]


async def _told(client: Callable[[], Awaitable[object]]) -> str:
    """Return the code of a refusal, which is no fault: members are blocked, merged and gone here."""
    try:
        await client()
    except (Refusal, WalletMoved) as refusal:
        return refusal.code
    return "done"
