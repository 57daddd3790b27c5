"""Reading businesses and branches."""

from uuid import UUID

from plushka.domain.businesses.model import Branch, Business, UnknownBusiness
from plushka.platform.database import GlobalTx, Tx

BRANCHES_MAX = 10_000
"""Branches of one business."""


async def get_business(tx: Tx) -> Business:
    """Return the business of the transaction.

    :raises UnknownBusiness: when none was founded under its ``tenant_id``
    """
    row = await tx.fetchrow(
        """
        -- businesses.get_business
        select tenant_id, name, currency, country, language, time_zone, created_at
        from businesses
        where tenant_id = $1
        """,
        tx.tenant_id,
    )
    if row is None:
        raise UnknownBusiness
    return Business(**row)


async def list_branches(tx: Tx) -> tuple[Branch, ...]:
    """Return all branches by code."""
    rows = await tx.fetch(
        """
        -- businesses.list_branches
        select id, code, name, time_zone, day_starts_minutes, created_at
        from branches
        where tenant_id = $1
        order by code
        limit $2
        """,
        tx.tenant_id,
        BRANCHES_MAX,
    )
    return tuple(Branch(**row) for row in rows)


async def find_branch(tx: Tx, code: str) -> Branch | None:
    """Return the branch of this code."""
    row = await tx.fetchrow(
        """
        -- businesses.find_branch
        select id, code, name, time_zone, day_starts_minutes, created_at
        from branches
        where tenant_id = $1 and code = $2
        """,
        tx.tenant_id,
        code,
    )
    return None if row is None else Branch(**row)


async def list_tenant_ids(tx: GlobalTx) -> tuple[UUID, ...]:
    """Return every business there is, in order of founding, for jobs that visit them all."""
    rows = await tx.fetch(
        """
        -- businesses.list_tenant_ids
        select tenant_id from businesses order by created_at, tenant_id
        """
    )
    return tuple(row["tenant_id"] for row in rows)
