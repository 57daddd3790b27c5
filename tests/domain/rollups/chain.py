"""A chain of branches in several zones under two programmes, and operations of every kind drawn by a seed."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.conftest import SetClock
from tests.domain.shop import Shop, open_shop, receipt

from plushka.domain.bots.leaving import delete_member
from plushka.domain.businesses.branches import open_branch
from plushka.domain.businesses.operations import change_business
from plushka.domain.businesses.queries import get_business
from plushka.domain.catalog.model import Category, ProductEntry
from plushka.domain.catalog.operations import upsert_categories, upsert_products
from plushka.domain.ledger.operations import settle_due
from plushka.domain.members.model import Identity
from plushka.domain.programs.adjusting import adjust
from plushka.domain.programs.assigning import move_branches
from plushka.domain.programs.operations import create_program, enroll, publish
from plushka.domain.purchases.history import load_history
from plushka.domain.purchases.merging import merge_members, undo_merge
from plushka.domain.purchases.model import Caller, PurchaseLine, ReturnLine, ReturnRequest
from plushka.domain.purchases.operations import return_purchase
from plushka.domain.purchases.queries import get_receipt
from plushka.domain.purchases.situation import Item
from plushka.domain.rollups.folding import fold
from plushka.domain.rollups.rebuilding import rebuild
from plushka.domain.staff.operations import set_up_till
from plushka.engine.conditions import ReceiptAmount
from plushka.engine.price_effects import PercentOff, RaisedShare
from plushka.engine.program import (
    EarningRule,
    ExpiryFixed,
    Percent,
    PointsReward,
    Program,
    Promotion,
    Redemption,
    RedemptionLimits,
    Requirement,
    StampCard,
    TierRule,
    Tiers,
)
from plushka.engine.stamp_parts import Gift
from plushka.platform.database import Database, Tx
from plushka.platform.errors import Refusal

BRANCHES = (
    ("moscow", "Europe/Moscow", 240),
    ("berlin", "Europe/Berlin", 240),
    ("new-york", "America/New_York", 240),
    ("magadan", "Asia/Magadan", 0),
)
"""By code, zone and the minute after midnight at which the day begins; clocks change in two of them."""
_CATEGORIES = (
    Category("food", "Еда"),
    Category("food/bread", "Хлеб", "food"),
    Category("food/bread/rye", "Ржаной", "food/bread"),
    Category("home", "Дом"),
)
_PRODUCTS = (
    ProductEntry("rye", "Бородинский", "food/bread/rye", "Коломенский", cost_minor=31_00),
    ProductEntry("loaf", "Батон", "food/bread", "Коломенский", cost_minor=20_33),
    ProductEntry("milk", "Молоко", "food", "Простоквашино"),
    ProductEntry("soap", "Мыло", "home", cost_minor=0),
    ProductEntry("other", "Прочее"),
)
MEMBERS_MIN = 3
SKUS = (*(product.sku for product in _PRODUCTS), "unlisted")


def _program(name: str, rate_bp: int) -> Program:
    return Program(
        name=name,
        currency="RUB",
        earning=(EarningRule(id="base", name="База", effect=Percent(rate_bp=rate_bp)),),
        redemption=Redemption(limits=RedemptionLimits(receipt_share_bp=5000)),
        expiry=ExpiryFixed(days=6),
        promotions=(
            Promotion("ten", "Минус 10 %", PercentOff(10_00), when=ReceiptAmount(min_minor=300_00)),
            Promotion("mug", "Кружка", Gift("Кружка"), when=ReceiptAmount(min_minor=600_00)),
            Promotion("share", "Больше бонусами", RaisedShare(80_00), when=ReceiptAmount(max_minor=500_00)),
        ),
        cards=(StampCard("cup", "Третья чашка", needed=3, reward=PointsReward(points=50)),),
        tiers=Tiers(
            tiers=(
                TierRule(id="green", name="Зелёный"),
                TierRule(
                    id="gold",
                    name="Золотой",
                    requirements=(Requirement(metric="spend", at_least=1_000_00),),
                    discount_bp=700,
                ),
            )
        ),
    )


@dataclass
class Chain:
    """The chain under test. ``members`` can buy; ``sold`` are receipts, some of which have come back."""

    shop: Shop
    clock: SetClock
    dice: random.Random
    members: list[UUID] = field(default_factory=list)
    sold: list[UUID] = field(default_factory=list)
    merges: list[tuple[UUID, UUID]] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    number: int = 0

    def next(self, name: str) -> str:
        self.number += 1
        return f"{name}-{self.number}"

    async def step(self) -> None:
        """Do something, or try to: not every return has something to bring back."""
        kinds = {
            "buy": 12, "buy_late": 3, "load": 1, "return_part": 4, "return_all": 2, "pass_time": 4, "join": 2,
            "merge": 1, "part": 1, "leave": 0.4, "adjust": 2, "settle": 1, "move_zone": 0.3, "fold": 4, "rebuild": 0.3,
        }  # fmt: skip
        [kind] = self.dice.choices(list(kinds), list(kinds.values()))
        if kind in {"merge", "leave"} and len(self.members) < MEMBERS_MIN:
            kind = "join"
        try:
            await getattr(self, f"_{kind}")()
        except Refusal:
            self.done[f"refused {kind}"] += 1
        else:
            self.done[kind] += 1

    def _lines(self) -> tuple[PurchaseLine, ...]:
        return tuple(
            PurchaseLine(
                sku=self.dice.choice(SKUS),
                quantity_milli=self.dice.choice((1000, 2000, 3000, 333, 1500)),
                amount_minor=self.dice.choice((0, 1, 99, 100_00, 333_33, 512_50)),
                category=self.dice.choice((None, "home", "strange")),
            )
            for _ in range(self.dice.randint(1, 5))
        )

    async def _buy(self, late: timedelta = timedelta(0)) -> None:
        member_id = self.dice.choice((None, *self.members))
        done = await self.shop.queue.commit(
            self.shop.caller,
            receipt(
                self.next("sale"),
                0,
                lines=self._lines(),
                branch=self.dice.choice(BRANCHES)[0],
                member=member_id,
                cashier=self.dice.choice((None, "Аня", "Боря")),
                redeem=self.dice.choice((0, "max")) if member_id else 0,
                occurred_at=self.clock.now() - late if late else None,
            ),
        )
        self.sold.append(done.receipt.id)

    async def _buy_late(self) -> None:
        await self._buy(timedelta(minutes=self.dice.randint(1, 40 * 24 * 60)))

    async def _load(self) -> None:
        items = [
            Item(
                self.shop.caller,
                receipt(
                    self.next("past"),
                    0,
                    lines=self._lines(),
                    branch=self.dice.choice(BRANCHES)[0],
                    member=self.dice.choice((None, *self.members)),
                    occurred_at=self.clock.now() - timedelta(hours=self.dice.randint(1, 900)),
                ),
            )
            for _ in range(4)
        ]
        async with self.shop.tx() as tx:
            await load_history(tx, self.shop.reference, items)
            rows = await tx.fetch(
                "select id from receipts where external_id = any($1)",
                [item.purchase.external_id for item in items],
            )
        self.sold += [row["id"] for row in rows]

    async def _return_all(self) -> None:
        await self._give_back(None)

    async def _return_part(self) -> None:
        sold = self.dice.choice(self.sold)
        async with self.shop.tx() as tx:
            lines = (await get_receipt(tx, sold)).lines
        index = self.dice.randrange(len(lines))
        part = self.dice.choice((lines[index].quantity_milli, lines[index].quantity_milli // 3))
        await self._give_back((ReturnLine(index, part),), sold)

    async def _give_back(self, lines: tuple[ReturnLine, ...] | None, sold: UUID | None = None) -> None:
        request = ReturnRequest(self.next("back"), sold or self.dice.choice(self.sold), lines)
        async with self.shop.tx() as tx:
            await return_purchase(tx, self.shop.reference, self.shop.caller, request)

    async def _pass_time(self) -> None:
        self.clock.advance(timedelta(minutes=self.dice.randint(1, 60 * 60)))

    async def _join(self) -> None:
        async with self.shop.tx() as tx:
            member = await enroll(tx, name="Аня", identities=[Identity("card", self.next("card"))])
        self.members.append(member.id)

    async def _merge(self) -> None:
        kept, merged = self.dice.sample(self.members, 2)
        async with self.shop.tx() as tx:
            merge_id = await merge_members(tx, kept_id=kept, merged_id=merged, reason="Одно лицо")
        self.members.remove(merged)
        self.merges.append((merge_id, merged))

    async def _part(self) -> None:
        if not self.merges:
            return
        merge_id, merged = self.merges.pop()
        async with self.shop.tx() as tx:
            await undo_merge(tx, merge_id)
        self.members.append(merged)

    async def _leave(self) -> None:
        member_id = self.dice.choice(self.members)
        async with self.shop.tx() as tx:
            await delete_member(tx, member_id)
        self.members.remove(member_id)

    async def _adjust(self, points: int | None = None) -> None:
        by = points or self.dice.choice((100, 20, -5))
        async with self.shop.tx() as tx:
            await adjust(
                tx,
                self.dice.choice(self.members),
                points=by,
                reason="Ошибка кассы",
            )

    async def _settle(self) -> None:
        async with self.shop.tx() as tx:
            await settle_due(tx)

    async def _move_zone(self, zone: str | None = None) -> None:
        async with self.shop.tx() as tx:
            business = await get_business(tx)
            await change_business(
                tx,
                name=business.name,
                language=business.language,
                time_zone=zone or self.dice.choice(BRANCHES)[1],
                point_words=business.point_words,
                spending_needs_permit=business.spending_needs_permit,
            )

    async def _fold(self) -> None:
        """Add up a few of what waits: the rest is seen, and is not to be counted yet."""
        async with self.transaction() as tx:
            await fold(tx, subjects_max=self.dice.randint(1, 20))

    async def _rebuild(self) -> None:
        async with self.transaction() as tx:
            await rebuild(tx)

    def transaction(self) -> AbstractAsyncContextManager[Tx]:
        """Open a transaction that sees one moment."""
        return self.shop.database.transaction(
            self.shop.caller.tenant_id, actor="test:rollups", at=self.clock.now(), one_moment=True
        )


@asynccontextmanager
async def open_chain(database: Database, clock: SetClock, *, seed: int) -> AsyncIterator[Chain]:
    """Open the chain in winter; steps lead it past the days on which clocks go forward, in both zones."""
    clock.at = datetime(2026, 1, 20, 9, tzinfo=UTC)
    async with open_shop(database, clock, _program("Первая", 10_00)) as shop:
        async with shop.tx() as tx:
            opened = [
                await open_branch(tx, code=code, name=code, time_zone=zone, day_starts_minutes=starts)
                for code, zone, starts in BRANCHES
            ]
            till = await set_up_till(tx, name="Магазин")
            await upsert_categories(tx, _CATEGORIES)
            await upsert_products(tx, _PRODUCTS)
            second = await create_program(tx, name="Вторая")
            await publish(tx, program_id=second, program=_program("Вторая", 3_00), valid_from=tx.at)
        shop.caller = Caller(tenant_id=shop.caller.tenant_id, till_id=till.id, branch=None)
        clock.at = datetime(2026, 3, 5, 9, tzinfo=UTC)
        async with shop.tx() as tx:
            await move_branches(tx, [opened[1].id, opened[2].id], program_id=second)
        chain = Chain(shop, clock, random.Random(seed))  # noqa: S311  a repeatable walk, no secret
        for _ in range(4):
            await chain._join()
        yield chain
