"""A shop with journeys and the clock by which they go: what tests of journeys begin with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from tests.conftest import SetClock
from tests.domain.shop import Shop

from plushka.delivery.jobs.journeys import lead_tenant
from plushka.domain.campaigns.journeys.model import JourneyCard
from plushka.domain.campaigns.journeys.publishing import publish
from plushka.domain.campaigns.journeys.writing import create_journey
from plushka.engine.journeys.parts import Journey

Run = tuple[str, str | None]
"""The state of a run and the step at which it stands."""


@dataclass
class Road:
    """The shop's journeys; ``clock`` is the shop's."""

    shop: Shop
    clock: SetClock

    async def begin(self, journey: Journey) -> JourneyCard:
        """Publish a journey in which nobody is held out."""
        async with self.shop.tx() as tx:
            card = await create_journey(tx, msgspec.structs.replace(journey, control_bp=0))
            return await publish(tx, card.id, revision=card.revision)

    async def go(self) -> None:
        """Let the job run once."""
        await lead_tenant(self.shop.database, self.clock, self.shop.caller.tenant_id)

    async def until(self, moment: datetime, *, every: timedelta = timedelta(hours=6)) -> None:
        """Let time pass, with the job running meanwhile."""
        while self.clock.at < moment:
            self.clock.at = min(self.clock.at + every, moment)
            await self.go()

    async def runs(self, journey_id: UUID, member_id: UUID | None = None) -> Sequence[Run]:
        async with self.shop.tx() as tx:
            rows = await tx.fetch(
                """
                select state, step from journey_runs
                where tenant_id = $1 and journey_id = $2 and ($3::uuid is null or member_id = $3) order by id
                """,
                tx.tenant_id,
                journey_id,
                member_id,
            )
        return [(row["state"], row["step"]) for row in rows]

    async def keys(self, journey_id: UUID) -> list[str]:
        async with self.shop.tx() as tx:
            rows = await tx.fetch(
                "select key from journey_runs where tenant_id = $1 and journey_id = $2 order by key",
                tx.tenant_id,
                journey_id,
            )
        return [row["key"] for row in rows]

    async def given(self, member_id: UUID) -> list[tuple[datetime, int]]:
        """Return what journeys gave a member, with when."""
        async with self.shop.tx() as tx:
            rows = await tx.fetch(
                """
                select a.at, a.points from adjustments a
                join wallets w on w.tenant_id = a.tenant_id and w.id = a.wallet_id
                where a.tenant_id = $1 and w.member_id = $2 and a.actor = 'job:journeys' order by a.id, a.at
                """,
                tx.tenant_id,
                member_id,
            )
        return sorted((row["at"], row["points"]) for row in rows)
