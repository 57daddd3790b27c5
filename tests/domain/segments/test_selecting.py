"""Who is in an audience: PostgreSQL and the engine give one answer."""

import asyncio
from collections.abc import AsyncIterator
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from tests.conftest import SetClock
from tests.domain.segments.crowd import MERGED, OPENED, PROGRAM, Crowd
from tests.domain.segments.crowd_audiences import audiences, telling_apart
from tests.domain.shop import open_shop

from plushka.domain.members.channels import MESSENGERS
from plushka.domain.segments.asking import still_in
from plushka.domain.segments.facts.reading import read_facts
from plushka.domain.segments.selecting import count_members, list_members
from plushka.engine.audience import Any, Audience, Birthday, Channel, Not, Purchases, Reachable, Stamped
from plushka.engine.conditions import Segment
from plushka.platform.database import Database

EXAMPLES = 200
MEMBERS = 36
LEFT = MEMBERS - len(MERGED) - 1


@pytest.fixture
async def crowd(database: Database, clock: SetClock) -> AsyncIterator[Crowd]:
    clock.at = OPENED
    async with open_shop(database, clock, PROGRAM) as shop:
        crowd = Crowd(shop, clock, Random(7))  # noqa: S311 - a test, not a secret
        await crowd.gather(MEMBERS)
        yield crowd


async def test_postgresql_and_the_engine_choose_the_same_members(crowd: Crowd) -> None:
    async with crowd.shop.tx() as tx:
        known = await read_facts(tx, Segment(tuple(map(str, crowd.lists))), crowd.members)
    assert len(known) == LEFT, "some were merged, one erased"

    async def check(audience: Audience) -> None:
        async with crowd.shop.tx() as tx:
            assert set(await list_members(tx, audience)) == await still_in(tx, audience, crowd.members)

    loop = asyncio.get_running_loop()

    @settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
    @given(audience=audiences(crowd))
    def same_for_both(audience: Audience) -> None:
        asyncio.run_coroutine_threadsafe(check(audience), loop).result()

    await asyncio.to_thread(same_for_both)


async def test_both_fill_stamp_cards_alike(crowd: Crowd) -> None:
    async with crowd.shop.tx() as tx:
        for card, steps in (("visits", 1), ("buns", 1), ("goal", 50_00), ("ever", 1), ("gone", 1)):
            for bound in range(steps, 20 * steps, steps):
                for asked in (Stamped(card, have_min=bound), Stamped(card, left_max=bound)):
                    found = set(await list_members(tx, asked))
                    assert found == await still_in(tx, asked, crowd.members), asked


async def test_each_condition_finds_some_and_not_all(crowd: Crowd) -> None:
    async with crowd.shop.tx() as tx:
        for audience in telling_apart(crowd):
            found = set(await list_members(tx, audience))
            assert found == await still_in(tx, audience, crowd.members), audience
            assert 0 < len(found) < LEFT, audience


@pytest.mark.parametrize("channel", ["telegram", "max", "vk", "sms", "email", "push"])
async def test_nobody_is_reachable_by_a_channel_that_the_business_has_no_more(
    crowd: Crowd, channel: Channel
) -> None:
    by: tuple[Channel, ...] = MESSENGERS if channel not in MESSENGERS else ("sms", "email", "push")
    others = Reachable(by)
    asked = (Reachable((channel,)), Any((Reachable((channel,)), others)), Not(Reachable((channel,))))
    async with crowd.shop.tx() as tx:
        assert await count_members(tx, asked[0]) > 0
        for what, kind in (("gateways", "kind"), ("bots", "messenger")):
            await tx.execute(
                f"update {what} set disconnected_at = $3, credentials = '' where tenant_id = $1 and {kind} = $2",  # noqa: S608
                tx.tenant_id,
                channel,
                tx.at,
            )
        found = [set(await list_members(tx, each)) for each in asked]
        assert found[:2] == [set(), set(await list_members(tx, others))]
        assert len(found[2]) == LEFT
        assert [await still_in(tx, each, crowd.members) for each in asked] == found


async def test_counting_and_asking_again_are_of_the_same_members(crowd: Crowd) -> None:
    audience = Any((Purchases(count_min=2, days=30), Not(Birthday(days_max=7))))
    async with crowd.shop.tx() as tx:
        members = await list_members(tx, audience)
        assert await count_members(tx, audience) == len(members) > 1
        assert await list_members(tx, audience, limit=1) == members[:1]
        assert await still_in(tx, audience, [members[0], crowd.members[4], crowd.members[6]]) == {members[0]}
