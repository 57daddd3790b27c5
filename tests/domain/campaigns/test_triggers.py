"""Triggers that read what others have written down: tiers, stamp cards, segments."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import cast

import asyncpg
import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.campaigns.road import Road
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import open_shop

from plushka.domain.campaigns.journeys.entering import enter_together
from plushka.domain.campaigns.journeys.telling import Voice, tell_trigger
from plushka.domain.programs.versions import Versions
from plushka.engine.journeys.parts import (
    EachTime,
    Journey,
    JourneyTrigger,
    OnPurchase,
    OnSegmentEntered,
    OnSegmentLeft,
    OnStamps,
    OnTierRisk,
    OnTierUp,
    TagMember,
)
from plushka.engine.program import Calendar, Requirement, StampCard, TierReview, TierRule, Tiers
from plushka.engine.stamp_parts import FromFirst, Gift, Spend
from plushka.platform.database import Database
from plushka.platform.ids import new_id

PROGRAM = structs.replace(
    CASHBACK,
    tiers=Tiers(
        (
            TierRule("base", "Гость"),
            TierRule("gold", "Золото", requirements=(Requirement("spend", 300_00, Calendar("year")),)),
        ),
        review=TierReview(cycle="year"),
    ),
    cards=(StampCard("coffee", "Кофе", 3, Gift("Кофе")),),
)


@pytest.fixture
async def road(database: Database, clock: SetClock) -> AsyncIterator[Road]:
    async with open_shop(database, clock, PROGRAM) as shop:
        yield Road(shop, clock)


def marks(name: str, trigger: JourneyTrigger) -> Journey:
    return Journey(name, trigger, (TagMember("t", name),), again=EachTime(), at_once=5)


async def test_that_nobody_has_bought_is_asked_once_for_all_journeys_of_purchases(road: Road) -> None:
    cards = [await road.begin(marks(f"чек {number}", OnPurchase(number))) for number in (None, 1, 2)]
    road.clock.advance(timedelta(minutes=1))
    asked: list[str] = []
    async with road.shop.tx() as tx:
        connection = cast("asyncpg.Connection", tx.connection)
        with connection.query_logger(lambda each: asked.append(each.query)):
            await enter_together(tx, Versions())
    assert sum("journeys.find_purchases" in query for query in asked) == 1

    await road.shop.buy("1", 100_00, member=await road.shop.enroll())
    await road.go()
    assert [len(await road.keys(card.id)) for card in cards] == [1, 1, 0]


async def test_a_tier_that_rises_and_a_card_that_is_almost_full_begin_it(road: Road) -> None:
    up = await road.begin(marks("выше", OnTierUp(("gold",))))
    card = await road.begin(marks("карта", OnStamps("coffee", left=1)))
    member_id = await road.shop.enroll()
    await road.shop.buy("1", 100_00, member=member_id)
    await road.go()
    assert (await road.keys(up.id), await road.keys(card.id)) == ([], [])

    road.clock.advance(timedelta(days=1))
    await road.shop.buy("2", 250_00, member=member_id)
    road.clock.advance(timedelta(minutes=1))
    await road.go()
    await road.go()

    assert len(await road.keys(up.id)) == 1
    assert await road.keys(card.id) == ["stamps:coffee:0"]


async def test_a_reward_for_a_sum_is_near_by_money(road: Road) -> None:
    cards = (StampCard("sum", "Тысяча", 1_000_00, Gift("Торт"), counts=Spend()),)
    await road.shop.publish(structs.replace(PROGRAM, cards=cards))
    trigger = OnStamps("sum", left=300_00)
    near = await road.begin(marks("скоро", trigger))
    member_id = await road.shop.enroll()
    began = []
    for number, amount_minor in enumerate((699_99, 1, 200_00)):
        await road.shop.buy(str(number), amount_minor, member=member_id)
        road.clock.advance(timedelta(minutes=1))
        await road.go()
        began.append(len(await road.keys(near.id)))

    assert began == [0, 1, 1]
    voice = Voice("ru", "RUB", goals={"sum": "Тысяча"})
    assert tell_trigger(trigger, voice).replace("\N{NO-BREAK SPACE}", " ") == (
        "До награды «Тысяча» не хватает 300 ₽ или меньше"
    )


async def test_a_card_that_has_burnt_by_the_time_it_is_told_of_begins_nothing(road: Road) -> None:
    cards = (StampCard("coffee", "Кофе", 3, Gift("Кофе"), lasts=FromFirst(3)),)
    await road.shop.publish(structs.replace(PROGRAM, cards=cards))
    card = await road.begin(marks("карта", OnStamps("coffee", left=2)))
    late, timely = await road.shop.enroll(), await road.shop.enroll("+79990000002")
    bought_at = road.clock.at
    road.clock.advance(timedelta(days=5))
    await road.shop.buy("1", 100_00, member=late, occurred_at=bought_at)
    await road.shop.buy("2", 100_00, member=timely)
    await road.go()
    assert (await road.runs(card.id, late), len(await road.runs(card.id, timely))) == ([], 1)


async def test_a_tier_that_may_fall_at_its_review_begins_it_once(road: Road, clock: SetClock) -> None:
    member_id = await road.shop.enroll()
    await road.shop.buy("1", 400_00, member=member_id)
    risk = await road.begin(marks("риск", OnTierRisk(14)))
    clock.at = clock.at.replace(month=12, day=10)
    await road.go()
    assert await road.keys(risk.id) == []

    clock.at = clock.at.replace(day=25)
    await road.go()
    assert await road.keys(risk.id) == [], "this year's purchases keep it"

    clock.at = clock.at.replace(year=2027)
    await road.go()
    clock.advance(timedelta(days=1))
    await road.go()
    assert await road.keys(risk.id) == [f"risk:{date(2028, 1, 1)}"]


async def test_coming_into_a_segment_and_falling_out_of_it_begin_it(road: Road) -> None:
    member_id, segment_id = await road.shop.enroll(), new_id()
    async with road.shop.tx() as tx:
        await tx.execute(
            "insert into segments (tenant_id, id, name, created_at, created_by) values ($1, $2, 'С', $3, 'test')",
            tx.tenant_id,
            segment_id,
            tx.at,
        )
    entered = await road.begin(marks("вошёл", OnSegmentEntered(str(segment_id))))
    left = await road.begin(marks("вышел", OnSegmentLeft(str(segment_id))))
    for minute, has_entered, by_edit in ((1, True, False), (2, False, True), (3, False, False)):
        road.clock.advance(timedelta(minutes=1))
        async with road.shop.tx() as tx:
            await tx.execute(
                """
                insert into segment_moves (tenant_id, segment_id, at, member_id, has_entered, by_edit)
                values ($1, $2, $3, $4, $5, $6)
                """,
                tx.tenant_id,
                segment_id,
                tx.at,
                member_id,
                has_entered,
                by_edit,
            )
        await road.go()
        assert len(await road.keys(entered.id)) == 1
        assert len(await road.keys(left.id)) == (minute == 3), "who falls out by an edit has not left"
