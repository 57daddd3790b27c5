"""Members from whom something is held back: the blocked, and those whom nobody has seen yet."""

import pytest
from tests.conftest import SetClock
from tests.domain.shop import Shop, open_shop, receipt

from plushka.domain.members.blocking import block, unblock
from plushka.domain.members.model import Identity
from plushka.domain.members.naming import confirm
from plushka.domain.members.stopping import allow_spending, list_stopped, stop_spending
from plushka.domain.programs.operations import enroll
from plushka.domain.programs.spending import RedemptionRefused
from plushka.domain.purchases.model import HoldRequest
from plushka.domain.purchases.operations import hold, quote
from plushka.engine.program import EarningRule, Percent, Program, Redemption, Welcome
from plushka.platform.database import Database

PROGRAM = Program(
    name="Плюшки",
    currency="RUB",
    earning=(EarningRule(id="all", name="Всем", effect=Percent(rate_bp=10_00)),),
    redemption=Redemption(),
    welcome=Welcome(points=50),
)
PHONE = Identity("phone", "+79990000001")


async def test_a_blocked_member_buys_without_earning_and_the_receipt_says_why(
    database: Database, clock: SetClock
) -> None:
    async with open_shop(database, clock, PROGRAM) as shop:
        member_id = await shop.enroll()
        async with shop.tx() as tx:
            await block(tx, member_id, reason="Чужая карта")

        booked = (await shop.buy("1", 100_00, member=PHONE, redeem="max")).receipt
        again = await shop.buy("1", 100_00, member=PHONE, redeem="max")

        assert (booked.member_id, booked.outcome.earned_points, booked.outcome.payable_minor) == (
            None,
            0,
            100_00,
        )
        assert [note.code for note in booked.outcome.notes] == ["member_blocked"]
        assert again.is_repeat
        assert (await shop.wallet(member_id)).balance.available == 50
        assert await shop.differences() == ()


async def test_a_blocked_member_spends_nothing_until_they_may_again(
    database: Database, clock: SetClock
) -> None:
    async with open_shop(database, clock, PROGRAM) as shop:
        member_id = await shop.enroll()
        async with shop.tx() as tx:
            placed = await hold(tx, shop.reference, shop.caller, HoldRequest("web-1", PHONE, 10))
            await block(tx, member_id, reason="Чужая карта")

        assert await _refused(shop, redeem=10) == ("redeem", "member_blocked")
        assert await _refused(shop, hold_id=placed.id) == ("hold_id", "member_blocked")
        async with shop.tx() as tx:
            with pytest.raises(RedemptionRefused) as refused:
                await hold(tx, shop.reference, shop.caller, HoldRequest("web-2", member_id, 10))
        assert refused.value.facts == {"reason": "member_blocked"}

        async with shop.tx() as tx:
            await unblock(tx, member_id)
        assert (
            await shop.buy("3", 100_00, member=PHONE, hold_id=placed.id)
        ).receipt.outcome.payable_minor == 90_00


async def test_who_enrolled_by_a_link_spends_from_the_second_purchase_on(
    database: Database, clock: SetClock
) -> None:
    async with open_shop(database, clock, PROGRAM) as shop:
        async with shop.tx() as tx:
            member_id = (await enroll(tx, name="", identities=[PHONE], source="link")).id

        assert await _refused(shop, redeem=10) == ("redeem", "redemption_unverified")
        async with shop.tx() as tx:
            with pytest.raises(RedemptionRefused):
                await hold(tx, shop.reference, shop.caller, HoldRequest("web-1", member_id, 10))
        first = (await shop.buy("1", 100_00, member=PHONE, redeem="max")).receipt
        second = (await shop.buy("2", 100_00, member=PHONE, redeem=60)).receipt

        assert (first.outcome.earned_points, first.outcome.payable_minor) == (10, 100_00)
        assert second.outcome.payable_minor == 40_00


async def test_staff_who_have_seen_a_member_let_them_spend_at_once(
    database: Database, clock: SetClock
) -> None:
    async with open_shop(database, clock, PROGRAM) as shop:
        async with shop.tx() as tx:
            member_id = (await enroll(tx, name="", identities=[PHONE], source="link")).id
            await confirm(tx, member_id)

        assert (await shop.buy("1", 100_00, member=PHONE, redeem=50)).receipt.outcome.payable_minor == 50_00


async def test_who_says_that_it_was_not_them_earns_but_spends_nothing_until_the_office_allows_it(
    database: Database, clock: SetClock
) -> None:
    async with open_shop(database, clock, PROGRAM) as shop:
        member_id = await shop.enroll()
        async with shop.tx() as tx:
            await stop_spending(tx, member_id)
            await stop_spending(tx, member_id)
            assert [member.id for member in await list_stopped(tx)] == [member_id]

        assert await _refused(shop, redeem=10) == ("redeem", "redemption_stopped")
        async with shop.tx() as tx:
            with pytest.raises(RedemptionRefused) as refused:
                await hold(tx, shop.reference, shop.caller, HoldRequest("web-1", member_id, 10))
        assert refused.value.facts == {"reason": "redemption_stopped"}
        earned = (await shop.buy("1", 100_00, member=PHONE, redeem="max")).receipt.outcome
        assert (earned.earned_points, earned.payable_minor) == (10, 100_00)

        async with shop.tx() as tx:
            await allow_spending(tx, member_id)
            assert await list_stopped(tx) == []
        assert (await shop.buy("2", 100_00, member=PHONE, redeem=50)).receipt.outcome.payable_minor == 50_00


async def _refused(shop: Shop, **purchase: object) -> tuple[str | None, object]:
    with pytest.raises(RedemptionRefused) as refused:
        await shop.buy("refused", 100_00, member=PHONE, **purchase)
    return refused.value.field, refused.value.facts["reason"]


async def test_a_quote_for_a_blocked_member_is_that_of_nobody(database: Database, clock: SetClock) -> None:
    async with open_shop(database, clock, PROGRAM) as shop:
        member_id = await shop.enroll()
        async with shop.tx() as tx:
            await block(tx, member_id, reason="Чужая карта")
            quoted = await quote(
                tx, shop.reference, shop.caller, receipt("q", 100_00, member=member_id, redeem="max")
            )

        assert (quoted.member_id, quoted.balance, quoted.outcome.payable_minor) == (None, None, 100_00)
