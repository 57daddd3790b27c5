"""Whatever a member, a cashier, a manager and time do, in any order, the books say what a heap of points says."""

from asyncio import Runner
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from operator import methodcaller
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from msgspec import structs
from tests.conftest import CONNECTIONS_MAX, SetClock, new_database
from tests.domain.shop import Shop, open_shop, receipt
from tests.faults.model import POINT_MINOR, REDEEM_SHARE_PERCENT, SILVER_AT_MINOR, Card, Refused, affordable

from plushka.delivery.jobs.settling import settle_tenant
from plushka.domain.ledger.operations import grant, take_away, write_off_debt
from plushka.domain.programs.operations import set_tier
from plushka.domain.purchases.model import HoldRequest, PurchaseLine, ReturnLine, ReturnRequest
from plushka.domain.purchases.operations import cancel_hold, hold, return_purchase
from plushka.engine.program import (
    AfterDays,
    AtOnce,
    Band,
    Debt,
    EarningRule,
    ExpiryFixed,
    Ladder,
    Lifetime,
    Percent,
    Program,
    Redemption,
    RedemptionLimits,
    Requirement,
    TierRule,
    Tiers,
)
from plushka.engine.purchase import Grant
from plushka.platform.database import Database
from plushka.platform.errors import Refusal

EXAMPLES = 60
STEPS = 40
STANDARD = Program(
    name="10 %, серебряным 20 %",
    currency="RUB",
    earning=(EarningRule(id="base", name="10 %", effect=Percent(rate_bp=1000, by_tier={"silver": 2000})),),
    redemption=Redemption(limits=RedemptionLimits(receipt_share_bp=REDEEM_SHARE_PERCENT * 100)),
    tiers=Tiers(
        (
            TierRule("base", "Первый"),
            TierRule("silver", "Серебряный", (Requirement("spend", SILVER_AT_MINOR, Lifetime()),)),
        )
    ),
    activation=AfterDays(1),
    expiry=ExpiryFixed(days=10),
)
LARGE_FROM_MINOR = 100_00
# The larger receipt earns less, so that a return may leave one that earns more.
FALLING = structs.replace(
    STANDARD,
    name="50 %, с большого чека 10 %",
    earning=(
        EarningRule(
            id="falling",
            name="50 %, 10 %",
            effect=Ladder(
                bands=(Band(from_minor=0, rate_bp=5000), Band(from_minor=LARGE_FROM_MINOR, rate_bp=1000))
            ),
        ),
    ),
)
DEBT_MAX = 15


def standard(amount_minor: int, tier: str) -> int:
    return amount_minor * {"base": 10, "silver": 20}[tier] // 100 // POINT_MINOR


def falling(amount_minor: int, tier: str) -> int:  # noqa: ARG001 - earns the same at every tier
    return amount_minor * (10 if amount_minor >= LARGE_FROM_MINOR else 50) // 100 // POINT_MINOR


AT_ONCE = structs.replace(FALLING, activation=AtOnce())
RULES = [
    (STANDARD, standard, None),
    (FALLING, falling, None),
    (AT_ONCE, falling, None),
    (structs.replace(AT_ONCE, debt=Debt(limit=DEBT_MAX)), falling, DEBT_MAX),
    (structs.replace(AT_ONCE, debt=Debt(policy="clamp")), falling, 0),
]
amounts_minor = st.one_of(st.integers(1, 50_00), st.integers(50_00, 800_00))
parts = st.sampled_from(["one", "half", "all", "too many"])
any_index = st.integers(0, 1_000_000)


def operation(name: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[methodcaller]:
    return st.builds(methodcaller, st.just(name), **arguments)


def part_of(most: int, part: str) -> int:
    """Return some of ``most``, at least one; mostly what can be done, at times more."""
    return max(1, {"one": 1, "half": most // 2, "all": most, "too many": most + 1}[part])


# One rule draws from all: rules apart are switched off by turns, and debts need many kinds to meet.
OPERATIONS = st.one_of(
    operation("buy", amount_minor=amounts_minor, quantity=st.integers(1, 4)),
    operation("buy_with_points", amount_minor=amounts_minor, quantity=st.integers(1, 4), part=parts),
    operation("set_aside", part=parts, minutes=st.sampled_from([5, 60 * 30, 60 * 24 * 6])),
    operation("capture", index=any_index, amount_minor=amounts_minor, part=st.one_of(st.none(), parts)),
    operation("cancel", index=any_index),
    operation("bring_back", index=any_index, part=parts),
    # A debt of a receipt that comes back in several parts, settled in between, is rare among all that can happen.
    operation("bring_back", index=st.just(0), part=st.just("one")),
    operation("bring_back", index=st.just(0), part=st.just("one")),
    operation("take_by_hand", part=st.just("all")),
    operation("give_by_hand", points=st.integers(1, 40), days=st.sampled_from([None, 3, 20])),
    operation("take_by_hand", part=parts),
    operation("forgive", part=parts),
    operation("make_silver"),
    operation("wait", hours=st.sampled_from([1, 25, 24 * 4, 24 * 12])),
    operation("sweep"),
)


class Operations(RuleBasedStateMachine):
    """One member of one shop, and the heap of points that says what must be there."""

    server_dsn: str
    template: str

    def __init__(self) -> None:
        super().__init__()
        self.runner = Runner()
        self.stack = AsyncExitStack()
        self.clock = SetClock(datetime(2026, 3, 10, 9, 0, tzinfo=UTC))
        self.card = Card(standard)
        self.count = 0
        self.hold_ids: dict[str, UUID] = {}

    @initialize(
        rules=st.sampled_from(RULES),
        amount_minor=st.one_of(amounts_minor, st.integers(LARGE_FROM_MINOR, 4 * LARGE_FROM_MINOR)),
        hours=st.sampled_from([1, 25, 24 * 12]),
    )
    def open_shop(
        self, rules: tuple[Program, Callable[[int, str], int], int | None], amount_minor: int, hours: int
    ) -> None:
        """Begin with a purchase, of now, of yesterday, or so long ago that its points burned."""
        program, earn, debt_max = rules
        self.card = Card(earn, debt_max)
        dsn = self.stack.enter_context(new_database(self.server_dsn, template=self.template))
        self.run(self._open_shop(dsn, program))
        self.sell(amount_minor, 4, redeem=0, hold=None)
        self.wait(hours)

    async def _open_shop(self, dsn: str, program: Program) -> None:
        self.database = await Database.connect(dsn, connections_max=CONNECTIONS_MAX)
        self.stack.push_async_callback(self.database.close)
        self.shop: Shop = await self.stack.enter_async_context(open_shop(self.database, self.clock, program))
        self.member_id = await self.shop.enroll()
        self.wallet_id = (await self.shop.wallet(self.member_id)).id

    def teardown(self) -> None:
        try:
            if hasattr(self, "shop"):
                assert self.run(self.shop.differences()) == ()
        finally:
            self.run(self.stack.aclose())
            self.runner.close()

    @rule(operation=OPERATIONS)
    def operate(self, operation: methodcaller) -> None:
        operation(self)

    def buy(self, amount_minor: int, quantity: int) -> None:
        self.sell(amount_minor, quantity, redeem=0, hold=None)

    def buy_with_points(self, amount_minor: int, quantity: int, part: str) -> None:
        most = min(self.card.available(), affordable(amount_minor))
        self.sell(amount_minor, quantity, redeem=part_of(most, part), hold=None)

    def set_aside(self, part: str, minutes: int) -> None:
        number, ttl = self.number(), timedelta(minutes=minutes)
        points = part_of(self.card.available(), part)
        request = HoldRequest(
            external_id=number, member=self.member_id, points=points, ttl_seconds=int(ttl.total_seconds())
        )
        placed = self.both(
            lambda: self.card.hold(number, points, now=self.clock.at, expires_at=self.clock.at + ttl),
            self.in_tx(lambda tx: hold(tx, self.shop.reference, self.shop.caller, request)),
        )
        if placed is not None:
            self.hold_ids[number] = placed.id

    def capture(self, index: int, amount_minor: int, part: str | None) -> None:
        """Without a part all that is held is to be spent."""
        redeem = 0 if part is None else part_of(affordable(amount_minor), part)
        if self.hold_ids:
            self.sell(amount_minor, 1, redeem=redeem, hold=self.pick(self.hold_ids, index))

    def cancel(self, index: int) -> None:
        if not self.hold_ids:
            return
        number = self.pick(self.hold_ids, index)
        self.both(
            lambda: self.card.cancel(number, now=self.clock.at),
            self.in_tx(lambda tx: cancel_hold(tx, self.shop.caller, self.hold_ids[number])),
        )

    def bring_back(self, index: int, part: str) -> None:
        sold = self.pick(self.card.sales, index)
        sale = self.card.sales[sold]
        quantity = part_of(sale.quantity - sale.returned, part)
        request = ReturnRequest(
            external_id=self.number(),
            receipt=sold,
            lines=(ReturnLine(index=0, quantity_milli=quantity * 1000),),
        )
        self.both(
            lambda: self.card.take_back(sold, quantity, now=self.clock.at),
            self.in_tx(lambda tx: return_purchase(tx, self.shop.reference, self.shop.caller, request)),
        )

    def give_by_hand(self, points: int, days: int | None) -> None:
        expires_at = None if days is None else self.clock.at + timedelta(days=days)
        granted = Grant(points=points, activates_at=self.clock.at, expires_at=expires_at, rules=())
        self.both(
            lambda: self.card.give(points, now=self.clock.at, expires_at=expires_at),
            self.in_tx(
                lambda tx: grant(
                    tx, wallet_id=self.wallet_id, grant=granted, kind="adjustment", reason="gift"
                )
            ),
        )

    def take_by_hand(self, part: str) -> None:
        points = part_of(self.card.available(), part)
        self.both(
            lambda: self.card.take_away(points, now=self.clock.at),
            self.in_tx(lambda tx: take_away(tx, wallet_id=self.wallet_id, points=points, reason="error")),
        )

    def forgive(self, part: str) -> None:
        points = part_of(self.card.debt, part)
        self.both(
            lambda: self.card.forgive(points, now=self.clock.at),
            self.in_tx(
                lambda tx: write_off_debt(tx, wallet_id=self.wallet_id, points=points, reason="peace")
            ),
        )

    def make_silver(self) -> None:
        self.card.tier = "silver"
        self.run(self.in_tx(lambda tx: set_tier(tx, self.member_id, "silver", until=None, reason="friend")))

    def wait(self, hours: int) -> None:
        self.clock.advance(timedelta(hours=hours))

    def sweep(self) -> None:
        self.run(settle_tenant(self.database, self.clock, self.shop.caller.tenant_id))

    @invariant()
    def books_and_heap_agree(self) -> None:
        if not hasattr(self, "shop"):
            return
        self.card.pass_time(self.clock.at)
        wallet = self.run(self.shop.wallet(self.member_id))
        balance = wallet.balance
        assert (balance.available, balance.pending, balance.held, balance.debt) == self.card.balance()
        assert [
            (lot.granted, lot.pending, lot.available, lot.held, lot.expires_at) for lot in wallet.lots
        ] == self.card.open_lots()

    def sell(self, amount_minor: int, quantity: int, *, redeem: int, hold: str | None) -> None:
        number = self.number()
        line = PurchaseLine(sku="coffee", quantity_milli=quantity * 1000, amount_minor=amount_minor)
        purchase = receipt(
            number,
            0,
            member=self.member_id,
            redeem=redeem,
            lines=(line,),
            hold_id=None if hold is None else self.hold_ids[hold],
        )
        committed = self.both(
            lambda: self.card.sell(
                number, amount_minor, quantity, redeem=redeem, now=self.clock.at, hold=hold
            ),
            self.shop.queue.commit(self.shop.caller, purchase),
        )
        if committed is None:
            return
        outcome, sale = committed.receipt.outcome, self.card.sales[number]
        assert (outcome.payable_minor, outcome.earned_points) == (sale.payable_minor, sale.earned)
        assert (outcome.redeemed.points if outcome.redeemed else 0) == len(sale.spent)
        assert outcome.tier_after == self.card.tier
        # When a lot begins and ends is the engine's word, told to shop owners by examples of its own.
        for granted in outcome.grants:
            self.card.grant(
                granted.points,
                receipt=number,
                now=self.clock.at,
                activates_at=granted.activates_at,
                expires_at=granted.expires_at,
            )

    def both(self, expected: Any, operation: Coroutine[Any, Any, Any]) -> Any:
        """Do the same to the heap and to the shop; both do it, or both refuse."""
        try:
            done = self.run(operation)
        except Refusal:
            with pytest.raises(Refused):
                expected()
            return None
        expected()
        return done

    async def in_tx(self, operation: Any) -> Any:
        async with self.shop.tx() as tx:
            return await operation(tx)

    def run(self, operation: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(operation)

    def number(self) -> str:
        self.count += 1
        return f"number {self.count}"

    def pick(self, among: dict[str, Any], index: int) -> str:
        return list(among)[index % len(among)]


def test_any_sequence_of_operations_leaves_what_a_heap_of_points_would(
    server_dsn: str, template: str
) -> None:
    class OnThisServer(Operations):
        pass

    OnThisServer.server_dsn, OnThisServer.template = server_dsn, template
    run_state_machine_as_test(
        OnThisServer,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
