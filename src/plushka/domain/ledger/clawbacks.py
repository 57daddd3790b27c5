"""What who takes points back must know: what was given and has burned, what was taken, what lots paid for debts."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from msgspec import Struct

from plushka.domain.ledger.model import Clawback
from plushka.platform.database import Tx


async def list_repaid(tx: Tx, member_id: UUID, *, program_id: UUID) -> dict[UUID, int]:
    """Return what each lot paid for debts; a lot has back what a merge let it pay for another card and then undid."""
    rows = await tx.fetch(
        """
        -- ledger.list_repaid
        with own as (
            select id from wallets where tenant_id = $1 and member_id = $2 and program_id = $3
        ), sums as (
            select p.lot_id,
                   coalesce(sum(p.points) filter (where p.kind = 'repay'), 0) as repaid,
                   coalesce(sum(p.points) filter (where p.kind = 'hand_back'), 0) as handed_back,
                   coalesce(sum(case when p.credit = 'moved' then -p.points else p.points end)
                            filter (where p.kind = 'move'), 0) as moved_in
            from postings p
            join wallets w on w.tenant_id = p.tenant_id and w.id = p.wallet_id
            where p.tenant_id = $1 and p.kind in ('repay', 'hand_back', 'move') and p.lot_id is not null
              and (w.id in (select id from own) or w.moved_to in (select id from own))
            group by p.lot_id
        )
        select lot_id, (repaid - handed_back - greatest(moved_in, 0))::bigint as points from sums
        where repaid - handed_back - greatest(moved_in, 0) > 0
        """,
        tx.tenant_id,
        member_id,
        program_id,
    )
    return {row["lot_id"]: row["points"] for row in rows}


class Granted(Struct, frozen=True):
    """What documents gave: the lots, and how many of a document's points have burned."""

    lot_ids: frozenset[UUID]
    burned: Mapping[UUID, int]


async def list_granted(tx: Tx, document_ids: Collection[UUID]) -> Granted:
    """Return what these documents gave, for who takes it back."""
    rows = await tx.fetch(
        """
        -- ledger.list_granted
        select document_id, array_agg(distinct lot_id) filter (where kind = 'accrue') as lot_ids,
               coalesce(sum(points) filter (where kind = 'expire'), 0)::bigint as burned
        from postings
        where tenant_id = $1 and document_id = any($2::uuid[]) and kind in ('accrue', 'expire')
        group by document_id
        """,
        tx.tenant_id,
        list(document_ids),
    )
    return Granted(
        frozenset(lot_id for row in rows for lot_id in row["lot_ids"] or ()),
        {row["document_id"]: row["burned"] for row in rows},
    )


async def list_taken(tx: Tx, document_ids: Collection[UUID]) -> dict[UUID, Clawback]:
    """Return what was taken back of each of these documents under its own id so far, by lot and as debt."""
    rows = await tx.fetch(
        """
        -- ledger.list_taken
        select document_id, lot_id,
               sum(case kind when 'claw_back' then points else -points end)::bigint as points
        from postings
        where tenant_id = $1 and document_id = any($2::uuid[]) and kind in ('claw_back', 'grant_back')
        group by document_id, lot_id
        """,
        tx.tenant_id,
        list(document_ids),
    )
    by_document: dict[UUID, dict[UUID | None, int]] = defaultdict(dict)
    for row in rows:
        by_document[row["document_id"]][row["lot_id"]] = row["points"]
    return {
        document_id: Clawback(
            by_lot={lot_id: points for lot_id, points in by_lot.items() if lot_id is not None},
            owed=by_lot.get(None, 0),
        )
        for document_id, by_lot in by_document.items()
    }
