"""Returns under rules where what is left of a receipt earns more than before (S9)."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from itertools import count, permutations, product
from uuid import UUID

import msgspec
import pytest
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.purchases.test_returning import give_back
from tests.domain.shop import Shop, open_shop

from plushka.domain.ledger.model import Balance
from plushka.domain.ledger.operations import write_off_debt
from plushka.domain.programs.adjusting import adjust
from plushka.domain.purchases.merging import merge_members, undo_merge
from plushka.domain.purchases.model import HoldRequest, PurchaseLine
from plushka.domain.purchases.operations import cancel_hold, hold
from plushka.engine.program import Band, Debt, EarningRule, ExpiryFixed, Ladder
from plushka.platform.database import Database

# 400.00 earn 40 at 10 %; without a 300.00 earn 30; without b too 250.00 would earn 125, cut to the 40 of the whole.
FALLING = msgspec.structs.replace(
    CASHBACK,
    earning=(
        EarningRule(
            id="falling",
            name="falling",
            effect=Ladder(bands=(Band(from_minor=0, rate_bp=5000), Band(from_minor=300_00, rate_bp=1000))),
        ),
    ),
)
A, B, C = range(3)
LINES = tuple(
    PurchaseLine(sku, 1000, amount_minor)
    for sku, amount_minor in (("a", 100_00), ("b", 50_00), ("c", 250_00))
)


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, FALLING) as shop:
        yield shop


async def back(shop: Shop, receipt: str, *lines: int) -> None:
    await give_back(shop, f"{receipt} {lines}", receipt, *((line, 1000) for line in lines))


async def give(shop: Shop, member_id: UUID, points: int) -> None:
    async with shop.tx() as tx:
        await adjust(tx, member_id, points=points, reason="gift")


async def test_points_come_back_where_they_were_taken_and_leave_room_for_what_was_spent(shop: Shop) -> None:
    member_id = await shop.enroll()
    await shop.buy("1", 0, member=member_id, lines=LINES)
    await shop.buy("2", 80_00, member=member_id, redeem=40)
    await back(shop, "2")
    await shop.buy("3", 80_00, member=member_id, redeem=40)
    await give(shop, member_id, 40)
    before = await shop.wallet(member_id)

    await back(shop, "1", A)
    assert (await shop.wallet(member_id)).balance.available == before.balance.available - 10
    await back(shop, "1", B)
    assert await shop.wallet(member_id) == before
    await back(shop, "3")
    assert (await shop.wallet(member_id)).balance == Balance(available=80)
    assert await shop.differences() == ()


async def test_points_come_back_while_the_receipts_own_are_held(shop: Shop) -> None:
    member_id = await shop.enroll()
    await shop.buy("1", 0, member=member_id, lines=LINES)
    async with shop.tx() as tx:
        held = await hold(tx, shop.reference, shop.caller, HoldRequest("h", member_id, 40))
    await give(shop, member_id, 40)

    await back(shop, "1", A)
    await back(shop, "1", B)

    async with shop.tx() as tx:
        await cancel_hold(tx, shop.caller, held.id)
    assert (await shop.wallet(member_id)).balance == Balance(available=80)
    assert await shop.differences() == ()


async def test_a_debt_goes_back_to_what_repaid_it(shop: Shop) -> None:
    member_id = await shop.enroll()
    await shop.buy("1", 0, member=member_id, lines=LINES)
    await give(shop, member_id, -40)
    await back(shop, "1", A)
    assert (await shop.wallet(member_id)).balance == Balance(debt=10)
    await give(shop, member_id, 6)
    assert (await shop.wallet(member_id)).balance == Balance(debt=4)

    await back(shop, "1", B)

    assert (await shop.wallet(member_id)).balance == Balance(available=6)
    assert await shop.differences() == ()


async def test_a_debt_that_was_written_off_does_not_come_back_as_points(shop: Shop) -> None:
    member_id = await shop.enroll()
    await shop.buy("1", 0, member=member_id, lines=LINES)
    await give(shop, member_id, -40)
    await back(shop, "1", A)
    wallet = await shop.wallet(member_id)
    async with shop.tx() as tx:
        await write_off_debt(tx, wallet_id=wallet.id, points=10, reason="peace")

    await back(shop, "1", B)
    assert (await shop.wallet(member_id)).balance == Balance()
    await back(shop, "1", C)
    assert (await shop.wallet(member_id)).balance == Balance(debt=30)
    assert await shop.differences() == ()


async def test_what_a_merge_paid_for_another_card_and_then_undid_is_not_given_back_twice(shop: Shop) -> None:
    anna, boris = await shop.enroll(), await shop.enroll("+79990000002")
    for number, member_id in (("1", anna), ("2", boris)):
        await shop.buy(number, 0, member=member_id, lines=LINES)
        await give(shop, member_id, -40)
        await back(shop, number, A)
    async with shop.tx() as tx:
        await write_off_debt(tx, wallet_id=(await shop.wallet(anna)).id, points=10, reason="peace")
    await give(shop, anna, 20)
    async with shop.tx() as tx:
        merge_id = await merge_members(tx, kept_id=anna, merged_id=boris, reason="one person")
    assert (await shop.wallet(anna)).balance == Balance(available=10)
    async with shop.tx() as tx:
        await undo_merge(tx, merge_id)

    await back(shop, "1", B)

    assert (await shop.wallet(anna)).balance == Balance(available=20)
    assert await shop.differences() == ()


async def test_a_debt_that_a_merge_repaid_goes_back_to_what_repaid_it(shop: Shop) -> None:
    anna, boris = await shop.enroll(), await shop.enroll("+79990000002")
    await shop.buy("1", 0, member=boris, lines=LINES)
    await give(shop, boris, -40)
    await back(shop, "1", A)
    await give(shop, anna, 20)
    async with shop.tx() as tx:
        await merge_members(tx, kept_id=anna, merged_id=boris, reason="one person")
    assert (await shop.wallet(anna)).balance == Balance(available=10)

    await back(shop, "1", B)

    assert (await shop.wallet(anna)).balance == Balance(available=20)
    assert await shop.differences() == ()


async def test_what_burned_is_found_once_however_the_rest_earns(database: Database, clock: SetClock) -> None:
    rules = msgspec.structs.replace(FALLING, expiry=ExpiryFixed(days=5))
    async with open_shop(database, clock, rules) as shop:
        member_id = await shop.enroll()
        await shop.buy("1", 0, member=member_id, lines=LINES)
        clock.advance(timedelta(days=6))
        await give(shop, member_id, 100)
        burned = [(await give_back(shop, f"r{line}", "1", (line, 1000))).points_burned for line in (A, B, C)]
        assert burned == [10, -10, 40]
        assert (await shop.wallet(member_id)).balance == Balance(available=100)
        assert await shop.differences() == ()


@pytest.mark.parametrize("debt", [Debt(), Debt(limit=5), Debt(policy="clamp")])
async def test_returns_in_any_order_leave_what_one_return_would(
    database: Database, clock: SetClock, debt: Debt
) -> None:
    numbers = count()
    async with open_shop(database, clock, msgspec.structs.replace(FALLING, debt=debt)) as shop:
        for returned, redeem in product(((A, B), (A, C), (A, B, C)), (0, 20, 100)):
            at_once = await _left(shop, next(numbers), [returned], redeem=redeem)
            for order in permutations(returned):
                one_by_one = [(line,) for line in order]
                assert await _left(shop, next(numbers), one_by_one, redeem=redeem) == at_once
        assert await shop.differences() == ()


async def _left(shop: Shop, number: int, parts: Sequence[Sequence[int]], *, redeem: int) -> Balance:
    """Return what a new member has who paid with points and has 3 left when the parts come back."""
    member_id = await shop.enroll(f"+7999000{number:04}")
    await give(shop, member_id, 120)
    await shop.buy(str(number), 0, member=member_id, lines=LINES, redeem=redeem)
    await give(shop, member_id, 3 - (await shop.wallet(member_id)).balance.available)
    for part in parts:
        await back(shop, str(number), *part)
    return (await shop.wallet(member_id)).balance
