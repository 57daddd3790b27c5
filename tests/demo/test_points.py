"""Points of real households as money are what Polars makes of their receipts and grants, to the point, day by day."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from tests.conftest import SetClock
from tests.demo.conftest import HOUSEHOLDS, NOW, SmallDemo, items_of

from plushka.delivery.jobs.rollups import rebuild_tenant
from plushka.delivery.jobs.settling import settle_tenant
from plushka.demo.business import ACTOR, TENANT_ID
from plushka.demo.dataset import TIME_ZONE
from plushka.domain.insights.points.breaking import list_issued
from plushka.domain.insights.points.days import History, load_history
from plushka.domain.insights.points.lots import AGE_DAYS, BURN_DAYS, Side, list_buckets
from plushka.domain.insights.points.prices import load_prices
from plushka.domain.insights.points.proof import load_proof
from plushka.domain.insights.points.worth import value
from plushka.domain.insights.reports.period import Period
from plushka.domain.programs.queries import list_programs
from plushka.domain.purchases.history import load_history as load_receipts
from plushka.domain.purchases.reference import Reference
from plushka.platform.database import Database, Tx

ZONE = ZoneInfo(TIME_ZONE)
TODAY = NOW.astimezone(ZONE).date()
DAY = timedelta(days=1)


@pytest.fixture
async def database(small_demo: SmallDemo) -> AsyncIterator[Database]:
    database = await Database.connect(small_demo.dsn, connections_max=1)
    yield database
    await database.close()


async def table(tx: Tx, sql: str) -> pl.DataFrame:
    return pl.DataFrame([dict(row) for row in await tx.fetch(sql, TENANT_ID)], infer_schema_length=None)


def on(moment: str) -> pl.Expr:
    """Return the day that the business's calendar shows at a moment."""
    return pl.col(moment).dt.convert_time_zone(TIME_ZONE).dt.date()


def by(frame: pl.DataFrame, day: str, points: str) -> dict[date, int]:
    sums = frame.group_by(day).agg(pl.col(points).sum()).filter(pl.col(points) > 0)
    return {row[day]: row[points] for row in sums.iter_rows(named=True)}


async def test_the_year_in_points_and_in_money_to_the_point(
    small_demo: SmallDemo, database: Database, clock: SetClock
) -> None:
    clock.at = NOW
    async with database.transaction(TENANT_ID, actor=ACTOR, at=NOW) as tx:
        await load_receipts(tx, Reference(), items_of(small_demo))
    await settle_tenant(database, clock, TENANT_ID)
    await rebuild_tenant(database, clock, TENANT_ID)
    async with database.transaction(TENANT_ID, actor=ACTOR, at=NOW, read_only=True) as tx:
        receipts = await table(
            tx, "select occurred_at, earned_points, redeemed_points from receipts where tenant_id = $1"
        )
        members = await table(tx, "select enrolled_at from members where tenant_id = $1")
        lots = await table(
            tx,
            """
            select l.id::text as id, l.granted, l.earned_at, l.activates_at, l.expires_at,
                   coalesce((
                       select sum(p.points) from postings p
                       where p.tenant_id = $1 and p.lot_id = l.id and p.kind = 'redeem'
                   ), 0)::bigint as spent
            from lots l where l.tenant_id = $1
            """,
        )
        (program,) = await list_programs(tx)
        history = await load_history(tx, program.id)
        period = Period(TODAY - timedelta(days=365), TODAY)
        account = value(await load_history(tx, program.id, period), await load_prices(tx, program.id), period)
        issued = await list_issued(tx, program.id, TODAY)
        buckets: dict[Side, dict[int, tuple[int, int]]] = {}
        sides: tuple[Side, ...] = ("age", "burns")
        for side in sides:
            found = await list_buckets(tx, program.id, side, TODAY)
            buckets[side] = {each.number: (each.lots, each.points) for each in found}
        proof = await load_proof(tx, program.id)

    lots = lots.with_columns(
        burned=pl.when(pl.col("expires_at") <= NOW).then(pl.col("granted") - pl.col("spent")).otherwise(0),
        earned_on=on("earned_at"),
        burned_on=on("expires_at"),
    ).with_columns(left=pl.col("granted") - pl.col("spent") - pl.col("burned"))
    receipts = receipts.with_columns(day=on("occurred_at"))
    # What a grant gives stands on its receipt, and 300 points are everybody's for joining.
    welcome = by(members.with_columns(day=on("enrolled_at"), points=300), "day", "points")
    earned = by(receipts, "day", "earned_points")
    came = {day: welcome.get(day, 0) + earned.get(day, 0) for day in {*welcome, *earned}}
    went = by(receipts, "day", "redeemed_points")
    burned = by(lots, "burned_on", "burned")
    assert members.height == HOUSEHOLDS
    assert sum(came.values()) == lots["granted"].sum()
    assert sum(went.values()) == lots["spent"].sum() > 0
    assert sum(burned.values()) > 0

    days_are(history, came, went, burned, lots)
    # A point is a cent here.
    of_today = came.get(TODAY, 0) - went.get(TODAY, 0) - burned.get(TODAY, 0)
    assert account.closing_minor == lots["left"].sum() - of_today
    assert {way: minor for way, minor in account.sum_moved().items() if minor} == {
        "issued": sum(points for day, points in came.items() if day in within(period)),
        "spent": sum(points for day, points in went.items() if day in within(period)),
        "burned": sum(points for day, points in burned.items() if day in within(period)),
    }
    assert proof.difference == 0
    assert proof.moved["issued"] == sum(came.values())
    months_are(issued, lots)
    buckets_are(buckets, lots)


def within(period: Period) -> set[date]:
    return {period.from_on + DAY * place for place in range((period.until_on - period.from_on).days)}


def days_are(
    history: History,
    came: dict[date, int],
    went: dict[date, int],
    burned: dict[date, int],
    lots: pl.DataFrame,
) -> None:
    told: dict[str, dict[date, int]] = {"issued": {}, "spent": {}, "burned": {}}
    have = 0
    reached: dict[date, int] = {}
    for day in sorted({*came, *went, *burned}):
        have += came.get(day, 0) - went.get(day, 0) - burned.get(day, 0)
        reached[day] = have
    for each in history.days:
        for way, points in each.moved.items():
            told[way][each.day] = points
        # A day on which points only became active changes nothing of what there is.
        until = max(day for day in reached if day <= each.day)
        assert (each.balances.have, each.balances.debt) == (reached[until], 0)
        end = datetime.combine(each.day + DAY, datetime.min.time(), ZONE).astimezone(UTC)
        waits = lots.filter((pl.col("earned_at") < end) & (pl.col("activates_at") >= end))
        assert each.balances.pending == waits["granted"].sum(), each.day
    assert told == {"issued": came, "spent": went, "burned": burned}


def months_are(issued: Any, lots: pl.DataFrame) -> None:
    months = (
        lots.group_by(pl.col("earned_on").dt.truncate("1mo").alias("month"))
        .agg(pl.len().alias("lots"), pl.col("granted", "spent", "burned").sum())
        .sort("month")
    )
    assert [
        (each.month, each.cohort.lots, each.cohort.granted, each.spent, each.burned) for each in issued
    ] == months.rows()


def buckets_are(buckets: dict[Side, dict[int, tuple[int, int]]], lots: pl.DataFrame) -> None:
    left = lots.filter(pl.col("left") > 0)
    ages: dict[int, tuple[int, int]] = {}
    burns: dict[int, tuple[int, int]] = {}
    for lot in left.iter_rows(named=True):
        age = (TODAY - lot["earned_on"]).days
        last_on = (lot["expires_at"] - timedelta(microseconds=1)).astimezone(ZONE).date()
        for sums, days, bounds in ((ages, age, AGE_DAYS), (burns, (last_on - TODAY).days, BURN_DAYS)):
            number = next((place for place, bound in enumerate(bounds) if days <= bound), len(bounds))
            count, points = sums.get(number, (0, 0))
            sums[number] = (count + 1, points + lot["left"])
    assert buckets == {"age": ages, "burns": burns}
    assert len(burns) > 2
