"""Journeys of both businesses of the demo: ready ones, published as they are, with who begins them today."""

from uuid import UUID

from msgspec import structs

from plushka.delivery.jobs.journeys import lead_tenant
from plushka.demo.business import ACTOR
from plushka.domain.campaigns.journeys.chains import Key, begin_chain
from plushka.domain.campaigns.journeys.publishing import publish
from plushka.domain.campaigns.journeys.queries import list_journeys
from plushka.domain.campaigns.journeys.writing import save_draft
from plushka.domain.coupons.queries import CouponFilter, find_coupons
from plushka.engine.journeys import editing
from plushka.engine.journeys.parts import GiveCoupon, Journey
from plushka.engine.journeys.plan import walk
from plushka.platform.clock import Clock
from plushka.platform.database import Database

CHAIN: tuple[Key, ...] = ("win_back", "birthday", "welcome", "burn_reminder")
CAFE: tuple[Key, ...] = ("win_back", "birthday", "close_dates", "second_purchase", "thanks")


async def begin_journeys(
    database: Database, clock: Clock, tenant_id: UUID, keys: tuple[Key, ...], *, coupon: str
) -> None:
    """Publish ready journeys, which give codes of the ``coupon`` so named, and let members begin. Safe to repeat."""
    async with database.transaction(tenant_id, actor=ACTOR, at=clock.now()) as tx:
        if await list_journeys(tx):
            return
        named = await find_coupons(tx, CouponFilter(text=coupon), on=tx.at.date())
        for key in keys:
            card = await begin_chain(tx, key)
            written = _with_coupon(card.draft, str(named[0].id)) if named else card.draft
            saved = await save_draft(tx, card.id, written, revision=card.revision)
            await publish(tx, saved.id, revision=saved.revision)
    await lead_tenant(database, clock, tenant_id)


def _with_coupon(journey: Journey, coupon_id: str) -> Journey:
    steps = journey.steps
    for _, step, _ in walk(journey.steps):
        if isinstance(step, GiveCoupon):
            steps = editing.replaced(steps, structs.replace(step, coupon=coupon_id))
    return structs.replace(journey, steps=steps)
