"""Reports of real households are what Polars makes of the data set itself."""

from collections.abc import AsyncIterator

import polars as pl
import pytest
from bench.household_reports import ALL_TIME, compare_sales, sold
from tests.conftest import SetClock
from tests.demo.conftest import HOUSEHOLDS, NOW, YESTERDAY, SmallDemo, items_of

from plushka.delivery.jobs.rollups import rebuild_tenant
from plushka.demo.business import ACTOR, TENANT_ID
from plushka.demo.dataset import TIME_ZONE
from plushka.domain.insights.constructor.answering import answer
from plushka.domain.insights.constructor.model import Asker, Question
from plushka.domain.insights.reports.averages import sum_active_years, sum_lifetime
from plushka.domain.insights.reports.base import list_base_months
from plushka.domain.insights.reports.people import list_best
from plushka.domain.insights.reports.sales import sum_sales, sum_sales_by_month
from plushka.domain.insights.reports.scope import Scope
from plushka.domain.purchases.history import load_history
from plushka.domain.purchases.reference import Reference
from plushka.platform.database import Database


@pytest.fixture
async def database(small_demo: SmallDemo) -> AsyncIterator[Database]:
    database = await Database.connect(small_demo.dsn, connections_max=1)
    yield database
    await database.close()


async def test_reports_of_real_households_are_those_of_the_data_set(
    small_demo: SmallDemo, database: Database, clock: SetClock
) -> None:
    clock.at = NOW
    async with database.transaction(TENANT_ID, actor=ACTOR, at=NOW) as tx:
        await load_history(tx, Reference(), items_of(small_demo))
    await rebuild_tenant(database, clock, TENANT_ID)
    async with database.transaction(TENANT_ID, actor=ACTOR, at=NOW, read_only=True) as tx:
        frame = await sold(tx, small_demo.year, YESTERDAY)
        compared = await compare_sales(tx, frame)
    assert frame["paid_minor"].null_count() == 0
    firsts = frame.sort("occurred_at", "basket_id").group_by("household_id").first()
    months = {
        row["month"]: row
        for row in frame.group_by("month")
        .agg(
            pl.len().alias("receipts"),
            pl.col("lines").sum(),
            pl.col("amount_minor").sum(),
            pl.col("household_id").n_unique().alias("buyers"),
        )
        .iter_rows(named=True)
    }
    async with database.transaction(TENANT_ID, actor=ACTOR, at=NOW, read_only=True) as tx:
        by_month = await sum_sales_by_month(tx, Scope(ALL_TIME))
        whole = await sum_sales(tx, Scope(ALL_TIME))
        base = await list_base_months(tx, list(by_month), TIME_ZONE)
        life = await sum_lifetime(tx)
        active = (await sum_active_years(tx, [2025]))[2025]
        best = await list_best(tx, ALL_TIME.from_on, ALL_TIME.until_on)
        receipts = Question("receipts", ("receipts", "amount", "buyers"), ("month",), span="all")
        own = [await answer(tx, receipts, Asker(frozenset()), seconds=60)]
        lines = Question("lines", ("lines", "receipts"), ("month",), span="all")
        own.append(await answer(tx, lines, Asker(frozenset()), seconds=60))

    # All baskets are with a card; what is not paid was given as a discount or paid with points.
    assert whole.without.receipts == 0
    for month, of_month in by_month.items():
        told, expected = of_month.with_card, months[month]
        assert (told.receipts, told.lines) == (expected["receipts"], expected["lines"])
        assert told.amount_minor == expected["amount_minor"]
        assert told.revenue_minor + told.given_minor == expected["amount_minor"]
        assert told.first_purchases == firsts.filter(pl.col("month") == month).height
    assert set(by_month) == set(months)
    assert len(months) > 11
    assert whole.with_card.redeemed_minor > 0

    of_receipts, of_lines = (
        {group.keys: [numerator for numerator, _ in group.figures] for group in each.groups} for each in own
    )
    for month, expected in months.items():
        keys = (month.isoformat(),)
        assert of_receipts[keys] == [expected["receipts"], expected["amount_minor"], expected["buyers"]]
        assert of_lines[keys] == [expected["lines"], expected["receipts"]]
    assert of_receipts[()][0] == frame.height
    assert of_receipts[()][2] == HOUSEHOLDS
    assert len(of_receipts) == len(months) + 1

    assert {each.month_on: each.buyers for each in base} == {
        month: expected["buyers"] for month, expected in months.items()
    }
    assert sum(each.first_bought for each in base) == HOUSEHOLDS == life.members
    assert (life.receipts, life.lines) == (frame.height, frame["lines"].sum())
    assert life.revenue_minor == whole.all.revenue_minor
    of_2025 = frame.filter(pl.col("day").dt.year() == 2025)
    assert (active.members, active.receipts) == (of_2025["household_id"].n_unique(), of_2025.height)
    assert sorted(each.receipts for each in best) == sorted(frame.group_by("household_id").len()["len"])

    for title, expected_of, found in compared:
        assert found == expected_of, title
    cohorts = {title: expected_of for title, expected_of, _ in compared}["cohorts"]
    assert len(cohorts) > 1
    assert sum(members for members, _ in cohorts.values()) == HOUSEHOLDS
    assert sum(paid for _, of in cohorts.values() for _, paid in of.values()) == whole.all.revenue_minor
