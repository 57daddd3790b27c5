"""What lots have paid towards debts: what a clawback that turns out too large gives back."""

from uuid import UUID

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
