"""What stands on a segment: looked for by its id, which is nobody else's, in whatever may name it."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.platform.database import Tx


class Use(Struct, frozen=True):
    """A segment, a programme (in force, to come or a draft), a campaign, a journey or a rule of tags that names it."""

    kind: Literal["segment", "program", "campaign", "journey", "auto_tag"]
    id: UUID
    name: str


async def list_uses(tx: Tx, segment_id: UUID) -> list[Use]:
    """Return what would lose its members if the segment went: other segments first.

    Versions of a programme that are over do not count, nor do campaigns that have ended.
    """
    rows = await tx.fetch(
        """
        -- segments.list_uses
        select 'segment' as kind, id, name from segments
        where tenant_id = $1 and archived_at is null and audience::text like '%' || $2 || '%'
        union all
        select 'program', p.id, p.name from programs p
        where p.tenant_id = $1 and (
            exists (
                select from program_drafts d
                where d.tenant_id = $1 and d.program_id = p.id and d.body::text like '%' || $2 || '%'
            ) or exists (
                select from program_versions v
                where v.tenant_id = $1 and v.program_id = p.id and v.body::text like '%' || $2 || '%'
                  and not exists (
                      select from program_versions n
                      where n.tenant_id = $1 and n.program_id = p.id and n.number > v.number and n.valid_from <= $3
                  )
            )
        )
        union all
        select case c.kind when 'journey' then 'journey' else 'campaign' end, c.id, c.name from campaigns c
        where c.tenant_id = $1 and c.state not in ('done', 'cancelled') and (
            c.audience::text like '%' || $2 || '%' or exists (
                select from journeys j
                left join journey_versions v
                    on v.tenant_id = j.tenant_id and v.journey_id = j.id and v.number = j.version
                where j.tenant_id = $1 and j.id = c.id
                  and (j.draft::text like '%' || $2 || '%' or v.body::text like '%' || $2 || '%')
            )
        )
        union all
        select 'auto_tag', id, tag from auto_tags where tenant_id = $1 and rule::text like '%' || $2 || '%'
        """,
        tx.tenant_id,
        str(segment_id),
        tx.at,
    )
    order = ("segment", "program", "campaign", "journey", "auto_tag")
    return sorted((Use(**row) for row in rows), key=lambda use: (order.index(use.kind), use.name))
