"""From a friend's purchase to the points of who brought them (S14, F54 to F56, F82, F89 to F91)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.purchases.test_returning import give_back
from tests.domain.referrals.friends import (
    HUNDRED,
    THREE_LEVELS,
    available,
    bring,
    enroll_family,
    enroll_friends,
    pay,
    rows,
    with_friends,
)
from tests.domain.shop import Shop, open_shop, receipt
from tests.faults.test_one_card import at_once

from plushka.domain.bots.leaving import delete_member
from plushka.domain.ledger.bookkeeping import WalletKey
from plushka.domain.members.blocking import block
from plushka.domain.purchases.history import load_history
from plushka.domain.purchases.merging import merge_members, undo_merge
from plushka.domain.purchases.situation import Item
from plushka.domain.referrals.settling import settle
from plushka.engine.program import Debt, ExpiryFixed, PointsReward
from plushka.engine.referral_parts import ReferralCaps
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database

CLIENTS = 50


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, with_friends(structs.replace(HUNDRED, paid_after_days=0))) as shop:
        yield shop


async def test_a_thousand_gives_100_20_and_10_when_the_window_of_returns_is_over(
    shop: Shop, clock: SetClock
) -> None:
    await shop.publish(with_friends(THREE_LEVELS))
    anna, boris, vera, gleb = await enroll_family(shop, 4)
    await shop.buy("1", 1_000_00, member=gleb)
    for days in (0, 13):
        clock.at += timedelta(days=days)
        await pay(shop)
        assert await available(shop, [vera, boris, anna]) == [0, 0, 0]
    # The business day in Moscow begins at four.
    clock.at = datetime(clock.at.year, clock.at.month, clock.at.day, 1, tzinfo=UTC) + timedelta(days=1)
    await pay(shop)
    await pay(shop)
    assert await available(shop, [vera, boris, anna, gleb]) == [100, 20, 10, 0]
    assert await shop.differences() == ()


async def test_at_once_means_with_the_next_minute_and_the_first_purchase_alone(shop: Shop) -> None:
    anna, (boris,) = await enroll_friends(shop, 1)
    await shop.buy("1", 500_00, member=boris)
    await shop.buy("2", 500_00, member=boris)
    await pay(shop)
    assert await available(shop, [anna]) == [100]
    assert await rows(shop) == [(100, 100, 100, None), (0, 0, 0, None)]
    assert await shop.differences() == ()


async def test_points_for_a_friend_live_from_the_day_they_are_paid(shop: Shop, clock: SetClock) -> None:
    referral = structs.replace(HUNDRED, expiry=ExpiryFixed(days=10))
    await shop.publish(with_friends(referral))
    anna, (boris,) = await enroll_friends(shop, 1)
    await shop.buy("1", 500_00, member=boris)
    clock.at += timedelta(days=20)
    await pay(shop)
    (lot,) = (await shop.wallet(anna)).lots
    assert lot.expires_at is not None
    assert timedelta(days=10) < lot.expires_at - clock.at <= timedelta(days=11)


async def test_what_was_returned_before_it_was_paid_is_never_paid(shop: Shop) -> None:
    anna, (boris,) = await enroll_friends(shop, 1)
    await shop.buy("1", 500_00, member=boris)
    await give_back(shop, "r", "1")
    await pay(shop)
    assert await available(shop, [anna]) == [0]
    assert await rows(shop) == [(0, 0, 0, None)]
    assert await shop.differences() == ()


async def test_after_the_return_of_the_first_purchase_the_second_is_the_first(shop: Shop) -> None:
    anna, (boris,) = await enroll_friends(shop, 1)
    await shop.buy("1", 500_00, member=boris)
    await shop.buy("2", 500_00, member=boris)
    await pay(shop)
    await give_back(shop, "r1", "1")
    await pay(shop)
    assert await rows(shop) == [(0, 0, 0, None), (100, 100, 100, None)]
    assert await available(shop, [anna]) == [100]
    await give_back(shop, "r2", "2")
    await pay(shop)
    assert await available(shop, [anna]) == [0]
    assert await shop.differences() == ()


async def test_a_friend_s_own_reward_goes_with_its_receipt_and_comes_with_the_next(shop: Shop) -> None:
    referral = structs.replace(HUNDRED, friend=PointsReward(50))
    await shop.publish(with_friends(referral))
    _, (boris,) = await enroll_friends(shop, 1)
    for number in range(2):
        await shop.buy(f"{number}", 500_00, member=boris)
    assert await available(shop, [boris]) == [50]
    await give_back(shop, "r", "0")
    assert await available(shop, [boris]) == [0]
    await shop.buy("2", 500_00, member=boris)
    await shop.buy("3", 500_00, member=boris)
    assert await available(shop, [boris]) == [50]
    assert await shop.differences() == ()


async def test_caps_go_by_booking_and_a_return_gives_back_the_room_it_took(shop: Shop) -> None:
    referral = structs.replace(HUNDRED, paid_after_days=0, caps=ReferralCaps(points_per_month=250))
    await shop.publish(with_friends(referral))
    anna, friends = await enroll_friends(shop, 4)
    for number, friend in enumerate(friends):
        await shop.buy(f"{number}", 500_00, member=friend)
    await pay(shop)
    assert await rows(shop) == [
        (100, 100, 100, None),
        (100, 100, 100, None),
        (100, 50, 50, "cap_points"),
        (100, 0, 0, "cap_points"),
    ]
    await give_back(shop, "r", "0")
    await pay(shop)
    assert [row[2] for row in await rows(shop)] == [0, 100, 100, 50]
    assert await available(shop, [anna]) == [250]
    assert await shop.differences() == ()


async def test_so_many_friends_a_month_and_a_new_month_begins_anew(shop: Shop, clock: SetClock) -> None:
    referral = structs.replace(
        HUNDRED, paid_after_days=0, purchases_max=None, caps=ReferralCaps(friends_per_month=1)
    )
    await shop.publish(with_friends(referral))
    anna, (boris, vera) = await enroll_friends(shop, 2)
    for number, friend in enumerate((boris, vera, boris)):
        await shop.buy(f"{number}", 500_00, member=friend)
    await pay(shop)
    assert [(row[2], row[3]) for row in await rows(shop)] == [(100, None), (0, "cap_friends"), (100, None)]
    clock.at += timedelta(days=31)
    await shop.buy("next", 500_00, member=vera)
    await pay(shop)
    assert await available(shop, [anna]) == [300]


@pytest.mark.parametrize(
    ("debt", "owed", "let_go"),
    [(Debt(), 100, 0), (Debt(limit=30), 30, 70), (Debt("clamp"), 0, 100), (Debt("refuse"), 0, 100)],
)
async def test_spent_points_become_a_debt_as_the_programme_says_and_no_friend_s_return_is_refused(
    shop: Shop, debt: Debt, owed: int, let_go: int
) -> None:
    program = structs.replace(with_friends(structs.replace(HUNDRED, paid_after_days=0)), debt=debt)
    await shop.publish(program)
    anna, (boris, vera) = await enroll_friends(shop, 2)
    await shop.buy("1", 500_00, member=boris)
    await pay(shop)
    await shop.buy("spends", 500_00, member=anna, redeem=100)
    await give_back(shop, "r", "1")
    await pay(shop)
    assert (await shop.wallet(anna)).balance.debt == owed
    async with shop.tx() as tx:
        gone = await tx.fetchval("select let_go from referral_rewards where tenant_id = $1", tx.tenant_id)
    assert gone == let_go
    await shop.buy("2", 500_00, member=vera)
    await pay(shop)
    assert await available(shop, [anna]) == [100 - owed]
    assert await shop.differences() == ()


async def test_who_is_blocked_or_gone_on_the_day_gets_nothing_for_good(shop: Shop) -> None:
    anna, (boris,) = await enroll_friends(shop, 1)
    vera = await shop.enroll("+79990000301")
    gleb = await shop.enroll("+79990000302")
    await bring(shop, gleb, vera)
    await shop.buy("1", 500_00, member=boris)
    await shop.buy("2", 500_00, member=gleb)
    async with shop.tx() as tx:
        await block(tx, anna, reason="sells points")
        await delete_member(tx, vera)
    await pay(shop)
    assert await rows(shop) == [(100, 0, 0, "blocked"), (100, 0, 0, "gone")]
    await give_back(shop, "r", "1")
    await pay(shop)
    assert await available(shop, [anna]) == [0]
    assert await shop.differences() == ()


async def test_points_paid_to_one_who_left_since_are_asked_of_nobody(shop: Shop) -> None:
    anna, (boris,) = await enroll_friends(shop, 1)
    await shop.buy("1", 500_00, member=boris)
    await pay(shop)
    async with shop.tx() as tx:
        await delete_member(tx, anna)
    await give_back(shop, "r", "1")
    await pay(shop)
    assert await rows(shop) == [(0, 0, 0, None)]
    assert await shop.differences() == ()


async def test_two_cards_of_one_person_are_one_referrer_and_nobody_is_rewarded_for_themselves(
    shop: Shop,
) -> None:
    anna, (boris, vera) = await enroll_friends(shop, 2)
    other = await shop.enroll("+79990000303")
    await shop.buy("1", 500_00, member=boris)
    await shop.buy("2", 500_00, member=vera)
    async with shop.tx() as tx:
        await merge_members(tx, kept_id=other, merged_id=anna, reason="one person")
        await merge_members(tx, kept_id=other, merged_id=vera, reason="one person")
    await pay(shop)
    assert await available(shop, [other]) == [100]
    assert [row[3] for row in await rows(shop)] == [None, "same_person"]
    await give_back(shop, "r", "1")
    await pay(shop)
    assert await available(shop, [other]) == [0]
    assert await shop.differences() == ()


async def test_a_merge_that_is_undone_leaves_rewards_where_they_were(shop: Shop) -> None:
    anna, (boris,) = await enroll_friends(shop, 1)
    other = await shop.enroll("+79990000303")
    await shop.buy("1", 500_00, member=boris)
    await pay(shop)
    async with shop.tx() as tx:
        merge_id = await merge_members(tx, kept_id=other, merged_id=anna, reason="one person")
    async with shop.tx() as tx:
        await undo_merge(tx, merge_id)
    await give_back(shop, "r", "1")
    await pay(shop)
    assert await available(shop, [anna, other]) == [0, 0]
    assert await shop.differences() == ()


async def test_history_that_is_loaded_rewards_nobody(shop: Shop, clock: SetClock) -> None:
    anna, (boris,) = await enroll_friends(shop, 1)
    past = structs.replace(receipt("old", 500_00, member=boris), occurred_at=clock.at - timedelta(days=2))
    async with shop.tx() as tx:
        await load_history(tx, shop.reference, [Item(shop.caller, past)])
    await pay(shop)
    assert await rows(shop) == []
    assert await available(shop, [anna]) == [0]


async def test_fifty_settlements_at_once_pay_once(database: Database) -> None:
    program = with_friends(structs.replace(HUNDRED, paid_after_days=0))
    async with open_shop(database, SystemClock(), program) as shop:
        anna, friends = await enroll_friends(shop, 5)
        for number, friend in enumerate(friends):
            await shop.buy(f"{number}", 500_00, member=friend)

        async def settle_once() -> int:
            async with shop.tx() as tx:
                key = WalletKey(anna, shop.program_id)
                return sum(one.change for one in await settle(tx, shop.reference.versions, key))

        paid = await at_once([settle_once] * CLIENTS)
        assert sorted(paid)[-2:] == [0, 500]
        assert await available(shop, [anna]) == [500]
        assert await shop.differences() == ()


async def test_returns_purchases_and_settlements_at_one_moment_leave_what_is_due(database: Database) -> None:
    referral = structs.replace(THREE_LEVELS, paid_after_days=0)
    async with open_shop(database, SystemClock(), with_friends(referral)) as shop:
        family = await enroll_family(shop, 4)
        for number in range(16):
            await shop.buy(f"{number}", 1_000_00, member=family[1 + number % 3])
        clients: list[Callable[[], Awaitable[object]]] = [
            *[partial(give_back, shop, f"r{number}", f"{number}") for number in range(0, 16, 2)],
            *[partial(pay, shop) for _ in range(8)],
            *[partial(shop.buy, f"new {n}", 1_000_00, member=family[1 + n % 3]) for n in range(9)],
        ]
        await at_once(clients)
        await pay(shop)
        assert await shop.differences() == ()
        left = [family[1 + number % 3] for number in range(1, 16, 2)]
        left += [family[1 + number % 3] for number in range(9)]
        due = dict.fromkeys(family, 0)
        for friend in left:
            above = family[: family.index(friend)][::-1]
            for member, points in zip(above, (100, 20, 10), strict=False):
                due[member] += points
        assert await available(shop, family) == list(due.values())
