"""The facts of a base by which an owner judges it, with those of the case (F239)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import httpx
from tests.conftest import SetClock
from tests.office.conftest import signed_in
from tests.office.reports.expected import table
from tests.pos.conftest import Cast

from plushka.app import Plushka
from plushka.domain.rollups.model import ALL_BRANCHES
from plushka.platform.database import Database, Tx
from plushka.platform.ids import new_id

YEAR = "period=custom&from=2024-01-01&until=2024-12-31"
BUYERS, ONCE, GONE = 6_783, 1_442, 3_636
"""Of the case: 53.6 % do not return."""
YEAR_BUYERS, YEAR_RECEIPTS = 5_000, 11_350
REVENUE_MINOR = YEAR_RECEIPTS * 1_334_00
AMOUNT_MINOR = 17_000_000_00
DISCOUNT_MINOR = AMOUNT_MINOR * 842 // 100_00


async def write_base(tx: Tx) -> None:
    """Write down the sums of a base as folding would have left them."""
    await tx.execute(
        """
        insert into member_paths (tenant_id, member_id, first_id, first_on, last_on, receipts, lines, revenue_minor)
        select $1, gen_random_uuid(), gen_random_uuid(), '2023-01-10',
               case when n <= $3 then '2024-06-01'::date else '2024-12-01'::date end,
               case when n > $2 - $4 then 1 else 3 end, 3, 300000
        from generate_series(1, $2::integer) as n
        """,
        tx.tenant_id, BUYERS, GONE, ONCE,
    )  # fmt: skip
    await tx.execute(
        """
        insert into member_years (tenant_id, member_id, year_on, receipts, lines, revenue_minor)
        select $1, gen_random_uuid(), '2024-01-01', case when n <= $3 then 3 else 2 end, 3, 300000
        from generate_series(1, $2::integer) as n
        """,
        tx.tenant_id, YEAR_BUYERS, YEAR_RECEIPTS - 2 * YEAR_BUYERS,
    )  # fmt: skip
    sums = {
        "receipts": YEAR_RECEIPTS, "lines": YEAR_RECEIPTS, "amount_minor": AMOUNT_MINOR,
        "discount_minor": DISCOUNT_MINOR, "redeemed_minor": 500_000_00, "revenue_minor": REVENUE_MINOR,
    }  # fmt: skip
    rest = ("returned", "refunded_minor", "costed", "costed_minor", "cost_minor", "earned_points", "redeemed_points",
            "redeeming", "touched", "first_purchases")  # fmt: skip
    values = {
        "tenant_id": tx.tenant_id, "branch_id": ALL_BRANCHES, "business_date": date(2024, 5, 1),
        "program_id": new_id(), "has_card": True, **sums, **dict.fromkeys(rest, 0),
    }  # fmt: skip
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    await tx.execute(
        f"insert into sales_days ({', '.join(values)}) values ({places})",  # noqa: S608  names of columns
        *values.values(),
    )


async def test_the_facts_of_the_case_stand_in_one_place(
    app: Plushka, cast: Cast, database: Database, clock: SetClock, staff: dict[str, str]
) -> None:
    clock.at = datetime(2024, 12, 31, 9, 0, tzinfo=UTC)
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        await write_base(tx)
    async with signed_in(app, staff["owner"]) as anna:
        rows = {str(row[0]): row[1] for row in await table(anna, "loyalty", YEAR)}
        assert 'id="block-loyalty"' in (await anna.get(f"/reports/buyers?{YEAR}")).text
        answer = await anna.get(f"/reports/blocks/loyalty?{YEAR}", headers={"hx-request": "true"})
        assert answer.status_code == httpx.codes.OK
    assert list(rows.values()) == [
        6_783, 1_442, Decimal("21.26"), Decimal("53.60"), Decimal("2.27"), 1_334, Decimal("8.42"),
    ]  # fmt: skip
