"""``make bench-groups``: groups, months, tags by rules and suggestions of a hundred thousand members."""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psycopg

from bench import machine
from bench.house import database_server
from bench.shop import Shop, enroll_many, open_shop
from plushka.demo.business import read_program
from plushka.domain.segments.auto_tags.model import (
    AtHours,
    AutoTag,
    FullBaskets,
    LargeReceipts,
    LikesCategory,
    OnWeekdays,
    Rule,
)
from plushka.domain.segments.auto_tags.operations import add_auto_tag, list_auto_tags
from plushka.domain.segments.auto_tags.tagging import apply_rule
from plushka.domain.segments.lifecycle.queries import count_groups, list_cells
from plushka.domain.segments.lifecycle.refreshing import refresh_groups
from plushka.domain.segments.lifecycle.snapshots import take_next_snapshot
from plushka.domain.segments.suggestions.refreshing import refresh_goods
from plushka.domain.segments.suggestions.suggesting import suggest
from plushka.platform.database import Database, Tx
from plushka.platform.postgres.cluster import Cluster

DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks-campaigns.md"
SECTION = "## Groups, tags by rules and suggestions"
MEMBERS = 100_000
RECEIPTS_EACH = 5
DAYS_EACH = 20
LINES = 5
SUGGESTED = 1_000
_DAYS = """
    insert into standing_days
    select %(tenant)s, member_id, program_id, current_date - ((hashtext(member_id::text) & 1023) * each %% 397),
           1, 100 * (1 + (hashtext(member_id::text || each) & 4095)), 0
    from standings, generate_series(1, %(each)s) as each
    where tenant_id = %(tenant)s
    on conflict do nothing
"""
_RECEIPTS = """
    insert into receipts (
        tenant_id, id, till_id, external_id, digest, branch_id, member_id, version_id, occurred_at, received_at,
        business_date, amount_minor, discount_minor, redeemed_minor, payable_minor, redeemed_points, earned_points,
        basket, outcome
    )
    select %(tenant)s, gen_random_uuid(), %(till)s, number || '-' || each, '\\x00', %(branch)s, member_id, %(till)s,
           at, now(), at::date, 500, 0, 0, 500, 0, 5,
           json_build_object('basket', json_build_object('lines', (
               select json_agg(json_build_array(
                   (%(skus)s::text[])[1 + (
                       power((hashtext(number || '/' || each || '/' || line) & 65535) / 65536.0, 3) * 1999
                   )::integer],
                   1000, 100, json_build_array(json_build_array('category-' || (number + line) %% 20), null, 'goods')
               ))
               from generate_series(1, %(lines)s) as line
           ))),
           to_json(repeat('outcome ', 200))
    from (
        select member_id, number, each,
               now() - (number * each %% 364) * interval '1 day' - ((number + each) %% 14) * interval '1 hour' as at
        from (
            select member_id, row_number() over (order by member_id) as number from standings
            where tenant_id = %(tenant)s
        ) as people, generate_series(1, %(each)s) as each
    ) as bought
"""
RULES: Mapping[str, Rule] = {
    "hours": AtHours(receipts_min=2, days=365),
    "days of the week": OnWeekdays(receipts_min=2, days=365, percent_min=40),
    "the largest average receipts": LargeReceipts(receipts_min=2, days=365),
    "a category": LikesCategory(category="category-3", receipts_min=2, days=365),
    "full baskets": FullBaskets(receipts_min=2, days=365, lines_min=5),
}


def main() -> None:
    """Measure: some ten minutes, most of them to invent the receipts."""
    with database_server() as cluster:
        disk = machine.disk(cluster.data_folder)
        took = asyncio.run(_measure(cluster))
    section = _section(disk, took)
    before, _, rest = (
        DOCUMENT.read_text() if DOCUMENT.exists() else "# Benchmarks: campaigns\n\n"
    ).partition(SECTION)
    _, heading, after = rest.partition("\n## ")
    DOCUMENT.write_text(f"{before.rstrip()}\n\n{section}{heading}{after}")
    print(section)


async def _measure(cluster: Cluster) -> dict[str, float]:
    database = await Database.connect(cluster.dsn, connections_max=2)
    program = read_program()
    took: dict[str, float] = {}
    try:
        shop = await open_shop(database, program)
        members = await enroll_many(database, shop, program, MEMBERS)
        _live(cluster, shop)

        async def timed(what: str, work: Callable[[Tx], Awaitable[object]]) -> None:
            async with database.transaction(
                shop.tenant_id, actor="operator:bench", at=datetime.now(UTC)
            ) as tx:
                began = time.perf_counter()
                await work(tx)
                took[what] = time.perf_counter() - began
            print(f"{what}: {took[what]:.2f} s", file=sys.stderr, flush=True)

        await timed("all groups, the first time", refresh_groups)
        await timed("all groups again", refresh_groups)
        await timed("one month written", take_next_snapshot)
        await timed("the counts of the page", count_groups)
        await timed("the grid of scores", list_cells)
        for name, rule in RULES.items():
            await timed(f"a tag by {name}, put on the first time", partial(add_auto_tag, tag=name, rule=rule))
        for known in await _rules(database, shop):
            await timed(f"a tag by {known.tag} again", partial(_apply, known))
        await timed("goods of a year", lambda tx: refresh_goods(tx, datetime.now(UTC).date()))
        await timed(f"suggestions for {SUGGESTED:,} members", lambda tx: suggest(tx, members[:SUGGESTED]))
        await timed("suggestions for one member", lambda tx: suggest(tx, members[-1:]))
    finally:
        await database.close()
    return took


async def _rules(database: Database, shop: Shop) -> list[AutoTag]:
    async with database.transaction(shop.tenant_id, actor="operator:bench", at=datetime.now(UTC)) as tx:
        return await list_auto_tags(tx)


async def _apply(rule: AutoTag, tx: Tx) -> None:
    await apply_rule(tx, rule)


def _live(cluster: Cluster, shop: Shop) -> None:
    with psycopg.connect(cluster.dsn, autocommit=True) as connection:
        given = {"tenant": shop.tenant_id, "till": shop.till_id, "branch": shop.branch_id, "lines": LINES}
        connection.execute(_DAYS, {**given, "each": DAYS_EACH})
        connection.execute(_RECEIPTS, {**given, "each": RECEIPTS_EACH, "skus": list(shop.skus[:2000])})
        connection.execute(
            "update members set enrolled_at = now() - interval '400 days' where tenant_id = %s",
            (shop.tenant_id,),
        )
        connection.execute("vacuum analyze")


def _section(disk: str, took: Mapping[str, float]) -> str:
    table = "\n".join(f"| {what} | {seconds:.2f} |" for what, seconds in took.items())
    return f"""{SECTION}

Made by `make bench-groups`; nothing here is typed by hand. {MEMBERS:,} members with up to
{DAYS_EACH * MEMBERS:,} days of purchases and {RECEIPTS_EACH * MEMBERS:,} receipts of {LINES} lines, one connection,
each measured once, in seconds. What it does: [decision 0089](decisions/0089-lifecycle.md).

{datetime.now(UTC):%Y-%m-%d}. {machine.describe()}, data on {disk}.
Load of the machine meanwhile: {os.getloadavg()[1]:.0f} runnable processes, of which this is one.

| | seconds |
|---|---:|
{table}
"""


if __name__ == "__main__":
    main()
