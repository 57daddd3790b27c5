"""Reading businesses and branches."""

from uuid import UUID

import asyncpg
import msgspec

from plushka.domain.businesses.model import Branch, BranchNotFound, Business, UnknownBusiness, Week
from plushka.platform.database import GlobalTx, Tx
from plushka.platform.point_words import OURS, PointWords

BRANCHES_MAX = 10_000
"""Branches of one business."""
KNOWN = "business"
"""Where a transaction knows the business."""

_hours = msgspec.json.Decoder(Week)
_point_words = msgspec.json.Decoder(PointWords)


async def get_business(tx: Tx) -> Business:
    """Return the business of the transaction, read once in it.

    :raises UnknownBusiness: when none was founded under its ``tenant_id``
    """
    known: Business | None = tx.known.get(KNOWN)
    if known is not None:
        return known
    row = await tx.fetchrow(
        """
        -- businesses.get_business
        select tenant_id, name, currency, country, language, time_zone, created_at, point_words::text,
            sandbox_of, spending_needs_permit
        from businesses
        where tenant_id = $1
        """,
        tx.tenant_id,
    )
    if row is None:
        raise UnknownBusiness
    business = Business(**{**row, "point_words": decode_point_words(row["point_words"])})
    tx.known[KNOWN] = business
    return business


async def list_branches(tx: Tx) -> tuple[Branch, ...]:
    """Return all branches by code."""
    rows = await tx.fetch(
        """
        -- businesses.list_branches
        select id, code, name, time_zone, day_starts_minutes, created_at, address, hours::text, closed_at
        from branches
        where tenant_id = $1
        order by code
        limit $2
        """,
        tx.tenant_id,
        BRANCHES_MAX,
    )
    return tuple(_branch(row) for row in rows)


async def find_branch(tx: Tx, code: str) -> Branch | None:
    """Return the branch of this code."""
    row = await tx.fetchrow(
        """
        -- businesses.find_branch
        select id, code, name, time_zone, day_starts_minutes, created_at, address, hours::text, closed_at
        from branches
        where tenant_id = $1 and code = $2
        """,
        tx.tenant_id,
        code,
    )
    return None if row is None else _branch(row)


async def get_branch(tx: Tx, branch_id: UUID) -> Branch:
    """Return a branch.

    :raises BranchNotFound: when the business has none of this id
    """
    row = await tx.fetchrow(
        """
        -- businesses.get_branch
        select id, code, name, time_zone, day_starts_minutes, created_at, address, hours::text, closed_at
        from branches
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        branch_id,
    )
    if row is None:
        raise BranchNotFound
    return _branch(row)


def _branch(row: asyncpg.Record) -> Branch:
    return Branch(**{**row, "hours": _hours.decode(row["hours"])})


async def list_tenant_ids(tx: GlobalTx) -> tuple[UUID, ...]:
    """Return every business there is, in order of founding, for jobs that visit them all."""
    rows = await tx.fetch(
        """
        -- businesses.list_tenant_ids
        select tenant_id from businesses where closed_at is null order by created_at, tenant_id
        """
    )
    return tuple(row["tenant_id"] for row in rows)


def decode_point_words(stored: str) -> PointWords:
    """Return a business's word for points as it is stored; ``{}`` is ours."""
    return OURS if stored == "{}" else _point_words.decode(stored)
