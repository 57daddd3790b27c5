"""All that is booked in a business, without what must differ between two ways of booking it: ids."""

import json
from typing import Any

from plushka.platform.database import Tx

Rows = list[tuple[Any, ...]]


async def booked(tx: Tx) -> dict[str, Rows]:
    """Return receipts, postings, lots, wallets and standings of a business, by member and receipt number."""
    receipts = await _rows(
        tx,
        """
        select external_id, branch_id, occurred_at, received_at, business_date, amount_minor, discount_minor,
               redeemed_minor, payable_minor, redeemed_points, earned_points, digest, cost_minor,
               basket::text, member_state::text,
               outcome::text, balance::text
        from receipts where tenant_id = $1 order by till_id, external_id
        """,
    )
    return {
        "receipts": [(*row[:14], *map(_without_lots, row[14:])) for row in receipts],
        "postings": await _rows(
            tx,
            """
            select w.member_id, p.kind, p.debit, p.credit, p.points, p.at, r.external_id, l.earned_at,
                   l.activates_at, l.expires_at
            from postings p
            join wallets w on w.tenant_id = p.tenant_id and w.id = p.wallet_id
            left join lots l on l.tenant_id = p.tenant_id and l.id = p.lot_id
            left join receipts r on r.tenant_id = p.tenant_id and r.id = p.document_id
            where p.tenant_id = $1
            order by 1, p.at, 2, 3, 4, 5, 7, 8, 9, 10
            """,
        ),
        "lots": await _rows(
            tx,
            """
            select w.member_id, r.external_id, l.granted, l.pending, l.available, l.held, l.earned_at,
                   l.activates_at, l.expires_at, l.sliding_days, l.receipt_share_bp
            from lots l
            join wallets w on w.tenant_id = l.tenant_id and w.id = l.wallet_id
            left join receipts r on r.tenant_id = l.tenant_id and r.id = l.document_id
            where l.tenant_id = $1
            order by 1, 2, 3, 7, 8, 9, 11, 4, 5
            """,
        ),
        "wallets": await _rows(
            tx,
            """
            select member_id, pending, available, held, debt, due_at, last_purchase_on, last_purchase_zone
            from wallets where tenant_id = $1 order by member_id
            """,
        ),
        "standings": await _rows(
            tx,
            """
            select member_id, tier, tier_since, purchases, spend_minor, points_earned
            from standings where tenant_id = $1 order by member_id
            """,
        ),
        "standing_days": await _rows(
            tx,
            """
            select member_id, business_date, purchases, spend_minor, points_earned
            from standing_days where tenant_id = $1 order by 1, 2
            """,
        ),
        "rule_days": await _rows(
            tx,
            """
            select member_id, rule, business_date, points
            from rule_days where tenant_id = $1 order by 1, 2, 3
            """,
        ),
        "tier_changes": await _rows(
            tx,
            """
            select member_id, tier_before, tier_after, reason, actor, at
            from tier_changes where tenant_id = $1 order by 1, at
            """,
        ),
    }


async def _rows(tx: Tx, sql: str) -> Rows:
    return [tuple(row) for row in await tx.fetch(sql, tx.tenant_id)]


def _without_lots(document: str | None) -> Any:
    return None if document is None else json.loads(document, object_hook=_without_lot)


def _without_lot(node: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key != "lot_id"}
