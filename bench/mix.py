"""A typical mix of mechanics over the demo's rules, and commits a second with and without it, in turns."""

from statistics import median

import psycopg
from msgspec import Struct, structs

from bench import load, processor
from bench.house import WebServer, checkpoint, postmaster, web_server
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
    """Commits over ``CONNECTIONS``, the median of the rounds, and processor time for one."""

    per_second: float
    p99_ms: float
    processor_us: float


class Mix(Struct, frozen=True):
    """``ratio``: the median over rounds of how many times as many are committed with the mix as without.

    ``lowered`` is the share of receipts whose prices the mix has lowered, ``discount`` what it took off all of them.
    """

    plain: Speed
    mixed: Speed
    ratio: float
    lowered: float
    discount: float


def with_mix(base: Program) -> Program:
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


def compare(cluster: Cluster, plain: Shop, mixed: Shop) -> Mix:
    """Measure both shops of one server in turns."""
    with web_server(cluster, workers=1) as web:
        for name, shop in (("plain", plain), ("mixed", mixed)):
            load.run(web.url, shop, connections=CONNECTIONS, seconds=WARM_UP_SECONDS, run=f"warm-{name}")
        rounds = [
            (_measure(cluster, web, plain, f"plain-{turn}"), _measure(cluster, web, mixed, f"mixed-{turn}"))
            for turn in range(ROUNDS)
        ]
    lowered, discount = _lowered(cluster, mixed)
    return Mix(
        plain=_middle([of_plain for of_plain, _ in rounds]),
        mixed=_middle([of_mixed for _, of_mixed in rounds]),
        ratio=median(of_mixed.per_second / of_plain.per_second for of_plain, of_mixed in rounds),
        lowered=lowered,
        discount=discount,
    )


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
    family = [*processor.family(web.process_id), *processor.family(postmaster(cluster))]
    before = processor.seconds(family)
    loaded = load.run(web.url, shop, connections=CONNECTIONS, seconds=SECONDS, run=run)
    if loaded.failed:
        raise RuntimeError(f"{loaded.failed} of {loaded.requests} purchases were not booked")
    used = processor.seconds(family) - before
    return Speed(loaded.per_second, loaded.p99_ms, 1_000_000 * used / loaded.requests)


def _middle(rounds: list[Speed]) -> Speed:
    return Speed(
        median(one.per_second for one in rounds),
        median(one.p99_ms for one in rounds),
        median(one.processor_us for one in rounds),
    )
