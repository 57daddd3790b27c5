"""How long each block of the reports takes to be shown, of a million receipts: all that are registered, by HTTP."""

import time
from collections.abc import Sequence
from statistics import mean, median, quantiles

import httpx
import psycopg
from msgspec import Struct

from bench import processor
from bench.house import WebServer, web_server
from bench.office import signed_in
from bench.shop import Shop
from plushka.delivery.office.reports.registry import MAKERS
from plushka.platform.postgres.cluster import Cluster

ASKED = (
    "",
    "?period=year&compare=year",
    "?period=days30&branch=branch-3",
    "?period=quarter&branch=main&branch=branch-7",
)
"""What each is asked about, in turns."""
AMONG_OTHERS = {"hx-request": "true"}
"""As a page of reports loads its blocks."""
TURNS = 6
P95_MS_MAX = 500


class Took(Struct, frozen=True):
    """A block shown: how long somebody waited, and the processor's time of PostgreSQL and of the web process, in ms."""

    waited: float
    sql: float
    web: float

    @property
    def worked(self) -> float:
        return self.sql + self.web


def run(cluster: Cluster, shop: Shop) -> str:
    """Measure, and return the section."""
    with web_server(cluster, workers=1) as web, signed_in(web, shop) as browser:
        took = {name: measure(cluster, web, browser, name) for name in MAKERS}
    every = [one for of_block in took.values() for of_question in of_block.values() for one in of_question]
    late = [
        f"`{name}`"
        for name, of_block in took.items()
        if _p95([one.waited for one in _all(of_block)]) > P95_MS_MAX
    ]
    rows = "\n".join(_row(name, of_block) for name, of_block in took.items())
    waited, worked = [one.waited for one in every], [one.worked for one in every]
    dearest = max(
        mean(one.worked for one in each) for of_block in took.values() for each in of_block.values()
    )
    return f"""## Blocks

Each block by HTTP, one request at a time: {TURNS} times each of {len(ASKED)} questions (a month; a year beside the year
before; 30 days of a branch; a quarter of two). Wanted: p95 at most {P95_MS_MAX} ms. How long somebody waits depends on
what else the machine does; the processor's time of a block, PostgreSQL's and the web process's together, hardly does.

- waited for, all {len(took)} blocks: p50 {median(waited):,.0f} ms, p95 {_p95(waited):,.0f} ms
- over {P95_MS_MAX} ms at p95: {", ".join(late) or "none"}
- of the processor: p50 {median(worked):,.0f} ms, p95 {_p95(worked):,.0f} ms
- of the processor, the dearest block and question: {dearest:,.0f} ms

| block | waited, ms: p50 | p95 | processor, ms: p50 | p95 | the dearest question | of it PostgreSQL, ms |
|---|---:|---:|---:|---:|---|---:|
{rows}
"""


def measure(cluster: Cluster, web: WebServer, browser: httpx.Client, name: str) -> dict[str, list[Took]]:
    """Return what it took to show a block, by question."""
    took: dict[str, list[Took]] = {asked: [] for asked in ASKED}
    with psycopg.connect(cluster.dsn, autocommit=True) as connection:
        for _ in range(TURNS):
            for asked, of_question in took.items():
                serving, before = _list_serving(connection), processor.exact_seconds([web.process_id])
                sql_before = processor.exact_seconds(serving)
                began = time.perf_counter()
                answer = browser.get(f"/reports/blocks/{name}{asked}", headers=AMONG_OTHERS)
                waited = time.perf_counter() - began
                answer.raise_for_status()
                sql = processor.exact_seconds(serving) - sql_before
                of_web = processor.exact_seconds([web.process_id]) - before
                of_question.append(Took(waited * 1000, sql * 1000, of_web * 1000))
    return took


def _list_serving(connection: psycopg.Connection) -> list[int]:
    """Return the processes of PostgreSQL that serve Plushka: not those that tidy up meanwhile."""
    rows = connection.execute("select pid from pg_stat_activity where application_name like 'plushka%'")
    return [row[0] for row in rows]


def _row(name: str, took: dict[str, list[Took]]) -> str:
    every = _all(took)
    waited, worked = [one.waited for one in every], [one.worked for one in every]
    dearest = max(took, key=lambda asked: mean(one.worked for one in took[asked]))
    return (
        f"| `{name}` | {median(waited):,.0f} | {_p95(waited):,.0f} | {median(worked):,.0f} | {_p95(worked):,.0f} "
        f"| `{dearest or 'a month'}` | {mean(one.sql for one in took[dearest]):,.0f} |"
    )


def _all(took: dict[str, list[Took]]) -> list[Took]:
    return [one for of_question in took.values() for one in of_question]


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1]
