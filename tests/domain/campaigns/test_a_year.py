"""A year of journeys by a virtual clock: whatever happens to members, nobody begins twice or is given twice."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.campaigns.road import Road
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import open_shop

from plushka.domain.bots.leaving import delete_member
from plushka.domain.campaigns.journeys.publishing import pause, resume
from plushka.domain.events.store import Told
from plushka.domain.members.model import Profile
from plushka.domain.members.profile import edit_profile
from plushka.domain.occasions.noting import note_event
from plushka.domain.purchases.merging import merge_members
from plushka.engine.audience import Purchases
from plushka.engine.journeys.parts import (
    AfterDays,
    Choice,
    EachTime,
    GivePoints,
    GoalPurchase,
    Journey,
    OnAbsence,
    OnBurn,
    OnPurchase,
    Share,
    Split,
    TagMember,
    Wait,
)
from plushka.engine.occasion_parts import OnBirthday, OnEvent
from plushka.platform.database import Database

MEMBERS = 8
JOURNEYS = (
    Journey(
        "Возвращение",
        OnAbsence(20, days_most=40),
        (GivePoints("p", 20, 10), Wait("w", days=15, until="11:00"), GivePoints("q", 30, 10)),
        again=AfterDays(60),
        goal=GoalPurchase(),
    ),
    Journey("ДР", OnBirthday(7), (GivePoints("p", 50, 15),), again=AfterDays(300)),
    Journey("Сгорают", OnBurn(3), (TagMember("t", "сгорают"),), again=AfterDays(7)),
    Journey(
        "Спасибо",
        OnPurchase(),
        (
            Wait("w", hours=2),
            Split("s", (Share(50, (TagMember("a", "а"),)), Share(50, (TagMember("b", "б"),)))),
            Choice("c", Purchases(count_min=3), yes=(GivePoints("p", 5, 30),)),
        ),
        again=EachTime(),
        at_once=3,
    ),
    Journey("Отзыв", OnEvent("review"), (GivePoints("p", 7, 30),), again=EachTime(), at_once=2),
)


@pytest.fixture
async def road(database: Database, clock: SetClock) -> AsyncIterator[Road]:
    clock.at = datetime(2023, 3, 10, 8, tzinfo=UTC)
    async with open_shop(database, clock, CASHBACK) as shop:
        yield Road(shop, clock)


async def test_a_year_of_all_that_happens(road: Road) -> None:
    """With a leap day, a pause, cards that are joined, and a member who leaves."""
    drawn, shop = random.Random(7), road.shop  # noqa: S311 - a story, not a secret
    cards = [await road.begin(journey) for journey in JOURNEYS]
    members = [await shop.enroll(f"+7999000{number:04}") for number in range(MEMBERS)]
    async with shop.tx() as tx:
        for number, member_id in enumerate(members):
            born = date(1992, 2, 29) if number == 0 else date(1990, number + 1, number * 3 + 1)
            await edit_profile(tx, member_id, Profile(f"М{number}", None, born, 0), birthday_reason="тест")
    there = list(members)
    for day in range(0, 366, 2):
        road.clock.advance(timedelta(days=2))
        for _ in range(drawn.choice([0, 1, 1, 2])):
            await _something(road, drawn, drawn.choice(there), day)
        if day == 100:
            async with shop.tx() as tx:
                await pause(tx, cards[0].id)
        if day == 120:
            async with shop.tx() as tx:
                await resume(tx, cards[0].id)
                await merge_members(tx, kept_id=there[1], merged_id=there.pop(), reason="двойник")
        if day == 200:
            async with shop.tx() as tx:
                await delete_member(tx, there.pop())
        await road.go()

    async with shop.tx() as tx:
        runs = await tx.fetch("select * from journey_runs where tenant_id = $1", tx.tenant_id)
        passes = await tx.fetch("select run_id, step from journey_passes where tenant_id = $1", tx.tenant_id)
        gifts: int = await tx.fetchval("select count(*) from adjustments where actor = 'job:journeys'")
    assert {run["journey_id"] for run in runs} == {card.id for card in cards}, "all of it has happened"
    assert max(Counter((run["journey_id"], run["member_id"], run["key"]) for run in runs).values()) == 1
    assert max(Counter((row["run_id"], row["step"]) for row in passes).values()) == 1
    assert gifts == sum(row["step"] in {"p", "q"} for row in passes), "each gift is of one step"
    birthdays = Counter(run["member_id"] for run in runs if run["journey_id"] == cards[1].id)
    assert set(birthdays.values()) == {1}
    assert members[0] in birthdays, "born on a leap day"
    assert all(run["due_at"] > road.clock.at for run in runs if run["state"] == "active")
    assert await shop.differences() == ()


async def _something(road: Road, drawn: random.Random, member_id: UUID, day: int) -> None:
    if drawn.random() < 0.8:
        await road.shop.buy(f"{day}-{drawn.random()}", 100_00, member=member_id)
    else:
        async with road.shop.tx() as tx:
            await note_event(tx, road.shop.reference.versions, Told(member_id, "review", {"rating": 5}))
