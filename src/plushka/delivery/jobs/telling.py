"""What members are told by the clock, points that burn soon; and forgetting what was told long ago."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from plushka.domain.bots.burning import tell_of_burning
from plushka.domain.bots.operations import clear_updates
from plushka.domain.businesses.queries import get_business
from plushka.domain.campaigns.journeys.calls import clear_calls
from plushka.domain.campaigns.journeys.forgetting import forget_erased
from plushka.domain.campaigns.journeys.queries import is_told_of_burning
from plushka.domain.events.carts.forgetting import clear_carts
from plushka.domain.messages.outgoing import clear
from plushka.domain.messages.rules import get_rules
from plushka.platform.clock import Clock
from plushka.platform.database import Database, Tx

TOLD_AT_HOUR = 12
"""By the clock of the business: nobody is woken for points."""


async def tell_tenant(database: Database, clock: Clock, tenant_id: UUID) -> None:
    """Tell the tenant's members, some in each transaction, if it is the hour; repeated, it tells nobody twice."""
    last, is_first = None, True
    while is_first or last is not None:
        async with database.transaction(tenant_id, actor="job:tell", at=clock.now()) as tx:
            business = await get_business(tx)
            if not is_the_hour(tx.at, business.time_zone):
                return
            if is_first and not await _reminds_of_burning(tx):
                return
            last, is_first = await tell_of_burning(tx, business, after=last), False


async def _reminds_of_burning(tx: Tx) -> bool:
    """Tell whether bots do: a journey that does as well would say it twice."""
    return (await get_rules(tx)).tells_of_burning and not await is_told_of_burning(tx)


def is_the_hour(at: datetime, time_zone: str) -> bool:
    return at.astimezone(ZoneInfo(time_zone)).hour == TOLD_AT_HOUR


async def forget_tenant(database: Database, clock: Clock, tenant_id: UUID) -> None:
    """Forget messages, updates, calls and carts of long ago, and what journeys know of members who were erased."""
    async with database.transaction(tenant_id, actor="job:forget", at=clock.now()) as tx:
        await clear(tx)
        await clear_updates(tx)
        await clear_calls(tx)
        await clear_carts(tx)
        await forget_erased(tx)
