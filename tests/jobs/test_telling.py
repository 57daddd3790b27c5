"""Members are told of points that burn soon: at noon, once for each day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.conftest import SetClock
from tests.domain.messages.next_message import take_next
from tests.domain.shop import Shop, open_shop

from plushka.delivery.jobs.telling import forget_tenant, tell_tenant
from plushka.domain.campaigns.journeys.chains import begin_chain
from plushka.domain.campaigns.journeys.publishing import pause, publish
from plushka.domain.members.channels import Address, bind_address
from plushka.domain.messages.contents import BurnsSoon
from plushka.domain.messages.finishing import finish
from plushka.domain.messages.model import Sent
from plushka.domain.messages.outgoing import KEPT_FOR
from plushka.domain.messages.rules import Rules, change_rules, get_rules
from plushka.engine.program import EarningRule, ExpiryFixed, Percent, Program, Welcome
from plushka.platform.database import Database

PROGRAM = Program(
    name="Плюшки",
    currency="RUB",
    earning=(EarningRule(id="all", name="Всем", effect=Percent(rate_bp=10_00)),),
    expiry=ExpiryFixed(days=30),
    welcome=Welcome(points=50),
)


async def told_of_burning(shop: Shop, clock: SetClock) -> int:
    """Enrol somebody with points, and count what a month of noons tells them of these burning."""
    member_id = await shop.enroll()
    async with shop.tx() as tx:
        await bind_address(tx, member_id, Address("telegram", "100"), language="ru")
    for day in range(20, 32):
        clock.at = datetime(2026, 3, 10, 9, 20, tzinfo=UTC) + timedelta(days=day)
        await tell_tenant(shop.database, clock, shop.caller.tenant_id)
    async with shop.tx() as tx:
        count: int = await tx.fetchval("select count(*) from outgoing where key like 'burn:%'")
    return count


async def test_bots_are_silent_of_points_that_burn_where_it_is_switched_off(
    database: Database, clock: SetClock
) -> None:
    async with open_shop(database, clock, PROGRAM) as shop:
        async with shop.tx() as tx:
            await change_rules(tx, Rules(tells_of_burning=False))
            assert not (await get_rules(tx)).tells_of_burning
        assert await told_of_burning(shop, clock) == 0


@pytest.mark.parametrize(("is_paused", "told"), [(False, 0), (True, 1)])
async def test_bots_are_silent_of_points_that_burn_while_a_journey_tells_of_them(
    database: Database, clock: SetClock, *, is_paused: bool, told: int
) -> None:
    async with open_shop(database, clock, PROGRAM) as shop:
        async with shop.tx() as tx:
            card = await begin_chain(tx, "burn_reminder")
            await publish(tx, card.id, revision=card.revision)
            if is_paused:
                await pause(tx, card.id)
        assert await told_of_burning(shop, clock) == told


async def test_points_that_burn_within_a_week_are_told_at_noon_and_once(
    database: Database, clock: SetClock
) -> None:
    async with open_shop(database, clock, PROGRAM) as shop:
        member_id = await shop.enroll()
        tenant_id = shop.caller.tenant_id
        async with shop.tx() as tx:
            await bind_address(tx, member_id, Address("telegram", "100"), language="ru")
        told = []
        # Enrolled on 10 March: the welcome points are good until the end of 9 April.
        for day in range(20, 32):
            for hour in (8, 9, 10):
                clock.at = datetime(2026, 3, 10, hour, 20, tzinfo=UTC) + timedelta(days=day)
                await tell_tenant(database, clock, tenant_id)
                async with shop.tx() as tx:
                    while (message := await take_next(tx, "telegram")) is not None:
                        told.append((clock.at, message.content))
                        await finish(tx, message, Sent())
        at = datetime(2026, 4, 3, 9, 20, tzinfo=UTC)
        assert told == [(at, BurnsSoon(points=50, good_until=date(2026, 4, 9), scale=0))]

        clock.advance(KEPT_FOR + timedelta(days=1))
        await forget_tenant(database, clock, tenant_id)
        async with shop.tx() as tx:
            assert await tx.fetchval("select count(*) from outgoing") == 0
