"""Groups, scores, months, tags and pairs of the demo's chain, worked out from the data set itself by Polars.

Nothing here reads what the product has summed up: ``tests/demo/test_groups.py`` compares them on eight households,
``make check-groups`` on all 2,469 and the whole year.
"""

import asyncio
import sys
import time
from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from bench.house import FOLDER, database_server
from plushka.demo import baskets
from plushka.demo.business import TENANT_ID
from plushka.demo.calendar import yesterday_at
from plushka.demo.dataset import TIME_ZONE, Year, read_year
from plushka.demo.setup import ensure_demo
from plushka.domain.businesses.model import DAY_STARTS_MINUTES
from plushka.domain.segments.lifecycle.snapshots import list_snapshots
from plushka.domain.segments.suggestions.model import PRODUCTS_MAX, TOGETHER_MAX, TOGETHER_RECEIPTS_MIN
from plushka.engine.expiry import add_months
from plushka.engine.lifecycle import GROUPS, WINDOW_DAYS, Rhythm
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database, Tx
from plushka.platform.settings import Settings

_BUSINESS_DAY = (
    pl.col("occurred_at").dt.convert_time_zone(TIME_ZONE).dt.replace_time_zone(None)
    - timedelta(minutes=DAY_STARTS_MINUTES)
).dt.date()
"""What is bought after midnight is still of the day before."""

Found = dict[int, tuple[object, ...]]
"""By household."""


def visits(year: Year, yesterday: date) -> pl.DataFrame:
    """Return the days on which each household has bought: household_id, day."""
    return baskets.in_order(year, yesterday).select("household_id", day=_BUSINESS_DAY).unique()


def expected_groups(days: pl.DataFrame, through_on: date, rhythm: Rhythm) -> Found:
    """Return group, R, F and visits of each household that has bought by the day."""
    since = through_on - timedelta(days=WINDOW_DAYS)
    known = (
        days.filter(pl.col("day") <= through_on)
        .group_by("household_id")
        .agg(last=pl.col("day").max(), visits=(pl.col("day") > since).sum())
        .with_columns(days=(pl.lit(through_on) - pl.col("last")).dt.total_days())
    )
    buyers = known.height
    active = pl.col("days") <= rhythm.active_days
    told = known.select(
        "household_id",
        group=pl.when(active & (pl.col("visits") >= rhythm.core_visits))
        .then(pl.lit("core"))
        .when(active & (pl.col("visits") == 1))
        .then(pl.lit("newcomer"))
        .when(active)
        .then(pl.lit("potential"))
        .when(pl.col("days") <= rhythm.drowsy_days)
        .then(pl.lit("drowsy"))
        .when(pl.col("days") <= rhythm.asleep_days)
        .then(pl.lit("asleep"))
        .otherwise(pl.lit("lost")),
        r=(pl.col("last").rank("min").cast(pl.Int64) - 1) * 5 // buyers + 1,
        f=(pl.col("visits").rank("min").cast(pl.Int64) - 1) * 5 // buyers + 1,
        visits="visits",
    )
    return {row[0]: row[1:] for row in told.iter_rows()}


def expected_months(days: pl.DataFrame, through_on: date, rhythm: Rhythm) -> dict[date, dict[str, int]]:
    """Return how many households were in each group at the end of each month that is over; they join as they buy."""
    first: date = days["day"].min()  # type: ignore[assignment]
    month, months = first.replace(day=1), {}
    while (next_month := add_months(month, 1)) <= through_on:
        at_end = expected_groups(days, next_month - timedelta(days=1), rhythm)
        counted = dict.fromkeys(GROUPS, 0)
        for group, *_ in at_end.values():
            counted[group] += 1  # type: ignore[index]
        months[month], month = dict(counted), next_month
    return months  # type: ignore[return-value]


def expected_pairs(year: Year, yesterday: date, through_on: date) -> dict[tuple[str, str], tuple[int, int]]:
    """Return receipts and lift in hundredths of what is bought together, before the best are chosen."""
    lines = (
        baskets.with_lines(baskets.in_order(year, yesterday), year)
        .with_columns(day=_BUSINESS_DAY)
        .filter(pl.col("day") > through_on - timedelta(days=WINDOW_DAYS))
        .select("basket_id", sku="product_id")
        .explode("sku")
        .unique()
    )
    receipts = lines["basket_id"].n_unique()
    counted = (
        lines.group_by("sku")
        .agg(count=pl.len())
        .filter(pl.col("count") >= TOGETHER_RECEIPTS_MIN)
        .sort(["count", "sku"], descending=[True, False])
        .head(PRODUCTS_MAX)
    )
    frequent = lines.join(counted, on="sku")
    pairs = (
        frequent.join(frequent, on="basket_id", suffix="_b")
        .filter(pl.col("sku") != pl.col("sku_b"))
        .group_by("sku", "sku_b", "count", "count_b")
        .agg(both=pl.len())
        .filter(pl.col("both") >= TOGETHER_RECEIPTS_MIN)
    )
    return {
        (sku, other): (both, 100 * both * receipts // (count * count_b))
        for sku, other, count, count_b, both in pairs.iter_rows()
    }


def expected_hours(year: Year, yesterday: date, *, first: int, until: int) -> dict[int, tuple[int, int]]:
    """Return of each household how many receipts it has between two minutes of the day, and how many in all."""
    local = pl.col("occurred_at").dt.convert_time_zone(TIME_ZONE)
    minute = local.dt.hour().cast(pl.Int64) * 60 + local.dt.minute().cast(pl.Int64)
    told = (
        baskets.in_order(year, yesterday)
        .group_by("household_id")
        .agg(within=((minute >= first) & (minute < until)).sum(), all=pl.len())
    )
    return {row[0]: (row[1], row[2]) for row in told.iter_rows()}


async def found_groups(tx: Tx) -> Found:
    """Return what the product says of the households, and check the sums with the decisions on their receipts.

    What is left out of the programme does not count; nothing of the chain's past is returned.
    """
    rows = await tx.fetch(
        """
        -- bench.found_groups
        select substr(i.value, 3)::integer as household, g."group", g.r, g.f, g.visits, g.m, g.spend_minor,
               (
                   select coalesce(sum((r.outcome->>'spend_minor')::bigint), 0)::bigint from receipts r, group_runs u
                   where r.tenant_id = $1 and r.member_id = g.member_id and u.tenant_id = $1
                     and r.business_date <= u.through_on and r.business_date > u.through_on - $2::integer
               ) as paid_minor
        from member_groups g join identities i on i.tenant_id = $1 and i.member_id = g.member_id and i.kind = 'card'
        where g.tenant_id = $1 and i.value like 'CJ%'
        """,
        tx.tenant_id,
        WINDOW_DAYS,
    )
    buyers = sorted(row["paid_minor"] for row in rows if row["r"])
    for row in rows:
        assert row["spend_minor"] == row["paid_minor"], row  # noqa: S101  a check
        if row["r"]:
            worse = sum(paid < row["paid_minor"] for paid in buyers)
            assert row["m"] == 1 + 5 * worse // len(buyers), row  # noqa: S101
    return {row["household"]: tuple(row)[1:5] for row in rows if row["r"]}


async def found_pairs(tx: Tx) -> dict[tuple[str, str], tuple[int, int]]:
    rows = await tx.fetch(
        "select sku, other_sku, receipts, lift_hundredths from goods_together where tenant_id = $1",
        tx.tenant_id,
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


def best(
    pairs: Mapping[tuple[str, str], tuple[int, int]], least: int
) -> dict[tuple[str, str], tuple[int, int]]:
    """Return the pairs that are to be kept, of each product the five of the largest lift."""
    of_each: dict[str, list[tuple[int, int, str]]] = {}
    for (sku, other), (both, lift) in pairs.items():
        if lift >= least:
            of_each.setdefault(sku, []).append((-lift, -both, other))
    return {
        (sku, other): pairs[sku, other]
        for sku, others in of_each.items()
        for _, _, other in sorted(others)[:TOGETHER_MAX]
    }


def main() -> None:
    """Load the whole year and compare: some ten minutes."""
    settings = Settings.from_environment({"PLUSHKA_DATA": str(FOLDER)})
    clock = SystemClock()
    yesterday = yesterday_at(clock.now())
    with database_server() as cluster:
        began = time.perf_counter()
        ensure_demo(cluster.dsn, clock, settings, count=None)
        print(f"the whole year is loaded: {time.perf_counter() - began:.0f} s", file=sys.stderr)
        asyncio.run(_compare(cluster.dsn, yesterday))


async def _compare(dsn: str, yesterday: date) -> None:
    year, rhythm = read_year(), Rhythm()
    database = await Database.connect(dsn, connections_max=1)
    async with database.transaction(
        TENANT_ID, actor="operator:bench", at=SystemClock().now(), read_only=True
    ) as tx:
        through_on: date = await tx.fetchval(
            "select through_on from group_runs where tenant_id = $1", tx.tenant_id
        )
        groups, pairs = await found_groups(tx), await found_pairs(tx)
        months = {each.month: each.members for each in await list_snapshots(tx, limit=36)}
    await database.close()
    days = visits(year, yesterday)
    expected = expected_groups(days, through_on, rhythm)
    wrong = [household for household in expected if expected[household] != groups.get(household)]
    told = expected_months(days, through_on, rhythm)
    wrong_months = [
        month
        for month, counted in told.items()
        if {group: months[month][group] for group in GROUPS if group != "none"}
        != {group: counted[group] for group in GROUPS if group != "none"}
    ]
    together = best(expected_pairs(year, yesterday, through_on), 150)
    wrong_pairs = together.items() ^ pairs.items()
    print(
        f"{len(expected)} households, {len(wrong)} differ; {len(told)} months, {len(wrong_months)} differ; "
        f"{len(together)} pairs, {len(wrong_pairs)} differ"
    )
    if wrong or wrong_months or wrong_pairs or len(groups) != len(expected):
        sys.exit(f"{wrong[:5]} {wrong_months[:5]} {sorted(wrong_pairs)[:5]}")


if __name__ == "__main__":
    main()
