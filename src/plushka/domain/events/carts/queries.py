"""Finding carts."""

from collections.abc import Collection, Mapping
from uuid import UUID

import msgspec
from asyncpg import Record

from plushka.domain.events.carts.model import Cart, CartItem
from plushka.platform.database import Tx

COLUMNS = "id, external_id, member_id, sum_minor, items::text as items, link, changed_at, ended_at, outcome"
_decode_items = msgspec.json.Decoder(tuple[CartItem, ...]).decode


async def get_cart_numbered(tx: Tx, external_id: str) -> Cart:
    """Return the cart of a number that is known to be there."""
    row = await tx.fetchrow(
        f"-- carts.get_numbered\nselect {COLUMNS} from carts where tenant_id = $1 and external_id = $2",
        tx.tenant_id,
        external_id,
    )
    if row is None:
        raise LookupError(external_id)
    return cart_of(row)


async def find_carts(tx: Tx, cart_ids: Collection[UUID]) -> Mapping[UUID, Cart]:
    """Return the carts of these ids that there are."""
    rows = await tx.fetch(
        f"-- carts.find\nselect {COLUMNS} from carts where tenant_id = $1 and id = any($2::uuid[])",
        tx.tenant_id,
        list(cart_ids),
    )
    return {row["id"]: cart_of(row) for row in rows}


async def list_carts_of(tx: Tx, member_id: UUID, *, limit: int | None = None) -> list[Cart]:
    """Return the carts, or ``limit`` of them, known of a member and of who was merged into them, the latest first."""
    rows = await tx.fetch(
        f"""
        -- carts.list_of
        select {COLUMNS} from carts
        where tenant_id = $1 and member_id in (
            select m.id from members m where m.tenant_id = $1 and $2 in (m.id, m.merged_into)
        )
        order by changed_at desc, id
        limit $3
        """,  # noqa: S608  a constant
        tx.tenant_id,
        member_id,
        limit,
    )
    return [cart_of(row) for row in rows]


def cart_of(row: Record) -> Cart:
    """Return the cart of a row of ``COLUMNS``."""
    return Cart(
        id=row["id"],
        external_id=row["external_id"],
        member_id=row["member_id"],
        sum_minor=row["sum_minor"],
        items=_decode_items(row["items"]),
        link=row["link"],
        changed_at=row["changed_at"],
        ended_at=row["ended_at"],
        outcome=row["outcome"],
    )
