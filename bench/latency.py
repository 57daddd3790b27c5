"""How long one request takes while nobody else asks: quotes under many rules, commits."""

import json
import time
from collections.abc import Iterable
from contextlib import closing
from http.client import HTTPConnection
from statistics import quantiles
from urllib.parse import urlsplit

from msgspec import Struct

from bench.engine import CATEGORIES
from bench.shop import FIRST_CARD, MEMBERS, Shop

REQUESTS = 1_000
WARM_UP = 100
QUOTE_RULES = 100
QUOTE_LINES = 20
COMMIT_LINES = 10
CURRENCY = "RUB"
"""That of the programme of ``bench.engine``."""


class Latency(Struct, frozen=True):
    """Of one request after another over one connection, the client's own work included."""

    p50_ms: float
    p95_ms: float


def quotes(url: str, shop: Shop) -> Latency:
    """Quote receipts of ``QUOTE_LINES`` lines to members, all they may spend included."""
    bodies = ({**_purchase(number, QUOTE_LINES), "redeem": "max"} for number in range(REQUESTS + WARM_UP))
    return _measure(url, "/v1/quotes", shop, bodies)


def commits(url: str, shop: Shop) -> Latency:
    """Commit receipts of ``COMMIT_LINES`` lines."""
    bodies = (
        {**_purchase(number, COMMIT_LINES), "external_id": f"idle-{number}"}
        for number in range(REQUESTS + WARM_UP)
    )
    return _measure(url, "/v1/purchases", shop, bodies)


def _purchase(number: int, lines: int) -> dict[str, object]:
    return {
        "currency": CURRENCY,
        "member": {"card": str(FIRST_CARD + number % MEMBERS)},
        "lines": [
            {
                "sku": f"unlisted {(number + line) % 500}",
                "category": f"category {(number + line) % CATEGORIES}",
                "quantity_milli": 1000,
                "amount_minor": 1_000 + (number * 37 + line * 911) % 90_000,
            }
            for line in range(lines)
        ],
    }


def _measure(url: str, path: str, shop: Shop, bodies: Iterable[dict[str, object]]) -> Latency:
    headers = {"Authorization": f"Bearer {shop.key}", "Content-Type": "application/json"}
    took_ms = []
    with closing(HTTPConnection(urlsplit(url).netloc)) as connection:
        for body in bodies:
            encoded = json.dumps(body)
            started = time.perf_counter()
            connection.request("POST", path, encoded, headers)
            answer = connection.getresponse()
            said = answer.read()
            took_ms.append((time.perf_counter() - started) * 1000)
            if answer.status not in {200, 201}:
                raise RuntimeError(said.decode())
    percentiles = quantiles(took_ms[WARM_UP:], n=100)
    return Latency(p50_ms=percentiles[49], p95_ms=percentiles[94])
