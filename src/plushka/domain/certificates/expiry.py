"""Booking what time has done to certificates. They expire when they are looked at; this makes the journal follow."""

from plushka.domain.certificates.store import SELECT_CERTIFICATES, certificate_from, save
from plushka.platform.database import Tx

CERTIFICATES_MAX = 500


async def settle_due(tx: Tx) -> int:
    """Book up to ``CERTIFICATES_MAX`` certificates that have expired with money on them, and return how many.

    One that a till is paying with at this moment is left for the next time.
    """
    rows = await tx.fetch(
        f"""
        -- certificates.settle_due
        {SELECT_CERTIFICATES} and c.balance_minor > 0 and c.expires_at <= $2
        order by c.id
        limit $3
        for no key update of c skip locked
        """,
        tx.tenant_id,
        tx.at,
        CERTIFICATES_MAX,
    )
    due = [certificate_from(row) for row in rows]
    for certificate in due:
        certificate.settle(tx.at)
    await save(tx, due)
    return len(due)
