"""Making all sums of a business anew, while its tills go on."""

from collections.abc import Callable

from plushka.domain.changes.operations import take
from plushka.domain.rollups.beside import count_beside
from plushka.domain.rollups.folding import take_lock
from plushka.domain.rollups.model import TABLES, Table
from plushka.platform.database import Tx


async def rebuild(tx: Tx, *, on_receipts: Callable[[int], None] = lambda _: None) -> int | None:
    """Make all sums anew and return of how many receipts; None: somebody else is at it.

    The transaction must see one moment: what is committed after it is added up later. ``on_receipts`` is told how many
    receipts more are summed.

    :raises SerializationError: somebody else was at it until now
    """
    if not await take_lock(tx):
        return None
    await take(tx)
    count = await count_beside(tx, on_receipts=on_receipts)
    for table in TABLES:
        await _replace(tx, table)
    return count


async def _replace(tx: Tx, table: Table) -> None:
    """Make the rows of a table those that were counted; what is right already is left alone."""
    is_same_key = " and ".join(f"b.{name} = kept.{name}" for name in table.key)
    await tx.execute(
        f"""
        -- rollups.forget_wrong
        delete from public.{table.name} as kept
        where tenant_id = $1 and not exists (select from pg_temp.{table.name} b where {is_same_key})
        """,  # noqa: S608  constants
        tx.tenant_id,
    )
    # In the order of the key: an index of hundreds of thousands takes it in half the time.
    await tx.execute(
        f"""
        -- rollups.put_right
        insert into public.{table.name}
        select * from (
            select * from pg_temp.{table.name}
            except
            select * from public.{table.name} where tenant_id = $1
        ) as counted
        order by {", ".join(table.key)}
        on conflict (tenant_id, {", ".join(table.key)}) do update
        set {", ".join(f"{name} = excluded.{name}" for name in table.sums)}
        """,  # noqa: S608  constants
        tx.tenant_id,
    )
