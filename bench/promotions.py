"""``make bench-promotions``: quotes under a hundred promotions, a mix of mechanics beside none, ten million codes."""

import asyncio
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from statistics import quantiles

from msgspec import Struct, structs

from bench import engine, latency, machine
from bench.house import database_server, web_server
from bench.latency import QUOTE_LINES, Latency
from bench.mix import CONNECTIONS, Speed, compare, with_heavy, with_typical
from bench.shop import MEMBERS, Shop, enroll_many, open_shop
from plushka.delivery.jobs.long_work import do_known_task
from plushka.demo.business import read_program
from plushka.domain.coupons.codes import ALPHABET
from plushka.domain.coupons.model import Limits
from plushka.domain.coupons.operations import add_codes, create_coupon
from plushka.domain.coupons.queries import get_coupon
from plushka.domain.coupons.showing import Showing, read_codes
from plushka.domain.coupons.work import DRAW
from plushka.domain.tasks import operations as tasks
from plushka.engine.conditions import Category, HasLines, ReceiptAmount
from plushka.engine.price_effects import (
    AmountOff,
    Combo,
    ComboPart,
    PercentOff,
    PriceEffect,
    Sets,
    UnitPrice,
)
from plushka.engine.program import Program, Promotion
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.errors import Fact
from plushka.platform.postgres.cluster import Cluster

DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks-promotions.md"
PROMOTIONS = 100
DRAWN = 1_000_000
CODES = 10_000_000
ADDED_AT_ONCE = 100_000
LOOKUPS = 1_000
GOALS_QUOTE_MS = (8, 20)
GOAL_DRAWN_SECONDS = 30
GOAL_LOOKUP_MS = 2
GOAL_MIX = 0.8
MIXES = {
    "rules": "20 rules",
    "typical": "and a typical mix: five promotions, two of them with budgets, a card of visits",
    "heavy": "and a heavy mix: ten promotions, two of them with budgets, two stamp cards",
}


class Codes(Struct, frozen=True):
    """How long codes took to be drawn, and one among ``CODES`` to be found and locked."""

    drawn_seconds: float
    lookup: Latency


def main() -> None:
    """Measure everything, one thing after another: some five minutes."""
    say("quotes under promotions, and commits beside a plain programme")
    base = engine.version_of(20).program
    with database_server() as cluster:
        disk = machine.disk(cluster.data_folder)
        many = structs.replace(base, promotions=tuple(map(_promotion, range(PROMOTIONS))))
        quotes = _measure(cluster, many, latency.quotes)
        rules = read_program()
        programs = {"rules": rules, "typical": with_typical(rules), "heavy": with_heavy(rules)}
        shops = {name: asyncio.run(_shop(cluster, program)) for name, program in programs.items()}
        mixes = compare(cluster, shops)
    say("codes")
    with database_server() as cluster:
        codes = asyncio.run(_codes(cluster, base))
    text = _document(disk, quotes, mixes, codes)
    DOCUMENT.write_text(text)
    print(text)


def say(what: str) -> None:
    """Tell what is measured now, beside the table."""
    print(f"Measuring {what} …", file=sys.stderr, flush=True)


def _promotion(index: int) -> Promotion:
    goods = Category((f"category {index % engine.CATEGORIES}",))
    others = Category((f"category {(index + 1) % engine.CATEGORIES}",))
    effects: tuple[PriceEffect, ...] = (
        PercentOff(5_00 + index),
        AmountOff(10_00 + index),
        UnitPrice(9_00 + index),
        Sets(2 + index % 3),
        Combo((ComboPart(goods), ComboPart(others, rate_bp=50_00))),
    )
    effect = effects[index % len(effects)]
    return Promotion(
        f"promotion {index}",
        f"promotion {index}",
        effect,
        when=(None, ReceiptAmount(10_00), HasLines(goods))[index % 3],
        lines=None if isinstance(effect, Combo) else goods,
        group=f"group {index % 10}",
    )


def _measure(cluster: Cluster, program: Program, ask: Callable[[str, Shop], Latency]) -> Latency:
    shop = asyncio.run(_shop(cluster, program))
    with web_server(cluster, workers=1) as web:
        return ask(web.url, shop)


async def _shop(cluster: Cluster, program: Program) -> Shop:
    database = await Database.connect(cluster.dsn, connections_max=1)
    try:
        shop = await open_shop(database, program)
        await enroll_many(database, shop, program, MEMBERS)
    finally:
        await database.close()
    return shop


async def _codes(cluster: Cluster, program: Program) -> Codes:
    database = await Database.connect(cluster.dsn, connections_max=2)
    clock = SystemClock()
    try:
        shop = await open_shop(database, program)
        actor = "operator:bench"
        async with database.transaction(shop.tenant_id, actor=actor, at=clock.now()) as tx:
            coupon = await create_coupon(tx, name="Bench", limits=Limits(uses_per_code=1))
            arguments: dict[str, Fact] = {
                "coupon": str(coupon.id),
                "name": "Bench",
                "pattern": "SPRING-####-####",
                "count": DRAWN,
            }
            task_id = await tasks.leave(tx, kind=DRAW, arguments=arguments, total=DRAWN)
        started = time.perf_counter()
        await do_known_task(database, clock, f"{shop.tenant_id} {task_id}".encode())
        drawn_seconds = time.perf_counter() - started
        others = _other_codes()
        for _ in range((CODES - DRAWN) // ADDED_AT_ONCE):
            async with database.transaction(shop.tenant_id, actor=actor, at=clock.now()) as tx:
                coupon = await get_coupon(tx, coupon.id)
                await add_codes(tx, coupon, islice(others, ADDED_AT_ONCE))
        took_ms = [await _look_up(database, shop, code) for code in islice(_asked(), LOOKUPS)]
    finally:
        await database.close()
    percentiles = quantiles(took_ms, n=100)
    return Codes(drawn_seconds, Latency(percentiles[49], percentiles[94]))


async def _look_up(database: Database, shop: Shop, code: str) -> float:
    clock = SystemClock()
    async with database.transaction(shop.tenant_id, actor="operator:bench", at=clock.now()) as tx:
        showing = Showing((code,), shop.till_id, None, clock.now().date())
        started = time.perf_counter()
        found = await read_codes(tx, [showing], lock=True)
        took_ms = (time.perf_counter() - started) * 1000
    if found is None or not found.found:
        raise RuntimeError(code)
    return took_ms


def _other_codes() -> Iterator[str]:
    """Return codes in an order that no index likes, each once."""
    for number in range(CODES - DRAWN):
        yield _code(number)


def _asked() -> Iterator[str]:
    while True:
        yield _code(secrets.randbelow(CODES - DRAWN))


def _code(number: int) -> str:
    shuffled = number * 0x9E3779B1 % 2**32
    signs = []
    for _ in range(7):
        shuffled, index = divmod(shuffled, len(ALPHABET))
        signs.append(ALPHABET[index])
    return "OTHER" + "".join(signs)


def _document(disk: str, quotes: Latency, mixes: Mapping[str, Speed], codes: Codes) -> str:
    p50, p95 = GOALS_QUOTE_MS
    rows = (
        (f"quote, {PROMOTIONS} promotions, 20 rules, {QUOTE_LINES} lines", quotes, f"{p50} and {p95}"),
        (f"a code among {CODES:,} found and locked", codes.lookup, f"{GOAL_LOOKUP_MS}"),
    )
    table = "\n".join(
        f"| {what} | {took.p50_ms:.2f} | {took.p95_ms:.2f} | {goal} |" for what, took, goal in rows
    )
    speeds = "\n".join(
        f"| {MIXES[name]} | {speed.per_second:,.0f} | {speed.ratio:.2f} | {speed.p99_ms:.0f}"
        f" | {speed.processor_us:.0f} | {speed.lowered:.0%} | {speed.discount:.1%} |"
        for name, speed in mixes.items()
    )
    return f"""# Benchmarks: promotions and coupons

Made by `make bench-promotions`; nothing here is typed by hand.

{machine.describe()}, data on {disk}.

One request after another, to one web process over HTTP; codes are looked up in the database itself:

| | p50 ms | p95 ms | goal |
|---|---:|---:|---|
{table}

Receipts of ten lines over {CONNECTIONS} connections to one web process, the programmes (`bench/mix.py`) in turns.
*Times*: how many times as many purchases are committed as under the rules alone, the median of the rounds; the goal is
{GOAL_MIX} for a typical mix. *Lowered*: receipts whose prices were lowered; *off*: what was taken off all receipts.

| | commits/s | times | p99 ms | processor µs a commit | lowered | off |
|---|---:|---:|---:|---:|---:|---:|
{speeds}

{DRAWN:,} codes are drawn and written in {codes.drawn_seconds:.0f} s; the goal is {GOAL_DRAWN_SECONDS} s.
"""


if __name__ == "__main__":
    main()
