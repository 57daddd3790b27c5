"""A business on a real server, and what is booked in it."""

from datetime import UTC, datetime
from uuid import UUID

from tests.conftest import SetClock
from tests.pos.conftest import Business, open_business

from plushka.domain.members.model import Identity
from plushka.domain.programs.operations import enroll
from plushka.platform.database import Database


async def open_business_with_members(dsn: str, *, members: int) -> Business:
    """Found a business whose members have cards numbered from 0."""
    database = await Database.connect(dsn, connections_max=1)
    clock = SetClock(datetime.now(UTC))
    business = await open_business(database, clock, name="Кофейня Анны")
    async with database.transaction(business.tenant_id, actor="test:faults", at=clock.now()) as tx:
        for number in range(members):
            await enroll(tx, name="Аня", identities=[Identity("card", str(number))])
    await database.close()
    return business


async def receipts(dsn: str, business: Business) -> dict[str, UUID]:
    """Return what is booked, by the till's number, which is unique."""
    database = await Database.connect(dsn, connections_max=1)
    async with database.transaction(business.tenant_id, actor="test:faults", at=datetime.now(UTC)) as tx:
        rows = await tx.fetch("select external_id, id from receipts where tenant_id = $1", tx.tenant_id)
    await database.close()
    return {row["external_id"]: row["id"] for row in rows}
