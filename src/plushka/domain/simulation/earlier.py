"""Receipts of before a span of which something comes back in it: they were decided, and are not decided again."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from asyncpg import Record
from msgspec import structs

from plushka.domain.ledger.model import Clawback
from plushka.domain.purchases.store import decision_inputs, decode_outcome
from plushka.domain.simulation.past import EarlierSale
from plushka.domain.simulation.setting import Setting, quantities
from plushka.engine.purchase import Remainder
from plushka.engine.returns import remainder
from plushka.engine.version import Version
from plushka.platform.database import Tx


async def read_earlier(
    tx: Tx, setting: Setting, receipt_ids: Collection[UUID]
) -> dict[UUID, list[EarlierSale]]:
    """Return those of the receipts that were booked before the span, by member."""
    rows = await tx.fetch(
        """
        -- simulation.read_earlier
        select id, member_id, occurred_at, business_date, version_id, basket, member_state, outcome from receipts
        where tenant_id = $1 and id = any($2::uuid[]) and received_at < $3 and version_id = any($4::uuid[])
        """,
        tx.tenant_id,
        list(receipt_ids),
        setting.span.start_at,
        list(setting.versions),
    )
    ids = [row["id"] for row in rows]
    if not ids:
        return {}
    returned, found_burned = await _read_returned(tx, setting, ids)
    clawbacks, burned = await _read_clawbacks(tx, setting, ids, found_burned)
    found: dict[UUID, list[EarlierSale]] = defaultdict(list)
    for row in rows:
        found[row["member_id"]].append(
            structs.replace(
                decided(row),
                returned=returned.get(row["id"], {}),
                clawback=clawbacks.get(row["id"], Clawback(burned=found_burned.get(row["id"], 0))),
                burned=burned.get(row["id"], 0),
            )
        )
    return found


def decided(row: Record) -> EarlierSale:
    """Return the receipt of a row as it was decided, of which nothing has come back."""
    basket, member = decision_inputs(row)
    return EarlierSale(
        id=row["id"],
        occurred_at=row["occurred_at"],
        day=row["business_date"],
        version_id=row["version_id"],
        basket=basket,
        member=member,
        outcome=decode_outcome(row["outcome"]),
    )


def remainder_of(version: Version, sale: EarlierSale, returned: Mapping[int, int]) -> Remainder:
    """Return what is left of it when so much has come back."""
    return remainder(version, sale.member, sale.basket, sale.outcome, returned, sale.occurred_at)


def returned_of(setting: Setting, sale: EarlierSale) -> dict[int, int]:
    """Return all that has come back of it by now, in thousandths by line."""
    returned = dict(sale.returned)
    for back in setting.backs[sale.id]:
        for line, quantity_milli in back.lines.items():
            returned[line] = returned.get(line, 0) + quantity_milli
    return returned


def lots_of(sale: EarlierSale) -> set[UUID]:
    """Return the lots, besides those that it granted, that a return of it may move points of."""
    redeemed = sale.outcome.redeemed.lots if sale.outcome.redeemed else ()
    return {*sale.clawback.by_lot, *(use.lot_id for use in redeemed)}


async def _read_returned(
    tx: Tx, setting: Setting, receipt_ids: Collection[UUID]
) -> tuple[dict[UUID, dict[int, int]], dict[UUID, int]]:
    rows = await tx.fetch(
        """
        -- simulation.read_returned
        select receipt_id, lines, points_burned from returns
        where tenant_id = $1 and receipt_id = any($2::uuid[]) and occurred_at < $3
        """,
        tx.tenant_id,
        receipt_ids,
        setting.span.start_at,
    )
    returned: dict[UUID, dict[int, int]] = defaultdict(dict)
    burned: dict[UUID, int] = defaultdict(int)
    for row in rows:
        so_far = returned[row["receipt_id"]]
        for line, quantity_milli in quantities(row["lines"]).items():
            so_far[line] = so_far.get(line, 0) + quantity_milli
        burned[row["receipt_id"]] += row["points_burned"]
    return returned, burned


async def _read_clawbacks(
    tx: Tx, setting: Setting, receipt_ids: Collection[UUID], found_burned: Mapping[UUID, int]
) -> tuple[dict[UUID, Clawback], dict[UUID, int]]:
    """Return what returns had taken for receipts before the span, and how many of their points had burned."""
    rows = await tx.fetch(
        """
        -- simulation.read_clawbacks
        select r.receipt_id, p.lot_id,
               sum(case p.kind when 'claw_back' then p.points else -p.points end)::bigint as points
        from returns r join postings p on p.tenant_id = r.tenant_id and p.document_id = r.id
        where r.tenant_id = $1 and r.receipt_id = any($2::uuid[]) and p.at < $3
          and p.kind in ('claw_back', 'grant_back')
        group by r.receipt_id, p.lot_id
        """,
        tx.tenant_id,
        receipt_ids,
        setting.span.start_at,
    )
    taken: dict[UUID, dict[UUID | None, int]] = defaultdict(dict)
    for row in rows:
        taken[row["receipt_id"]][row["lot_id"]] = row["points"]
    clawbacks = {}
    for receipt_id, by_lot in taken.items():
        owed = by_lot.pop(None, 0)
        lots = {lot_id: points for lot_id, points in by_lot.items() if lot_id is not None}
        clawbacks[receipt_id] = Clawback(by_lot=lots, owed=owed, burned=found_burned.get(receipt_id, 0))
    rows = await tx.fetch(
        """
        -- simulation.read_burned
        select document_id, sum(points)::bigint as points from postings
        where tenant_id = $1 and document_id = any($2::uuid[]) and at < $3 and kind = 'expire'
        group by document_id
        """,
        tx.tenant_id,
        receipt_ids,
        setting.span.start_at,
    )
    return clawbacks, {row["document_id"]: row["points"] for row in rows}
