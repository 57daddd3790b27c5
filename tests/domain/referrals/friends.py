"""Anna brings Boris, Boris brings Vera, Vera brings Gleb; and what came of it."""

from collections.abc import Sequence
from itertools import pairwise
from uuid import UUID

from msgspec import structs
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop

from plushka.delivery.jobs.friends import pay_for_friends
from plushka.domain.referrals.binding import bind
from plushka.engine.program import Program, Referral
from plushka.engine.referral_parts import BaseShare, FixedReward

HUNDRED = Referral((FixedReward(100),))
THREE_LEVELS = Referral((BaseShare(1000), BaseShare(200), BaseShare(100)), purchases_max=None)


def with_friends(referral: Referral) -> Program:
    """Return a programme in which nothing is earned but for friends."""
    return structs.replace(CASHBACK, earning=(), referral=referral)


async def enroll_family(shop: Shop, count: int) -> list[UUID]:
    """Return members, each brought by the one before."""
    family = [await shop.enroll(f"+7999000000{number}") for number in range(count)]
    for referrer, friend in pairwise(family):
        await bring(shop, friend, referrer)
    return family


async def enroll_friends(shop: Shop, count: int) -> tuple[UUID, list[UUID]]:
    """Return a member, and those whom they have brought."""
    anna = await shop.enroll("+79990000000")
    friends = [await shop.enroll(f"+799900001{number:02}") for number in range(count)]
    for friend in friends:
        await bring(shop, friend, anna)
    return anna, friends


async def bring(shop: Shop, friend: UUID, referrer: UUID) -> None:
    async with shop.tx() as tx:
        assert (await bind(tx, friend, way="app", referrer_id=referrer)).reason is None


async def pay(shop: Shop) -> None:
    await pay_for_friends(shop.database, shop.clock, shop.caller.tenant_id)


async def available(shop: Shop, members: Sequence[UUID]) -> list[int]:
    return [(await shop.wallet(member)).balance.available for member in members]


async def rows(shop: Shop) -> list[tuple[int, int, int, str | None]]:
    """Return what is due, allowed and paid, and why it is less, in the order of booking."""
    async with shop.tx() as tx:
        found = await tx.fetch(
            "select points_due, points_allowed, points_paid, reason from referral_rewards where tenant_id = $1"
            " order by receipt_id, level",
            tx.tenant_id,
        )
    return [tuple(row) for row in found]
