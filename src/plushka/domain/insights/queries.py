"""Lists and sums for the office, each one statement."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from plushka.domain.insights.model import (
    DayFigures,
    Document,
    DocumentLot,
    ProgramFigures,
)
from plushka.platform.database import Tx

DAYS_MAX = 366


async def list_days(
    tx: Tx, *, first_on: date, last_on: date, program_id: UUID | None
) -> tuple[DayFigures, ...]:
    """Return the sums of each business day that had receipts, in order; both ends count.

    Points are those of the programme, as points of two cannot be added up.
    """
    rows = await tx.fetch(
        """
        -- insights.list_days
        select business_date, count(*) as receipts, count(member_id) as receipts_with_member,
               sum(payable_minor - refunded_minor)::bigint as revenue_minor,
               coalesce(sum(earned_points) filter (where version_id = any($5)), 0)::bigint as earned_points,
               coalesce(sum(redeemed_points) filter (where version_id = any($5)), 0)::bigint as redeemed_points
        from receipts
        where tenant_id = $1 and business_date between $2 and $3
        group by business_date
        order by business_date
        limit $4
        """,
        tx.tenant_id,
        first_on,
        last_on,
        DAYS_MAX,
        await _version_ids(tx, program_id),
    )
    return tuple(DayFigures(**row) for row in rows)


async def _version_ids(tx: Tx, program_id: UUID | None) -> list[UUID]:
    rows = await tx.fetch(
        """
        -- insights.list_version_ids
        select id from program_versions where tenant_id = $1 and program_id = $2
        """,
        tx.tenant_id,
        program_id,
    )
    return [row["id"] for row in rows]


async def find_documents(tx: Tx, document_ids: Sequence[UUID]) -> dict[UUID, Document]:
    """Return what movements were booked for."""
    rows = await tx.fetch(
        """
        -- insights.find_documents
        select id, 'receipt' as kind, external_id as label, occurred_at as at, id as receipt_id,
               null as actor
        from receipts where tenant_id = $1 and id = any($2::uuid[])
        union all
        select id, 'return', external_id, occurred_at, receipt_id, null
        from returns where tenant_id = $1 and id = any($2::uuid[])
        union all
        select id, 'hold', external_id, created_at, null, null
        from holds where tenant_id = $1 and id = any($2::uuid[])
        union all
        select id, case when kind in ('welcome', 'campaign') then kind else 'adjustment' end, reason, at, null, actor
        from adjustments where tenant_id = $1 and id = any($2::uuid[])
        union all
        select id, 'merge', reason, at, null, actor
        from merges where tenant_id = $1 and id = any($2::uuid[])
        union all
        select id, 'reward', name, issued_at, null, null
        from rewards where tenant_id = $1 and id = any($2::uuid[])
        union all
        select id, 'erasure', '', at, null, actor
        from erasure_acts where tenant_id = $1 and id = any($2::uuid[])
        union all
        select r.id, 'friend', m.name, coalesce(r.paid_at, r.pays_at), r.receipt_id, null
        from referral_rewards r join members m on m.tenant_id = $1 and m.id = r.friend_id
        where r.tenant_id = $1 and r.id = any($2::uuid[])
        union all
        select id, 'occasion', name, at, null, null
        from occasion_gifts where tenant_id = $1 and id = any($2::uuid[])
        """,
        tx.tenant_id,
        list(document_ids),
    )
    return {row["id"]: Document(**row) for row in rows}


async def list_document_lots(tx: Tx, document_id: UUID) -> tuple[DocumentLot, ...]:
    """Return the lots that a document granted, in the order of their making."""
    rows = await tx.fetch(
        """
        -- insights.list_document_lots
        select id, granted, pending + available + held as left, activates_at, expires_at,
               sliding_days is not null as is_sliding
        from lots
        where tenant_id = $1 and id in (
            -- By the journal, which is indexed by document.
            select lot_id from postings where tenant_id = $1 and document_id = $2 and debit in ('issued', 'adjusted')
        )
        order by id
        """,
        tx.tenant_id,
        document_id,
    )
    return tuple(DocumentLot(**row) for row in rows)


async def find_program_figures(tx: Tx) -> dict[UUID, ProgramFigures]:
    """Return the figures of each programme that somebody takes part in."""
    rows = await tx.fetch(
        """
        -- insights.find_program_figures
        with moved as (
            select wallet_id,
                   sum(points * case when debit in ('issued', 'adjusted', 'reversed') then 1
                                     when credit in ('adjusted', 'reversed') then -1 else 0 end) as issued,
                   sum(points * case when credit = 'spent' then 1 when debit = 'spent' then -1 else 0 end) as spent,
                   sum(points) filter (where credit in ('burned', 'forfeited')) as burned
            from postings where tenant_id = $1
            group by wallet_id
        )
        select w.program_id, count(*) as members,
               coalesce(sum(m.issued), 0)::bigint as issued, coalesce(sum(m.spent), 0)::bigint as spent,
               coalesce(sum(m.burned), 0)::bigint as burned,
               sum(w.pending + w.available + w.held)::bigint as left
        from wallets w
        left join moved m on m.wallet_id = w.id
        where w.tenant_id = $1
        group by w.program_id
        """,
        tx.tenant_id,
    )
    return {
        row["program_id"]: ProgramFigures(
            members=row["members"],
            issued=row["issued"],
            spent=row["spent"],
            burned=row["burned"],
            left=row["left"],
        )
        for row in rows
    }
