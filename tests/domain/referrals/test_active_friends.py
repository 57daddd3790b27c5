"""A tier asks for friends who buy (S13): who counts, within which days, and when the referrer rises."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.purchases.test_returning import give_back
from tests.domain.referrals.friends import enroll_family, enroll_friends
from tests.domain.shop import Shop, open_shop

from plushka.domain.programs.queries import get_standing
from plushka.domain.programs.reviews import review_tiers
from plushka.domain.purchases.merging import merge_members, undo_merge
from plushka.engine.program import Requirement, Rolling, TierReview, TierRule, Tiers
from plushka.engine.purchase import TierProgress
from plushka.platform.database import Database

SILVER = TierRule("silver", "Серебро", (Requirement("active_friends", 2, Rolling(30)),))
GOLD = TierRule("gold", "Золото", (Requirement("active_friends", 3),))
FRIENDS = structs.replace(
    CASHBACK, tiers=Tiers((TierRule("bronze", "Бронза"), SILVER, GOLD), TierReview("month"))
)


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, FRIENDS) as shop:
        yield shop


async def standing(shop: Shop, member: UUID) -> tuple[str | None, TierProgress | None]:
    async with shop.tx() as tx:
        standing = await get_standing(tx, member, versions=shop.reference.versions)
    return standing.tier, standing.next_tier


def to_silver(friends: int) -> TierProgress:
    return TierProgress("silver", "active_friends", friends, 2)


async def test_two_friends_who_buy_raise_their_referrer_at_the_next_purchase(shop: Shop) -> None:
    anna, (boris, vera, _) = await enroll_friends(shop, 3)
    await shop.buy("0", 100_00, member=anna)
    await shop.buy("1", 100_00, member=boris)
    await shop.buy("2", 100_00, member=boris)
    assert await standing(shop, anna) == ("bronze", to_silver(1)), "a friend counts once"
    await shop.buy("3", 100_00, member=vera)
    assert await standing(shop, anna) == ("bronze", to_silver(2)), "friends' tills leave the referrer alone"
    await shop.buy("4", 100_00, member=anna)
    assert await standing(shop, anna) == ("silver", TierProgress("gold", "active_friends", 2, 3))
    assert await shop.differences() == ()


async def test_a_friend_of_a_friend_is_the_friends_own(shop: Shop) -> None:
    anna, boris, vera = await enroll_family(shop, 3)
    await shop.buy("1", 100_00, member=anna)
    await shop.buy("2", 100_00, member=vera)
    assert await standing(shop, anna) == ("bronze", to_silver(0))
    await shop.buy("3", 100_00, member=boris)
    assert await standing(shop, anna) == ("bronze", to_silver(1))


async def test_a_purchase_returned_in_part_counts_and_one_returned_wholly_does_not(shop: Shop) -> None:
    anna, (boris, vera) = await enroll_friends(shop, 2)
    await shop.buy("0", 100_00, member=anna)
    await shop.buy("1", 100_00, member=boris)
    await shop.buy("2", 100_00, member=vera)
    await give_back(shop, "r1", "1", (0, 500))
    assert await standing(shop, anna) == ("bronze", to_silver(2))
    await give_back(shop, "r2", "1", (0, 500))
    assert await standing(shop, anna) == ("bronze", to_silver(1))


async def test_a_review_takes_the_tier_of_who_has_no_friends_left_who_buy(
    shop: Shop, clock: SetClock
) -> None:
    anna, (boris, vera) = await enroll_friends(shop, 2)
    for number, member in enumerate((boris, vera, anna)):
        await shop.buy(str(number), 100_00, member=member)
    assert (await standing(shop, anna))[0] == "silver"
    clock.at += timedelta(days=29)
    assert await standing(shop, anna) == ("silver", TierProgress("gold", "active_friends", 2, 3))
    for _ in range(2):
        clock.at += timedelta(days=31)
        async with shop.tx() as tx:
            while await review_tiers(tx, shop.reference.versions):
                pass
    assert await standing(shop, anna) == ("bronze", to_silver(0))


async def test_friends_go_with_the_card_that_is_joined_to_another(shop: Shop) -> None:
    anna, (boris, vera) = await enroll_friends(shop, 2)
    other = await shop.enroll("+79990000099")
    for number, member in enumerate((boris, vera, anna, other)):
        await shop.buy(str(number), 100_00, member=member)
    async with shop.tx() as tx:
        merge_id = await merge_members(tx, kept_id=other, merged_id=anna, reason="one person")
    assert await standing(shop, other) == ("silver", TierProgress("gold", "active_friends", 2, 3))
    async with shop.tx() as tx:
        await undo_merge(tx, merge_id)
    assert await standing(shop, other) == ("bronze", to_silver(0))
    assert await standing(shop, anna) == ("silver", TierProgress("gold", "active_friends", 2, 3))


async def test_a_friend_who_is_joined_to_the_members_own_card_is_no_friend(shop: Shop) -> None:
    anna, (boris, vera) = await enroll_friends(shop, 2)
    for number, member in enumerate((anna, boris, vera)):
        await shop.buy(str(number), 100_00, member=member)
    async with shop.tx() as tx:
        await merge_members(tx, kept_id=anna, merged_id=vera, reason="one person")
    assert await standing(shop, anna) == ("bronze", to_silver(1))
