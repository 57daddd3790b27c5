"""Promotions that have or had a control group, as the versions of their programmes tell."""

from datetime import datetime
from uuid import UUID

import msgspec
from asyncpg import Record
from msgspec import Struct

from plushka.engine.program import Promotion
from plushka.platform.database import Tx

_decode = msgspec.json.Decoder(Promotion).decode


class Held(Struct, frozen=True):
    """A promotion as the last version had it that held members out; since when some were, and until when.

    ``ended_at`` is None while the version in force holds members out.
    """

    program_id: UUID
    promotion: Promotion
    from_at: datetime
    ended_at: datetime | None


async def list_held(tx: Tx) -> list[Held]:
    """Return the promotions that have held members out and were not paused, in the order of their programmes."""
    rows = await tx.fetch(
        """
        -- insights.list_held_promotions
        with versions as (
            select program_id, number, valid_from, body -> 'promotions' as promotions,
                   lead(valid_from) over (partition by program_id order by valid_from, number) as until_at
            from program_versions where tenant_id = $1 and valid_from <= $2
        ), held as (
            select v.program_id, v.number, v.valid_from, v.until_at, part, part ->> 'id' as promotion_id
            from versions v cross join lateral jsonb_array_elements(v.promotions) as part
            where (part ->> 'control_bp')::integer > 0
        ), began as (
            select program_id, promotion_id, min(valid_from) as from_at
            from held where not coalesce((part ->> 'is_paused')::boolean, false)
            group by program_id, promotion_id
        )
        select distinct on (h.program_id, h.promotion_id) h.program_id, h.part, b.from_at, h.until_at as ended_at
        from held h join began b on b.program_id = h.program_id and b.promotion_id = h.promotion_id
        order by h.program_id, h.promotion_id, h.valid_from desc, h.number desc
        """,
        tx.tenant_id,
        tx.at,
    )
    return [_held(row) for row in rows]


def _held(row: Record) -> Held:
    return Held(row["program_id"], _decode(row["part"]), row["from_at"], row["ended_at"])
