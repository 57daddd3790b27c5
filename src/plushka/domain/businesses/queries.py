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

BUSINESS_COLUMNS = """
    b.tenant_id, b.name, b.currency, b.country, b.language, b.time_zone, b.created_at, b.point_words::text,
    b.sandbox_of, b.spending_needs_permit
"""
"""What ``note_business`` reads of ``businesses b``."""

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
        f"""
        -- businesses.get_business
        select {BUSINESS_COLUMNS} from businesses b where b.tenant_id = $1
        """,  # noqa: S608  a constant
        tx.tenant_id,
    )
    if row is None:
        raise UnknownBusiness
    return note_business(tx, row)


def note_business(tx: Tx, row: asyncpg.Record) -> Business:
    """Return the business of a row with ``BUSINESS_COLUMNS``, among others, as ``get_business`` does from now on."""
    known = {name: row[name] for name in Business.__struct_fields__}
    business = Business(**{**known, "point_words": decode_point_words(row["point_words"])})
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
