"""What came of letters of journeys: day by day, whose purchase is whose, by what had been given before (0093)."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import pytest
from tests.conftest import SetClock
from tests.domain.campaigns.behind import ZONE, come_to
from tests.domain.campaigns.road import Road
from tests.domain.campaigns.telling import begun, deliver, tellable, worked
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.delivery.jobs.campaigning import count_journeys, count_tenant
from plushka.domain.campaigns.figures import Figures
from plushka.domain.campaigns.journeys.figures import Bonus, list_figures_of_days
from plushka.domain.campaigns.model import PointsOffered
from plushka.domain.catalog.model import ProductEntry
from plushka.domain.catalog.operations import upsert_products
from plushka.domain.insights.campaigns.bonuses import sum_by_bonus
from plushka.domain.insights.campaigns.letters import LetterFilter, sum_letters
from plushka.domain.insights.constructor.matching import Matching
from plushka.domain.insights.constructor.model import Filter
from plushka.domain.insights.receipts.found import ReceiptFilter, sum_receipts
from plushka.domain.insights.reports.period import Period
from plushka.domain.messages.templates.model import Body, Draft, Words
from plushka.domain.messages.templates.store import create_template
from plushka.engine.journeys.parts import GivePoints, Journey, Message, OnRegistration, Wait
from plushka.platform.database import Database

NOON = datetime.fromisoformat("2026-03-10T12:00:00+03:00")
MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    clock.at = NOON
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


async def counted(shop: Shop, period: Period = MARCH, *, has_letters: bool = True) -> Figures:
    shop.clock.at += timedelta(hours=6)  # type: ignore[attr-defined]
    await count_journeys(shop.database, shop.clock, shop.caller.tenant_id)
    async with shop.tx() as tx:
        (found,) = await list_figures_of_days(tx, period.from_on, period.until_on, limit=5)
    assert found.name == "Знакомство"
    days = (period.from_on, period.last_on)
    letters = LetterFilter(found.id, "journey", *days, arrived=True)
    of_it = Filter("campaign", (str(found.id),))
    await come_to(shop, found.figures, letters if has_letters else None, "journeys", [of_it], days=days)
    return found.figures


async def by_bonus(shop: Shop) -> dict[Bonus, tuple[int, int, int]]:
    async with shop.tx() as tx:
        found = await sum_by_bonus(tx, MARCH, "Europe/Moscow")
        for bonus, came in found.items():
            of_it = (Filter("bonus", (bonus,)),)
            matching = tuple(
                Matching(source, of_it, tx.at.date(), ZONE, MARCH.from_on, MARCH.last_on)
                for source in ("campaigns", "journeys")
            )
            bought = await sum_receipts(tx, ReceiptFilter(matching=matching))
            assert (bought.receipts, bought.revenue_minor) == (came.purchases, came.revenue_minor), bonus
            letters = await sum_letters(tx, LetterFilter(matching=matching))
            assert (letters.sent, letters.cost_minor) == (came.sent, came.messages_minor), bonus
    return {bonus: (came.sent, came.purchases, came.came_again) for bonus, came in found.items()}


async def begin(road: Road) -> None:
    """Let a journey say something, and after two days give points and say it."""
    async with road.shop.tx() as tx:
        letter = str(await create_template(tx, Draft("Привет", "marketing", Body({"ru": Words("Привет!")}))))
        await upsert_products(tx, [ProductEntry("coffee", "Кофе", cost_minor=40_00)])
    steps = (
        Message("hello", letter),
        Wait("wait", days=2),
        GivePoints("points", 100),
        Message("gift", letter),
    )
    await road.begin(Journey("Знакомство", OnRegistration(), steps))


async def test_a_purchase_counts_for_the_last_letter_before_it(shop: Shop, clock: SetClock) -> None:
    road = Road(shop, clock)
    await begin(road)
    anna, boris, vera, _ = await tellable(shop, 4)
    await road.go()
    await deliver(shop)
    clock.at += timedelta(days=1)
    await shop.buy("1", 100_00, member=anna)
    await shop.buy("2", 900_00, member=anna)  # her second: of no letter
    await road.until(NOON + timedelta(days=2, hours=1))
    await deliver(shop)
    clock.at += timedelta(days=1)
    await shop.buy("3", 200_00, member=boris)
    await shop.buy("4", 300_00, member=anna)  # after her second letter; and again after her first
    clock.at += timedelta(days=7)
    await shop.buy("5", 700_00, member=vera)  # too late
    await shop.buy("6", 50_00, member=boris)  # came again

    figures = await counted(shop)
    assert (figures.addressed, figures.sent, figures.purchases, figures.came_again) == (8, 8, 3, 2)
    assert (figures.revenue_minor, figures.cost_minor, figures.known_cost) == (600_00, 120_00, 3)
    assert figures.profit_minor == 480_00
    assert await by_bonus(shop) == {"nothing": (4, 1, 1), "points": (4, 2, 1)}
    first = await counted(shop, Period(date(2026, 3, 10), date(2026, 3, 11)))
    assert (first.sent, first.purchases) == (4, 1), "days are those of the letters"


async def test_a_broadcast_in_between_has_the_purchase_and_stands_beside_it(
    shop: Shop, clock: SetClock
) -> None:
    road = Road(shop, clock)
    await begin(road)
    anna, _ = await tellable(shop, 2)
    await road.go()
    await deliver(shop)
    clock.at += timedelta(hours=1)
    campaign_id = await begun(shop, offer=PointsOffered(shop.program_id, 50))
    await worked(shop, campaign_id)
    await deliver(shop)
    clock.at += timedelta(hours=1)
    await shop.buy("1", 100_00, member=anna)
    await count_tenant(shop.database, clock, shop.caller.tenant_id)

    assert (await counted(shop)).purchases == 0
    assert await by_bonus(shop) == {"nothing": (2, 0, 0), "points": (2, 1, 0)}


async def test_what_is_counted_twice_is_there_once_and_old_days_stand(shop: Shop, clock: SetClock) -> None:
    road = Road(shop, clock)
    await begin(road)
    (anna,) = await tellable(shop, 1)
    await road.go()
    await deliver(shop)
    await shop.buy("1", 100_00, member=anna)
    first = await counted(shop)
    assert await counted(shop) == first
    clock.at += timedelta(days=200)
    async with shop.tx() as tx:
        await tx.execute("delete from outgoing where tenant_id = $1", tx.tenant_id)
    assert await counted(shop, has_letters=False) == first, (
        "letters are kept for half a year, what came of them for good"
    )
