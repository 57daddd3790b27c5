"""How long each block of the reports takes to be shown, of a million receipts: all that are registered, by HTTP."""

import time
from statistics import median, quantiles

import httpx

from bench.house import web_server
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
TURNS = 6
P95_MS_MAX = 500


def run(cluster: Cluster, shop: Shop) -> str:
    """Measure, and return the section."""
    with web_server(cluster, workers=1) as web, signed_in(web, shop) as browser:
        rows = "\n".join(_row(browser, name) for name in MAKERS)
    return f"""## Blocks

Each block by HTTP, one request at a time: {TURNS} times each of {len(ASKED)} questions (a month; a year beside the year
before; 30 days of a branch; a quarter of two). Wanted: p95 at most {P95_MS_MAX} ms.

| block | p50, ms | p95, ms | slowest question |
|---|---:|---:|---|
{rows}
"""


def _row(browser: httpx.Client, name: str) -> str:
    took: dict[str, list[float]] = {asked: [] for asked in ASKED}
    for _ in range(TURNS):
        for asked, of_question in took.items():
            began = time.perf_counter()
            answer = browser.get(f"/reports/blocks/{name}{asked}")
            of_question.append((time.perf_counter() - began) * 1000)
            answer.raise_for_status()
    every = [one for of_question in took.values() for one in of_question]
    slowest = max(took, key=lambda asked: median(took[asked]))
    return f"| `{name}` | {median(every):.0f} | {quantiles(every, n=20)[-1]:.0f} | `{slowest or 'a month'}` |"
