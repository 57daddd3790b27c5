"""Tiers fall on their review dates only, and by hand they stay where they were put (S13)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.delivery.jobs.reviewing import review_tenant
from plushka.domain.programs.operations import set_tier
from plushka.domain.programs.queries import get_standing
from plushka.domain.purchases.model import ReturnRequest
from plushka.domain.purchases.operations import return_purchase
from plushka.engine.program import Calendar, Program, Requirement, TierReview, TierRule, Tiers
from plushka.platform.database import Database


def yearly(**review: Any) -> Program:
    """Three tiers by the spend of a calendar year, reviewed at its end."""
    window = Calendar("year")
    return msgspec.structs.replace(
        CASHBACK,
        tiers=Tiers(
            (
                TierRule(id="base", name="База"),
                TierRule(id="silver", name="Серебро", requirements=(Requirement("spend", 1_000_00, window),)),
                TierRule(id="gold", name="Золото", requirements=(Requirement("spend", 5_000_00, window),)),
            ),
            review=TierReview(cycle="year", **review),
        ),
    )


@pytest.mark.parametrize(
    ("review", "spend_next_year", "tier"),
    [
        ({}, 0, "silver"),
        ({"downgrade": "to_fit"}, 0, "base"),
        ({"downgrade": "to_fit"}, 1_000_00, "silver"),
        ({}, 5_000_00, "gold"),
    ],
)
async def test_a_year_that_does_not_carry_the_tier_lowers_it_at_its_end(
    database: Database, clock: SetClock, review: dict[str, object], spend_next_year: int, tier: str
) -> None:
    async with open_shop(database, clock, yearly(**review)) as shop:
        member_id = await shop.enroll()
        await shop.buy("1", 5_000_00, member=member_id)
        clock.at = datetime(2027, 1, 1, 9, tzinfo=UTC)
        await review_tenant(database, clock, shop.caller.tenant_id)
        assert await tier_of(shop, member_id) == "gold"
        if spend_next_year:
            await shop.buy("2", spend_next_year, member=member_id)
        clock.at = datetime(2027, 12, 31, 9, tzinfo=UTC)
        await review_tenant(database, clock, shop.caller.tenant_id)
        assert await tier_of(shop, member_id) == "gold"
        # The first of January was missed; the review is held a day later, once.
        for hour in (9, 10):
            clock.at = datetime(2028, 1, 2, hour, tzinfo=UTC)
            await review_tenant(database, clock, shop.caller.tenant_id)
        assert await tier_of(shop, member_id) == tier


async def test_a_tier_by_hand_is_kept_until_its_end(database: Database, clock: SetClock) -> None:
    async with open_shop(database, clock, yearly()) as shop:
        member_id = await shop.enroll()
        until = clock.now() + timedelta(days=400)
        async with shop.tx() as tx:
            await set_tier(tx, member_id, "gold", until=until, reason="Друг заведения")
        clock.at = datetime(2027, 1, 1, 9, tzinfo=UTC)
        await review_tenant(database, clock, shop.caller.tenant_id)
        assert await tier_of(shop, member_id) == "gold"
        clock.at = until + timedelta(days=1)
        await review_tenant(database, clock, shop.caller.tenant_id)
        assert await tier_of(shop, member_id) == "silver"


async def test_a_tier_is_as_old_as_the_calendar_of_the_business_says(
    database: Database, clock: SetClock
) -> None:
    async with open_shop(database, clock, yearly()) as shop:
        member_id = await shop.enroll()
        # The business day of 31 December still goes on in Moscow; in UTC it is 1 January already.
        clock.at = datetime(2027, 1, 1, 0, 30, tzinfo=UTC)
        await shop.buy("1", 5_000_00, member=member_id)
        async with shop.tx() as tx:
            await return_purchase(tx, shop.reference, shop.caller, ReturnRequest("r", "1"))
        clock.at = datetime(2027, 1, 1, 9, tzinfo=UTC)
        await review_tenant(database, clock, shop.caller.tenant_id)
        assert await tier_of(shop, member_id) == "silver"


async def tier_of(shop: Shop, member_id: UUID) -> str | None:
    async with shop.tx() as tx:
        return (await get_standing(tx, member_id, versions=shop.reference.versions)).tier
