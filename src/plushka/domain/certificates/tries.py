"""Who tries numbers and PINs waits: counted by till and by network address, in the database for every process."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from plushka.domain.audit.operations import record
from plushka.domain.certificates.model import CertificatesLocked
from plushka.domain.staff.tills import lock_till
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

TILL_MAX = 5
NETWORK_MAX = 20
WINDOW = timedelta(minutes=1)
"""``TILL_MAX`` wrong tries of a till, or ``NETWORK_MAX`` of an address, within it: the next waits until the first of
them is as old."""


async def begin_try(tx: Tx, *, till_id: UUID, network: str) -> None:
    """Let the tries of a till come one after another until ``tx`` ends.

    :raises CertificatesLocked: there were too many wrong ones
    """
    await lock_till(tx, till_id)
    wait = await _wait(tx, till_id, network)
    if wait:
        raise locked(wait)


async def note_wrong(tx: Tx, *, till_id: UUID, network: str = "") -> timedelta:
    """Count a wrong try, and return how long the next waits. The one that locks the till stands in the trail."""
    await lock_till(tx, till_id)
    await tx.execute(
        """
        -- certificates.forget_tries
        delete from certificate_tries where tenant_id = $1 and at <= $2
        """,
        tx.tenant_id,
        tx.at - WINDOW,
    )
    await tx.execute(
        """
        -- certificates.note_wrong
        insert into certificate_tries (tenant_id, id, till_id, network, at) values ($1, $2, $3, $4, $5)
        """,
        tx.tenant_id,
        new_id(),
        till_id,
        network,
        tx.at,
    )
    wait = await _wait(tx, till_id, network)
    if wait:
        await record(tx, action="till.certificates_locked", subject=f"till:{till_id}", tries=TILL_MAX)
    return wait


async def list_waits(tx: Tx, till_ids: Collection[UUID]) -> Mapping[UUID, timedelta]:
    """Return how long tills wait that have tried too often; those that do not are not there."""
    rows = await tx.fetch(
        """
        -- certificates.list_waits
        select till_id, array_agg(at order by at desc) as at
        from certificate_tries where tenant_id = $1 and till_id = any($2) and at > $3
        group by till_id having count(*) >= $4
        """,
        tx.tenant_id,
        list(till_ids),
        tx.at - WINDOW,
        TILL_MAX,
    )
    return {row["till_id"]: row["at"][TILL_MAX - 1] + WINDOW - tx.at for row in rows}


def locked(wait: timedelta) -> CertificatesLocked:
    """Return the refusal of one who has to wait."""
    return CertificatesLocked(field="certificate", retry_after_seconds=max(1, round(wait.total_seconds())))


async def _wait(tx: Tx, till_id: UUID, network: str) -> timedelta:
    waits = await list_waits(tx, [till_id])
    of_till = waits.get(till_id, timedelta())
    if not network:
        return of_till
    first_at: datetime | None = await tx.fetchval(
        """
        -- certificates.wait_of_network
        select at from certificate_tries
        where tenant_id = $1 and network = $2 and at > $3
        order by at desc offset $4 limit 1
        """,
        tx.tenant_id,
        network,
        tx.at - WINDOW,
        NETWORK_MAX - 1,
    )
    return max(of_till, timedelta() if first_at is None else first_at + WINDOW - tx.at)
