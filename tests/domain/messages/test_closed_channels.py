"""Nothing waits for ever for a bot or a gateway that was disconnected: another channel has it, or it is not sent."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.messages.recipients import connect_bots, connect_gateways, letter, recipient
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.delivery.jobs.letters import move_letters
from plushka.domain.members.channels import Address
from plushka.domain.messages.closed_channels import WAITS_FOR_ANOTHER
from plushka.domain.messages.contents import SmsStopped
from plushka.domain.messages.letters import post
from plushka.domain.messages.outgoing import say
from plushka.domain.messages.taking import take
from plushka.platform.database import Database


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    clock.at = datetime.fromisoformat("2026-03-10T12:00:00+03:00")
    async with open_shop(database, clock, CASHBACK) as shop:
        async with shop.tx() as tx:
            await connect_bots(tx)
            await connect_gateways(tx)
        yield shop


async def left(shop: Shop, *routes: Sequence[str], **more: Any) -> UUID:
    """Leave a letter by each route to one member, who can be reached by Telegram, SMS and mail."""
    async with shop.tx() as tx:
        member_id = await recipient(tx, 1, channels=("telegram", "email"))
        await post(tx, [letter(member_id, f"k{n}", route=route, **more) for n, route in enumerate(routes)])
    return member_id


async def disconnect(shop: Shop, *channels: str) -> None:
    async with shop.tx() as tx:
        for table, kind in (("bots", "messenger"), ("gateways", "kind")):
            await tx.execute(
                f"update {table} set disconnected_at = $2 where tenant_id = $1 and {kind} = any($3::text[])",  # noqa: S608
                tx.tenant_id,
                tx.at,
                list(channels),
            )


async def waited(shop: Shop, clock: SetClock, time: timedelta = WAITS_FOR_ANOTHER) -> None:
    clock.advance(time)
    await move_letters(shop.database, clock, shop.caller.tenant_id)


async def found(shop: Shop) -> list[tuple[str, str, str]]:
    async with shop.tx() as tx:
        rows = await tx.fetch(
            "select channel, state, failure from outgoing where tenant_id = $1 order by key", tx.tenant_id
        )
    return [tuple(row) for row in rows]


async def test_what_waits_goes_by_the_next_channel_once_there_was_time_for_another_bot(
    shop: Shop, clock: SetClock
) -> None:
    await left(shop, ("telegram", "sms", "email"), ("telegram", "inbox"), ("sms",))
    await disconnect(shop, "telegram")
    await waited(shop, clock, WAITS_FOR_ANOTHER - timedelta(seconds=1))
    assert [channel for channel, _, _ in await found(shop)] == ["telegram", "telegram", "sms"]
    await waited(shop, clock, timedelta(seconds=1))
    assert await found(shop) == [("sms", "waiting", ""), ("inbox", "delivered", ""), ("sms", "waiting", "")]


async def test_what_has_no_other_channel_is_not_sent_and_says_why(shop: Shop, clock: SetClock) -> None:
    await left(shop, ("telegram",), ("telegram", "max"))
    async with shop.tx() as tx:
        await say(tx, Address("telegram", "42"), [SmsStopped()], language="ru", key="answer")
    await disconnect(shop, "telegram")
    await waited(shop, clock)
    assert await found(shop) == [("telegram", "skipped", "channel_gone")] * 3


async def test_another_bot_that_comes_in_time_sends_what_waits(shop: Shop, clock: SetClock) -> None:
    await left(shop, ("telegram", "sms"))
    await disconnect(shop, "telegram")
    clock.advance(WAITS_FOR_ANOTHER - timedelta(minutes=1))
    async with shop.tx() as tx:
        await connect_bots(tx)
    await waited(shop, clock)
    assert await found(shop) == [("telegram", "waiting", "")]
    async with shop.tx() as tx:
        assert len(await take(tx, "telegram", "marketing", 1)) == 1


async def test_what_was_in_flight_when_its_sender_went_may_have_arrived_and_is_not_sent_twice(
    shop: Shop, clock: SetClock
) -> None:
    await left(shop, ("telegram", "sms"))
    async with shop.tx() as tx:
        assert len(await take(tx, "telegram", "marketing", 1)) == 1
    await disconnect(shop, "telegram")
    await waited(shop, clock)
    assert await found(shop) == [("telegram", "unknown", "")]


async def test_what_is_not_due_or_on_pause_stays_as_it_is(shop: Shop, clock: SetClock) -> None:
    await left(shop, ("telegram", "sms"), not_before=clock.now() + timedelta(hours=1))
    async with shop.tx() as tx:
        await post(tx, [letter(await recipient(tx, 2), route=("telegram", "sms"))])
        await tx.execute("update outgoing set is_held = true where not_before <= $1", tx.at)
    await disconnect(shop, "telegram")
    await waited(shop, clock)
    assert await found(shop) == [("telegram", "waiting", "")] * 2
    await waited(shop, clock, timedelta(hours=1))
    assert sorted(await found(shop)) == [("sms", "waiting", ""), ("telegram", "waiting", "")]


async def test_gateways_are_let_go_as_bots_are(shop: Shop, clock: SetClock) -> None:
    await left(shop, ("sms", "email"), ("email",))
    await disconnect(shop, "sms", "email")
    await waited(shop, clock)
    assert await found(shop) == [("sms", "skipped", "channel_gone"), ("email", "skipped", "channel_gone")]
