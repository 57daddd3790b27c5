"""What came of registration links."""

from uuid import UUID

from msgspec import Struct

from plushka.domain.insights.buyers import HAS_BOUGHT
from plushka.platform.database import Tx


class LinkFigures(Struct, frozen=True):
    """How often a link was opened, how many enrolled by it, and how many of these have bought."""

    opened: int
    registered: int
    bought: int


async def find_link_figures(tx: Tx) -> dict[UUID, LinkFigures]:
    """Return the figures of each link that was ever opened. Who was merged into another counts where they came from."""
    rows = await tx.fetch(
        f"""
        -- insights.find_link_figures
        with opened as (
            select link_id, sum(opened)::bigint as opened from link_visits where tenant_id = $1 group by link_id
        ), registered as (
            select m.link_id, count(*) as registered, count(*) filter (where {HAS_BOUGHT}) as bought
            from members m where m.tenant_id = $1 and m.link_id is not null
            group by m.link_id
        )
        select coalesce(o.link_id, r.link_id) as link_id, coalesce(o.opened, 0) as opened,
               coalesce(r.registered, 0) as registered, coalesce(r.bought, 0) as bought
        from opened o full join registered r on r.link_id = o.link_id
        """,  # noqa: S608  a constant
        tx.tenant_id,
    )
    return {row["link_id"]: LinkFigures(row["opened"], row["registered"], row["bought"]) for row in rows}
