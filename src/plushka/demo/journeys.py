"""Journeys of both businesses of the demo: ready ones, published as they are, with who begins them today."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from plushka.delivery.jobs.journeys import lead_tenant
from plushka.demo.business import ACTOR
from plushka.domain.businesses.queries import get_business
from plushka.domain.campaigns.journeys.chains import Key, begin_chain
from plushka.domain.campaigns.journeys.publishing import publish
from plushka.domain.campaigns.journeys.queries import list_journeys
from plushka.platform.clock import Clock
from plushka.platform.database import Database

CHAIN: tuple[Key, ...] = ("win_back", "birthday", "welcome", "burn_reminder", "thanks")
CAFE: tuple[Key, ...] = ("win_back", "birthday", "close_dates", "second_purchase", "thanks")


class Yesterday(Struct, frozen=True):
    """A clock that stands."""

    at: datetime

    def now(self) -> datetime:
        return self.at


async def begin_journeys(database: Database, clock: Clock, tenant_id: UUID, keys: tuple[Key, ...]) -> None:
    """Publish ready journeys, whose coupons the business has, and let members begin. Safe to repeat.

    As of the last moment of yesterday, when all of the loaded past is over and what goes by days is looked at; today
    would be, too, but not before ten in the morning.
    """
    async with database.transaction(tenant_id, actor=ACTOR, at=clock.now(), read_only=True) as tx:
        if await list_journeys(tx):
            return
        today = tx.at.astimezone(zone := ZoneInfo((await get_business(tx)).time_zone)).date()
    yesterday = Yesterday(datetime.combine(today - timedelta(days=1), time.max, zone).astimezone(UTC))
    async with database.transaction(tenant_id, actor=ACTOR, at=yesterday.now()) as tx:
        for key in keys:
            card = await begin_chain(tx, key)
            await publish(tx, card.id, revision=card.revision)
    await lead_tenant(database, yesterday, tenant_id)
