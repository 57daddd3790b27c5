"""The rules by which receipts were decided, replayed over them, move exactly the points that the journal has."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.purchases.test_history import PROGRAM
from tests.domain.shop import Shop, open_shop

from plushka.delivery.jobs.settling import settle_tenant
from plushka.domain.ledger.model import InsufficientPoints
from plushka.domain.ledger.operations import extend_all
from plushka.domain.ledger.queries import get_wallet_id
from plushka.domain.programs.adjusting import adjust
from plushka.domain.programs.operations import set_tier
from plushka.domain.purchases.model import PurchaseLine, ReturnLine, ReturnRequest
from plushka.domain.purchases.operations import return_purchase
from plushka.domain.simulation.checking import find_differing
from plushka.domain.simulation.past import Past
from plushka.domain.simulation.pasts import read_pasts
from plushka.domain.simulation.reading import Members
from plushka.domain.simulation.setting import Setting, read_setting, span_of
from plushka.engine.conditions import Product, ReceiptAmount
from plushka.engine.price_effects import PercentOff
from plushka.engine.program import Budget, PointsReward, Promotion, StampCard
from plushka.engine.stamp_parts import Units
from plushka.platform.database import Database
from plushka.platform.errors import Refusal

FIRST_AT = datetime(2026, 1, 1, 6, 0, tzinfo=UTC)
EVERYBODY = Members(UUID(int=0), UUID(int=2**128 - 1))
RULES = structs.replace(
    PROGRAM,
    tiers=structs.replace(PROGRAM.tiers, returns_downgrade=True) if PROGRAM.tiers else None,
    promotions=(
        Promotion(
            "cake-week",
            "Торты −20 %",
            PercentOff(2000),
            when=ReceiptAmount(min_minor=100_00),
            lines=Product(("cake",)),
            budgets=(Budget("uses", 3, per="member", window="month"), Budget("amount", 2_000_00)),
        ),
    ),
    cards=(StampCard("tea", "Пятый чай", 5, PointsReward(25), counts=Units(), lines=Product(("tea",))),),
)
LATER_RULES = structs.replace(RULES, name="Потом", rounding="ceil", cards=(), promotions=())
"""In force from the middle of the past on."""


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    clock.at = FIRST_AT
    async with open_shop(database, clock, RULES) as shop:
        yield shop


class Life:
    """Members who buy, bring back, come late, are given and lose points; drawn anew, the same for a seed."""

    def __init__(self, shop: Shop, clock: SetClock, seed: int, *, changes_rules: bool = True) -> None:
        self.shop, self.clock, self.changes_rules = shop, clock, changes_rules
        self.draw = random.Random(seed)  # noqa: S311 a made-up past needs no secret
        self.members: list[UUID] = []
        self.receipts: list[str] = []
        self.done: Counter[str] = Counter()

    async def live(self, steps: int) -> None:
        for number in range(2):
            self.members.append(await self.shop.enroll(f"+7999000000{number}"))
        for step in range(steps):
            self.clock.advance(timedelta(hours=self.draw.choice([1, 5, 20, 50]), seconds=step))
            if self.changes_rules and step == steps // 2:
                await self.shop.publish(LATER_RULES)
            what = self.draw.choice(
                [
                    "buy",
                    "buy",
                    "buy",
                    "pay",
                    "pay",
                    "late",
                    "bring_back",
                    "bring_back",
                    "hand",
                    "prolong",
                    "tier",
                ]
            )
            try:
                await getattr(self, f"_{what}")(str(step))
            except (Refusal, InsufficientPoints):
                continue
            self.done[what] += 1
        await settle_tenant(self.shop.database, self.clock, self.shop.caller.tenant_id)

    async def _buy(self, number: str, *, redeem: object = 0, hours_late: int = 0) -> None:
        lines = tuple(
            PurchaseLine(sku, self.draw.randrange(1, 4) * 1000, self.draw.randrange(400_00))
            for sku in ("coffee", "cake", "tea")[: self.draw.randrange(1, 4)]
        )
        at = max(FIRST_AT, self.clock.at - timedelta(hours=hours_late))
        who = self.draw.choice(self.members)
        await self.shop.buy(number, 0, member=who, lines=lines, redeem=redeem, occurred_at=at)
        self.receipts.append(number)

    async def _pay(self, number: str) -> None:
        await self._buy(number, redeem=self.draw.choice(["max", "max", 7]))

    async def _late(self, number: str) -> None:
        await self._buy(number, hours_late=self.draw.randrange(1, 200))

    async def _bring_back(self, number: str) -> None:
        receipt_number = self.draw.choice(self.receipts or ["none yet"])
        lines = None if self.draw.random() < 0.4 else (ReturnLine(0, 1000),)
        async with self.shop.tx() as tx:
            request = ReturnRequest(f"r{number}", receipt_number, lines)
            await return_purchase(tx, self.shop.reference, self.shop.caller, request)

    async def _hand(self, _: str) -> None:
        points = self.draw.choice([40, 5, -5, -60])
        async with self.shop.tx() as tx:
            await adjust(tx, self.draw.choice(self.members), points=points, reason="так надо")

    async def _prolong(self, _: str) -> None:
        async with self.shop.tx() as tx:
            member_id = self.draw.choice(self.members)
            wallet_id = await get_wallet_id(tx, member_id=member_id, program_id=self.shop.program_id)
            until = self.clock.at + timedelta(days=self.draw.randrange(5, 60))
            await extend_all(tx, wallet_id=wallet_id, expires_at=until, reason="праздник")

    async def _tier(self, _: str) -> None:
        async with self.shop.tx() as tx:
            await set_tier(tx, self.draw.choice(self.members), "gold", until=None, reason="друг")


async def read(shop: Shop, from_on: date) -> tuple[Setting, list[Past]]:
    """Return the pasts since a day as they were, to now."""
    async with shop.tx() as tx:
        span = span_of(from_on, until_at=tx.at + timedelta(seconds=1), zone="Europe/Moscow")
        setting = await read_setting(tx, program_id=shop.program_id, span=span)
        return setting, await read_pasts(tx, setting, EVERYBODY, with_stamps=True, bounded=["cake-week"])


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_past_as_it_was_moves_the_points_of_the_journal(
    shop: Shop, clock: SetClock, seed: int
) -> None:
    life = Life(shop, clock, seed)
    await life.live(150)
    for from_on in (
        date(2025, 12, 1),
        date(2026, 1, 20),
        date(2026, 2, 10),
        (clock.at - timedelta(days=20)).date(),
    ):
        setting, pasts = await read(shop, from_on)
        async with shop.tx() as tx:
            assert await find_differing(tx, setting, pasts) == {}, (seed, from_on)
    kinds = {kind for past in (await read(shop, date(2025, 12, 1)))[1] for kind in map(type, past.events)}
    assert {kind.__name__ for kind in kinds} >= {"Sale", "Back", "Given", "Taken", "Extended", "TierSet"}
    assert min(life.done.values()) > 2
    assert await shop.differences() == ()
