"""Journeys of both businesses of the demo: ready ones, published as they are, with who begins them today."""

from uuid import UUID

from plushka.delivery.jobs.journeys import lead_tenant
from plushka.demo.business import ACTOR
from plushka.domain.campaigns.journeys.chains import Key, begin_chain
from plushka.domain.campaigns.journeys.publishing import publish
from plushka.domain.campaigns.journeys.queries import list_journeys
from plushka.platform.clock import Clock
from plushka.platform.database import Database

CHAIN: tuple[Key, ...] = ("win_back", "birthday", "welcome", "burn_reminder")
CAFE: tuple[Key, ...] = ("win_back", "birthday", "close_dates", "second_purchase", "thanks")


async def begin_journeys(database: Database, clock: Clock, tenant_id: UUID, keys: tuple[Key, ...]) -> None:
    """Publish ready journeys, whose coupons the business has, and let members begin. Safe to repeat."""
    async with database.transaction(tenant_id, actor=ACTOR, at=clock.now()) as tx:
        if await list_journeys(tx):
            return
        for key in keys:
            card = await begin_chain(tx, key)
            await publish(tx, card.id, revision=card.revision)
    await lead_tenant(database, clock, tenant_id)
