"""What is paused or called off goes by no other channel either, and what is forgotten is not told of as yet to come."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.campaigns.telling import TEXT, begun, deliver, progress, recipients, tellable, worked
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.domain.bots.leaving import delete_member
from plushka.domain.campaigns.model import LetterPlan
from plushka.domain.campaigns.operations import cancel, pause, resume
from plushka.domain.messages.finishing import finish
from plushka.domain.messages.model import Outgoing, Refused
from plushka.domain.messages.outgoing import KEPT_FOR, clear
from plushka.domain.messages.taking import take
from plushka.platform.database import Database

NOON = datetime.fromisoformat("2026-03-10T12:00:00+03:00")
TO_THE_APP = LetterPlan((TEXT,), ("telegram", "inbox"))


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    clock.at = NOON
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


async def in_flight(shop: Shop) -> tuple[UUID, Outgoing]:
    """Begin a broadcast and take its letter up; Telegram has not answered yet."""
    campaign_id = await begun(shop, letter=TO_THE_APP)
    await worked(shop, campaign_id)
    async with shop.tx() as tx:
        (message,) = await take(tx, "telegram", "marketing", 1)
    return campaign_id, message


async def taken_to_the_app(shop: Shop) -> int:
    async with shop.tx() as tx:
        return len(await take(tx, "inbox", "marketing", 10))


async def test_what_fails_while_it_is_paused_waits_with_its_next_channel(shop: Shop) -> None:
    await tellable(shop, 1)
    campaign_id, message = await in_flight(shop)
    async with shop.tx() as tx:
        await pause(tx, campaign_id)
    async with shop.tx() as tx:
        await finish(tx, message, Refused("nobody there"))
    assert await taken_to_the_app(shop) == 0
    async with shop.tx() as tx:
        await resume(tx, campaign_id)
    assert await taken_to_the_app(shop) == 1


async def test_what_fails_after_it_was_called_off_tries_no_other_channel(shop: Shop) -> None:
    await tellable(shop, 1)
    campaign_id, message = await in_flight(shop)
    async with shop.tx() as tx:
        await cancel(tx, campaign_id)
    async with shop.tx() as tx:
        await finish(tx, message, Refused("nobody there"))
    assert await taken_to_the_app(shop) == 0
    told = await progress(shop, campaign_id)
    assert (told.failed, told.waiting, told.finished) == (1, 0, 1)


async def test_of_whom_nothing_is_kept_any_more_it_is_said_so(shop: Shop, clock: SetClock) -> None:
    anna, boris = await tellable(shop, 2)
    campaign_id = await begun(shop)
    await worked(shop, campaign_id)
    await deliver(shop)
    async with shop.tx() as tx:
        await delete_member(tx, anna)
    found = await recipients(shop, campaign_id)
    assert (found[anna].fate, found[anna].reason) == ("skipped", "member_gone")
    assert found[boris].fate == "sent"
    assert dict((await progress(shop, campaign_id)).skipped) == {"member_gone": 1}

    clock.at += KEPT_FOR + timedelta(days=1)
    async with shop.tx() as tx:
        await clear(tx)
    assert (await recipients(shop, campaign_id))[boris].fate == "forgotten"
    assert dict((await progress(shop, campaign_id)).skipped) == {"member_gone": 1, "forgotten": 1}
