"""Visits, recency and age of real households, which the forecast is made of, are what Polars makes of the data set."""

from datetime import timedelta

import polars as pl
from bench.household_groups import visits
from tests.demo.conftest import NOW, YESTERDAY, SmallDemo, items_of

from plushka.demo.business import ACTOR, TENANT_ID
from plushka.domain.purchases.history import load_history
from plushka.domain.purchases.reference import Reference
from plushka.domain.segments.lifetime.history import read_history
from plushka.platform.database import Database


async def test_what_the_model_sees_of_real_households_is_what_polars_sees(small_demo: SmallDemo) -> None:
    database = await Database.connect(small_demo.dsn, connections_max=1)
    try:
        async with database.transaction(TENANT_ID, actor=ACTOR, at=NOW) as tx:
            await load_history(tx, Reference(), items_of(small_demo))
            history = await read_history(tx)
            cards = {
                row["member_id"]: int(row["value"][2:])
                for row in await tx.fetch(
                    "select member_id, value from identities where tenant_id = $1 and kind = 'card'",
                    TENANT_ID,
                )
            }
    finally:
        await database.close()
    days = visits(small_demo.year, YESTERDAY).filter(pl.col("day") <= history.through_on)
    assert history.days == (history.through_on - min(days["day"].to_list())).days
    assert history.holdout_days == min(history.days // 4, 90)
    cut = history.through_on - timedelta(days=history.holdout_days)
    known = pl.col("day").filter(pl.col("day") <= cut)
    expected = {
        row[0]: row[1:]
        for row in days.group_by("household_id")
        .agg(
            (pl.lit(history.through_on) - pl.col("day").min()).dt.total_days().alias("age"),
            (pl.col("day").max() - pl.col("day").min()).dt.total_days().alias("recency"),
            pl.len().alias("visits"),
            (known.max() - pl.col("day").min()).dt.total_days().fill_null(0).alias("known_recency"),
            known.len().alias("known_visits"),
        )
        .iter_rows()
    }
    found = {
        cards[member_id]: row
        for member_id, *row in zip(
            history.member_ids,
            history.age,
            history.recency,
            history.visits,
            history.known_recency,
            history.known_visits,
            strict=True,
        )
    }
    assert {household: tuple(row) for household, row in found.items()} == expected
    assert len(found) > 3
