"""The sums of reports of a million receipts: made anew, proved, added to."""

import asyncio
import random
import time

from bench import load
from bench.shop import FIRST_CARD, MEMBERS, Shop
from plushka.delivery.jobs.folding import fold_tenant
from plushka.delivery.jobs.rollups import check_tenant, rebuild_tenant
from plushka.domain.members.model import Identity
from plushka.domain.purchases.commit import commit_batch
from plushka.domain.purchases.model import Caller, Purchase, PurchaseLine
from plushka.domain.purchases.reference import Reference
from plushka.domain.purchases.situation import Item
from plushka.domain.rollups.model import TABLES
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.postgres.cluster import Cluster

FOLDED = (1, 10, 100, 1_000, 4_000)
"""Purchases of ten lines that are added up at once."""
BATCH = 50


def run(cluster: Cluster, shop: Shop) -> str:
    """Measure, and return the section."""
    return f"## Sums\n\n{asyncio.run(_sums(cluster, shop))}\n"


async def _sums(cluster: Cluster, shop: Shop) -> str:
    database, clock = await Database.connect(cluster.dsn, connections_max=2), SystemClock()
    try:
        began = time.perf_counter()
        receipts = await rebuild_tenant(database, clock, shop.tenant_id)
        rebuilt = time.perf_counter() - began
        began = time.perf_counter()
        differences = await check_tenant(database, clock, shop.tenant_id)
        proved = time.perf_counter() - began
        folds = [
            (count, *await _fold(database, shop, count, number))
            for number, count in enumerate(FOLDED, start=1)
        ]
        async with database.transaction(shop.tenant_id, actor="operator:bench", at=clock.now()) as tx:
            rows = {
                table.name: await tx.fetchval(
                    f"select count(*) from {table.name} where tenant_id = $1",  # noqa: S608  constants
                    tx.tenant_id,
                )
                for table in TABLES
            }
    finally:
        await database.close()
    added = "\n".join(
        f"| {count:,} | {changes:,} | {took * 1000:,.0f} | {took / count * 1_000_000:,.0f} |"
        for count, changes, took in folds
    )
    kept = ", ".join(f"`{name}` {count:,}" for name, count in rows.items())
    rate = f"{receipts:,} receipts: {rebuilt:.0f} s, {receipts / rebuilt:,.0f} receipts/s"
    proof = f"{proved:.0f} s, {len(differences)} differences"
    return f"""`plushka reports rebuild` of {rate}. `plushka reports check`: {proof}. Rows kept: {kept}.

| purchases added at once | changes | ms | µs a purchase |
|---:|---:|---:|---:|
{added}"""


async def _fold(database: Database, shop: Shop, count: int, number: int) -> tuple[int, float]:
    """Let ``count`` purchases be made and return how many changes they were, and the seconds of adding them up."""
    dice = random.Random(number)  # noqa: S311  a repeatable assortment
    caller, reference, clock = Caller(shop.tenant_id, shop.till_id, "main"), Reference(), SystemClock()
    for begin in range(0, count, BATCH):
        cards = dice.sample(range(MEMBERS), min(BATCH, count - begin))
        items = [
            Item(
                caller,
                Purchase(
                    external_id=f"fold-{count}-{begin + place}",
                    lines=tuple(PurchaseLine(dice.choice(shop.skus), 1000, 299) for _ in range(load.LINES)),
                    currency="USD",
                    member=Identity("card", str(FIRST_CARD + card)),
                ),
            )
            for place, card in enumerate(cards)
        ]
        async with database.transaction(shop.tenant_id, actor="operator:bench", at=clock.now()) as tx:
            await commit_batch(tx, reference, items)
    began = time.perf_counter()
    changes = await fold_tenant(database, clock, shop.tenant_id)
    return changes, time.perf_counter() - began
