"""Members are told of points that burn soon: at noon, once for each day."""

from datetime import UTC, date, datetime, timedelta

from tests.conftest import SetClock
from tests.domain.messages.next_message import take_next
from tests.domain.shop import open_shop

from plushka.delivery.jobs.telling import forget_tenant, tell_tenant
from plushka.domain.members.channels import Address, bind_address
from plushka.domain.messages.contents import BurnsSoon
from plushka.domain.messages.finishing import finish
from plushka.domain.messages.model import Sent
from plushka.domain.messages.outgoing import KEPT_FOR
from plushka.engine.program import EarningRule, ExpiryFixed, Percent, Program, Welcome
from plushka.platform.database import Database

PROGRAM = Program(
    name="Плюшки",
    currency="RUB",
    earning=(EarningRule(id="all", name="Всем", effect=Percent(rate_bp=10_00)),),
    expiry=ExpiryFixed(days=30),
    welcome=Welcome(points=50),
)


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
