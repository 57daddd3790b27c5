"""``plushka ledger``: the proof of the journal."""

import asyncio
import sys
from uuid import UUID

from cyclopts import App

from plushka.delivery.jobs.verification import LAWS_COUNT, verify_tenant
from plushka.domain.businesses.queries import list_tenant_ids
from plushka.domain.ledger.verify import Verification
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.postgres.access import available
from plushka.platform.progress import progress
from plushka.platform.settings import Settings

app = App(name="ledger", help="Prove the journal of points.")


@app.command
def verify(*, tenant: UUID | None = None) -> None:
    """Rebuild wallets and lots from the journal and tell every difference; exit with 1 if there is one.

    Parameters
    ----------
    tenant
        Only this business; without it, all of them.
    """
    with available(Settings.from_environment()) as dsn:
        is_clean = verify_all(dsn, tenant)
    if not is_clean:
        sys.exit(1)


def verify_all(dsn: str, tenant: UUID | None = None) -> bool:
    """Check one business or all, print what was found, and return whether nothing differs."""
    results = asyncio.run(_verify(dsn, tenant))
    if not results:
        print("There is no business yet.")
    for tenant_id, verification in results.items():
        _print(tenant_id, verification)
    return not any(verification.differences for verification in results.values())


async def _verify(dsn: str, tenant: UUID | None) -> dict[UUID, Verification]:
    database, clock = await Database.connect(dsn, connections_max=1), SystemClock()
    try:
        async with database.global_transaction(actor="operator:cli", at=clock.now()) as tx:
            tenant_ids = await list_tenant_ids(tx) if tenant is None else [tenant]
        with progress("Verifying", len(tenant_ids) * LAWS_COUNT, "laws") as steps:
            return {
                tenant_id: await verify_tenant(database, clock, tenant_id, on_law=steps.advance)
                for tenant_id in tenant_ids
            }
    finally:
        await database.close()


def _print(tenant_id: UUID, verification: Verification) -> None:
    took = (verification.finished_at - verification.started_at).total_seconds()
    print(f"{tenant_id}: {'clean' if not verification.differences else 'DIFFERS'}, {took:.1f} s")
    for figure, value in verification.figures.items():
        print(f"  {figure:<16}{value:>18,}")
    for difference in verification.differences:
        facts = ", ".join(f"{name}={value}" for name, value in difference.facts.items())
        print(f"  {difference.law}: {facts}")
