"""Facts of points and purchases."""

from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
from msgspec import structs

from plushka.domain.ledger.burning import BURNS_AT
from plushka.domain.purchases.model import ReturnLine
from plushka.domain.purchases.store import decision_inputs
from plushka.domain.rewards.stamps import list_stamps
from plushka.domain.segments.cards import read_needed
from plushka.engine.audience_facts import Account, Burn, Card, Day, Receipt
from plushka.engine.purchase import Basket
from plushka.engine.stamps import EMPTY, Stamps, fill, on_day
from plushka.platform.database import Tx

_decode_lines = msgspec.json.Decoder(tuple[ReturnLine, ...]).decode


async def read_accounts(
    tx: Tx, ids: list[UUID], zone: ZoneInfo, *, with_burns: bool, with_cards: bool
) -> dict[UUID, dict[UUID, Account]]:
    """Return what members have in each programme.

    ``with_burns``: and what of it burns when; ``with_cards``: and on its stamp cards, also where it is nothing.
    """
    accounts: dict[UUID, dict[UUID, Account]] = {}
    for row in await tx.fetch(
        """
        -- segments.facts_of_accounts
        select member_id, program_id, w.available, w.pending, w.debt, s.tier
        from (select * from wallets where tenant_id = $1 and member_id = any($2)) as w
        full join (select * from standings where tenant_id = $1 and member_id = any($2)) as s
            using (member_id, program_id)
        """,
        tx.tenant_id,
        ids,
    ):
        accounts.setdefault(row["member_id"], {})[row["program_id"]] = Account(
            row["available"] or 0, row["pending"] or 0, row["debt"] or 0, row["tier"]
        )
    if with_burns:
        await _read_burns(tx, ids, zone, accounts)
    if with_cards:
        await _read_cards(tx, ids, tx.at.astimezone(zone).date(), accounts)
    return accounts


async def _read_burns(
    tx: Tx, ids: list[UUID], zone: ZoneInfo, accounts: dict[UUID, dict[UUID, Account]]
) -> None:
    for row in await tx.fetch(
        f"""
        -- segments.facts_of_lots
        select w.member_id, w.program_id, {BURNS_AT} as burns_at, l.pending + l.available + l.held as points
        from wallets w join lots l on l.tenant_id = $1 and l.wallet_id = w.id
        where w.tenant_id = $1 and w.member_id = any($2) and l.pending + l.available + l.held > 0
        """,  # noqa: S608  a constant
        tx.tenant_id,
        ids,
    ):
        burns_at = row["burns_at"]
        if burns_at is None or burns_at <= tx.at:
            continue
        of_member = accounts[row["member_id"]]
        account = of_member[row["program_id"]]
        burn = Burn(_last_day(burns_at, zone), row["points"])
        of_member[row["program_id"]] = structs.replace(account, burns=(*account.burns, burn))


async def _read_cards(
    tx: Tx, ids: list[UUID], today: date, accounts: dict[UUID, dict[UUID, Account]]
) -> None:
    for program_id, needed in (await read_needed(tx)).items():
        rows = await list_stamps(tx, ids, program_id=program_id) if needed else []
        filled = {
            key: on_day(fill(Stamps(row.day, row.left, row.terms) for row in of_card), today)
            for key, of_card in groupby(rows, key=lambda row: (row.member_id, row.card))
        }
        for member_id in ids if needed else ():
            of_member = accounts.setdefault(member_id, {})
            cards = {
                card: Card(have := filled.get((member_id, card), EMPTY).have, count - have)
                for card, count in needed.items()
            }
            of_member[program_id] = structs.replace(of_member.get(program_id, Account()), cards=cards)


def _last_day(burns_at: datetime, zone: ZoneInfo) -> date:
    """Return the last day on which points can be had that are no more from ``burns_at`` on."""
    return (burns_at - timedelta(microseconds=1)).astimezone(zone).date()


async def read_days(tx: Tx, ids: list[UUID]) -> dict[UUID, tuple[Day, ...]]:
    days: dict[UUID, tuple[Day, ...]] = {}
    for row in await tx.fetch(
        """
        -- segments.facts_of_days
        select member_id, business_date, purchases, spend_minor
        from standing_days where tenant_id = $1 and member_id = any($2)
        """,
        tx.tenant_id,
        ids,
    ):
        day = Day(row["business_date"], row["purchases"], row["spend_minor"])
        days[row["member_id"]] = (*days.get(row["member_id"], ()), day)
    return days


async def read_receipts(tx: Tx, ids: list[UUID], first_on: date | None) -> dict[UUID, tuple[Receipt, ...]]:
    """Return the receipts of ``first_on`` and later, or (None) all of them."""
    receipts: dict[UUID, tuple[Receipt, ...]] = {}
    for row in await tx.fetch(
        """
        -- segments.facts_of_receipts
        select r.member_id, r.business_date, r.basket, r.member_state, b.code, array(
            select lines::text from returns where tenant_id = $1 and receipt_id = r.id
        ) as returned
        from receipts r join branches b on b.tenant_id = $1 and b.id = r.branch_id
        where r.tenant_id = $1 and r.member_id = any($2) and ($3::date is null or r.business_date >= $3)
          and not exists (select from returns f where f.tenant_id = $1 and f.receipt_id = r.id and f.is_full)
        """,
        tx.tenant_id,
        ids,
        first_on,
    ):
        receipts[row["member_id"]] = (*receipts.get(row["member_id"], ()), _receipt(row))
    return receipts


def _receipt(row: asyncpg.Record) -> Receipt:
    basket: Basket = decision_inputs(row)[0]
    left = {index: line.quantity_milli for index, line in enumerate(basket.lines)}
    for returned in row["returned"]:
        for line in _decode_lines(returned):
            left[line.index] -= line.quantity_milli
    lines = [line for index, line in enumerate(basket.lines) if left[index] > 0]
    return Receipt(
        on=row["business_date"],
        branch=row["code"],
        skus=frozenset(line.product for line in lines),
        categories=frozenset(code for line in lines for code in line.look.categories),
        brands=frozenset(line.look.brand for line in lines if line.look.brand is not None),
    )
