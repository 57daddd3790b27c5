"""Returns whose points are spent, under a programme that lets only so many be owed (S9, S10)."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import msgspec
import pytest
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.purchases.test_returning import give_back
from tests.domain.shop import Shop, open_shop

from plushka.domain.ledger.model import Balance
from plushka.domain.programs.adjusting import adjust
from plushka.domain.purchases.model import PurchaseLine
from plushka.engine.conditions import Product
from plushka.engine.program import Debt, EarningRule, Percent, Redemption
from plushka.platform.database import Database

# Only beans earn, and only cups are paid for with points: 600.00 of beans earn 60, a cup takes 50.
BEANS, CUP = PurchaseLine("beans", 1000, 600_00), PurchaseLine("cup", 1000, 100_00)
RULES = msgspec.structs.replace(
    CASHBACK,
    earning=(
        EarningRule(id="beans", name="beans", effect=Percent(rate_bp=1000), lines=Product(ids=("beans",))),
    ),
    redemption=Redemption(excluded=Product(ids=("beans",))),
    debt=Debt(limit=40),
)


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, RULES) as shop:
        yield shop


async def left(
    shop: Shop, phone: str, receipts: Sequence[Sequence[PurchaseLine]], order: Sequence[str]
) -> Balance:
    """Sell the receipts, let all points go elsewhere, and take the products back in this order."""
    member_id = await shop.enroll(phone)
    await _adjust(shop, member_id, 50)
    receipt_of: dict[str, tuple[str, int]] = {}
    for number, lines in enumerate(receipts):
        redeem = 50 if CUP in lines else 0
        await shop.buy(f"{phone} {number}", 0, member=member_id, lines=tuple(lines), redeem=redeem)
        receipt_of |= {line.sku: (f"{phone} {number}", place) for place, line in enumerate(lines)}
    await _adjust(shop, member_id, -(await shop.wallet(member_id)).balance.available)
    for sku in order:
        receipt, place = receipt_of[sku]
        await give_back(shop, f"{phone} {sku}", receipt, (place, 1000))
    return (await shop.wallet(member_id)).balance


async def _adjust(shop: Shop, member_id: UUID, points: int) -> None:
    async with shop.tx() as tx:
        await adjust(tx, member_id, points=points, reason="elsewhere")


async def test_of_one_receipt_the_order_does_not_matter(shop: Shop) -> None:
    # 60 are to be taken and 50 come back. Beans first: 40 are owed, 20 let go for now; then the 50 repay the 40, and
    # the 20 find 10, and 10 are owed.
    for number, order in enumerate((["beans", "cup"], ["cup", "beans"])):
        assert await left(shop, f"+7999000000{number}", [[BEANS, CUP]], order) == Balance(debt=10)
    assert await shop.differences() == ()


async def test_of_two_receipts_what_was_let_go_is_let_go(shop: Shop) -> None:
    # The exception: the return of another receipt does not ask for it.
    balances = [
        await left(shop, f"+7999000000{number}", [[BEANS], [CUP]], order)
        for number, order in enumerate((["beans", "cup"], ["cup", "beans"]))
    ]
    assert balances == [Balance(available=10), Balance(debt=10)]
    assert await shop.differences() == ()
