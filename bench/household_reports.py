"""Revenue, cohorts, steps and lifetimes of the demo's chain, worked out from its baskets a second time by Polars.

Nothing here reads what the product has summed up. Days, lines and prices are the data set's; what was paid for a
basket is what its receipt says. ``tests/demo/test_reports.py`` compares them on eight households,
``make check-reports`` on all 2,469 and the whole year.
"""

import asyncio
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import polars as pl
from msgspec.structs import astuple

from bench.house import database_server
from bench.household_groups import expected_groups, expected_months, found_groups, visits
from bench.household_points import Compared, compare_points, read_points
from plushka.delivery.jobs.grouping import group_now
from plushka.delivery.jobs.rollups import rebuild_tenant
from plushka.delivery.jobs.settling import settle_tenant
from plushka.demo import baskets, loading
from plushka.demo.business import ACTOR, TENANT_ID, open_business
from plushka.demo.dataset import TIME_ZONE, Year, read_year
from plushka.domain.businesses.model import DAY_STARTS_MINUTES
from plushka.domain.insights.reports.averages import ACTIVE_PURCHASES, sum_active_years, sum_lifetime
from plushka.domain.insights.reports.base import list_base_months
from plushka.domain.insights.reports.cohorts import SOON_DAYS, STEPS, Cohort, Step, list_cohorts, list_steps
from plushka.domain.insights.reports.period import Period
from plushka.domain.insights.reports.sales import Sold, sum_sales_by_branch, sum_sales_by_month
from plushka.domain.insights.reports.scope import Scope
from plushka.domain.segments.lifecycle.snapshots import list_snapshots
from plushka.engine.lifecycle import GROUPS, Rhythm
from plushka.platform.database import Database, Tx

YESTERDAY = date(2026, 3, 9)
NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
ALL_TIME = Period(date(2024, 1, 1), date(2027, 1, 1))
DIFFERENCES_TOLD = 5

Months = dict[int, tuple[int, int]]
"""Buyers and revenue, by how many months after the first purchase; those without buyers are left out."""
Path = tuple[date | None, ...]
"""The days of the first purchases and of the last, then receipts, lines and revenue."""


async def sold(tx: Tx, year: Year, yesterday: date) -> pl.DataFrame:
    """Return a row for each basket in order of time: household, branch, day, month, lines, amount, and what was paid.

    A day begins at 04:00. ``paid_minor`` is null where there is no receipt.
    """
    local = pl.col("occurred_at").dt.convert_time_zone(TIME_ZONE).dt.replace_time_zone(None)
    days = baskets.in_order(year, yesterday).with_columns(
        day=(local - pl.duration(minutes=DAY_STARTS_MINUTES)).dt.date()
    )
    sums = year.lines.group_by("basket_id").agg(
        lines=pl.len().cast(pl.Int64), amount_minor=pl.col("amount_minor").sum()
    )
    rows = await tx.fetch(
        """
        -- bench.list_paid
        select external_id::bigint as basket_id, payable_minor - refunded_minor as paid_minor
        from receipts where tenant_id = $1
        """,
        tx.tenant_id,
    )
    paid = pl.DataFrame([dict(row) for row in rows], schema={"basket_id": pl.Int64, "paid_minor": pl.Int64})
    return (
        days.with_columns(pl.col("basket_id").cast(pl.Int64), month=pl.col("day").dt.truncate("1mo"))
        .join(sums.with_columns(pl.col("basket_id").cast(pl.Int64)), on="basket_id", maintain_order="left")
        .join(paid, on="basket_id", how="left", maintain_order="left")
    )


def expected_sales(frame: pl.DataFrame, key: str) -> dict[object, tuple[int, ...]]:
    """Return receipts, lines, prices and what was paid, of each month or branch."""
    sums = frame.group_by(key).agg(
        pl.len().cast(pl.Int64).alias("receipts"), pl.col("lines", "amount_minor", "paid_minor").sum()
    )
    return {row[0]: row[1:] for row in sums.iter_rows()}


def found_sales(sales: Mapping[Any, Sold]) -> dict[object, tuple[int, ...]]:
    return {
        key: (each.all.receipts, each.all.lines, each.all.amount_minor, each.all.revenue_minor)
        for key, each in sales.items()
    }


def expected_cohorts(frame: pl.DataFrame) -> dict[date, tuple[int, Months]]:
    """Return how many households first bought in each month, and what they did so many months later."""
    began = frame.group_by("household_id").agg(began=pl.col("month").min())
    counted = (
        frame.join(began, on="household_id")
        .group_by("began", "month")
        .agg(buyers=pl.col("household_id").n_unique(), paid_minor=pl.col("paid_minor").sum())
    )
    sizes = dict(began.group_by("began").len().iter_rows())
    cohorts: dict[date, Months] = defaultdict(dict)
    for month, of, buyers, paid_minor in counted.iter_rows():
        cohorts[month][12 * (of.year - month.year) + of.month - month.month] = (buyers, paid_minor)
    return {month: (sizes[month], months) for month, months in cohorts.items()}


def found_cohorts(cohorts: Iterable[Cohort]) -> dict[date, tuple[int, Months]]:
    return {
        each.began_on: (
            each.members,
            {later: (month.buyers, month.revenue_minor) for later, month in each.months.items()},
        )
        for each in cohorts
    }


def expected_paths(frame: pl.DataFrame) -> dict[int, Path]:
    """Return what each household has come to in all its time."""
    told = frame.group_by("household_id").agg(
        *(pl.col("day").get(place, null_on_oob=True).alias(f"day_{place}") for place in range(STEPS)),
        pl.col("day").last().alias("last_on"),
        pl.len().cast(pl.Int64).alias("receipts"),
        pl.col("lines", "paid_minor").sum(),
    )
    return {row[0]: row[1:] for row in told.iter_rows()}


async def found_paths(tx: Tx) -> dict[int, Path]:
    rows = await tx.fetch(
        """
        -- bench.found_paths
        select substr(i.value, 3)::integer as household, p.first_on, p.second_on, p.third_on, p.fourth_on, p.last_on,
               p.receipts, p.lines, p.revenue_minor
        from member_paths p join identities i on i.tenant_id = $1 and i.member_id = p.member_id and i.kind = 'card'
        where p.tenant_id = $1 and i.value like 'CJ%'
        """,
        tx.tenant_id,
    )
    return {row[0]: tuple(row)[1:] for row in rows}


def expected_steps(paths: Iterable[Path]) -> list[Step]:
    """Return how far households have come; of those who came again, half did within so many days (the lower median)."""
    days = pl.DataFrame(
        [path[:STEPS] for path in paths], schema=[str(place) for place in range(STEPS)], orient="row"
    )
    steps = [Step(1, days.height, 0, None)]
    for before, place in pairwise(map(str, range(STEPS))):
        took = (days[place] - days[before]).dt.total_days().drop_nulls().sort()
        half = took[(len(took) + 1) // 2 - 1] if len(took) else None
        steps.append(Step(int(place) + 1, len(took), int((took <= SOON_DAYS).sum()), half))
    return steps


def by_number(steps: Iterable[Step]) -> dict[int, Step]:
    return {each.number: each for each in steps}


def expected_lifetime(frame: pl.DataFrame) -> dict[object, tuple[object, ...]]:
    sums = frame["lines"].sum(), frame["paid_minor"].sum()
    return {"all": (frame["household_id"].n_unique(), frame.height, *sums)}


def expected_years(frame: pl.DataFrame) -> dict[object, tuple[object, ...]]:
    """Return of each year what those bought in it who have bought more than once, ever."""
    again = frame.group_by("household_id").len().filter(pl.col("len") >= ACTIVE_PURCHASES)
    sums = (
        frame.join(again, on="household_id", how="semi")
        .group_by(pl.col("day").dt.year().alias("year"))
        .agg(
            pl.col("household_id").n_unique(), pl.len().alias("receipts"), pl.col("lines", "paid_minor").sum()
        )
    )
    return {row[0]: row[1:] for row in sums.iter_rows()}


async def compare_sales(tx: Tx, frame: pl.DataFrame) -> list[Compared]:
    """Compare sums of months and branches, cohorts, steps, and what each household has come to; of all time."""
    scope = Scope(ALL_TIME)
    by_month = await sum_sales_by_month(tx, scope)
    names = {
        row["id"]: row["code"]
        for row in await tx.fetch("select id, code from branches where tenant_id = $1", tx.tenant_id)
    }
    by_branch = {names[branch]: sales for branch, sales in (await sum_sales_by_branch(tx, scope)).items()}
    base = await list_base_months(tx, list(by_month), TIME_ZONE)
    cohorts = await list_cohorts(tx, ALL_TIME.from_on, ALL_TIME.until_on)
    steps = await list_steps(tx, ALL_TIME.from_on, ALL_TIME.until_on)
    years = sorted({day.year for day in frame["day"]})
    active = await sum_active_years(tx, years)
    life = await sum_lifetime(tx)
    paths = expected_paths(frame)
    firsts = dict(
        frame.group_by("household_id").agg(pl.col("month").min())["month"].value_counts().iter_rows()
    )
    buyers = dict(frame.group_by("month").agg(pl.col("household_id").n_unique()).iter_rows())
    return [
        ("sales by month", expected_sales(frame, "month"), found_sales(by_month)),
        ("sales by branch", expected_sales(frame, "branch"), found_sales(by_branch)),
        (
            "buyers by month",
            {month: (count, firsts.get(month, 0)) for month, count in buyers.items()},
            {each.month_on: (each.buyers, each.first_bought) for each in base},
        ),
        ("cohorts", expected_cohorts(frame), found_cohorts(cohorts)),
        (
            "steps",
            {each.number: each for each in expected_steps(paths.values())},
            {each.number: each for each in steps},
        ),
        ("lifetimes", paths, await found_paths(tx)),
        (
            "sums of lifetimes",
            {"all": (len(paths), frame.height, frame["lines"].sum(), frame["paid_minor"].sum())}
            | expected_years(frame),
            {"all": astuple(life)} | {year: astuple(sums) for year, sums in active.items()},
        ),
    ]


class _StandingClock:
    def now(self) -> datetime:
        return NOW


def main() -> None:
    """Load the whole year, add it up, and compare: some minutes."""
    with database_server() as cluster:
        asyncio.run(_compare(cluster.dsn, read_year()))


async def _compare(dsn: str, year: Year) -> None:
    began, clock = time.perf_counter(), _StandingClock()
    database = await Database.connect(dsn, connections_max=1)
    ways_in = await open_business(database, year, YESTERDAY, enrolled=lambda _: None, keep=lambda _: None)
    await asyncio.to_thread(
        loading.load, year, YESTERDAY, None, dsn=dsn, tills=ways_in.tills, at=NOW, done=lambda _: None
    )
    await settle_tenant(database, clock, TENANT_ID)
    await rebuild_tenant(database, clock, TENANT_ID)
    await group_now(database, clock, TENANT_ID)
    print(f"the whole year is loaded and added up: {time.perf_counter() - began:.0f} s", file=sys.stderr)
    async with database.transaction(TENANT_ID, actor=ACTOR, at=NOW, read_only=True) as tx:
        checks = [
            *await compare_sales(tx, await sold(tx, year, YESTERDAY)),
            *await _compare_groups(tx, year),
            *await compare_points(tx, await read_points(tx)),
        ]
    await database.close()
    is_wrong = False
    for title, expected, found in checks:
        wrong = [key for key in {**expected, **found} if expected.get(key) != found.get(key)]
        print(f"{title}: {len(expected):,} compared, {len(wrong):,} differ")
        for key in wrong[:DIFFERENCES_TOLD]:
            print(f"  {key}: {expected.get(key)} is expected, {found.get(key)} is told")
        is_wrong |= bool(wrong)
    if is_wrong:
        sys.exit(1)


async def _compare_groups(tx: Tx, year: Year) -> list[Compared]:
    """Compare groups and scores; of ``m`` it is checked that it is what receipts say, as they are read."""
    through_on: date = await tx.fetchval(
        "select through_on from group_runs where tenant_id = $1", tx.tenant_id
    )
    days, rhythm = visits(year, YESTERDAY), Rhythm()
    months = expected_months(days, through_on, rhythm)
    named = [group for group in GROUPS if group != "none"]
    found = await list_snapshots(tx, limit=36)
    return [
        ("groups and scores", expected_groups(days, through_on, rhythm), await found_groups(tx)),
        (
            "groups by month",
            {month: {group: counted[group] for group in named} for month, counted in months.items()},
            {each.month: {group: each.members[group] for group in named} for each in found},
        ),
    ]


if __name__ == "__main__":
    main()
