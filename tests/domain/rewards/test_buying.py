"""Rewards of the catalogue are bought, cancelled, run out, and are given (docs/decisions/0085-rewards.md)."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.rewards.conftest import GENEROUS, bought, offered, rich
from tests.domain.shop import Shop, open_shop
from tests.faults.test_one_card import at_once

from plushka.domain.bots.leaving import delete_member
from plushka.domain.ledger.model import Balance
from plushka.domain.ledger.queries import list_movements
from plushka.domain.members.blocking import block, unblock
from plushka.domain.members.model import ReasonMissing
from plushka.domain.programs.spending import RedemptionRefused
from plushka.domain.purchases.buying import TillWish, buy_at_till, cancel_at_till
from plushka.domain.purchases.merging import merge_members, undo_merge
from plushka.domain.purchases.model import KeyReused
from plushka.domain.purchases.taking import give_back_reward, take_reward
from plushka.domain.rewards.buying import (
    Wish,
    buy,
    cancel,
    cancel_by_staff,
    cancel_own,
    list_chances,
    settle_due,
)
from plushka.domain.rewards.model import Reward, RewardUnusable, UnknownReward
from plushka.domain.rewards.offering import (
    change_offer,
    move_offer,
    set_archived,
    set_paused,
    supply_offer,
)
from plushka.domain.rewards.offers import Offer, OfferUnavailable, StockOutOfRange, get_offer, list_offers
from plushka.domain.rewards.queries import find_by_code, get_reward, list_rewards
from plushka.engine.program import EarningRule, ExpiryFixed, GrantCap, Percent
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.ids import new_id

CLIENTS = 50


async def left(shop: Shop, offer: Offer) -> int | None:
    async with shop.tx() as tx:
        return (await get_offer(tx, offer.id)).stock_left


async def now(shop: Shop, reward: Reward) -> Reward:
    async with shop.tx() as tx:
        return await get_reward(tx, reward.id)


async def refused(shop: Shop, offer: Offer, member_id: UUID, **wish: int) -> object:
    with pytest.raises(OfferUnavailable) as refusal:
        await bought(shop, offer, member_id, **wish)
    return refusal.value.facts["reason"]


async def settled(shop: Shop) -> int:
    async with shop.tx() as tx:
        return await settle_due(tx)


async def test_points_become_a_gift_with_a_code_that_a_till_gives(shop: Shop) -> None:
    offer, member_id = await offered(shop, stock=5), await rich(shop)
    mug = await bought(shop, offer, member_id)
    assert (mug.name, mug.state, mug.price_points, mug.receipt_id) == ("Кружка", "open", 40, None)
    assert (await shop.wallet(member_id)).balance == Balance(available=60)
    assert await left(shop, offer) == 4
    async with shop.tx() as tx:
        assert (await find_by_code(tx, mug.shown_code)) == mug
        taken = await take_reward(tx, shop.caller, mug.id, idempotency_key="k")
        wallet = await shop.wallet(member_id)
        (movement, *_) = await list_movements(tx, wallet_id=wallet.id, limit=5)
    assert taken.state == "taken"
    assert (movement.kind, movement.points, movement.document_id) == ("redeem", 40, mug.id)
    assert await shop.differences() == ()


async def test_one_in_stock_and_fifty_who_want_it_one_has_it(database: Database) -> None:
    async with open_shop(database, SystemClock(), GENEROUS) as shop:
        offer = await offered(shop, stock=1)
        members = [await rich(shop, f"+7999000{number:04}") for number in range(CLIENTS)]

        async def press(member_id: UUID) -> object:
            try:
                return (await bought(shop, offer, member_id)).state
            except OfferUnavailable as refusal:
                return refusal.facts["reason"]

        answers = await at_once([partial(press, member_id) for member_id in members])
        assert sorted(map(str, answers)) == ["open", *["sold_out"] * (CLIENTS - 1)]
        balances = [(await shop.wallet(member_id)).balance.available for member_id in members]
        assert sorted(balances) == [60, *[100] * (CLIENTS - 1)]
        assert await left(shop, offer) == 0
        assert await shop.differences() == ()


async def test_fifty_presses_of_one_member_spend_no_more_than_they_have(database: Database) -> None:
    async with open_shop(database, SystemClock(), GENEROUS) as shop:
        offer, member_id = await offered(shop), await rich(shop)

        async def press(_: int) -> object:
            try:
                return (await bought(shop, offer, member_id)).state
            except OfferUnavailable as refusal:
                return refusal.facts["reason"]

        answers = await at_once([partial(press, number) for number in range(CLIENTS)])
        assert sorted(map(str, answers)) == ["open"] * 2 + ["points_missing"] * (CLIENTS - 2)
        assert (await shop.wallet(member_id)).balance == Balance(available=20)
        assert await shop.differences() == ()


async def test_a_press_that_is_repeated_is_one_gift(shop: Shop) -> None:
    offer, member_id = await offered(shop, stock=2), await rich(shop)
    async with shop.tx() as tx:
        first = await buy(tx, Wish(offer.id, member_id), key="press", versions=shop.reference.versions)
    async with shop.tx() as tx:
        again = await buy(tx, Wish(offer.id, member_id), key="press", versions=shop.reference.versions)
    assert first == again
    assert await left(shop, offer) == 1
    other = await offered(shop, name="Футболка")
    with pytest.raises(RewardUnusable):
        async with shop.tx() as tx:
            await buy(tx, Wish(other.id, member_id), key="press", versions=shop.reference.versions)


async def test_a_cancelled_gift_gives_points_back_to_the_lots_they_came_from(
    shop: Shop, clock: SetClock
) -> None:
    program = structs.replace(GENEROUS, expiry=ExpiryFixed(days=10))
    await shop.publish(program)
    member_id = await shop.enroll()
    await shop.buy("first", 300_00, member=member_id)
    clock.advance(timedelta(days=5))
    await shop.buy("second", 300_00, member=member_id)
    offer = await offered(shop, stock=3)
    mug = await bought(shop, offer, member_id)
    (later,) = (await shop.wallet(member_id)).lots
    assert later.available == 20
    clock.advance(timedelta(days=7))
    async with shop.tx() as tx:
        cancelled = await cancel_own(tx, mug.id, member_id=member_id)
    assert cancelled.state == "cancelled"
    lots = (await shop.wallet(member_id)).lots
    # The first lot burned two days ago: its points live the days of grace more; the second is as it was.
    assert sorted(
        (lot.available, (lot.expires_at or clock.at) - clock.at > timedelta(days=13)) for lot in lots
    ) == [
        (30, False),
        (30, True),
    ]
    assert await left(shop, offer) == 3
    async with shop.tx() as tx:
        assert (await cancel_own(tx, mug.id, member_id=member_id)).state == "cancelled"
        with pytest.raises(UnknownReward):
            await cancel_own(tx, mug.id, member_id=new_id())
        assert await list_rewards(tx, member_id, program_id=shop.program_id) == []
    assert await shop.differences() == ()


async def test_points_that_burned_by_themselves_do_not_come_back_with_others(
    shop: Shop, clock: SetClock
) -> None:
    await shop.publish(structs.replace(GENEROUS, expiry=ExpiryFixed(days=10)))
    member_id = await rich(shop)
    mug = await bought(shop, await offered(shop), member_id)
    clock.advance(timedelta(days=12))
    async with shop.tx() as tx:
        await cancel(tx, mug.id)
    assert (await shop.wallet(member_id)).balance == Balance(available=40)
    assert await shop.differences() == ()


async def test_nobody_keeps_points_alive_by_getting_a_gift_and_cancelling_it_again_and_again(
    shop: Shop, clock: SetClock
) -> None:
    await shop.publish(structs.replace(GENEROUS, expiry=ExpiryFixed(days=10)))
    member_id = await rich(shop)
    offer = await offered(shop, life_days=None)
    left = []
    for days in (12, 10, 10):
        mug = await bought(shop, offer, member_id)
        clock.advance(timedelta(days=days))
        async with shop.tx() as tx:
            await cancel_own(tx, mug.id, member_id=member_id)
        left.append((await shop.wallet(member_id)).balance.available)
        if not left[-1]:
            break
    # The days of grace come once: after them the points burn, wherever they were meanwhile.
    assert left == [40, 40, 0]
    assert await shop.differences() == ()


@pytest.mark.parametrize(("returns_points", "available"), [(True, 100), (False, 60)])
async def test_what_ran_out_goes_back_to_the_shelf_and_its_points_as_was_said(
    shop: Shop, clock: SetClock, *, returns_points: bool, available: int
) -> None:
    offer = await offered(shop, stock=1, life_days=2, returns_points=returns_points)
    member_id = await rich(shop)
    mug = await bought(shop, offer, member_id)
    async with shop.tx() as tx:
        # What was bought stays what it was.
        await change_offer(tx, offer.id, structs.replace(offer.terms, returns_points=not returns_points))
    clock.advance(timedelta(days=2))
    assert await settled(shop) == 0
    clock.advance(timedelta(days=1))
    with pytest.raises(RewardUnusable) as refusal:
        async with shop.tx() as tx:
            await take_reward(tx, shop.caller, mug.id, idempotency_key=None)
    assert refusal.value.facts["reason"] == "expired"
    assert await settled(shop) == 1
    assert await settled(shop) == 0
    assert (await now(shop, mug)).state == "expired"
    assert (await shop.wallet(member_id)).balance == Balance(available=available)
    assert await left(shop, offer) == 1
    assert await shop.differences() == ()


async def test_what_was_taken_cannot_be_cancelled_until_it_is_taken_back(shop: Shop) -> None:
    mug = await bought(shop, await offered(shop, stock=1), await rich(shop))
    async with shop.tx() as tx:
        await take_reward(tx, shop.caller, mug.id, idempotency_key=None)
    with pytest.raises(RewardUnusable) as refusal:
        async with shop.tx() as tx:
            await cancel(tx, mug.id)
    assert refusal.value.facts["reason"] == "taken"
    async with shop.tx() as tx:
        assert (await give_back_reward(tx, shop.caller, mug.id, idempotency_key=None)).state == "open"
        await cancel_by_staff(tx, mug.id, reason="Разбилась")
    with pytest.raises(ReasonMissing):
        async with shop.tx() as tx:
            await cancel_by_staff(tx, mug.id, reason=" ")
    assert await shop.differences() == ()


async def test_limits_days_tiers_and_pauses_are_kept(shop: Shop, clock: SetClock) -> None:
    member_id = await rich(shop)
    daily = await offered(shop, price_points=1, limit_count=1, limit_span="day")
    await bought(shop, daily, member_id)
    assert await refused(shop, daily, member_id) == "limit_reached"
    clock.advance(timedelta(days=1))
    second = await bought(shop, daily, member_id)
    async with shop.tx() as tx:
        await cancel(tx, second.id)
    await bought(shop, daily, member_id)  # a cancelled one never was
    today = clock.at.date()
    late = await offered(shop, last_on=today - timedelta(days=1))
    early = await offered(shop, first_on=today + timedelta(days=1))
    assert await refused(shop, late, member_id) == "over"
    assert await refused(shop, early, member_id) == "not_begun"
    assert await refused(shop, await offered(shop, tiers=("gold",)), member_id) == "other_tier"
    assert await refused(shop, await offered(shop, price_points=500), member_id) == "points_missing"
    offer = await offered(shop)
    assert await refused(shop, offer, member_id, price_points=30) == "price_changed"
    async with shop.tx() as tx:
        await set_paused(tx, offer.id, is_paused=True)
    assert await refused(shop, offer, member_id) == "paused"
    async with shop.tx() as tx:
        await set_paused(tx, offer.id, is_paused=False)
        await set_archived(tx, offer.id, is_archived=True)
    assert await refused(shop, offer, member_id) == "archived"
    assert await shop.differences() == ()


async def test_the_catalogue_tells_each_member_what_they_can_have(shop: Shop, clock: SetClock) -> None:
    member_id = await rich(shop)
    cheap = await offered(shop, price_points=100)
    dear = await offered(shop, name="Фен", price_points=140)
    none_left = await offered(shop, name="Шар", price_points=1, stock=0)
    await offered(shop, name="Завтра", first_on=clock.at.date() + timedelta(days=1))
    async with shop.tx() as tx:
        await move_offer(tx, none_left.id, up=True)
        chances = await list_chances(
            tx, member_id, program_id=shop.program_id, versions=shop.reference.versions
        )
    assert [(one.offer.id, one.reason, one.points_missing) for one in chances] == [
        (cheap.id, None, 0),
        (none_left.id, "sold_out", 0),
        (dear.id, "points_missing", 40),
    ]


async def test_points_that_may_pay_a_share_of_a_receipt_buy_nothing(shop: Shop) -> None:
    capped = EarningRule(
        id="base", name="10 %", effect=Percent(rate_bp=1000), grant_cap=GrantCap(receipt_share_bp=1000)
    )
    await shop.publish(structs.replace(GENEROUS, earning=(capped,)))
    assert await refused(shop, await offered(shop), await rich(shop)) == "points_missing"


async def test_who_may_not_spend_gets_nothing(shop: Shop) -> None:
    offer, member_id = await offered(shop), await rich(shop)
    mug = await bought(shop, offer, member_id)
    async with shop.tx() as tx:
        await block(tx, member_id, reason="Две карты")
    with pytest.raises(RedemptionRefused):
        await bought(shop, offer, member_id)
    with pytest.raises(RewardUnusable):
        async with shop.tx() as tx:
            await take_reward(tx, shop.caller, mug.id, idempotency_key=None)


async def test_stock_is_put_in_and_written_off_by_rows(shop: Shop) -> None:
    offer, member_id = await offered(shop, price_points=10), await rich(shop)
    mug = await bought(shop, offer, member_id)
    async with shop.tx() as tx:
        supplied = await supply_offer(tx, offer.id, 5, reason="")
        assert (supplied.stock_left, supplied.stock_total) == (5, 6)
        assert (await supply_offer(tx, offer.id, -2, reason="Разбились")).stock_left == 3
    with pytest.raises(StockOutOfRange):
        async with shop.tx() as tx:
            await supply_offer(tx, offer.id, -4, reason="Разбились")
    with pytest.raises(ReasonMissing):
        async with shop.tx() as tx:
            await supply_offer(tx, offer.id, -1, reason="")
    async with shop.tx() as tx:
        await cancel(tx, mug.id)
    assert await left(shop, offer) == 4
    assert await shop.differences() == ()


async def test_gifts_follow_a_merged_member_and_come_back(shop: Shop) -> None:
    offer = await offered(shop, price_points=10, limit_count=2, limit_span="always")
    kept, merged = await rich(shop, "+79990000001"), await rich(shop, "+79990000002")
    await bought(shop, offer, kept)
    mug = await bought(shop, offer, merged)
    async with shop.tx() as tx:
        merge_id = await merge_members(tx, kept_id=kept, merged_id=merged, reason="Одна семья")
    assert (await now(shop, mug)).member_id == kept
    assert await refused(shop, offer, kept) == "limit_reached"
    async with shop.tx() as tx:
        await undo_merge(tx, merge_id)
    assert (await now(shop, mug)).member_id == merged
    async with shop.tx() as tx:
        await merge_members(tx, kept_id=kept, merged_id=merged, reason="Одна семья")
        await cancel(tx, mug.id)
    assert (await shop.wallet(kept)).balance == Balance(available=190)
    assert await shop.differences() == ()


async def test_who_deletes_themselves_leaves_the_thing_to_others(shop: Shop) -> None:
    offer, member_id = await offered(shop, stock=1), await rich(shop)
    mug = await bought(shop, offer, member_id)
    async with shop.tx() as tx:
        await delete_member(tx, member_id)
    assert (await now(shop, mug)).state == "withdrawn"
    assert await left(shop, offer) == 1
    assert await shop.differences() == ()


async def test_a_till_buys_with_a_key_and_takes_it_back(shop: Shop) -> None:
    offer, member_id = await offered(shop, stock=3), await rich(shop)

    async def press(key: str, wanted: Offer = offer, price_points: int = 40) -> tuple[Reward, bool]:
        async with shop.tx() as tx:
            wish = TillWish(wanted.id, member_id, price_points=price_points)
            return await buy_at_till(tx, shop.reference, shop.caller, wish, idempotency_key=key)

    mug, is_new = await press("k1")
    assert is_new
    assert await press("k1") == (mug, False)
    other = await offered(shop)
    for wanted, price_points in ((other, 40), (offer, 41)):
        with pytest.raises(KeyReused):
            await press("k1", wanted, price_points)
    # A till that did not hear the answer asks again, whatever has become of the member meanwhile.
    async with shop.tx() as tx:
        await block(tx, member_id, reason="тест")
    assert await press("k1") == (mug, False)
    async with shop.tx() as tx:
        await unblock(tx, member_id)
        assert (await cancel_at_till(tx, shop.caller, mug.id, idempotency_key="c1")).state == "cancelled"
    async with shop.tx() as tx:
        assert (await cancel_at_till(tx, shop.caller, mug.id, idempotency_key="c1")).state == "cancelled"
    in_app = await bought(shop, offer, member_id)
    with pytest.raises(RewardUnusable) as refusal:
        async with shop.tx() as tx:
            await cancel_at_till(tx, shop.caller, in_app.id, idempotency_key=None)
    assert refusal.value.facts["reason"] == "other_till"
    assert await shop.differences() == ()


async def test_a_reward_of_another_branch_is_not_given_here(shop: Shop) -> None:
    member_id = await rich(shop)
    mug = await bought(shop, await offered(shop, branch_ids=(new_id(),)), member_id)
    with pytest.raises(RewardUnusable) as refusal:
        async with shop.tx() as tx:
            await take_reward(tx, shop.caller, mug.id, idempotency_key=None)
    assert refusal.value.facts["reason"] == "other_branch"
    async with shop.tx() as tx:
        assert len(await list_offers(tx, program_id=shop.program_id)) == 1
