"""``plushka reports``: the sums that reports read."""

import asyncio
import sys
from uuid import UUID

from cyclopts import App

from plushka.delivery.jobs.rollups import check_tenant, rebuild_tenant
from plushka.domain.businesses.queries import list_tenant_ids
from plushka.domain.rollups.beside import count_receipts
from plushka.domain.rollups.checking import Difference
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.postgres.access import available
from plushka.platform.progress import progress
from plushka.platform.settings import Settings

app = App(name="reports", help="Keep the sums that reports read.")


@app.command
def rebuild(*, tenant: UUID | None = None) -> None:
    """Make the sums anew from receipts, returns and the journal, while tills go on.

    Parameters
    ----------
    tenant
        Only this business; without it, all of them.
    """
    with available(Settings.from_environment()) as dsn:
        asyncio.run(rebuild_all(dsn, tenant))


@app.command
def check(*, tenant: UUID | None = None) -> None:
    """Compare the sums with receipts, returns and the journal; exit with 1 if anything differs.

    Parameters
    ----------
    tenant
        Only this business; without it, all of them.
    """
    with available(Settings.from_environment()) as dsn:
        is_clean = asyncio.run(check_all(dsn, tenant))
    if not is_clean:
        sys.exit(1)


async def rebuild_all(dsn: str, tenant: UUID | None = None) -> None:
    database, clock = await Database.connect(dsn, connections_max=1), SystemClock()
    try:
        total = 0
        tenant_ids = await _list_tenants(database, tenant)
        for tenant_id in tenant_ids:
            async with database.transaction(tenant_id, actor="operator:cli", at=clock.now()) as tx:
                total += await count_receipts(tx)
        with progress("Adding up", total, "receipts") as steps:
            for tenant_id in tenant_ids:
                await rebuild_tenant(database, clock, tenant_id, on_receipts=steps.advance)
    finally:
        await database.close()


async def check_all(dsn: str, tenant: UUID | None = None) -> bool:
    database, clock = await Database.connect(dsn, connections_max=1), SystemClock()
    is_clean = True
    try:
        for tenant_id in await _list_tenants(database, tenant):
            differences = await check_tenant(database, clock, tenant_id)
            print(f"{tenant_id}: {'DIFFERS' if differences else 'clean'}")
            for difference in differences:
                _print(difference)
            is_clean = is_clean and not differences
    finally:
        await database.close()
    return is_clean


async def _list_tenants(database: Database, tenant: UUID | None) -> tuple[UUID, ...]:
    if tenant is not None:
        return (tenant,)
    async with database.global_transaction(actor="operator:cli", at=SystemClock().now()) as tx:
        return await list_tenant_ids(tx)


def _print(difference: Difference) -> None:
    for row in difference.rows:
        print(f"  {difference.table} {'has' if difference.is_kept else 'lacks'} {row}")
