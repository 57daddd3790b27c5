"""The sums of reports of a million receipts: made anew, proved, added to, and what adding to them costs the tills."""

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from statistics import median

from msgspec import Struct

from bench import load
from bench.chain import RECEIPTS
from bench.house import WebServer, checkpoint, web_server
from bench.load import Load
from bench.shop import FIRST_CARD, MEMBERS, Shop
from plushka.delivery.jobs.folding import fold_tenant, keep_folding
from plushka.delivery.jobs.rollups import check_tenant, rebuild_tenant
from plushka.domain.changes.queries import find_oldest
from plushka.domain.members.model import Identity
from plushka.domain.purchases.commit import commit_batch
from plushka.domain.purchases.model import Caller, Purchase, PurchaseLine
from plushka.domain.purchases.reference import Reference
from plushka.domain.purchases.situation import Item
from plushka.domain.rollups.model import ALL_BRANCHES, TABLES
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.postgres.cluster import Cluster

FOLDED = (1, 10, 100, 1_000, 4_000)
"""Purchases of ten lines that are added up at once."""
BATCH = 50
ROUNDS = 3
SECONDS = 40
CONNECTIONS = 64


class Turn(Struct, frozen=True):
    """What tills committed with folding, and how old the oldest change was that waited at the end."""

    load: Load
    added: int
    lag_seconds: float


def run(cluster: Cluster, shop: Shop) -> str:
    """Measure, and return the section."""
    return f"## Sums\n\n{asyncio.run(_sums(cluster, shop))}\n\n{_tills(cluster, shop)}\n"


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


def _tills(cluster: Cluster, shop: Shop) -> str:
    """Let tills commit at full rate with folding and without, in turns."""
    with web_server(cluster, workers=1) as web:
        load.run(web.url, shop, connections=CONNECTIONS, seconds=3, run="warm-up")
        turns = [
            (_without(cluster, shop, web, turn), _with(cluster, shop, web, turn)) for turn in range(ROUNDS)
        ]
    ratio = median(folding.load.per_second / plain.per_second for plain, folding in turns)
    failed = sum(plain.failed + folding.load.failed for plain, folding in turns)
    rows = "\n".join(_row(plain, folding) for plain, folding in turns)
    how = f"{CONNECTIONS} connections, {load.LINES} lines, {SECONDS} s each, in turns"
    return f"""Tills that commit at full rate ({how})
beside the {RECEIPTS:,} receipts, without and with what adds them up: median ratio {ratio:.2f}, {failed} failed.

| receipts/s without | with | ratio | added up meanwhile | the oldest that waited, s |
|---:|---:|---:|---:|---:|
{rows}"""


def _row(plain: Load, folding: Turn) -> str:
    ratio = folding.load.per_second / plain.per_second
    added = f"{folding.added:,} of {folding.load.requests:,}"
    return (
        f"| {plain.per_second:,.0f} | {folding.load.per_second:,.0f} | {ratio:.2f} | {added} "
        f"| {folding.lag_seconds:.0f} |"
    )


def _without(cluster: Cluster, shop: Shop, web: WebServer, turn: int) -> Load:
    asyncio.run(_drain(cluster, shop))
    checkpoint(cluster)
    return load.run(web.url, shop, connections=CONNECTIONS, seconds=SECONDS, run=f"without-{turn}")


def _with(cluster: Cluster, shop: Shop, web: WebServer, turn: int) -> Turn:
    before = asyncio.run(_drain(cluster, shop))
    checkpoint(cluster)
    with _folding(cluster):
        loaded = load.run(web.url, shop, connections=CONNECTIONS, seconds=SECONDS, run=f"with-{turn}")
        after, lag = asyncio.run(_look(cluster, shop))
    return Turn(loaded, after - before, lag)


@contextmanager
def _folding(cluster: Cluster) -> Iterator[None]:
    """Run in a process of its own what the worker runs."""
    context = get_context("spawn")
    stop = context.Event()
    process = context.Process(target=_keep_folding, args=(cluster.dsn, stop))
    process.start()
    try:
        yield
    finally:
        stop.set()
        process.join()


def _keep_folding(dsn: str, stop: Event) -> None:
    async def keep() -> None:
        database, told = await Database.connect(dsn, connections_max=1), asyncio.Event()
        keeping = asyncio.create_task(keep_folding(database, SystemClock(), told))
        await asyncio.to_thread(stop.wait)
        told.set()
        await keeping
        await database.close()

    asyncio.run(keep())


async def _drain(cluster: Cluster, shop: Shop) -> int:
    """Add up all that waits, and return how many receipts there are in the sums."""
    database = await Database.connect(cluster.dsn, connections_max=1)
    try:
        await fold_tenant(database, SystemClock(), shop.tenant_id)
    finally:
        await database.close()
    return (await _look(cluster, shop))[0]


async def _look(cluster: Cluster, shop: Shop) -> tuple[int, float]:
    """Return how many receipts there are in the sums, and for how long the oldest that are not have waited."""
    database, now = await Database.connect(cluster.dsn, connections_max=1), SystemClock().now()
    try:
        async with database.transaction(shop.tenant_id, actor="operator:bench", at=now) as tx:
            receipts: int = await tx.fetchval(
                "select sum(receipts)::bigint from sales_days where tenant_id = $1 and branch_id = $2",
                tx.tenant_id,
                ALL_BRANCHES,
            )
            oldest = await find_oldest(tx)
    finally:
        await database.close()
    return receipts, 0.0 if oldest is None else (now - oldest).total_seconds()
