"""How far a new business has come on its first days: what the owner still has to do, as the data say it."""

from msgspec import Struct

from plushka.domain.campaigns.announcing import was_announced
from plushka.platform.database import Tx

FIRST_MEMBERS = 10
"""With so many the programme is running, and nobody needs a checklist."""


class Checklist(Struct, frozen=True):
    """``members`` counts up to ``FIRST_MEMBERS``; ``was_announced``: members were told of the programme.

    ``is_hidden``: the owner has put the list away.
    """

    has_receipt: bool
    members: int
    is_hidden: bool
    was_announced: bool


async def has_receipts(tx: Tx) -> bool:
    """Tell whether anything was ever sold; it costs the same for a business of any size."""
    found: bool = await tx.fetchval(
        """
        -- insights.has_receipts
        select exists (select from receipts where tenant_id = $1)
        """,
        tx.tenant_id,
    )
    return found


async def read_checklist(tx: Tx) -> Checklist:
    """Return what is done so far; it costs the same for a business of any size."""
    row = await tx.fetchrow(
        """
        -- insights.read_checklist
        select exists (select from receipts where tenant_id = $1) as has_receipt,
            (select count(*) from (select from members where tenant_id = $1 limit $2) as first) as members,
            checklist_hidden_at is not null as is_hidden
        from businesses
        where tenant_id = $1
        """,
        tx.tenant_id,
        FIRST_MEMBERS,
    )
    assert row is not None  # noqa: S101 - a transaction of the office is of a business that exists
    return Checklist(**row, was_announced=await was_announced(tx))
