"""Taking purchases back (S9, S10)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.domain.businesses.branches import open_branch
from plushka.domain.ledger.model import Balance, ClawbackRefused
from plushka.domain.ledger.operations import settle_due
from plushka.domain.programs.adjusting import adjust
from plushka.domain.programs.queries import get_standing
from plushka.domain.purchases.model import (
    NothingToReturn,
    PurchaseLine,
    ReceiptDiffers,
    Return,
    ReturnExceedsReceipt,
    ReturnLine,
    ReturnRequest,
    UnknownLine,
    UnknownReceipt,
)
from plushka.domain.purchases.operations import preview_return, return_purchase
from plushka.domain.staff.operations import set_up_till
from plushka.engine.program import (
    Band,
    Calendar,
    Debt,
    EarningRule,
    ExpiryFixed,
    ExpirySliding,
    Ladder,
    Program,
    Redemption,
    Requirement,
    TierRule,
    Tiers,
)
from plushka.platform.database import Database

TWO_LINES = (
    PurchaseLine(sku="beans", quantity_milli=3000, amount_minor=300_00),
    PurchaseLine(sku="cup", quantity_milli=1000, amount_minor=100_00),
)


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


async def give_back(shop: Shop, external_id: str, receipt: UUID | str, *lines: tuple[int, int]) -> Return:
    request = ReturnRequest(external_id, receipt, tuple(ReturnLine(*line) for line in lines) or None)
    async with shop.tx() as tx:
        return await return_purchase(tx, shop.reference, shop.caller, request)


async def test_a_full_return_is_as_if_the_receipt_had_never_happened(shop: Shop) -> None:
    member_id = await shop.enroll()
    await shop.buy("1", 1_000_00, member=member_id)
    before = await shop.wallet(member_id)
    await shop.buy("2", 0, member=member_id, lines=TWO_LINES, redeem=50)
    returned = await give_back(shop, "r", "2")
    assert returned.refund_minor == 350_00
    assert returned.points_back == 50
    assert returned.points_clawed_back == 35
    assert await shop.wallet(member_id) == before
    assert await shop.differences() == ()


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
async def test_partial_returns_in_any_order_are_the_full_return(shop: Shop, order: list[int]) -> None:
    member_id = await shop.enroll()
    await shop.buy("1", 1_000_00, member=member_id)
    before = await shop.wallet(member_id)
    await shop.buy("2", 0, member=member_id, lines=TWO_LINES, redeem=33)
    parts = [(0, 1000), (0, 2000), (1, 1000)]
    returns = [await give_back(shop, f"r{part}", "2", parts[part]) for part in order]
    assert sum(part.refund_minor for part in returns) == 400_00 - 33_00
    assert sum(part.points_back for part in returns) == 33
    assert await shop.wallet(member_id) == before
    assert await shop.differences() == ()


async def test_points_already_spent_become_a_debt_that_later_earnings_repay(shop: Shop) -> None:
    member_id = await shop.enroll()
    await shop.buy("1", 1_000_00, member=member_id)
    await shop.buy("2", 200_00, member=member_id, redeem=100)
    returned = await give_back(shop, "r", "1")
    assert (returned.points_clawed_back, returned.points_owed) == (100, 90)
    assert returned.balance == Balance(debt=90)
    later = await shop.buy("3", 950_00, member=member_id)
    assert later.receipt.balance == Balance(available=5)
    assert await shop.differences() == ()


async def test_both_receipts_back_leave_nothing_whichever_comes_first(shop: Shop) -> None:
    for order in (("1", "2"), ("2", "1")):
        member_id = await shop.enroll(f"+7999000000{order[0]}")
        numbers = {number: f"{order[0]}-{number}" for number in order}
        await shop.buy(numbers["1"], 1_000_00, member=member_id)
        await shop.buy(numbers["2"], 200_00, member=member_id, redeem=100)
        for number in order:
            await give_back(shop, f"r{numbers[number]}", numbers[number])
        assert (await shop.wallet(member_id)).balance == Balance()
    assert await shop.differences() == ()


async def test_a_repeat_gets_the_first_answer(shop: Shop) -> None:
    member_id = await shop.enroll()
    await shop.buy("1", 0, member=member_id, lines=TWO_LINES)
    first = await give_back(shop, "r", "1", (1, 1000))
    again = await give_back(shop, "r", "1", (1, 1000))
    assert again.is_repeat
    assert msgspec.structs.replace(again, is_repeat=False) == first
    with pytest.raises(ReceiptDiffers):
        await give_back(shop, "r", "1", (0, 1000))


async def test_more_than_is_left_is_refused(shop: Shop) -> None:
    await shop.buy("1", 0, lines=TWO_LINES)
    await give_back(shop, "r1", "1", (0, 2000))
    with pytest.raises(ReturnExceedsReceipt) as refused:
        await give_back(shop, "r2", "1", (0, 1001))
    assert refused.value.facts == {"left_milli": 1000}
    with pytest.raises(UnknownLine):
        await give_back(shop, "r2", "1", (2, 1000))
    assert (await give_back(shop, "r2", "1")).refund_minor == 200_00
    with pytest.raises(NothingToReturn):
        await give_back(shop, "r3", "1")
    with pytest.raises(UnknownReceipt):
        await give_back(shop, "r4", "nowhere")


async def test_a_preview_books_nothing(shop: Shop) -> None:
    member_id = await shop.enroll()
    await shop.buy("1", 0, member=member_id, lines=TWO_LINES)
    before = await shop.wallet(member_id)
    async with shop.tx() as tx:
        preview = await preview_return(tx, shop.reference, shop.caller, ReturnRequest("r", "1"))
    assert preview.balance == Balance()
    assert await shop.wallet(member_id) == before
    assert msgspec.structs.replace(await give_back(shop, "r", "1"), id=None) == preview


async def test_points_come_back_to_a_lot_past_its_date_for_days_of_grace(
    database: Database, clock: SetClock
) -> None:
    program = msgspec.structs.replace(CASHBACK, expiry=ExpiryFixed(days=5), return_grace_days=14)
    async with open_shop(database, clock, program) as shop:
        member_id = await shop.enroll()
        await shop.buy("1", 1_000_00, member=member_id)
        await shop.buy("2", 200_00, member=member_id, redeem=100)
        clock.advance(timedelta(days=10))
        returned = await give_back(shop, "r", "2")
        assert (returned.points_back, returned.points_clawed_back, returned.points_burned) == (100, 0, 10)
        assert returned.balance == Balance(available=100)
        clock.advance(timedelta(days=14))
        assert (await shop.wallet(member_id)).balance == Balance(available=100)
        clock.advance(timedelta(days=1))
        assert (await shop.wallet(member_id)).balance == Balance()
        assert await shop.differences() == ()


async def test_points_that_burned_are_not_taken_twice(database: Database, clock: SetClock) -> None:
    program = msgspec.structs.replace(CASHBACK, expiry=ExpiryFixed(days=5))
    async with open_shop(database, clock, program) as shop:
        member_id = await shop.enroll()
        await shop.buy("1", 1_000_00, member=member_id)
        clock.advance(timedelta(days=6))
        await shop.buy("2", 500_00, member=member_id)
        returned = await give_back(shop, "r", "1")
        assert (returned.points_clawed_back, returned.points_burned) == (0, 100)
        assert returned.balance == Balance(available=50)
        assert await shop.differences() == ()


@pytest.mark.parametrize(
    ("debt", "balance"), [(Debt(policy="clamp"), Balance()), (Debt(limit=40), Balance(debt=40))]
)
async def test_what_no_debt_may_cover_is_let_go(
    database: Database, clock: SetClock, debt: Debt, balance: Balance
) -> None:
    async with open_shop(database, clock, msgspec.structs.replace(CASHBACK, debt=debt)) as shop:
        member_id = await shop.enroll()
        await shop.buy("1", 1_000_00, member=member_id)
        await shop.buy("2", 200_00, member=member_id, redeem=100)
        returned = await give_back(shop, "r", "1")
        assert returned.balance == balance
        assert await shop.differences() == ()


async def test_a_programme_may_refuse_a_return_whose_points_are_spent(
    database: Database, clock: SetClock
) -> None:
    async with open_shop(
        database, clock, msgspec.structs.replace(CASHBACK, debt=Debt(policy="refuse"))
    ) as shop:
        member_id = await shop.enroll()
        await shop.buy("1", 1_000_00, member=member_id)
        await shop.buy("2", 200_00, member=member_id, redeem=100)
        before = await shop.wallet(member_id)
        with pytest.raises(ClawbackRefused) as refused:
            await give_back(shop, "r", "1")
        assert refused.value.facts == {"points_short": 90}
        assert await shop.wallet(member_id) == before


async def test_a_purchase_extends_sliding_points_and_its_full_return_takes_that_back(
    database: Database, clock: SetClock
) -> None:
    program = msgspec.structs.replace(CASHBACK, expiry=ExpirySliding(days=30))
    async with open_shop(database, clock, program) as shop:
        member_id = await shop.enroll()
        await shop.buy("1", 1_000_00, member=member_id)
        clock.advance(timedelta(days=20))
        await shop.buy("2", 1_00, member=member_id)
        clock.advance(timedelta(days=20))
        assert (await shop.wallet(member_id)).balance == Balance(available=100)
        await give_back(shop, "r", "2")
        assert (await shop.wallet(member_id)).balance == Balance()
        assert await shop.differences() == ()


async def test_a_return_lowers_the_sums_at_once_and_the_tier_when_the_programme_says_so(
    database: Database, clock: SetClock
) -> None:
    def tiers(*, returns_downgrade: bool) -> Program:
        gold = TierRule(id="gold", name="Золото", requirements=(Requirement("spend", at_least=500_00),))
        return msgspec.structs.replace(
            CASHBACK,
            redemption=Redemption(),
            tiers=Tiers((TierRule(id="base", name="База"), gold), returns_downgrade=returns_downgrade),
        )

    for returns_downgrade, tier in ((False, "gold"), (True, "base")):
        async with open_shop(database, clock, tiers(returns_downgrade=returns_downgrade)) as shop:
            member_id = await shop.enroll()
            bought = await shop.buy("1", 600_00, member=member_id)
            assert bought.receipt.outcome.tier_after == "gold"
            await give_back(shop, "r", "1")
            async with shop.tx() as tx:
                standing = await get_standing(tx, member_id, versions=shop.reference.versions)
            assert standing.tier == tier
            assert await shop.differences() == ()


async def test_a_return_of_the_last_purchase_lets_sliding_points_come_due_sooner(
    database: Database, clock: SetClock
) -> None:
    async with open_shop(
        database, clock, msgspec.structs.replace(CASHBACK, expiry=ExpirySliding(days=10))
    ) as shop:
        member_id = await shop.enroll()
        await shop.buy("1", 1_000_00, member=member_id)
        clock.advance(timedelta(days=5))
        await shop.buy("2", 1_000_00, member=member_id, redeem=10)

        await give_back(shop, "r", "2")

        burns_at = min(lot.expires_at for lot in (await shop.wallet(member_id)).lots if lot.expires_at)
        clock.at = burns_at
        async with shop.tx() as tx:
            assert await settle_due(tx) == 1


async def test_one_number_for_returns_of_two_receipts_at_once_is_refused_once(shop: Shop) -> None:
    first, second = await shop.enroll(), await shop.enroll("+79990000002")
    await shop.buy("1", 100_00, member=first)
    await shop.buy("2", 100_00, member=second)
    async with shop.tx() as tx:
        await return_purchase(tx, shop.reference, shop.caller, ReturnRequest("r", "1"))
        other = asyncio.create_task(give_back(shop, "r", "2"))
        await asyncio.sleep(0.1)  # until it waits for the number

    with pytest.raises(ReceiptDiffers):
        await other
    assert await shop.differences() == ()


async def test_a_return_in_the_evening_counts_the_month_of_the_branch(
    database: Database, clock: SetClock
) -> None:
    monthly = Requirement(metric="spend", at_least=100_00, window=Calendar(unit="month"))
    rules = msgspec.structs.replace(
        CASHBACK,
        tiers=Tiers(
            tiers=(
                TierRule(id="base", name="Старт"),
                TierRule(id="top", name="Верх", requirements=(monthly,)),
            ),
            returns_downgrade=True,
        ),
    )
    clock.at = datetime(2026, 4, 1, 2, 0, tzinfo=UTC)  # 19:00 of 31 March in Los Angeles
    async with open_shop(database, clock, rules) as shop:
        async with shop.tx() as tx:
            branch = await open_branch(tx, code="la", name="LA", time_zone="America/Los_Angeles")
            till = await set_up_till(tx, name="1", branch_id=branch.id)
        shop.caller = msgspec.structs.replace(shop.caller, till_id=till.id, branch="la")
        member_id = await shop.enroll()
        await shop.buy("1", 1_000_00, member=member_id)
        await shop.buy("2", 10_00, member=member_id)

        await give_back(shop, "r", "2")

        async with shop.tx() as tx:
            assert (await get_standing(tx, member_id, versions=shop.reference.versions)).tier == "top"


async def test_what_a_return_let_go_is_not_given_back_by_the_next(
    database: Database, clock: SetClock
) -> None:
    # The larger receipt earns at the smaller rate: 400 → 40, 300 → 30, 250 → 125, but never more than the whole.
    falling = Ladder(bands=(Band(from_minor=0, rate_bp=5000), Band(from_minor=300_00, rate_bp=1000)))
    rules = msgspec.structs.replace(
        CASHBACK,
        earning=(EarningRule(id="falling", name="falling", effect=falling),),
        debt=Debt(policy="clamp"),
    )
    lines = tuple(
        PurchaseLine(sku, 1000, amount) for sku, amount in (("a", 100_00), ("b", 50_00), ("c", 250_00))
    )
    async with open_shop(database, clock, rules) as shop:
        member_id = await shop.enroll()
        await shop.buy("1", 0, lines=lines, member=member_id)
        async with shop.tx() as tx:
            await adjust(tx, member_id, points=-40, reason="by mistake")

        let_go = await give_back(shop, "r1", "1", (0, 1000))
        back = await give_back(shop, "r2", "1", (1, 1000))

        assert (let_go.points_clawed_back, back.points_clawed_back) == (0, 0)
        assert (await shop.wallet(member_id)).balance == Balance()
