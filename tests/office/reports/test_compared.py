"""The period compared with stands beside months and cashiers: in the table, and in the chart thin and grey."""

import re
from decimal import Decimal

import httpx
import pytest
from msgspec import json
from tests.conftest import SetClock
from tests.office.conftest import Shop
from tests.office.reports.expected import table
from tests.pos.conftest import Cast

from plushka.delivery.jobs.folding import fold_tenant
from plushka.platform.database import Database

HX = {"hx-request": "true"}


@pytest.fixture(params=(6, 12))
async def months_before(
    request: pytest.FixtureRequest, database: Database, cast: Cast, shop: Shop, clock: SetClock
) -> int:
    """Have half of what was sold in March sold so many months before, too, and return how many."""
    del shop
    await fold_tenant(database, clock, cast.anna.tenant_id)
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        for sums in ("sales_days", "cashier_days"):
            await tx.execute(
                f"""
                insert into {sums}
                select (jsonb_populate_record(s, jsonb_build_object(
                    'business_date', (s.business_date - make_interval(months => $2))::date,
                    'revenue_minor', s.revenue_minor / 2
                ))).*
                from {sums} s where s.tenant_id = $1
                """,  # noqa: S608  a constant
                tx.tenant_id,
                request.param,
            )
    return int(request.param)


def series_of(block: str) -> list[dict[str, object]]:
    found = re.search(r'<script type="application/json">(.*?)</script>', block, re.DOTALL)
    assert found is not None
    return json.decode(found[1])["series"]  # type: ignore[no-any-return]


async def test_months_stand_beside_as_many_before_or_those_of_a_year_before(
    anna: httpx.AsyncClient, months_before: int
) -> None:
    comparison, other = ("year", "previous") if months_before == 12 else ("previous", "year")
    march = (await table(anna, "revenue_months", f"compare={comparison}"))[-2]
    assert march[0] == "2026-03-01"
    revenue, before, grown = march[3], march[5], march[6]
    assert (revenue, before, grown) == (Decimal(2900), Decimal(1450), Decimal(100))
    repeats = (await table(anna, "repeat_months", f"compare={comparison}"))[-2]
    assert (repeats[3], repeats[4], repeats[5]) == (Decimal(50), Decimal(50), Decimal(0))

    for block, title in (("revenue_months", "Выручка"), ("repeat_months", "Повторные покупки")):
        shown = (await anna.get(f"/reports/blocks/{block}?compare={comparison}", headers=HX)).text
        *now, earlier = series_of(shown)
        assert (earlier["before"], earlier["form"]) == (True, "line")
        assert not any(each["before"] for each in now)
        assert title in shown
        for silent in (other, "none"):
            shown = (await anna.get(f"/reports/blocks/{block}?compare={silent}", headers=HX)).text
            assert not any(each["before"] for each in series_of(shown))


async def test_cashiers_and_their_chart_know_the_period_compared_with(
    anna: httpx.AsyncClient, months_before: int
) -> None:
    half_a_year = "period=custom&from=2026-03-01&until=2026-08-31"
    for comparison, months in (("previous", 6), ("year", 12)):
        changes = [row[4] for row in await table(anna, "cashiers", f"{half_a_year}&compare={comparison}")]
        assert set(changes) == {100 if months == months_before else None}
