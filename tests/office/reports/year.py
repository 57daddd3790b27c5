"""A business with months of receipts of every kind, and the same receipts as they are stored, for a second count."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

import httpx
import polars as pl
from tests.conftest import SetClock
from tests.office.conftest import report
from tests.pos.conftest import Business, client_of

from plushka.app import Plushka
from plushka.delivery.jobs.folding import fold_tenant
from plushka.domain.businesses.branches import open_branch
from plushka.domain.catalog.model import ProductEntry
from plushka.domain.catalog.operations import upsert_products
from plushka.platform.database import Database

BEGAN = datetime(2026, 3, 12, 21, 30, tzinfo=UTC)
"""Half past midnight in Moscow, and in the morning of the next day in Vladivostok."""
LAST_ON = date(2026, 7, 20)
PHONES = [f"+7999000010{number}" for number in range(6)]
RECEIPTS = 110
CASHIERS = ("", "Ольга", "Пётр")
"""Every third receipt names nobody."""
COSTS: dict[str, int | None] = {"4600001": 61_00, "bread": 24_50, "tea": None}
SKUS = tuple(COSTS)


@dataclass(frozen=True)
class Year:
    """``receipts`` has a row for each that counts, ``returned`` one for each that came back whole."""

    receipts: pl.DataFrame
    returned: pl.DataFrame
    refunds: pl.DataFrame
    east: UUID

    def within(self, first: date, last: date) -> pl.DataFrame:
        return self.receipts.filter(pl.col("day").is_between(first, last))


async def a_year(app: Plushka, business: Business, database: Database, clock: SetClock) -> Year:
    """Sell for half a year and add it up; return the receipts as they are stored."""
    async with client_of(app, business.secret) as till:
        east = await sell(till, database, clock, business.tenant_id)
    await fold_tenant(database, clock, business.tenant_id)
    return await read_year(database, clock, business.tenant_id, east)


async def sell(till: httpx.AsyncClient, database: Database, clock: SetClock, tenant_id: UUID) -> UUID:
    """Sell for half a year at two branches of different clocks, at night too; take some back, later or at once.

    Return the branch in the east.
    """
    async with database.transaction(tenant_id, actor="test:year", at=clock.now()) as tx:
        east = await open_branch(tx, code="east", name="Восток", time_zone="Asia/Vladivostok")
        await tx.execute("update tills set branch_id = null where tenant_id = $1", tenant_id)
        await upsert_products(tx, [ProductEntry(sku, sku, cost_minor=COSTS[sku]) for sku in SKUS])
    for phone in PHONES:
        await report(till, "/v1/members", {"phone": phone, "name": f"Клиент {phone[-1]}"})
    async with database.transaction(tenant_id, actor="test:year", at=clock.now()) as tx:
        await tx.execute(
            "update members set personal_discount_bp = 700 where tenant_id = $1 and name = 'Клиент 3'",
            tenant_id,
        )
    random, clock.at = Random(101), BEGAN  # noqa: S311  the same receipts every time
    waiting: list[tuple[datetime, dict[str, object]]] = []
    for number in range(RECEIPTS):
        clock.at += timedelta(minutes=random.randint(60, 2 * 1600))
        while waiting and waiting[0][0] <= clock.at:
            await report(till, "/v1/returns", waiting.pop(0)[1])
        lines = [
            {
                "sku": random.choice(SKUS),
                "quantity_milli": 2000,
                "amount_minor": random.randint(50_00, 900_00),
            }
            for _ in range(random.randint(1, 4))
        ]
        body: dict[str, object] = {
            "external_id": f"R-{number}",
            "currency": "RUB",
            "lines": lines,
            "branch": random.choice(["arbat", "east"]),
            **({"cashier": CASHIERS[number % 3]} if number % 3 else {}),
        }
        if random.random() < 0.6:
            body["member"] = {"phone": random.choice(PHONES)}
            body["redeem"] = "max" if random.random() < 0.4 else 0
        if random.random() < 0.2:  # reported late, and perhaps of the business day before
            body["occurred_at"] = (clock.at - timedelta(hours=20)).isoformat()
        receipt = await report(till, "/v1/purchases", body)
        if random.random() < 0.2:
            some = None if random.random() < 0.5 else [{"index": 0, "quantity_milli": 1000}]
            given = {} if some is None else {"lines": some}
            back: dict[str, object] = {
                "external_id": f"B-{number}",
                "receipt": {"id": receipt["id"]},
                **given,
            }
            waiting.append((clock.at + timedelta(days=20 * random.randint(0, 1)), back))
            waiting.sort(key=lambda each: each[0])
    assert clock.at.date() < LAST_ON
    clock.at = datetime(LAST_ON.year, LAST_ON.month, LAST_ON.day, 9, 0, tzinfo=UTC)
    return east.id


async def read_year(database: Database, clock: SetClock, tenant_id: UUID, east: UUID) -> Year:
    """Read the raw rows: nothing of what the product adds up."""
    async with database.transaction(tenant_id, actor="test:year", at=clock.now()) as tx:
        receipts = await tx.fetch(
            """
            select r.id, r.branch_id, b.time_zone, coalesce(r.cashier, '') as cashier, r.business_date as day,
                   r.member_id, r.occurred_at, r.amount_minor,
                   r.discount_minor, r.redeemed_minor, r.payable_minor, r.refunded_minor, r.redeemed_points,
                   r.earned_points, json_array_length(r.outcome->'lines') as lines,
                   (select coalesce(sum((line->>'quantity_milli')::bigint), 0) from returns t
                    cross join lateral jsonb_array_elements(t.lines) as line where t.receipt_id = r.id) as back_milli,
                   (select sum((line->>1)::bigint) from json_array_elements(r.basket->'basket'->'lines') as line)
                       as sold_milli,
                   array(select line->>0 from json_array_elements(r.basket->'basket'->'lines') as line) as skus
            from receipts r join branches b on b.id = r.branch_id where r.tenant_id = $1
            """,
            tenant_id,
        )
        returns = await tx.fetch(
            """
            select t.occurred_at as at, t.refund_minor, r.branch_id, b.time_zone, b.day_starts_minutes
            from returns t join receipts r on r.id = t.receipt_id join branches b on b.id = r.branch_id
            where t.tenant_id = $1
            """,
            tenant_id,
        )
    rows = pl.DataFrame(
        [
            {
                **dict(row),
                "id": str(row["id"]),
                "branch_id": str(row["branch_id"]),
                "member_id": str(row["member_id"] or ""),
            }
            for row in receipts
        ],
        infer_schema_length=None,
    ).with_columns(
        (pl.col("payable_minor") - pl.col("refunded_minor")).alias("revenue"),
        (pl.col("member_id") != "").alias("card"),
    )
    whole = pl.col("back_milli") == pl.col("sold_milli")
    refunds = pl.DataFrame([{**dict(row), "branch_id": str(row["branch_id"])} for row in returns])
    return Year(rows.filter(~whole), rows.filter(whole), refunds, east)
