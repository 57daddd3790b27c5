"""Stamp cards from purchase to gift, and back (F47 to F50, S8, S9)."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from functools import partial
from itertools import permutations
from random import Random
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.purchases.test_returning import give_back
from tests.domain.shop import Shop, open_shop, receipt
from tests.faults.test_one_card import at_once

from plushka.domain.bots.leaving import delete_member
from plushka.domain.members.blocking import block
from plushka.domain.purchases.history import load_history
from plushka.domain.purchases.merging import merge_members, undo_merge
from plushka.domain.purchases.model import Caller, KeyReused, PurchaseLine, ReturnRequest
from plushka.domain.purchases.operations import preview_return, quote
from plushka.domain.purchases.situation import Item
from plushka.domain.purchases.taking import give_back_reward, take_reward
from plushka.domain.rewards.model import MemberCard, Reward, RewardUnusable, UnknownReward
from plushka.domain.rewards.queries import find_by_code, list_cards, list_rewards
from plushka.domain.staff.operations import set_up_till
from plushka.engine.program import PointsReward, Program, StampCard
from plushka.engine.purchase import Outcome
from plushka.engine.stamp_parts import FromLast, Gift, Spend, Units, Visits
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.ids import new_id

CLIENTS = 50
COFFEE = StampCard("coffee", "Кофейная карта", 3, Gift("Кофе", days=14), counts=Visits(once_a_day=False))
CUPS = StampCard("cups", "Чашки", 3, PointsReward(100), counts=Units())


def with_cards(*cards: StampCard) -> Program:
    return structs.replace(CASHBACK, cards=cards)


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, with_cards(COFFEE)) as shop:
        yield shop


async def buy(shop: Shop, number: str, member_id: UUID | None, amount_minor: int = 200_00) -> Outcome:
    return (await shop.buy(number, amount_minor, member=member_id)).receipt.outcome


async def rewards(shop: Shop, member_id: UUID) -> list[Reward]:
    async with shop.tx() as tx:
        return await list_rewards(tx, member_id, program_id=shop.program_id)


async def card(shop: Shop, member_id: UUID) -> MemberCard:
    async with shop.tx() as tx:
        (found,) = await list_cards(
            tx, member_id, versions=shop.reference.versions, program_id=shop.program_id
        )
    return found


async def state(shop: Shop, member_id: UUID) -> tuple[int, int, list[str]]:
    """Return the stamps, the rewards that were given ahead, and the states of gifts."""
    found = await card(shop, member_id)
    return found.have, found.ahead, [one.state for one in await rewards(shop, member_id)]


async def take(shop: Shop, reward_id: UUID, key: str | None = None, caller: Caller | None = None) -> Reward:
    async with shop.tx() as tx:
        return await take_reward(tx, caller or shop.caller, reward_id, idempotency_key=key)


async def reverse(shop: Shop, reward_id: UUID, key: str | None = None) -> Reward:
    async with shop.tx() as tx:
        return await give_back_reward(tx, shop.caller, reward_id, idempotency_key=key)


async def test_every_third_visit_wins_a_coffee(shop: Shop) -> None:
    member_id = await shop.enroll()
    outcomes = [await buy(shop, f"{number}", member_id) for number in range(4)]
    assert [outcome.cards[0].after for outcome in outcomes] == [1, 2, 0, 1]
    (coffee,) = await rewards(shop, member_id)
    assert (coffee.name, coffee.state, len(coffee.code)) == ("Кофе", "open", 8)
    assert coffee.expires_at is not None
    async with shop.tx() as tx:
        typed = f"{coffee.code[:4].lower()}-{coffee.code[4:]} "
        assert (await find_by_code(tx, typed)) == coffee
    assert await shop.differences() == ()


async def test_a_quote_promises_what_the_purchase_gives(shop: Shop) -> None:
    member_id = await shop.enroll()
    for number in range(2):
        await buy(shop, f"{number}", member_id)
    async with shop.tx() as tx:
        quoted = await quote(tx, shop.reference, shop.caller, receipt("2", 200_00, member=member_id))
    booked = await buy(shop, "2", member_id)
    assert quoted.outcome.cards == booked.cards
    assert quoted.outcome.gifts == booked.gifts
    assert len(booked.gifts) == 1


async def test_one_visit_a_day_counts_by_the_clock_of_the_branch(shop: Shop, clock: SetClock) -> None:
    await shop.publish(with_cards(structs.replace(COFFEE, counts=Visits())))
    member_id = await shop.enroll()
    for number in range(3):
        await buy(shop, f"today {number}", member_id)
    assert (await card(shop, member_id)).have == 1
    clock.at += timedelta(days=1)
    await buy(shop, "tomorrow", member_id)
    assert (await card(shop, member_id)).have == 2
    await give_back(shop, "r1", "today 0")
    assert (await card(shop, member_id)).have == 2  # the second visit of the day steps in
    await give_back(shop, "r2", "today 1")
    await give_back(shop, "r3", "today 2")
    assert (await card(shop, member_id)).have == 1
    assert await shop.differences() == ()


async def test_fifty_tills_at_one_gift_give_it_once(database: Database) -> None:
    async with open_shop(database, SystemClock(), with_cards(COFFEE)) as shop:
        member_id = await shop.enroll()
        for number in range(3):
            await buy(shop, f"{number}", member_id)
        (coffee,) = await rewards(shop, member_id)

        async def try_to_take(number: int) -> str:
            try:
                return (await take(shop, coffee.id, key=f"k{number}")).state
            except RewardUnusable as refusal:
                return str(refusal.facts["reason"])

        answers = await at_once([partial(try_to_take, number) for number in range(CLIENTS)])
        assert len(answers) == CLIENTS
        async with shop.tx() as tx:
            given = await tx.fetchval("select count(*) from reward_acts where tenant_id = $1", tx.tenant_id)
        assert given == 1
        assert await shop.differences() == ()


async def test_fifty_purchases_of_one_member_fill_sixteen_cards(database: Database) -> None:
    async with open_shop(database, SystemClock(), with_cards(COFFEE)) as shop:
        member_id = await shop.enroll()
        await at_once([partial(buy, shop, f"{number}", member_id) for number in range(CLIENTS)])
        assert (await card(shop, member_id)).have == CLIENTS % 3
        assert len(await rewards(shop, member_id)) == CLIENTS // 3
        assert await shop.differences() == ()


async def test_a_repeat_gives_nothing_twice(shop: Shop) -> None:
    member_id = await shop.enroll()
    for number in ("0", "1", "2", "2", "2"):
        await buy(shop, number, member_id)
    assert await state(shop, member_id) == (0, 0, ["open"])
    (coffee,) = await rewards(shop, member_id)
    assert [await take(shop, coffee.id, key="k") for _ in range(2)] == [
        await take(shop, coffee.id, key="k")
    ] * 2
    with pytest.raises(RewardUnusable) as refused:
        await take(shop, coffee.id, key="another")
    assert refused.value.facts["reason"] == "taken"
    with pytest.raises(KeyReused):
        await reverse(shop, coffee.id, key="k")
    assert await shop.differences() == ()


async def test_what_was_given_by_mistake_can_be_given_again(shop: Shop) -> None:
    member_id = await shop.enroll()
    for number in range(3):
        await buy(shop, f"{number}", member_id)
    (coffee,) = await rewards(shop, member_id)
    with pytest.raises(RewardUnusable, match="reward_unusable"):
        await reverse(shop, coffee.id)
    await take(shop, coffee.id, key="a")
    assert (await reverse(shop, coffee.id, key="b")).state == "open"
    assert (await reverse(shop, coffee.id, key="b")).state == "open"
    assert (await take(shop, coffee.id, key="c")).state == "taken"
    async with shop.tx() as tx:
        branch = await tx.fetchval("select branch_id from tills where tenant_id = $1", tx.tenant_id)
        other = await set_up_till(tx, name="Касса 2", branch_id=branch)
    elsewhere = structs.replace(shop.caller, till_id=other.id)
    async with shop.tx() as tx:
        with pytest.raises(RewardUnusable) as refused:
            await give_back_reward(tx, elsewhere, coffee.id, idempotency_key=None)
    assert refused.value.facts["reason"] == "other_till"
    assert await shop.differences() == ()


async def test_a_gift_expires_with_the_last_of_its_days(shop: Shop, clock: SetClock) -> None:
    member_id = await shop.enroll()
    for number in range(3):
        await buy(shop, f"{number}", member_id)
    (coffee,) = await rewards(shop, member_id)
    assert coffee.expires_at is not None
    clock.at = coffee.expires_at
    with pytest.raises(RewardUnusable) as refused:
        await take(shop, coffee.id)
    assert refused.value.facts["reason"] == "expired"
    clock.at = coffee.expires_at - timedelta(seconds=1)
    assert (await take(shop, coffee.id)).state == "taken"


async def test_who_is_blocked_gets_none_and_nobody_gets_what_is_not_there(shop: Shop) -> None:
    member_id = await shop.enroll()
    for number in range(3):
        await buy(shop, f"{number}", member_id)
    (coffee,) = await rewards(shop, member_id)
    async with shop.tx() as tx:
        await block(tx, member_id, reason="resells")
    with pytest.raises(RewardUnusable) as refused:
        await take(shop, coffee.id)
    assert refused.value.facts["reason"] == "member_blocked"
    with pytest.raises(UnknownReward):
        await take(shop, new_id())


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_returns_in_any_order_leave_what_never_happened(shop: Shop, order: Sequence[int]) -> None:
    member_id = await shop.enroll()
    for number in range(4):
        await buy(shop, f"{number}", member_id)
    seen = []
    for number in order:
        returned = await give_back(shop, f"r{number}", f"{number}")
        seen.append((returned.rewards_withdrawn, returned.rewards_owed))
        assert await shop.differences() == ()
    # Of four visits three stay after the first return, and the coffee with them.
    assert seen == [(0, 0), (1, 0), (0, 0)]
    assert await state(shop, member_id) == (1, 0, [])


async def test_a_coffee_that_was_drunk_is_made_up_for_by_the_next_card(shop: Shop) -> None:
    member_id = await shop.enroll()
    for number in range(3):
        await buy(shop, f"{number}", member_id)
    (coffee,) = await rewards(shop, member_id)
    await take(shop, coffee.id)
    async with shop.tx() as tx:
        foreseen = await preview_return(tx, shop.reference, shop.caller, ReturnRequest("r", "1"))
    returned = await give_back(shop, "r", "1")
    assert (foreseen.rewards_withdrawn, foreseen.rewards_owed) == (0, 1)
    assert (returned.rewards_withdrawn, returned.rewards_owed) == (0, 1)
    assert await state(shop, member_id) == (2, 1, ["taken"])
    assert (await buy(shop, "3", member_id)).gifts == ()
    assert await state(shop, member_id) == (0, 0, ["taken"])
    outcomes = [await buy(shop, f"{number}", member_id) for number in (4, 5, 6)]
    assert [len(outcome.gifts) for outcome in outcomes] == [0, 0, 1]
    assert await shop.differences() == ()


async def test_a_gift_that_comes_back_after_its_visit_was_returned_is_withdrawn(shop: Shop) -> None:
    member_id = await shop.enroll()
    for number in range(3):
        await buy(shop, f"{number}", member_id)
    (coffee,) = await rewards(shop, member_id)
    await take(shop, coffee.id)
    await give_back(shop, "r", "0")
    assert (await reverse(shop, coffee.id)).state == "withdrawn"
    assert await state(shop, member_id) == (2, 0, [])
    assert await shop.differences() == ()


async def test_points_of_a_card_go_with_the_receipt_that_won_them(shop: Shop) -> None:
    await shop.publish(with_cards(CUPS))
    member_id = await shop.enroll()
    before = await shop.wallet(member_id)
    for number in range(3):
        await buy(shop, f"{number}", member_id)
    assert (await shop.wallet(member_id)).balance.available == before.balance.available + 3 * 20 + 100
    first = await give_back(shop, "r0", "0")
    assert (first.points_clawed_back, first.rewards_owed) == (20, 1)
    assert (await card(shop, member_id)).ahead == 1
    last = await give_back(shop, "r2", "2")
    assert (last.points_clawed_back, last.rewards_owed) == (120, -1)
    assert (await card(shop, member_id)).have == 1
    await give_back(shop, "r1", "1")
    assert await shop.wallet(member_id) == before
    assert await shop.differences() == ()


async def test_points_that_nobody_was_given_come_with_the_next_stamp(shop: Shop) -> None:
    await shop.publish(with_cards(CUPS))
    member_id = await shop.enroll()
    for number in range(4):
        await buy(shop, f"{number}", member_id)
    await give_back(shop, "r", "2")  # it had filled the card; the fourth fills it now
    earned = (await buy(shop, "4", member_id)).awards
    assert {award.rule: award.points for award in earned}["cups"] == 100
    assert await shop.differences() == ()


async def test_a_goal_counts_what_was_paid_and_a_card_burns(shop: Shop, clock: SetClock) -> None:
    goal = StampCard("goal", "Тысяча", 1_000_00, Gift("Свеча"), counts=Spend(), lasts=FromLast(10))
    await shop.publish(with_cards(goal))
    member_id = await shop.enroll()
    await buy(shop, "1", member_id, 700_00)
    await give_back(shop, "r", "1", (0, 500))
    assert (await card(shop, member_id)).have == 350_00
    clock.at += timedelta(days=11)
    assert (await card(shop, member_id)).have == 0
    outcome = await buy(shop, "2", member_id, 1_200_00)
    assert (outcome.cards[0].after, len(outcome.gifts)) == (200_00, 1)
    assert await shop.differences() == ()


async def test_new_terms_change_nothing_that_was(shop: Shop) -> None:
    member_id = await shop.enroll()
    for number in range(2):
        await buy(shop, f"{number}", member_id)
    await shop.publish(with_cards(structs.replace(COFFEE, needed=5)))
    for number in range(2, 5):
        await buy(shop, f"{number}", member_id)
    assert await state(shop, member_id) == (0, 0, ["open"])
    await shop.publish(with_cards(structs.replace(COFFEE, is_paused=True)))
    assert (await buy(shop, "paused", member_id)).cards == ()
    assert await shop.differences() == ()


async def test_two_members_who_become_one_have_the_stamps_of_both(shop: Shop) -> None:
    kept, merged = await shop.enroll("+79990000001"), await shop.enroll("+79990000002")
    for number in range(3):
        await buy(shop, f"kept {number}", kept)
    for number in range(2):
        await buy(shop, f"merged {number}", merged)
    async with shop.tx() as tx:
        merge_id = await merge_members(tx, kept_id=kept, merged_id=merged, reason="one person")
    assert await state(shop, kept) == (2, 0, ["open"])
    assert await shop.differences() == ()
    async with shop.tx() as tx:
        await undo_merge(tx, merge_id)
    assert await state(shop, kept) == (0, 0, ["open"])
    assert await state(shop, merged) == (2, 0, [])
    assert await shop.differences() == ()


async def test_history_puts_no_stamps(shop: Shop, clock: SetClock) -> None:
    member_id = await shop.enroll()
    clock.at += timedelta(hours=1)
    past = [
        Item(
            shop.caller,
            receipt(f"old {n}", 200_00, member=member_id, occurred_at=clock.at - timedelta(minutes=n)),
        )
        for n in range(1, 4)
    ]
    async with shop.tx() as tx:
        loaded = await load_history(tx, shop.reference, past)
    assert loaded.booked == 3
    assert await state(shop, member_id) == (0, 0, [])
    await give_back(shop, "r", "old 1")
    assert await shop.differences() == ()


async def test_who_deletes_themselves_leaves_no_gifts(shop: Shop) -> None:
    member_id = await shop.enroll()
    for number in range(3):
        await buy(shop, f"{number}", member_id)
    (coffee,) = await rewards(shop, member_id)
    async with shop.tx() as tx:
        await delete_member(tx, member_id)
    with pytest.raises(RewardUnusable) as refused:
        await take(shop, coffee.id)
    assert refused.value.facts["reason"] == "withdrawn"
    assert await shop.differences() == ()


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_a_member_has_what_their_cups_and_what_they_took_say(
    shop: Shop, seed: int
) -> None:
    """Purchases, partial returns, gifts given and taken back, in any order: the heap of cups says it all."""
    by_cup = structs.replace(COFFEE, counts=Units())
    await shop.publish(with_cards(by_cup))
    member_id = await shop.enroll()
    chance = Random(seed)  # noqa: S311  any order will do
    cups: dict[str, int] = {}
    for step in range(60):
        gifts = {
            wanted: [one.id for one in await rewards(shop, member_id) if one.state == wanted]
            for wanted in ("open", "taken")
        }
        left = [number for number, count in cups.items() if count]
        match chance.choice(("buy", "buy", "return", "take", "reverse")):
            case "buy":
                count = chance.randint(1, 5)
                line = PurchaseLine("coffee", count * 1000, count * 100_00)
                await shop.buy(f"b{step}", 0, member=member_id, lines=(line,))
                cups[f"b{step}"] = count
            case "return" if left:
                number = chance.choice(left)
                back = chance.randint(1, cups[number])
                await give_back(shop, f"r{step}", number, (0, back * 1000))
                cups[number] -= back
            case "take" if gifts["open"]:
                await take(shop, chance.choice(gifts["open"]))
            case "reverse" if gifts["taken"]:
                await reverse(shop, chance.choice(gifts["taken"]))
            case _:
                continue
        finished, have = divmod(sum(cups.values()), by_cup.needed)
        stands, ahead, states = await state(shop, member_id)
        assert (stands, ahead) == (have, max(0, states.count("taken") - finished))
        assert len(states) == max(finished, states.count("taken"))
    assert await shop.differences() == ()
