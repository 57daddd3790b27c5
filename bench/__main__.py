"""``make bench``: measures, prints the tables and writes docs/benchmarks.md, and that of the what-if."""

import asyncio
import sys
from pathlib import Path

from bench import commits, engine, history, latency, machine, report, whatif
from bench.house import database_server, web_server
from bench.load import WrkMissing, wrk
from bench.report import Results
from bench.shop import MEMBERS, Shop, enroll_many, open_shop
from plushka.demo.business import read_program
from plushka.engine.program import Program
from plushka.platform.database import Database
from plushka.platform.postgres.cluster import Cluster

DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks.md"
WORKERS = (1, 2)


def main() -> None:
    """Measure everything, one thing after another: some twenty minutes."""
    try:
        wrk()
    except WrkMissing as missing:
        sys.exit(str(missing))
    say("commits beside pgbench")
    with database_server() as cluster:
        disk = machine.disk(cluster.data_folder)
        shop = asyncio.run(_shop(cluster, read_program()))
        compared = [commits.compare(cluster, shop, workers=workers) for workers in WORKERS]
        say("one member")
        alone, crowd = commits.one_member(cluster, shop, workers=1)
        exact = asyncio.run(commits.is_exact(cluster, shop))
    say("one request at a time")
    with database_server() as cluster:
        shop = asyncio.run(_shop(cluster, engine.version_of(latency.QUOTE_RULES).program))
        with web_server(cluster, workers=1) as web:
            quotes = latency.quotes(web.url, shop)
        plain = asyncio.run(_shop(cluster, engine.version_of(20).program))
        with web_server(cluster, workers=1) as web:
            idle = latency.commits(web.url, plain)
    say("a year of history")
    with database_server() as cluster:
        past = history.measure(cluster)
        say("the what-if on it")
        what_if = whatif.measure(cluster)
    say("the engine alone")
    timings = [
        engine.measure(rules, lines, redeems=redeems)
        for rules in (1, 20, 100)
        for lines in (10, 20)
        for redeems in (False, True)
    ]
    document = report.render(
        Results(
            disk=disk,
            compared=compared,
            alone=alone,
            crowd=crowd,
            is_exact=exact,
            quotes=quotes,
            commits=idle,
            history=past,
            what_if=what_if,
            engine=timings,
        )
    )
    DOCUMENT.write_text(document)
    whatif.DOCUMENT.write_text(whatif.render(what_if))
    print(document)


def say(what: str) -> None:
    """Tell what is measured now, beside the table."""
    print(f"Measuring {what} …", file=sys.stderr, flush=True)


async def _shop(cluster: Cluster, program: Program) -> Shop:
    database = await Database.connect(cluster.dsn, connections_max=1)
    try:
        shop = await open_shop(database, program)
        await enroll_many(database, shop, program, MEMBERS)
    finally:
        await database.close()
    return shop


if __name__ == "__main__":
    main()
