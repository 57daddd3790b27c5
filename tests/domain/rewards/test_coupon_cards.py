"""A full card gives a code of a coupon that is its member's own (docs/decisions/0085-rewards.md, S8, S9)."""

from collections.abc import AsyncIterator, Sequence
from functools import partial
from itertools import permutations
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.purchases.test_returning import give_back
from tests.domain.shop import Shop, open_shop
from tests.faults.test_one_card import at_once

from plushka.domain.coupons.model import Coupon
from plushka.domain.coupons.operations import create_coupon, set_stopped
from plushka.domain.coupons.queries import get_coupon, list_own_codes
from plushka.domain.programs.model import ProgramUnsound
from plushka.domain.purchases.merging import merge_members, undo_merge
from plushka.domain.purchases.model import Committed, PurchaseLine
from plushka.domain.rewards.queries import list_cards
from plushka.engine import conditions as c
from plushka.engine.price_effects import PercentOff
from plushka.engine.program import Program, Promotion, StampCard
from plushka.engine.stamp_parts import OwnCoupon, Units, Visits
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.ids import new_id

CLIENTS = 50


def gives(coupon: Coupon, card: StampCard | None = None) -> Program:
    """Return a programme whose third visit gives a code of the coupon, good for 20 % off."""
    visits = StampCard("visits", "Визиты", 3, OwnCoupon(coupon.key), counts=Visits(once_a_day=False))
    percent = Promotion("p", "Скидка", PercentOff(20_00), when=c.Coupon((coupon.key,)))
    return structs.replace(CASHBACK, cards=(card or visits,), promotions=(percent,))


async def published(shop: Shop) -> Coupon:
    async with shop.tx() as tx:
        coupon = await create_coupon(tx, name="Своим")
    await shop.publish(gives(coupon))
    return coupon


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


async def visit(shop: Shop, number: str, member_id: UUID) -> Committed:
    return await shop.buy(number, 200_00, member=member_id)


async def codes(shop: Shop, member_id: UUID) -> list[str]:
    async with shop.tx() as tx:
        return [own.code for own in await list_own_codes(tx, member_id, on=tx.at.date())]


async def ahead(shop: Shop, member_id: UUID) -> int:
    async with shop.tx() as tx:
        (card,) = await list_cards(
            tx, member_id, versions=shop.reference.versions, program_id=shop.program_id
        )
    assert card.gift == "Своим"
    return card.ahead


async def use(shop: Shop, number: str, member_id: UUID, code: str) -> tuple[int, object]:
    """Buy with a code; return what it took off and why it did not."""
    booked = await shop.buy(number, 200_00, member=member_id, coupon_codes=(code,))
    outcome, (shown,) = booked.receipt.outcome, booked.receipt.codes
    return sum(discount.amount_minor for discount in outcome.discounts), shown.reason


async def test_the_third_visit_draws_a_code_that_its_member_alone_uses_once(shop: Shop) -> None:
    coupon = await published(shop)
    anna, boris = await shop.enroll("+79990000001"), await shop.enroll("+79990000002")
    for number in range(3):
        await visit(shop, f"{number}", anna)
    (code,) = await codes(shop, anna)
    assert await use(shop, "boris", boris, code) == (0, "code_of_other_member")
    assert await use(shop, "anna", anna, code) == (40_00, None)
    assert await use(shop, "again", anna, code) == (0, "code_used_up")
    async with shop.tx() as tx:
        assert (await get_coupon(tx, coupon.id)).codes == 1
    assert await shop.differences() == ()


async def test_fifty_visits_at_once_draw_sixteen_codes(database: Database) -> None:
    async with open_shop(database, SystemClock(), CASHBACK) as shop:
        coupon = await published(shop)
        member_id = await shop.enroll()
        await at_once([partial(visit, shop, f"{number}", member_id) for number in range(CLIENTS)])
        assert len(await codes(shop, member_id)) == CLIENTS // 3
        async with shop.tx() as tx:
            assert (await get_coupon(tx, coupon.id)).codes == CLIENTS // 3
        assert await shop.differences() == ()


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_returns_in_any_order_void_the_code_that_nobody_has_used(
    shop: Shop, order: Sequence[int]
) -> None:
    await published(shop)
    member_id = await shop.enroll()
    for number in range(4):
        await visit(shop, f"{number}", member_id)
    (code,) = await codes(shop, member_id)
    seen = []
    for number in order:
        returned = await give_back(shop, f"r{number}", f"{number}")
        seen.append((returned.rewards_withdrawn, returned.rewards_owed))
        assert await shop.differences() == ()
    assert seen == [(0, 0), (1, 0), (0, 0)]
    assert await codes(shop, member_id) == []
    assert await use(shop, "late", member_id, code) == (0, "code_used_up")


@pytest.mark.parametrize("parts", [[3], [1, 2], [2, 1]])
async def test_two_partial_returns_do_what_one_does(shop: Shop, parts: Sequence[int]) -> None:
    coupon = await published(shop)
    cups = StampCard("cups", "Чашки", 3, OwnCoupon(coupon.key), counts=Units())
    await shop.publish(gives(coupon, cups))
    member_id = await shop.enroll()
    six = (PurchaseLine(sku="coffee", quantity_milli=6_000, amount_minor=1_200_00),)
    await shop.buy("six", 0, member=member_id, lines=six)
    assert len(await codes(shop, member_id)) == 2
    withdrawn = [
        (await give_back(shop, f"r{place}", "six", (0, part * 1000))).rewards_withdrawn
        for place, part in enumerate(parts)
    ]
    assert sum(withdrawn) == 1
    assert len(await codes(shop, member_id)) == 1
    assert await shop.differences() == ()


async def test_a_code_that_was_used_is_owed_and_void_when_its_purchase_comes_back(shop: Shop) -> None:
    await published(shop)
    member_id = await shop.enroll()
    for number in range(3):
        await visit(shop, f"{number}", member_id)
    (code,) = await codes(shop, member_id)
    await use(shop, "used", member_id, code)
    for number in range(1, 3):
        returned = await give_back(shop, f"r{number}", f"{number}")
    assert (returned.rewards_withdrawn, await ahead(shop, member_id)) == (0, 1)
    await give_back(shop, "r", "used")
    assert (await codes(shop, member_id), await ahead(shop, member_id)) == ([], 0)
    assert await shop.differences() == ()


async def test_members_who_become_one_have_the_codes_of_both(shop: Shop) -> None:
    await published(shop)
    kept, merged = await shop.enroll("+79990000001"), await shop.enroll("+79990000002")
    for number in range(3):
        await visit(shop, f"{number}", merged)
    (code,) = await codes(shop, merged)
    async with shop.tx() as tx:
        merge_id = await merge_members(tx, kept_id=kept, merged_id=merged, reason="one person")
    assert await codes(shop, kept) == [code]
    async with shop.tx() as tx:
        await undo_merge(tx, merge_id)
    assert (await codes(shop, kept), await codes(shop, merged)) == ([], [code])
    assert (await give_back(shop, "r", "1")).rewards_withdrawn == 1
    assert await shop.differences() == ()


async def test_a_programme_that_gives_no_coupon_of_the_business_is_not_published(shop: Shop) -> None:
    coupon = await published(shop)
    async with shop.tx() as tx:
        await set_stopped(tx, coupon.id, is_stopped=True)
    with pytest.raises(ProgramUnsound) as refused:
        await shop.publish(gives(coupon))
    assert (refused.value.field, refused.value.facts["problem"]) == (
        "cards[0].reward.coupon",
        "coupon_is_stopped",
    )
    with pytest.raises(ProgramUnsound) as refused:
        await shop.publish(gives(structs.replace(coupon, id=new_id())))
    assert refused.value.facts["problem"] == "coupon_missing"
