"""What came of the catalogue: how many of each reward were got, taken, ran out, were cancelled, and for how much."""

from collections.abc import Collection, Mapping
from uuid import UUID

from msgspec import Struct

from plushka.platform.database import Tx


class OfferFigures(Struct, frozen=True):
    """Gifts of one offer. ``points`` are those that stay spent: what was cancelled or came back is not in them."""

    issued: int = 0
    waiting: int = 0
    taken: int = 0
    expired: int = 0
    cancelled: int = 0
    points: int = 0


async def find_offer_figures(tx: Tx, offer_ids: Collection[UUID]) -> Mapping[UUID, OfferFigures]:
    """Return what came of each of these offers that anybody got.

    A gift past its day that is not booked yet counts as waiting.
    """
    rows = await tx.fetch(
        """
        -- insights.find_offer_figures
        select offer_id, count(*) as issued,
               count(*) filter (where state = 'open') as waiting,
               count(*) filter (where state = 'taken') as taken,
               count(*) filter (where state = 'expired') as expired,
               count(*) filter (where state in ('cancelled', 'withdrawn')) as cancelled,
               coalesce(sum(price_points) filter (
                   where state not in ('cancelled') and not (state = 'expired' and returns_points)
               ), 0)::bigint as points
        from rewards where tenant_id = $1 and offer_id = any($2::uuid[])
        group by offer_id
        """,
        tx.tenant_id,
        list(offer_ids),
    )
    return {
        row["offer_id"]: OfferFigures(**{name: row[name] for name in OfferFigures.__struct_fields__})
        for row in rows
    }
