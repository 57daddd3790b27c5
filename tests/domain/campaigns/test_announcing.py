"""The programme is announced: nobody is told of it twice, whatever was written before and whoever begins it when."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace
from tests.conftest import SetClock
from tests.domain.campaigns.telling import campaign, deliver, recipients, tellable, worked
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.domain.campaigns.announcing import announce
from plushka.domain.campaigns.estimating import estimate
from plushka.domain.campaigns.model import Plan
from plushka.domain.campaigns.operations import cancel, change_broadcast, copy_broadcast, launch, pause
from plushka.domain.campaigns.queries import get_campaign
from plushka.domain.campaigns.running import advance
from plushka.domain.messages.model import Refused
from plushka.domain.messages.outgoing import KEPT_FOR, clear
from plushka.domain.purchases.merging import merge_members
from plushka.platform.database import Database


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    clock.at = datetime.fromisoformat("2026-03-10T12:00:00+03:00")
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


async def written(shop: Shop, **changes: object) -> UUID:
    """Write the announcement, without a control group, and return its id."""
    async with shop.tx() as tx:
        campaign_id = (await announce(tx)).id
        found = await get_campaign(tx, campaign_id)
        plan = Plan(**{name: getattr(found, name) for name in Plan.__struct_fields__})
        await change_broadcast(tx, campaign_id, replace(plan, control_bp=0, **changes))
    return campaign_id


async def copied(shop: Shop, campaign_id: UUID) -> UUID:
    async with shop.tx() as tx:
        return await copy_broadcast(tx, campaign_id, name="Ещё раз")


async def begin(shop: Shop, campaign_id: UUID) -> None:
    async with shop.tx() as tx:
        await launch(tx, campaign_id)


async def told_by(shop: Shop, *campaign_ids: UUID) -> Counter[UUID]:
    """Begin announcements one after the other, and count the letters that each member gets."""
    for campaign_id in campaign_ids:
        await begin(shop, campaign_id)
        await worked(shop, campaign_id)
    return Counter(message.member_id for message in await deliver(shop) if message.member_id)


async def test_of_two_that_were_written_before_either_began_the_second_tells_only_who_is_new(
    shop: Shop,
) -> None:
    old = await tellable(shop, 3)
    first = await written(shop)
    second = await copied(shop, first)
    assert await told_by(shop, first) == dict.fromkeys(old, 1)
    new = await tellable(shop, 2, first=4)
    async with shop.tx() as tx:
        found = await estimate(tx, await get_campaign(tx, second))
    assert (set(found.addressed), found.members, found.told, found.told_before) == (set(new), 2, 2, 3)
    assert await told_by(shop, second) == dict.fromkeys(new, 1)
    assert set(await recipients(shop, second)) == set(new)


async def test_whoever_waits_for_a_letter_of_the_first_is_not_chosen_for_the_second(shop: Shop) -> None:
    members = await tellable(shop, 3)
    first = await written(shop, per_minute=1)
    second = await copied(shop, first)
    assert len(await told_by(shop, first)) == 1
    assert set(await recipients(shop, first)) == set(members)
    assert await told_by(shop, second) == {}
    assert await recipients(shop, second) == {}
    assert (await campaign(shop, second)).state == "done"


async def test_two_that_begin_at_the_same_moment_tell_everybody_once(shop: Shop) -> None:
    members = await tellable(shop, 20)
    first = await written(shop)
    second = await copied(shop, first)
    await begin(shop, first)
    await begin(shop, second)
    async with shop.tx() as tx:
        await advance(tx, first)
        other = asyncio.create_task(worked(shop, second))
        await asyncio.sleep(0.3)
        assert not other.done(), "it waits for whoever chooses first"
    await other
    await worked(shop, first)
    assert set(await recipients(shop, first)) == set(members)
    assert await recipients(shop, second) == {}
    assert Counter(one.member_id for one in await deliver(shop)) == dict.fromkeys(members, 1)


async def test_who_was_left_out_skipped_or_not_reached_by_the_first_is_told_by_the_next(shop: Shop) -> None:
    lost, left = await tellable(shop, 2)
    first = await written(shop)
    second, third = await copied(shop, first), await copied(shop, first)
    await begin(shop, first)
    await worked(shop, first)
    (refused,) = await deliver(shop, result=Refused("no"), count=1)
    async with shop.tx() as tx:
        await pause(tx, first)
        await cancel(tx, first)
    assert refused.member_id in {lost, left}
    assert await told_by(shop, second) == {lost: 1, left: 1}
    assert await told_by(shop, third) == {}


async def test_a_letter_that_is_not_kept_any_more_was_a_letter_all_the_same(
    shop: Shop, clock: SetClock
) -> None:
    (member_id,) = await tellable(shop, 1)
    first = await written(shop)
    second = await copied(shop, first)
    assert await told_by(shop, first) == {member_id: 1}
    await worked(shop, first)
    clock.advance(KEPT_FOR + timedelta(days=1))
    async with shop.tx() as tx:
        await clear(tx)
        assert await tx.fetchval("select count(*) from outgoing where tenant_id = $1", tx.tenant_id) == 0
    assert await told_by(shop, second) == {}


async def test_of_two_cards_that_become_one_the_member_is_told_once(shop: Shop) -> None:
    told, other = await tellable(shop, 1) + await tellable(shop, 1, first=2)
    first = await written(shop)
    async with shop.tx() as tx:
        await tx.execute("update channel_addresses set state = 'blocked' where member_id = $1", other)
    second = await copied(shop, first)
    assert await told_by(shop, first) == {told: 1}
    async with shop.tx() as tx:
        await tx.execute("update channel_addresses set state = 'open' where member_id = $1", other)
    await begin(shop, second)
    async with shop.tx() as tx:
        await advance(tx, second)
    async with shop.tx() as tx:
        await merge_members(tx, kept_id=told, merged_id=other, reason="two cards")
    await worked(shop, second)
    assert await deliver(shop) == []
    (one,) = (await recipients(shop, second)).values()
    assert (one.fate, one.reason) == ("skipped", "told_before")


async def test_one_that_was_written_and_has_not_begun_is_shown_again(shop: Shop) -> None:
    await tellable(shop, 1)
    async with shop.tx() as tx:
        first, again = await announce(tx), await announce(tx)
    assert (again.id, first.is_new, again.is_new) == (first.id, True, False)
    await told_by(shop, first.id)
    async with shop.tx() as tx:
        other = await announce(tx)
    assert other.is_new
    assert other.id != first.id


async def test_two_clicks_at_the_same_moment_write_one(shop: Shop) -> None:
    async def click() -> UUID:
        async with shop.tx() as tx:
            return (await announce(tx)).id

    assert len(set(await asyncio.gather(*(click() for _ in range(4))))) == 1
