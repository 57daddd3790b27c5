"""Who a campaign was for, and what became of each."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.platform.database import Tx

LIST_MAX = 50
Fate = Literal["control", "left", "waiting", "sent", "delivered", "failed", "skipped", "forgotten"]
FATES: tuple[Fate, ...] = (
    "sent",
    "delivered",
    "waiting",
    "left",
    "skipped",
    "failed",
    "control",
    "forgotten",
)


class RecipientFilter(Struct, frozen=True):
    """``text`` is part of a name, phone, card or e-mail. None: whatever became of them, whatever they were told."""

    text: str = ""
    fate: Fate | None = None
    variant: str | None = None


class Recipient(Struct, frozen=True):
    """``reason``: why they were not told, a code; ``given``: they have what was offered."""

    member_id: UUID
    name: str
    fate: Fate
    variant: str
    channel: str
    reason: str
    told_at: datetime | None
    given: bool


_FOUND = """
    with letters as materialized (
        select right(key, 36)::uuid as recipient_id, channel, state, failure, finished_at from outgoing
        where tenant_id = $1 and campaign_id = $2
    ), found as (
        select r.member_id, m.name, r.variant, coalesce(o.channel, '') as channel,
               case
                   when r.is_control then 'control'
                   when r.skipped <> '' or o.state = 'skipped' then 'skipped'
                   when o.state in ('sent', 'unknown') then 'sent'
                   when o.state = 'delivered' then 'delivered'
                   when o.state in ('failed', 'blocked') then 'failed'
                   when o.state in ('waiting', 'sending') then 'waiting'
                   when r.posted_at is null then 'left'
                   -- The letters of whoever asks for it are deleted, those of all after half a year.
                   when m.erased_at is not null then 'skipped'
                   else 'forgotten'
               end as fate,
               case
                   when r.skipped <> '' then r.skipped
                   when o.state is null and r.posted_at is not null and m.erased_at is not null then 'member_gone'
                   when o.state = 'blocked' then 'address_closed'
                   when o.state = 'skipped' and o.failure = 'withdrawn' then 'cancelled'
                   else coalesce(o.failure, '')
               end as reason,
               case when o.state in ('sent', 'delivered', 'unknown') then o.finished_at end as told_at,
               r.offered_at is not null and r.untold_at is null as given
        from campaign_recipients r
        join members m on m.tenant_id = $1 and m.id = r.member_id
        left join letters o on o.recipient_id = r.member_id
        where r.tenant_id = $1 and r.campaign_id = $2
          and ($3 = '' or m.name_key like '%' || replace(lower($3), 'ё', 'е') || '%' or exists (
              select from identities i
              where i.tenant_id = $1 and i.member_id = m.id and i.value like '%' || lower($3) || '%'
          ))
          and ($4::text is null or r.variant = $4)
    )
"""


async def list_recipients(
    tx: Tx,
    campaign_id: UUID,
    where: RecipientFilter,
    *,
    after: UUID | None = None,
    limit: int = LIST_MAX,
) -> list[Recipient]:
    """Return recipients in the order of their ids, those after ``after``."""
    rows = await tx.fetch(
        f"""
        -- campaigns.list_recipients
        {_FOUND}
        select member_id, name, fate, variant, channel, reason, told_at, given from found
        where ($5::text is null or fate = $5) and ($6::uuid is null or member_id > $6)
        order by member_id
        limit $7
        """,  # noqa: S608  a constant
        *_args(tx, campaign_id, where),
        after,
        limit,
    )
    return [Recipient(**row) for row in rows]


async def count_recipients(tx: Tx, campaign_id: UUID, where: RecipientFilter) -> int:
    """Return how many recipients are found."""
    count: int = await tx.fetchval(
        f"""
        -- campaigns.count_found
        {_FOUND}
        select count(*) from found where $5::text is null or fate = $5
        """,  # noqa: S608  a constant
        *_args(tx, campaign_id, where),
    )
    return count


class Part(Struct, frozen=True):
    """A member's part in a campaign: chosen ``at``, left alone in its control group, written to, given its offer."""

    name: str
    at: datetime
    is_control: bool
    was_written_to: bool
    was_given: bool


async def list_parts(tx: Tx, member_id: UUID, *, limit: int) -> list[Part]:
    """Return the campaigns that a member was chosen for by any of their cards, the latest first."""
    rows = await tx.fetch(
        """
        -- campaigns.list_parts
        select c.name, r.planned_at as at, r.is_control, r.posted_at is not null as was_written_to,
               r.offered_at is not null and r.untold_at is null as was_given
        from campaign_recipients r
        join campaigns c on c.tenant_id = $1 and c.id = r.campaign_id
        where r.tenant_id = $1
          and r.member_id in (select id from members where tenant_id = $1 and $2 in (id, merged_into))
        order by r.planned_at desc, r.campaign_id
        limit $3
        """,
        tx.tenant_id,
        member_id,
        limit,
    )
    return [Part(**row) for row in rows]


def _args(tx: Tx, campaign_id: UUID, where: RecipientFilter) -> tuple[object, ...]:
    text = where.text.strip().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return tx.tenant_id, campaign_id, text, where.variant, where.fate
