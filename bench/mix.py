"""Mixes of mechanics over the demo's rules, a typical and a heavy one, and commits a second beside the rules alone."""

from collections.abc import Mapping
from statistics import median

import psycopg
from msgspec import Struct, structs

from bench import load
from bench.commits import measured
from bench.house import WebServer, checkpoint, web_server
from bench.shop import Shop
from plushka.engine.conditions import (
    All,
    Birthday,
    Category,
    FirstPurchase,
    ReceiptAmount,
    TimeWindow,
    Weekday,
)
from plushka.engine.price_effects import AmountOff, Combo, ComboPart, PercentOff, Sets, UnitPrice
from plushka.engine.program import Budget, Program, Promotion, StampCard
from plushka.engine.stamp_parts import Gift, Units
from plushka.platform.postgres.cluster import Cluster

CONNECTIONS = 64
SECONDS = 8
ROUNDS = 3
WARM_UP_SECONDS = 3
COFFEE, BREAD = Category(("grocery/coffee",)), Category(("grocery/bread",))
PASTRY, PRODUCE = Category(("pastry",)), Category(("produce",))
DRINKS = Category(("grocery/soft-drinks", "grocery/beers-ales"))
NEVER_SPENT = 10**12
LARGE_MINOR = 52_00
"""Half as much again as the receipts of ``load`` come to on average: such a promotion is there to make them larger."""


class Speed(Struct, frozen=True):
    """Commits over ``CONNECTIONS``, the median of the rounds, and processor time for one.

    ``ratio``: the median over rounds of how many times as many are committed as under the rules alone. ``lowered`` is
    the share of receipts whose prices were lowered, ``discount`` what was taken off all of them.
    """

    per_second: float
    p99_ms: float
    processor_us: float
    ratio: float = 1
    lowered: float = 0
    discount: float = 0


TYPICAL = frozenset({"mix-hours", "mix-pastry", "mix-birthday", "mix-first", "mix-large", "mix-visits"})


def with_typical(base: Program) -> Program:
    """Return the programme with five promotions, two of them with budgets, and a card of visits."""
    heavy = with_heavy(base)
    return structs.replace(
        base,
        promotions=tuple(each for each in heavy.promotions if each.id in TYPICAL),
        cards=tuple(each for each in heavy.cards if each.id in TYPICAL),
    )


def with_heavy(base: Program) -> Program:
    """Return the programme with ten promotions, budgets for all, for branches and for members, and two cards."""
    promotions = (
        Promotion(
            "mix-hours", "Morning coffee", PercentOff(15_00), when=TimeWindow("07:00", "11:00"), lines=COFFEE
        ),
        Promotion("mix-pastry", "2+1", Sets(3), lines=PASTRY),
        Promotion("mix-second", "The second at half price", Sets(2, rate_bp=50_00), lines=DRINKS),
        Promotion(
            "mix-breakfast", "Coffee and bread", Combo((ComboPart(COFFEE), ComboPart(BREAD, rate_bp=50_00)))
        ),
        Promotion("mix-week", "Category of the week", PercentOff(10_00), lines=PRODUCE),
        Promotion("mix-price", "A fixed price", UnitPrice(4_99), lines=Category(("deli/salads",))),
        Promotion("mix-birthday", "Birthday", PercentOff(10_00), when=Birthday(days_before=3, days_after=3)),
        Promotion(
            "mix-first",
            "First purchase",
            AmountOff(3_00),
            when=All((FirstPurchase(), ReceiptAmount(20_00))),
            budgets=(Budget("uses", 1, per="member"),),
        ),
        Promotion(
            "mix-large",
            "Two off large receipts",
            AmountOff(2_00),
            when=ReceiptAmount(LARGE_MINOR),
            budgets=(Budget("amount", NEVER_SPENT), Budget("uses", NEVER_SPENT, per="branch", window="day")),
        ),
        Promotion(
            "mix-weekend", "Weekend", PercentOff(5_00), when=Weekday((6, 7)), lines=Category(("meat",))
        ),
    )
    cards = (
        StampCard("mix-visits", "Every tenth visit", 10, Gift("Coffee")),
        StampCard("mix-coffee", "Every sixth coffee", 6, Gift("Coffee"), counts=Units(), lines=COFFEE),
    )
    return structs.replace(base, promotions=promotions, cards=cards)


def compare(cluster: Cluster, shops: Mapping[str, Shop]) -> dict[str, Speed]:
    """Measure the shops of one server in turns; the first one's rules are what the others are compared with."""
    rounds: dict[str, list[Speed]] = {name: [] for name in shops}
    with web_server(cluster, workers=1) as web:
        for name, shop in shops.items():
            load.run(web.url, shop, connections=CONNECTIONS, seconds=WARM_UP_SECONDS, run=f"warm-{name}")
        for turn in range(ROUNDS):
            for name, shop in shops.items():
                rounds[name].append(_measure(cluster, web, shop, f"{name}-{turn}"))
    plain = next(iter(rounds.values()))
    return {name: _middle(of_shop, plain, _lowered(cluster, shops[name])) for name, of_shop in rounds.items()}


def _lowered(cluster: Cluster, shop: Shop) -> tuple[float, float]:
    with psycopg.connect(cluster.dsn) as connection:
        row = connection.execute(
            """
            select avg((discount_minor > 0)::int)::float, (sum(discount_minor) / sum(amount_minor))::float
            from receipts where tenant_id = %s
            """,
            [shop.tenant_id],
        ).fetchone()
    assert row is not None  # noqa: S101  an aggregate has a row
    return row[0], row[1]


def _measure(cluster: Cluster, web: WebServer, shop: Shop, run: str) -> Speed:
    checkpoint(cluster)
    loaded, python_us, postgresql_us = measured(
        cluster, web, shop, connections=CONNECTIONS, seconds=SECONDS, run=run
    )
    if loaded.failed:
        raise RuntimeError(f"{loaded.failed} of {loaded.requests} purchases were not booked")
    return Speed(loaded.per_second, loaded.p99_ms, python_us + postgresql_us)


def _middle(rounds: list[Speed], plain: list[Speed], lowered: tuple[float, float]) -> Speed:
    return Speed(
        median(one.per_second for one in rounds),
        median(one.p99_ms for one in rounds),
        median(one.processor_us for one in rounds),
        median(one.per_second / other.per_second for one, other in zip(rounds, plain, strict=True)),
        *lowered,
    )
