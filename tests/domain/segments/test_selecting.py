"""Who is in an audience: PostgreSQL and the engine give one answer."""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator
from random import Random
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy
from tests.conftest import SetClock
from tests.domain.segments.crowd import MERGED, OPENED, PROGRAM, Crowd
from tests.domain.segments.crowd_audiences import audiences, telling_apart
from tests.domain.shop import open_shop

from plushka.domain.members.channels import MESSENGERS
from plushka.domain.segments.asking import still_in
from plushka.domain.segments.facts.reading import read_facts
from plushka.domain.segments.selecting import count_members, hashing, list_members, selected
from plushka.engine.audience import (
    All,
    Any,
    Audience,
    Birthday,
    Bought,
    BoughtAt,
    Campaign,
    Channel,
    Happened,
    NeverBought,
    Not,
    Purchases,
    Reachable,
    Sex,
    Stamped,
)
from plushka.engine.conditions import Segment, Tag
from plushka.platform.database import Database, Tx

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

    await assert_same(crowd, audiences(crowd), EXAMPLES)


async def test_they_do_however_many_conditions_are_told_in_one_pass_or_asked_of_some_alone(
    crowd: Crowd,
) -> None:
    of = (Bought, BoughtAt, Campaign, Happened, Sex)
    await assert_same(crowd, audiences(crowd, of=of, leaves_max=12), EXAMPLES // 2)


async def test_what_campaigns_brought_is_the_same_beside_whatever_else_is_asked(crowd: Crowd) -> None:
    spring, coffee = ((each,) for each in crowd.campaigns[:2])
    brought = (
        Campaign(spring, reaction="bought"),
        Campaign(coffee, days=60, reaction="bought"),
        Campaign(days=30, bought_within_days=7),
    )
    some = (Sex(("female",)), Campaign(spring), Tag(("vip",)), NeverBought())
    async with crowd.shop.tx() as tx:
        for one, other in itertools.combinations(brought, 2):
            for beside in some:
                for asked in (
                    All((one, beside)),
                    Any((one, beside)),
                    All((Not(one), beside)),
                    Any((Not(one), Not(beside))),
                    All((Any((one, beside)), Not(All((other, Not(beside)))))),
                    Not(Any((All((one, beside)), All((other, Not(one)))))),
                ):
                    found = set(await list_members(tx, asked))
                    assert found == await still_in(tx, asked, crowd.members), asked


async def assert_same(crowd: Crowd, audiences: SearchStrategy[Audience], examples: int) -> None:
    """Ask both for members of as many audiences as there are ``examples``."""

    async def check(audience: Audience) -> None:
        async with crowd.shop.tx() as tx:
            assert set(await list_members(tx, audience)) == await still_in(tx, audience, crowd.members)

    loop = asyncio.get_running_loop()

    @settings(max_examples=examples, suppress_health_check=[HealthCheck.too_slow])
    @given(audience=audiences)
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


async def test_one_process_tells_who_is_in_an_audience_and_looks_nothing_up_one_by_one(crowd: Crowd) -> None:
    audience = Any((Purchases(count_min=2, days=30), Tag(("vip",))))
    async with crowd.shop.tx() as tx:
        # However cheap PostgreSQL holds it to be.
        await tx.execute(
            "set local parallel_setup_cost = 0; set local parallel_tuple_cost = 0;"
            " set local min_parallel_table_scan_size = 0; set local enable_indexscan = off;"
            " set local enable_bitmapscan = off"
        )
        args = [tx.tenant_id]
        statement = await selected(tx, audience, args)
        shared = await _plan(tx, statement, args)
        async with hashing(tx):
            plan = await _plan(tx, statement, args)
        assert "Gather" in shared
        assert not {"Gather", "Nested Loop"} & set(re.findall("Gather|Nested Loop", plan))
        assert await _plan(tx, statement, args) == shared, "what comes after it is planned as before"


async def _plan(tx: Tx, statement: str, args: list[UUID]) -> str:
    return "\n".join(row[0] for row in await tx.fetch(f"explain (costs off) {statement}", *args))
