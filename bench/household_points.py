"""Points of the demo's chain as money, worked out by Polars from its receipts, members and lots.

Nothing here reads what the product has summed up: ``tests/demo/test_points.py`` compares them on eight households,
``make check-reports`` on all 2,469 and the whole year.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import polars as pl

from plushka.demo.dataset import TIME_ZONE
from plushka.domain.insights.points.breaking import list_issued
from plushka.domain.insights.points.days import History, load_history
from plushka.domain.insights.points.lots import AGE_DAYS, BURN_DAYS, Side, list_buckets
from plushka.domain.insights.points.prices import load_prices
from plushka.domain.insights.points.proof import load_proof
from plushka.domain.insights.points.worth import value
from plushka.domain.insights.reports.period import Period
from plushka.domain.programs.queries import list_programs
from plushka.platform.database import Tx

ZONE = ZoneInfo(TIME_ZONE)
DAY = timedelta(days=1)
WELCOME_POINTS = 300
"""Everybody's for joining; what a grant gives besides stands on its receipt."""

Compared = tuple[str, Mapping[Any, Any], Mapping[Any, Any]]
"""What was counted, as it is expected, and as it is told."""


@dataclass(frozen=True, slots=True)
class Points:
    """``lots`` has a row for each: granted, spent, burned and left points, and their moments and days.

    ``came``, ``went`` and ``burned`` are sums of points by the day that the business's calendar shows.
    """

    lots: pl.DataFrame
    came: dict[date, int]
    went: dict[date, int]
    burned: dict[date, int]
    members: int


async def read_points(tx: Tx) -> Points:
    """Read the raw rows as of the transaction's moment."""
    receipts = await _table(
        tx, "select occurred_at, earned_points, redeemed_points from receipts where tenant_id = $1"
    )
    members = await _table(tx, "select enrolled_at from members where tenant_id = $1")
    lots = await _table(
        tx,
        """
        -- bench.list_lots
        select l.id::text as id, l.granted, l.earned_at, l.activates_at, l.expires_at,
               coalesce(p.spent, 0)::bigint as spent
        from lots l left join (
            select lot_id, sum(points) as spent from postings where tenant_id = $1 and kind = 'redeem' group by lot_id
        ) p on p.lot_id = l.id
        where l.tenant_id = $1
        """,
    )
    lots = lots.with_columns(
        burned=pl.when(pl.col("expires_at") <= tx.at)
        .then(pl.col("granted") - pl.col("spent"))
        .otherwise(pl.lit(0)),
        earned_on=_on("earned_at"),
        burned_on=_on("expires_at"),
    ).with_columns(left=pl.col("granted") - pl.col("spent") - pl.col("burned"))
    receipts = receipts.with_columns(day=_on("occurred_at"))
    welcome = _by(members.with_columns(day=_on("enrolled_at"), points=WELCOME_POINTS), "day", "points")
    earned = _by(receipts, "day", "earned_points")
    return Points(
        lots=lots,
        came={day: welcome.get(day, 0) + earned.get(day, 0) for day in {*welcome, *earned}},
        went=_by(receipts, "day", "redeemed_points"),
        burned=_by(lots, "burned_on", "burned"),
        members=members.height,
    )


async def compare_points(tx: Tx, points: Points) -> list[Compared]:
    """Compare days, the account of a year, months of issue, ages, and what burns, as of the transaction's moment.

    A point is a cent here.
    """
    today = tx.at.astimezone(ZONE).date()
    (program,) = await list_programs(tx)
    history = await load_history(tx, program.id)
    period = Period(today - timedelta(days=365), today)
    account = value(await load_history(tx, program.id, period), await load_prices(tx, program.id), period)
    proof = await load_proof(tx, program.id)
    sums = {"issued": points.came, "spent": points.went, "burned": points.burned}
    of_today = points.came.get(today, 0) - points.went.get(today, 0) - points.burned.get(today, 0)
    expected: dict[object, object] = {
        way: sum(moved for day, moved in by_day.items() if period.from_on <= day < period.until_on)
        for way, by_day in sums.items()
    }
    expected |= {
        "at the end": points.lots["left"].sum() - of_today,
        "ever issued": sum(points.came.values()),
        "difference": 0,
    }
    found: dict[object, object] = {way: minor for way, minor in account.sum_moved().items() if minor}
    found |= {
        "at the end": account.closing_minor,
        "ever issued": proof.moved["issued"],
        "difference": proof.difference,
    }
    months = (
        points.lots.group_by(pl.col("earned_on").dt.truncate("1mo").alias("month"))
        .agg(pl.len().alias("lots"), pl.col("granted", "spent", "burned").sum())
        .iter_rows()
    )
    issued = await list_issued(tx, program.id, today)
    ages, burns = _buckets(points.lots, today)
    return [
        ("points by day", *_days(history, points)),
        ("points of the year", expected, found),
        (
            "points by month of issue",
            {row[0]: row[1:] for row in months},
            {each.month: (each.cohort.lots, each.cohort.granted, each.spent, each.burned) for each in issued},
        ),
        ("ages of points", ages, await _told_buckets(tx, program.id, "age", today)),
        ("points that burn", burns, await _told_buckets(tx, program.id, "burns", today)),
    ]


def _days(history: History, points: Points) -> tuple[dict[object, object], dict[object, object]]:
    """Return of each day that the history tells: what moved, and what members have and wait for when it ends.

    Days on which anything moved are expected even if the history leaves them out. A day on which points only became
    active changes nothing of what there is.
    """
    sums = {"issued": points.came, "spent": points.went, "burned": points.burned}
    told = {each.day: each for each in history.days}
    days = sorted({*points.came, *points.went, *points.burned, *told})
    expected: dict[object, object] = {}
    have = 0
    for day in days:
        moved = {way: by_day[day] for way, by_day in sums.items() if by_day.get(day)}
        have += moved.get("issued", 0) - moved.get("spent", 0) - moved.get("burned", 0)
        end = datetime.combine(day + DAY, datetime.min.time(), ZONE).astimezone(UTC)
        waits = points.lots.filter((pl.col("earned_at") < end) & (pl.col("activates_at") >= end))
        expected[day] = (moved, have, 0, waits["granted"].sum())
    found: dict[object, object] = {
        day: (
            {way: moved for way, moved in each.moved.items() if moved},
            each.balances.have,
            each.balances.debt,
            each.balances.pending,
        )
        for day, each in told.items()
    }
    return expected, found


def _buckets(lots: pl.DataFrame, today: date) -> tuple[dict[object, object], dict[object, object]]:
    """Return how many lots have how many points left, by their age and by when they burn."""
    ages: dict[object, tuple[int, int]] = {}
    burns: dict[object, tuple[int, int]] = {}
    for lot in lots.filter(pl.col("left") > 0).iter_rows(named=True):
        age = (today - lot["earned_on"]).days
        last_on = (lot["expires_at"] - timedelta(microseconds=1)).astimezone(ZONE).date()
        for sums, days, bounds in ((ages, age, AGE_DAYS), (burns, (last_on - today).days, BURN_DAYS)):
            number = next((place for place, bound in enumerate(bounds) if days <= bound), len(bounds))
            count, points = sums.get(number, (0, 0))
            sums[number] = (count + 1, points + lot["left"])
    return dict(ages), dict(burns)


async def _told_buckets(tx: Tx, program_id: UUID, side: Side, today: date) -> dict[object, object]:
    found = await list_buckets(tx, program_id, side, today)
    return {each.number: (each.lots, each.points) for each in found}


async def _table(tx: Tx, sql: str) -> pl.DataFrame:
    return pl.DataFrame([dict(row) for row in await tx.fetch(sql, tx.tenant_id)], infer_schema_length=None)


def _on(moment: str) -> pl.Expr:
    """Return the day that the business's calendar shows at a moment."""
    return pl.col(moment).dt.convert_time_zone(TIME_ZONE).dt.date()


def _by(frame: pl.DataFrame, day: str, points: str) -> dict[date, int]:
    sums = frame.group_by(day).agg(pl.col(points).sum()).filter(pl.col(points) > 0)
    return {row[day]: row[points] for row in sums.iter_rows(named=True)}
