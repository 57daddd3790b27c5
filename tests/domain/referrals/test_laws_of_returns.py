"""Whatever comes when, paid is what a slow model says that knows only what is left in the end (S9)."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.purchases.test_returning import give_back
from tests.domain.referrals.friends import enroll_family, pay, with_friends
from tests.domain.shop import Shop, open_shop

from plushka.domain.purchases.model import PurchaseLine
from plushka.engine.program import Referral
from plushka.engine.referral_parts import BaseShare, FixedReward, ReferralCaps
from plushka.platform.database import Database

REFERRAL = Referral(
    (BaseShare(1000), FixedReward(7), BaseShare(100)),
    purchases_max=3,
    paid_min_minor=300_00,
    paid_after_days=2,
    caps=ReferralCaps(points_per_month=120, friends_per_month=2),
)
CUP_MINOR = 100_00


@dataclass
class Sale:
    """Cups of a friend, as many as are left."""

    number: str
    friend: int
    cups: int
    left: int = field(default=0)

    def worth(self, cups: int) -> tuple[int, int, int] | None:
        paid_minor = cups * CUP_MINOR
        return None if paid_minor < 300_00 else (paid_minor // 1000, 7, paid_minor // 10000)


def model(sales: list[Sale]) -> dict[tuple[str, int], int]:
    """Return what each level of each sale pays in the end, by number and level."""
    counted: dict[int, int] = defaultdict(int)
    points: dict[int, int] = defaultdict(int)
    friends: dict[int, set[int]] = defaultdict(set)
    paid = {}
    for sale in sales:
        levels = sale.worth(sale.left)
        if levels is not None:
            counted[sale.friend] += 1
        for level in range(min(3, sale.friend)):
            referrer, whole = sale.friend - 1 - level, sale.worth(sale.cups)
            if whole is None:
                continue
            due = levels[level] if levels is not None and counted[sale.friend] <= 3 else 0
            if due and sale.friend not in friends[referrer] and len(friends[referrer]) == 2:
                due = 0
            due = min(due, 120 - points[referrer])
            if due:
                friends[referrer].add(sale.friend)
            points[referrer] += due
            paid[sale.number, level + 1] = due
    return paid


@pytest.mark.parametrize("seed", range(3))
async def test_no_order_of_events_matters(database: Database, clock: SetClock, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - a test, not a secret
    async with open_shop(database, clock, with_friends(REFERRAL)) as shop:
        family = await enroll_family(shop, 5)
        before = [(await shop.wallet(member)).balance for member in family]
        sales: list[Sale] = []
        for number in range(36):
            open_sales = [sale for sale in sales if sale.left]
            if open_sales and random.random() < 0.4:
                await _return(shop, random.choice(open_sales), number, random)
            else:
                sales.append(await _sell(shop, family, number, random))
            if random.random() < 0.5:
                await pay(shop)
            clock.at += timedelta(hours=random.randrange(8))
        clock.at += timedelta(days=4)
        await pay(shop)
        assert await _paid(shop) == model(sales)
        assert await shop.differences() == ()
        for number, sale in enumerate(random.sample(sales, len(sales))):
            if sale.left:
                await give_back(shop, f"last {number}", sale.number)
        await pay(shop)
        assert [(await shop.wallet(member)).balance for member in family] == before
        assert await shop.differences() == ()


async def _sell(shop: Shop, family: list[UUID], number: int, random: Random) -> Sale:
    friend, cups = random.randrange(1, 5), random.randrange(1, 9)
    line = PurchaseLine(sku="cup", quantity_milli=cups * 1000, amount_minor=cups * CUP_MINOR)
    await shop.buy(f"{number}", 0, member=family[friend], lines=(line,))
    return Sale(f"{number}", friend, cups, left=cups)


async def _return(shop: Shop, sale: Sale, number: int, random: Random) -> None:
    cups = random.randrange(1, sale.left + 1)
    await give_back(shop, f"r{number}", sale.number, (0, cups * 1000))
    sale.left -= cups


async def _paid(shop: Shop) -> dict[tuple[str, int], int]:
    async with shop.tx() as tx:
        found = await tx.fetch(
            "select x.external_id, r.level, r.points_paid from referral_rewards r"
            " join receipts x on x.tenant_id = r.tenant_id and x.id = r.receipt_id where r.tenant_id = $1",
            tx.tenant_id,
        )
    return {(row["external_id"], row["level"]): row["points_paid"] for row in found}


def test_the_model_is_the_worked_example() -> None:
    assert structs.asdict(REFERRAL)["paid_min_minor"] == 3 * CUP_MINOR
    assert model([Sale("1", 3, 10, left=10)]) == {("1", 1): 100, ("1", 2): 7, ("1", 3): 10}
