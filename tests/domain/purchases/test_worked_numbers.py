"""The worked numbers of docs/decisions/0001-one-purchase.md."""

from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import open_shop

from plushka.domain.ledger.model import Balance
from plushka.domain.purchases.model import PurchaseLine, ReturnLine, ReturnRequest
from plushka.domain.purchases.operations import return_purchase
from plushka.platform.database import Database

LINES = (
    PurchaseLine(sku="beans", quantity_milli=3000, amount_minor=300_00),
    PurchaseLine(sku="cup", quantity_milli=1000, amount_minor=100_00),
)


async def test_beans_and_a_cup(database: Database, clock: SetClock) -> None:
    async with open_shop(database, clock, CASHBACK) as shop:
        member_id = await shop.enroll()

        first = await shop.buy("1", 1_000_00, member=member_id)
        assert first.receipt.balance == Balance(available=100)
        second = await shop.buy("2", 0, member=member_id, lines=LINES, redeem=33)
        assert second.receipt.outcome.earned_points == 36
        assert second.receipt.balance == Balance(available=103)

        async with shop.tx() as tx:
            request = ReturnRequest("r1", "2", (ReturnLine(0, 1000),))
            pack = await return_purchase(tx, shop.reference, shop.caller, request)
        assert (pack.refund_minor, pack.points_back, pack.points_clawed_back) == (91_75, 8, 9)
        assert pack.balance == Balance(available=102)
        async with shop.tx() as tx:
            rest = await return_purchase(tx, shop.reference, shop.caller, ReturnRequest("r2", "2"))
        assert (rest.refund_minor, rest.points_back, rest.points_clawed_back) == (275_25, 25, 27)
        assert rest.balance == Balance(available=100)
