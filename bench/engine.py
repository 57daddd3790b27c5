"""How many receipts a second one core decides: ``python bench/engine.py``.

The programme mixes what shops mix: percents by category with tier rates, a ladder, time windows,
weekdays, thresholds, fixed points, caps. Receipts differ, so that no answer is remembered whole.
"""

import gc
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import process_time_ns
from uuid import UUID

from msgspec import Struct

from plushka.engine.conditions import All, Category, ReceiptAmount, TimeWindow, Weekday
from plushka.engine.evaluate import evaluate
from plushka.engine.program import (
    AfterDays,
    Band,
    EarningCaps,
    EarningRule,
    ExpirySliding,
    Fixed,
    Ladder,
    Percent,
    Program,
    Redemption,
    RedemptionLimits,
    Requirement,
    Rolling,
    TierRule,
    Tiers,
)
from plushka.engine.purchase import Basket, Line, Look, Lot, Member, Place, Totals
from plushka.engine.version import Version, compile_version

CATEGORIES = 40
RECEIPTS = 2_000
ROUNDS = 5
OPENING = datetime(2026, 3, 2, 6, tzinfo=UTC)


class Timing(Struct, frozen=True):
    """``microseconds`` of processor time, the best of the rounds: what the code costs when nothing else runs."""

    rules: int
    lines: int
    redeems: bool
    microseconds: float

    @property
    def receipts_per_second(self) -> int:
        """Return how many such receipts one core decides."""
        return round(1_000_000 / self.microseconds)


def rule(index: int) -> EarningRule:
    """Return the rule number ``index`` of the mix; number 0 is a plain percent by tier."""
    name, category = f"rule {index}", Category((f"category {index % CATEGORIES}",))
    by_tier = {"gold": 700, "silver": 500}
    match index % 5:
        case 0 if index == 0:
            return EarningRule(name, name, Percent(300, by_tier))
        case 1:
            return EarningRule(name, name, Percent(500 + index, by_tier), lines=category)
        case 2:
            morning = All((TimeWindow("08:00", "12:00"), Weekday((1, 2, 3, 4, 5))))
            return EarningRule(name, name, Percent(800), lines=category, when=morning)
        case 3:
            bands = (Band(0, 300), Band(100_000, 500), Band(300_000, 700))
            return EarningRule(name, name, Ladder(bands), lines=category)
        case 4:
            when = ReceiptAmount(min_minor=index * 10_000)
            return EarningRule(
                name, name, Fixed(10), when=when, policy="stack", caps=EarningCaps(per_day=500)
            )
        case _:
            return EarningRule(name, name, Percent(200), lines=category, policy="stack")


def version_of(rules: int) -> Version:
    """Return a programme of that many rules with three tiers, compiled."""
    program = Program(
        name="mix",
        currency="RUB",
        earning=tuple(rule(index) for index in range(rules)),
        redemption=Redemption(RedemptionLimits(receipt_share_bp=3000)),
        tiers=Tiers(
            (
                TierRule("bronze", "Bronze"),
                TierRule(
                    "silver", "Silver", (Requirement("spend", 1_000_000, Rolling(365)),), discount_bp=300
                ),
                TierRule("gold", "Gold", (Requirement("spend", 5_000_000, Rolling(365)),), discount_bp=500),
            )
        ),
        activation=AfterDays(1),
        expiry=ExpirySliding(120),
    )
    return compile_version(UUID(int=rules), program)


def purchases(lines: int, *, redeems: bool) -> Iterator[tuple[Member, Basket, datetime]]:
    """Make purchases at one branch through a day; the same ones each time."""
    dice = random.Random(7)  # noqa: S311 - a repeatable mix, not a secret
    place = Place("main", "Europe/Moscow")
    for number in range(RECEIPTS):
        at = OPENING + timedelta(seconds=20 * number)
        member = Member(
            available=5_000,
            lots=tuple(Lot(UUID(int=lot), 500, OPENING - timedelta(days=lot)) for lot in range(10))
            if redeems
            else (),
            tier=dice.choice(("bronze", "silver", "gold")),
            purchases=3,
            totals=(Totals(spend_minor=dice.randrange(9_000_000)),),
        )
        basket = Basket(
            lines=tuple(
                Line(
                    product=f"product {(product := dice.randrange(2_000))}",
                    quantity_milli=1000,
                    amount_minor=dice.randrange(1_000, 100_000),
                    look=Look((f"category {product % CATEGORIES}", f"department {product % 8}")),
                )
                for _ in range(lines)
            ),
            place=place,
            redeem="max" if redeems else 0,
        )
        yield member, basket, at


def measure(rules: int, lines: int, *, redeems: bool) -> Timing:
    """Return what one decision costs, over receipts of one size."""
    version, todo = version_of(rules), list(purchases(lines, redeems=redeems))
    gc.collect()
    best = min(_round(version, todo) for _ in range(ROUNDS))
    return Timing(rules, lines, redeems, best / RECEIPTS / 1_000)


def _round(version: Version, todo: list[tuple[Member, Basket, datetime]]) -> int:
    started = process_time_ns()
    for member, basket, at in todo:
        evaluate(version, member, basket, at)
    return process_time_ns() - started


def main() -> None:
    """Print the table."""
    print("| rules | lines | spends points | µs a receipt | receipts/s |")
    print("|---:|---:|---|---:|---:|")
    for rules in (1, 20, 100):
        for lines in (10, 20):
            for redeems in (False, True):
                timing = measure(rules, lines, redeems=redeems)
                spends = "yes" if redeems else "no"
                micro = timing.microseconds
                print(f"| {rules} | {lines} | {spends} | {micro:.1f} | {timing.receipts_per_second:,} |")


if __name__ == "__main__":
    main()
