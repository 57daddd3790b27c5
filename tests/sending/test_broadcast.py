"""A broadcast through the sender itself: it dies in the middle, and its successor meets a storm of 429."""

import asyncio
from datetime import datetime

from tests.conftest import SetClock
from tests.domain.campaigns.telling import begun, campaign, progress, tellable, worked
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import open_shop
from tests.sending.test_sender import AT_ONCE, Road, sending, until

from plushka.delivery.sending.sender import Sender
from plushka.domain.campaigns.model import PointsOffered
from plushka.domain.messages.model import Wait
from plushka.platform.database import Database

MEMBERS = 20


async def test_nobody_is_told_or_given_twice_when_the_sender_dies_and_the_messenger_refuses(
    database: Database, clock: SetClock
) -> None:
    clock.at = datetime.fromisoformat("2026-03-10T12:00:00+03:00")
    async with open_shop(database, clock, CASHBACK) as shop:
        members = await tellable(shop, MEMBERS)
        campaign_id = await begun(shop, offer=PointsOffered(shop.program_id, 10))
        await worked(shop, campaign_id)
        tenant_id = shop.caller.tenant_id

        dying = Road(is_open=False)
        running = asyncio.create_task(Sender(database, clock, dying, tenant_id=tenant_id).run())
        await until(lambda: len(dying.begun) == AT_ONCE)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        road = Road(*[Wait(0.01)] * 30)
        async with sending(database, clock, tenant_id, road):
            await until(lambda: len(road.arrived) == MEMBERS - AT_ONCE)
        for _ in range(3):
            await worked(shop, campaign_id)

        assert set(road.arrived.values()) == {1}
        assert {one.address for one in dying.begun}.isdisjoint(road.arrived)
        assert (await campaign(shop, campaign_id)).state == "done"
        assert (await progress(shop, campaign_id)).given == MEMBERS
        assert {(await shop.wallet(member_id)).balance.available for member_id in members} == {10}
        assert await shop.differences() == ()
