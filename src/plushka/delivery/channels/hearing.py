"""What gateways tell and mailboxes hold, written down: each by itself, so that one keeps nothing from the rest."""

from uuid import UUID

import structlog

from plushka.domain.messages.gateways.mailboxes import note_read
from plushka.domain.messages.gateways.model import Gateway
from plushka.domain.messages.gateways.parcels import Collected, Heard
from plushka.domain.messages.reporting import report
from plushka.domain.messages.returning import hear_returned
from plushka.domain.messages.stopping import hear_sms
from plushka.platform.clock import Clock
from plushka.platform.database import Database

ACTOR = "job:channels"

log = structlog.get_logger()


async def note_heard(
    database: Database, clock: Clock, tenant_id: UUID, gateway: Gateway, heard: Heard
) -> None:
    """Write down what a gateway tells."""
    for provider_id, told in heard.reports.items():
        async with database.transaction(tenant_id, actor=ACTOR, at=clock.now()) as tx:
            if not await report(tx, gateway.kind, provider_id, told):
                log.info("report_of_nothing", tenant_id=str(tenant_id), channel=gateway.kind)
    for sms in heard.incoming:
        async with database.transaction(tenant_id, actor=ACTOR, at=clock.now()) as tx:
            await hear_sms(tx, gateway.id, sms)


async def note_collected(
    database: Database, clock: Clock, tenant_id: UUID, gateway: Gateway, collected: Collected
) -> None:
    """Write down what came back to a mailbox, and then how far it was read, so that nothing is missed."""
    for returned in collected.returned:
        async with database.transaction(tenant_id, actor=ACTOR, at=clock.now()) as tx:
            if not await hear_returned(tx, gateway.id, returned):
                log.info("letter_of_nobody_returned", tenant_id=str(tenant_id))
    async with database.transaction(tenant_id, actor=ACTOR, at=clock.now()) as tx:
        await note_read(tx, gateway.id, collected.place, problem=collected.problem)
