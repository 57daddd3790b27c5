"""Carts that members have left: which of them are over by now."""

from collections.abc import Collection, Mapping
from uuid import UUID

from plushka.platform.database import Tx


def over(carts: str) -> str:
    """Return a statement that finds of ``carts``, a relation with a ``cart_id``, those that are over: ``is_bought``.

    A cart is over when the shop says so, when it was forgotten, and when its member has bought anything since it was
    changed that was not wholly returned. ``$1`` is the tenant.
    """
    return f"""
        select asked.cart_id, coalesce(c.outcome, 'bought') in ('ordered', 'bought') and c.id is not null as is_bought
        from {carts} as asked
        left join carts c on c.tenant_id = $1 and c.id = asked.cart_id
        left join members m on m.tenant_id = $1 and m.id = c.member_id
        where c.id is null or c.ended_at is not null or exists (
            select from receipts b
            where b.tenant_id = $1 and b.member_id = case when m.merged_into is null then m.id else m.merged_into end
              and b.occurred_at > c.changed_at
              and not (b.payable_minor > 0 and b.refunded_minor = b.payable_minor)
        )
    """  # noqa: S608  a relation of ours


async def list_over(tx: Tx, cart_ids: Collection[UUID]) -> Mapping[UUID, bool]:
    """Return those of the carts that are over; True: bought, or ordered."""
    if not cart_ids:
        return {}
    rows = await tx.fetch(
        f"-- segments.list_carts_over\n{over('(select unnest($2::uuid[]) as cart_id)')}",
        tx.tenant_id,
        list(cart_ids),
    )
    return {row["cart_id"]: row["is_bought"] for row in rows}
