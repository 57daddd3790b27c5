"""How many members a journey would have met in a month is told by what has happened, before it is published."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.campaigns.road import Road
from tests.domain.campaigns.test_journeys import born, review
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import open_shop

from plushka.domain.campaigns.journeys.looking_back import list_met
from plushka.domain.insights.campaigns.sight import look_ahead
from plushka.engine.audience import Audience, Purchases
from plushka.engine.journeys.parts import (
    Goal,
    GoalAudience,
    Journey,
    JourneyTrigger,
    OnAbsence,
    OnBurn,
    OnPurchase,
    OnRegistration,
)
from plushka.engine.occasion_parts import FieldTest, OnBirthday, OnEvent
from plushka.platform.database import Database


@pytest.fixture
async def road(database: Database, clock: SetClock) -> AsyncIterator[Road]:
    async with open_shop(database, clock, CASHBACK) as shop:
        yield Road(shop, clock)


async def met(
    road: Road, trigger: JourneyTrigger, *, audience: Audience | None = None, goal: Goal | None = None
) -> set[UUID]:
    journey = Journey("Ц", trigger, audience=audience, goal=goal)
    async with road.shop.tx() as tx:
        return set(await list_met(tx, road.shop.reference.versions, journey))


async def test_a_month_is_looked_back_upon(road: Road) -> None:
    anna, boris, vera = [await road.shop.enroll(f"+7999000000{number}") for number in (1, 2, 3)]
    for number, member_id in enumerate((anna, boris, vera)):
        await road.shop.buy(f"first {number}", 100_00, member=member_id)
    road.clock.advance(timedelta(days=40))
    await road.shop.buy("second", 100_00, member=anna)
    await review(road, boris, rating=2)
    await review(road, vera, rating=5)
    today = road.clock.at.date()
    await born(road, vera, date(1990, (today + timedelta(days=5)).month, (today + timedelta(days=5)).day))
    road.clock.advance(timedelta(days=10))

    assert await met(road, OnPurchase()) == {anna}
    assert await met(road, OnPurchase(1)) == set(), "the first was fifty days ago"
    assert await met(road, OnPurchase(2)) == {anna}
    assert await met(road, OnAbsence(30)) == {anna, boris, vera}, "who has come back was away all the same"
    assert await met(road, OnAbsence(51)) == set()
    assert await met(road, OnRegistration()) == set()
    assert await met(road, OnEvent("review")) == {boris, vera}
    assert await met(road, OnEvent("review", (FieldTest("rating", at_least=4),))) == {vera}
    assert await met(road, OnBirthday(7)) == {vera}
    assert await met(road, OnBurn(7)) == set()
    once = Purchases(count_max=1)
    assert await met(road, OnEvent("review"), audience=Purchases(count_min=2)) == set()
    assert await met(road, OnAbsence(30), audience=once) == {boris, vera}
    assert await met(road, OnAbsence(30), goal=GoalAudience(once)) == {anna}


async def test_what_a_month_shows_says_how_many_months_it_takes(road: Road) -> None:
    members = [await road.shop.enroll(f"+7999000{number:04}") for number in range(200)]
    for number, member_id in enumerate(members):
        await road.shop.buy(f"{number}", 100_00 * (1 + number % 5), member=member_id)
    road.clock.advance(timedelta(hours=1))
    async with road.shop.tx() as tx:
        prospect = await look_ahead(tx, members, control_bp=50_00, window_days=30)

    lift_bp = prospect.sight.lift_bp
    assert lift_bp is not None
    assert 10_00 < lift_bp < 25_00
    assert prospect.times_as_many == -(-(lift_bp**2) // 1_000_000)
