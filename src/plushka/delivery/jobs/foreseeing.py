"""What members are expected to bring, business by business."""

import asyncio
from uuid import UUID
from zoneinfo import ZoneInfo

from plushka.delivery.jobs.grouping import FROM_HOUR
from plushka.domain.businesses.queries import get_business
from plushka.domain.segments.lifetime.history import read_history
from plushka.domain.segments.lifetime.keeping import Found, find_lifetime_run, is_of_yesterday, keep_run
from plushka.domain.segments.lifetime.terms import get_lifetime_terms
from plushka.platform.clock import Clock
from plushka.platform.database import Database

ACTOR = "job:foresee"


async def foresee_tenant(database: Database, clock: Clock, tenant_id: UUID) -> None:
    """Work it out once a day, after three in the morning; repeated, it does nothing more."""
    async with database.transaction(tenant_id, actor=ACTOR, at=clock.now(), read_only=True) as tx:
        local = tx.at.astimezone(ZoneInfo((await get_business(tx)).time_zone))
        run = await find_lifetime_run(tx)
    if local.hour >= FROM_HOUR and not is_of_yesterday(run, local.date()):
        await foresee_now(database, clock, tenant_id)


async def foresee_now(database: Database, clock: Clock, tenant_id: UUID) -> None:
    """Read, work out beside the loop and outside any transaction, write: seconds for a hundred thousand members."""
    # numpy and scipy take memory and half a second: only who works it out loads them.
    from plushka.domain.segments.lifetime.foreseeing import foresee

    async with database.transaction(tenant_id, actor=ACTOR, at=clock.now(), read_only=True) as tx:
        history, discount_bp = await read_history(tx), (await get_lifetime_terms(tx)).discount_bp
    foreseen = await asyncio.to_thread(foresee, history, discount_bp=discount_bp)
    async with database.transaction(tenant_id, actor=ACTOR, at=clock.now()) as tx:
        await keep_run(
            tx,
            history,
            outcome=foreseen.outcome,
            found=Found(
                foreseen.churn, foreseen.spending, foreseen.calibration, foreseen.no_money, discount_bp
            ),
            columns=foreseen.expected,
        )
