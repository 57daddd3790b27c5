"""What keeping the sums and showing dashboards costs the tills: their full rate with and without, in one run.

The machine's pace changes by the minute, so each turn with is compared with the two turns without around it.
"""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.synchronize import Event as ProcessEvent
from statistics import mean, median, quantiles
from threading import Event, Thread

import httpx
import psycopg
from msgspec import Struct

from bench import load, processor
from bench.blocks import AMONG_OTHERS
from bench.chain import RECEIPTS
from bench.house import WebServer, checkpoint, web_server
from bench.load import Load
from bench.office import signed_in
from bench.shop import Shop
from plushka.delivery.office.reports.dashboard.page import BLOCKS, PATH
from plushka.domain.rollups.model import ALL_BRANCHES
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.postgres.cluster import Cluster
from plushka.worker import keep_sums

TURNS = 6
"""Turns with; there is one more without."""
WITH_SECONDS = 30
"""Some rounds of adding up, which rests ten seconds at least."""
WITHOUT_SECONDS = 15
CONNECTIONS = 64
OPENED_EVERY_SECONDS = 10
RATIO_MIN = 0.9
START_SECONDS_MAX = 60


class Turn(Struct, frozen=True):
    """What tills committed with reports, receipts added up meanwhile, and how long blocks of the dashboard took.

    ``aside``: which part of a processor reports and sums had, all that serves them in PostgreSQL and the worker; what
    the web process does for a block is not told apart.
    """

    load: Load
    added: int
    blocks_ms: list[float]
    aside: float


def run(cluster: Cluster, shop: Shop) -> str:
    """Measure, some six minutes, and return the section."""
    with web_server(cluster, workers=1) as web, signed_in(web, shop) as browser:
        load.run(web.url, shop, connections=CONNECTIONS, seconds=5, run="warm-up")
        plain = [_without(cluster, shop, web, 0)]
        turns: list[Turn] = []
        for number in range(TURNS):
            turns.append(_with(cluster, shop, web, browser, number))
            plain.append(_without(cluster, shop, web, number + 1))
    ratios = [_ratio(turn, plain[number : number + 2]) for number, turn in enumerate(turns)]
    failed = sum(each.failed for each in plain) + sum(turn.load.failed for turn in turns)
    blocks = [took for turn in turns for took in turn.blocks_ms]
    rows = "\n".join(
        f"| {plain[number].per_second:,.0f} | {turn.load.per_second:,.0f} | {plain[number + 1].per_second:,.0f} "
        f"| {ratios[number]:.2f} | {turn.aside * 100:.0f} % | {turn.added:,} of {turn.load.requests:,} "
        f"| {median(turn.blocks_ms):,.0f} |"
        for number, turn in enumerate(turns)
    )
    return f"""## Tills

Tills that commit at full rate ({CONNECTIONS} connections, {load.LINES} lines, one process) beside the {RECEIPTS:,}
receipts: {WITHOUT_SECONDS} s alone, {WITH_SECONDS} s while the sums are kept, always with a backlog, and somebody
opens the dashboard every {OPENED_EVERY_SECONDS} s, all {len(BLOCKS)} blocks; and so on. Each ratio is to the mean
of the turns before and after.

**Median ratio {median(ratios):.2f}** ({min(ratios):.2f} to {max(ratios):.2f}; wanted: {RATIO_MIN}), {failed} failed.
Reports and sums had {median(turn.aside for turn in turns):.0%} of one of {os.cpu_count()} processors meanwhile.
{len(blocks):,} blocks meanwhile: p50 {median(blocks):,.0f} ms, p95 {quantiles(blocks, n=20)[-1]:,.0f} ms.

| receipts/s before | with | after | ratio | reports and sums, of a processor | added up meanwhile | a block, p50 ms |
|---:|---:|---:|---:|---:|---:|---:|
{rows}
"""


def _ratio(turn: Turn, around: list[Load]) -> float:
    return turn.load.per_second / mean(each.per_second for each in around)


def _without(cluster: Cluster, shop: Shop, web: WebServer, turn: int) -> Load:
    checkpoint(cluster)
    return load.run(web.url, shop, connections=CONNECTIONS, seconds=WITHOUT_SECONDS, run=f"without-{turn}")


def _with(cluster: Cluster, shop: Shop, web: WebServer, browser: httpx.Client, turn: int) -> Turn:
    before = asyncio.run(_count_added(cluster, shop))
    checkpoint(cluster)
    with _folding(cluster) as folding, _looking(browser) as blocks_ms:
        aside = _Aside(cluster, folding)
        loaded = load.run(web.url, shop, connections=CONNECTIONS, seconds=WITH_SECONDS, run=f"with-{turn}")
        part = aside.seconds() / loaded.seconds
    return Turn(loaded, asyncio.run(_count_added(cluster, shop)) - before, blocks_ms, part)


class _Aside:
    """The processor's time of what gives way to tills, since it was made."""

    def __init__(self, cluster: Cluster, folding: int) -> None:
        self._cluster, self._folding = cluster, folding
        self._before = {process: processor.exact_seconds([process]) for process in self._list()}

    def seconds(self) -> float:
        return sum(processor.exact_seconds([one]) - self._before.get(one, 0) for one in self._list())

    def _list(self) -> list[int]:
        with psycopg.connect(self._cluster.dsn, autocommit=True) as connection:
            rows = connection.execute(
                "select pid from pg_stat_activity where application_name = 'plushka aside'"
            ).fetchall()
        return [self._folding, *(row[0] for row in rows)]


@contextmanager
def _looking(browser: httpx.Client) -> Iterator[list[float]]:
    """Open the dashboard now and again, and note how long each of its blocks took, in ms."""
    blocks_ms: list[float] = []
    closed = Event()

    def look() -> None:
        while not closed.is_set():
            opened = time.perf_counter()
            browser.get(PATH).raise_for_status()
            for name in BLOCKS:
                began = time.perf_counter()
                browser.get(f"{PATH}/blocks/{name}", headers=AMONG_OTHERS).raise_for_status()
                blocks_ms.append((time.perf_counter() - began) * 1000)
            closed.wait(OPENED_EVERY_SECONDS - (time.perf_counter() - opened))

    person = Thread(target=look)
    person.start()
    try:
        yield blocks_ms
    finally:
        closed.set()
        person.join()


@contextmanager
def _folding(cluster: Cluster) -> Iterator[int]:
    """Run in a process of its own what the worker runs; yield the process."""
    context = get_context("spawn")
    ready, stop = context.Event(), context.Event()
    process = context.Process(target=_keep_folding, args=(cluster.dsn, ready, stop))
    process.start()
    # Its start takes a second of the processor, which a worker does not take every half a minute.
    if not ready.wait(START_SECONDS_MAX):
        raise RuntimeError(f"the worker has not started: {process.exitcode}")
    try:
        yield process.pid or 0
    finally:
        stop.set()
        process.join()


def _keep_folding(dsn: str, ready: ProcessEvent, stop: ProcessEvent) -> None:
    async def keep() -> None:
        told = asyncio.Event()
        ready.set()
        keeping = asyncio.create_task(keep_sums(dsn, told))
        await asyncio.to_thread(stop.wait)
        told.set()
        await keeping

    asyncio.run(keep())


async def _count_added(cluster: Cluster, shop: Shop) -> int:
    """Return how many receipts there are in the sums."""
    database = await Database.connect(cluster.dsn, connections_max=1)
    try:
        async with database.transaction(
            shop.tenant_id, actor="operator:bench", at=SystemClock().now(), read_only=True
        ) as tx:
            receipts: int = await tx.fetchval(
                "select sum(receipts)::bigint from sales_days where tenant_id = $1 and branch_id = $2",
                tx.tenant_id,
                ALL_BRANCHES,
            )
    finally:
        await database.close()
    return receipts
