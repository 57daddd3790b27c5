"""Proving that the sums are what the receipts, returns and postings come to."""

from msgspec import Struct

from plushka.domain.rollups.beside import count_beside
from plushka.domain.rollups.model import TABLES
from plushka.platform.database import Tx

DIFFERENCES_MAX = 10
"""How many rows of a table are told."""


class Difference(Struct, frozen=True):
    """Rows of a table that are kept and ought not to be (``is_kept``), or the other way round."""

    table: str
    is_kept: bool
    rows: tuple[str, ...]


async def check(tx: Tx) -> list[Difference]:
    """Sum all anew beside what is kept, and tell every difference; all changes have been added up.

    The transaction must see one moment.
    """
    await count_beside(tx)
    found = [await _compare(tx, table.name, is_kept=is_kept) for table in TABLES for is_kept in (True, False)]
    return [difference for difference in found if difference.rows]


async def _compare(tx: Tx, table: str, *, is_kept: bool) -> Difference:
    one, other = ("public", "pg_temp") if is_kept else ("pg_temp", "public")
    rows = await tx.fetch(
        f"""
        -- rollups.compare
        select to_jsonb(d) - 'tenant_id' as row from (
            select * from {one}.{table} where tenant_id = $1 except select * from {other}.{table} where tenant_id = $1
        ) as d limit $2
        """,  # noqa: S608  constants
        tx.tenant_id,
        DIFFERENCES_MAX,
    )
    return Difference(table=table, is_kept=is_kept, rows=tuple(row["row"] for row in rows))
