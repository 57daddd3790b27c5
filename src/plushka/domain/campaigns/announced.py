"""Who was told of the programme: nobody is told of it twice, however many announcements are written or begun at once.

A broadcast announces the programme if one of its texts is the ready announcement, whatever was made of it since.
"""

from collections.abc import Collection
from uuid import UUID, uuid5

from plushka.domain.campaigns.model import LetterPlan
from plushka.domain.segments.selecting import hashing
from plushka.platform.database import Tx

ANNOUNCES = (
    "c.kind = 'broadcast'"
    " and c.letter -> 'variants' @> jsonb_build_array(jsonb_build_object('template_id', $2::text))"
)
"""Whether a campaign ``c`` announces the programme; ``$2`` is the id of the text."""


def announcement_of(tx: Tx) -> UUID:
    """Return the id of the business's text that announces the programme."""
    return uuid5(tx.tenant_id, "announcement")


def announces(tx: Tx, letter: LetterPlan) -> bool:
    """Tell whether one of the texts announces the programme."""
    return announcement_of(tx) in {variant.template_id for variant in letter.variants}


async def lock_announcements(tx: Tx) -> None:
    """Let one announcement at a time be written, choose members, or leave letters: the next one sees what it did."""
    await tx.execute(
        """
        -- campaigns.lock_announcements
        select pg_advisory_xact_lock(hashtextextended('announcements ' || $1::uuid::text, 0))
        """,
        tx.tenant_id,
    )


async def list_told_before(
    tx: Tx, member_ids: Collection[UUID], *, but_by: UUID | None = None, also_chosen: bool = True
) -> set[UUID]:
    """Return those of the members whom an announcement other than ``but_by`` has told, by whichever card of theirs.

    Its letter waits, or went out, or is not kept any more; with ``also_chosen`` it may be yet to come. Who is in a
    control group was not told, nor is who was skipped, or whose letter failed.
    """
    # By hash: of recipients just written PostgreSQL knows nothing yet, and once took 49 s to tell who of 100,000 knew.
    async with hashing(tx):
        rows = await tx.fetch(
            f"""
            -- campaigns.list_told_before
            select distinct asked.id as member_id
            from campaigns c
            join campaign_recipients r
                on r.tenant_id = $1 and r.campaign_id = c.id and not r.is_control and r.skipped = ''
            left join members m on m.tenant_id = $1 and m.merged_into is not null and m.id = r.member_id
            join unnest($5::uuid[]) as asked (id) on asked.id = coalesce(m.merged_into, r.member_id)
            left join outgoing o
                on o.tenant_id = $1 and o.campaign_id = c.id and o.key = 'campaign:' || c.id || ':' || r.member_id
            where c.tenant_id = $1 and {ANNOUNCES} and c.planned_at is not null and c.id is distinct from $3
              and ($4 or r.posted_at is not null)
              and (o.id is null or o.state not in ('skipped', 'failed', 'blocked'))
            """,  # noqa: S608  a constant
            tx.tenant_id,
            str(announcement_of(tx)),
            but_by,
            also_chosen,
            list(member_ids),
        )
    return {row["member_id"] for row in rows}
