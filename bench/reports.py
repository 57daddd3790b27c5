"""``make bench-reports``: reports of a chain of a million receipts and 100,000 members, each subject a section."""

import asyncio
import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import asyncpg

from bench import blocks, machine, questions, rollups, tills
from bench.chain import BRANCHES, DAYS, MEMBERS, RECEIPTS, build_chain
from bench.house import database_server
from bench.load import WrkMissing, wrk
from bench.shop import Shop
from plushka.delivery.jobs.rollups import rebuild_tenant
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.postgres.cluster import Cluster

DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks-reports.md"
SECTIONS: Mapping[str, Callable[[Cluster, Shop], str]] = {
    "Sums": rollups.run,
    "Blocks": blocks.run,
    "Questions": questions.run,
    "Tills": tills.run,
}
"""By the heading of each: what measures it and returns it, its heading included."""
_HEAD = f"""# Benchmarks: reports

A chain of {RECEIPTS:,} receipts and {MEMBERS:,} members, {BRANCHES} branches, over {DAYS} days. Measured by
`make bench-reports` (a section alone: `python -m bench.reports Blocks`).
"""


def main() -> None:
    """Measure the sections that are named, or all, and write them into the document; the others stay."""
    try:
        wrk()
    except WrkMissing as missing:
        sys.exit(str(missing))
    asked = sys.argv[1:] or list(SECTIONS)
    with database_server() as cluster:
        print("Building the chain …", file=sys.stderr, flush=True)
        shop = asyncio.run(_build(cluster, is_added_up="Sums" not in asked))
        for title in asked:
            print(f"Measuring {title} …", file=sys.stderr, flush=True)
            load = os.getloadavg()[0]
            where = f"On {machine.describe()}, {machine.disk(cluster.data_folder)}"
            section = (
                f"{SECTIONS[title](cluster, shop)}\n{where}; load of the machine before it: {load:.1f}.\n"
            )
            text = DOCUMENT.read_text() if DOCUMENT.exists() else _HEAD
            known = re.search(rf"## {re.escape(title)}\n.*?(?=\n## |\Z)", text, re.DOTALL)
            text = text.replace(known[0], section) if known else f"{text}\n{section}"
            DOCUMENT.write_text(text)
            print(section)


async def _build(cluster: Cluster, *, is_added_up: bool) -> Shop:
    database = await Database.connect(cluster.dsn, connections_max=2)
    try:
        shop = await build_chain(database, cluster.dsn)
        if is_added_up:
            await rebuild_tenant(database, SystemClock(), shop.tenant_id)
            await _tidy(cluster.dsn)
    finally:
        await database.close()
    return shop


async def _tidy(dsn: str) -> None:
    """Do what PostgreSQL does by itself some minutes after a lot was written."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()


if __name__ == "__main__":
    main()
