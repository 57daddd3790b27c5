"""What time does is booked by a job, for wallets nobody touches."""

from datetime import timedelta
from uuid import UUID

import msgspec
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.delivery.jobs.settling import settle_tenant
from plushka.domain.ledger.queries import list_movements
from plushka.domain.purchases.model import HoldRequest
from plushka.domain.purchases.operations import hold
from plushka.engine.program import AfterDays, ExpiryFixed
from plushka.platform.database import Database

SHORT_LIVED = msgspec.structs.replace(CASHBACK, activation=AfterDays(1), expiry=ExpiryFixed(days=10))


async def test_points_are_activated_burned_and_released_on_their_dates(
    database: Database, clock: SetClock
) -> None:
    async with open_shop(database, clock, SHORT_LIVED) as shop:
        member_id = await shop.enroll()
        await shop.buy("1", 1_000_00, member=member_id)
        await settle(shop, clock)
        assert await kinds(shop, member_id) == ["accrue"]
        clock.advance(timedelta(days=1))
        await settle(shop, clock)
        assert await kinds(shop, member_id) == ["accrue", "activate"]
        async with shop.tx() as tx:
            await hold(tx, shop.reference, shop.caller, HoldRequest("order", member_id, 30))
        clock.advance(timedelta(minutes=15))
        await settle(shop, clock)
        assert await kinds(shop, member_id) == ["accrue", "activate", "hold", "release"]
        clock.advance(timedelta(days=11))
        await settle(shop, clock)
        assert await kinds(shop, member_id) == ["accrue", "activate", "hold", "release", "expire"]
        before = await kinds(shop, member_id)
        await settle(shop, clock)
        assert await kinds(shop, member_id) == before
        assert await shop.differences() == ()


async def test_more_wallets_than_one_transaction_takes_are_all_settled(
    database: Database, clock: SetClock
) -> None:
    async with open_shop(database, clock, SHORT_LIVED) as shop:
        members = [await shop.enroll(f"+7999000{number:04}") for number in range(520)]
        for member_id in members:
            await shop.buy(str(member_id), 100_00, member=member_id)
        clock.advance(timedelta(days=1))
        await settle(shop, clock)
        async with shop.tx() as tx:
            pending = await tx.fetchval("select sum(pending) from wallets where tenant_id = $1", tx.tenant_id)
        assert pending == 0


async def settle(shop: Shop, clock: SetClock) -> None:
    await settle_tenant(shop.database, clock, shop.caller.tenant_id)


async def kinds(shop: Shop, member_id: UUID) -> list[str]:
    wallet = await shop.wallet(member_id)
    async with shop.tx() as tx:
        return [movement.kind for movement in reversed(await list_movements(tx, wallet_id=wallet.id))]
