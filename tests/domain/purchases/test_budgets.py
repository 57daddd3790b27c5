"""Budgets of promotions: what is left is given once, and what is returned can be given again (S8, S9)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.purchases.test_returning import give_back
from tests.domain.shop import Shop, open_shop, receipt
from tests.faults.test_one_card import at_once

from plushka.domain.businesses.branches import open_branch
from plushka.domain.purchases.counters import (
    ALL_BRANCHES,
    BudgetExceeded,
    Key,
    Tally,
    begin_counters,
    count_uses,
)
from plushka.domain.purchases.model import Committed, PurchaseLine
from plushka.domain.purchases.operations import quote
from plushka.domain.purchases.queue import PurchaseQueue
from plushka.engine.price_effects import AmountOff, PercentOff
from plushka.engine.program import Budget, Program, Promotion
from plushka.engine.purchase import Outcome
from plushka.engine.spans import ALWAYS
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database

CLIENTS = 50
WINNERS = 7


def with_budgets(*budgets: Budget, **terms: object) -> Program:
    """Return a programme whose one promotion takes 100 off a receipt, within budgets."""
    promotion = Promotion("hundred", "Минус сто", AmountOff(100_00), budgets=budgets)
    return structs.replace(CASHBACK, promotions=(structs.replace(promotion, **terms),))


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


async def buy(shop: Shop, number: str, member_id: UUID | None, amount_minor: int = 500_00) -> Outcome:
    return (await shop.buy(number, amount_minor, member=member_id)).receipt.outcome


def reasons(outcome: Outcome) -> list[str]:
    return [note.code for note in outcome.notes if note.rule == "hundred"]


async def test_fifty_tills_share_a_budget_of_seven(database: Database) -> None:
    program = with_budgets(Budget("uses", WINNERS), Budget("amount", WINNERS * 100_00))
    async with open_shop(database, SystemClock(), program) as shop:
        members = [await shop.enroll(f"+7999000{number:04}") for number in range(CLIENTS)]
        other = PurchaseQueue(database, SystemClock())
        await other.start()

        async def buy_one(number: int) -> Committed:
            queue = (shop.queue, other)[number % 2]
            return await queue.commit(shop.caller, receipt(f"{number}", 500_00, member=members[number]))

        answers = await at_once([partial(buy_one, number) for number in range(CLIENTS)])
        await other.stop()
        cut = [answer.receipt.outcome.discount_minor for answer in answers]
        assert (cut.count(100_00), cut.count(0)) == (WINNERS, CLIENTS - WINNERS)
        assert await shop.differences() == ()


async def test_of_a_hundred_and_fifty_purchases_of_fifty_tills_a_hundred_get_what_there_is_a_hundred_of(
    database: Database,
) -> None:
    async with open_shop(database, SystemClock(), with_budgets(Budget("uses", 100))) as shop:
        members = [await shop.enroll(f"+7999000{number:04}") for number in range(CLIENTS)]
        other = PurchaseQueue(database, SystemClock())
        await other.start()

        async def buy_three(number: int) -> list[int]:
            queue = (shop.queue, other)[number % 2]
            booked = [
                await queue.commit(shop.caller, receipt(f"{number}-{turn}", 500_00, member=members[number]))
                for turn in range(3)
            ]
            return [one.receipt.outcome.discount_minor for one in booked]

        cuts = await at_once([partial(buy_three, number) for number in range(CLIENTS)])
        await other.stop()
        cut = [each for of_till in cuts for each in of_till]
        assert (cut.count(100_00), cut.count(0)) == (100, 50)
        assert await shop.differences() == ()


async def test_fifty_tills_take_of_a_large_budget_without_waiting_and_it_is_counted(
    database: Database,
) -> None:
    program = with_budgets(Budget("uses", 10**6), Budget("amount", 10**9, "branch", "day"))
    async with open_shop(database, SystemClock(), program) as shop:
        members = [await shop.enroll(f"+7999000{number:04}") for number in range(CLIENTS)]
        await buy(shop, "first", members[0])
        other = PurchaseQueue(database, SystemClock())
        await other.start()

        async def buy_one(number: int) -> Committed:
            queue = (shop.queue, other)[number % 2]
            return await queue.commit(shop.caller, receipt(f"{number}", 500_00, member=members[number]))

        answers = await at_once([partial(buy_one, number) for number in range(CLIENTS)])
        await other.stop()
        assert {answer.receipt.outcome.discount_minor for answer in answers} == {100_00}
        async with shop.tx() as tx:
            counted = await tx.fetch("select uses, amount_minor from promotion_counters order by span")
        assert [tuple(row) for row in counted] == [(CLIENTS + 1, (CLIENTS + 1) * 100_00)] * 2
        assert await shop.differences() == ()


async def test_a_counter_refuses_what_would_go_over_it(shop: Shop) -> None:
    budget = Budget("uses", 3)
    key = Key(shop.program_id, "hundred", ALL_BRANCHES, "always", ALWAYS)
    async with shop.tx() as tx:
        await begin_counters(tx, [key])
        await count_uses(tx, {key: Tally(3, 300_00)}, {key: [budget]})
        with pytest.raises(BudgetExceeded):
            await count_uses(tx, {key: Tally(1, 100_00)}, {key: [budget]})


async def test_a_receipt_that_is_told_why_there_was_nothing_left(shop: Shop) -> None:
    await shop.publish(with_budgets(Budget("uses", 1)))
    first, second = await shop.enroll("+79990000001"), await shop.enroll("+79990000002")
    assert (await buy(shop, "1", first)).discount_minor == 100_00
    outcome = await buy(shop, "2", second)
    assert (outcome.discount_minor, reasons(outcome)) == (0, ["budget_spent"])


async def test_the_last_of_the_money_is_given_in_part(shop: Shop) -> None:
    await shop.publish(with_budgets(Budget("amount", 250_00)))
    member_id = await shop.enroll()
    outcomes = [await buy(shop, number, member_id) for number in "1234"]
    assert [outcome.discount_minor for outcome in outcomes] == [100_00, 100_00, 50_00, 0]
    assert reasons(outcomes[2]) == ["budget_cut"]
    assert await shop.differences() == ()


async def test_a_member_has_a_budget_of_their_own_a_day(shop: Shop, clock: SetClock) -> None:
    await shop.publish(with_budgets(Budget("uses", 1, "member", "day"), Budget("uses", 2, "member", "month")))
    first, second = await shop.enroll("+79990000001"), await shop.enroll("+79990000002")
    assert [(await buy(shop, f"a{n}", first)).discount_minor for n in range(2)] == [100_00, 0]
    assert (await buy(shop, "b", second)).discount_minor == 100_00
    for day, expected in (("next", 100_00), ("third", 0)):
        clock.at += timedelta(days=1)
        assert (await buy(shop, day, first)).discount_minor == expected
    clock.at += timedelta(days=31)
    assert (await buy(shop, "next month", first)).discount_minor == 100_00
    assert await shop.differences() == ()


async def test_who_shows_no_card_gets_nothing_that_is_counted_by_the_card(shop: Shop) -> None:
    await shop.publish(with_budgets(Budget("uses", 5, "member"), for_anonymous=True))
    outcome = await buy(shop, "1", None)
    assert (outcome.discount_minor, reasons(outcome)) == (0, ["budget_unknown"])
    await shop.publish(with_budgets(Budget("uses", 1), for_anonymous=True))
    assert [(await buy(shop, n, None)).discount_minor for n in ("2", "3")] == [100_00, 0]


async def test_each_branch_has_its_own(shop: Shop) -> None:
    await shop.publish(with_budgets(Budget("uses", 1, "branch", "day")))
    async with shop.tx() as tx:
        await open_branch(tx, code="center", name="Центр", time_zone="Europe/Moscow")
    shop.reference.forget_places(shop.caller.tenant_id)
    members = [await shop.enroll(f"+7999000000{number}") for number in range(4)]
    caller = structs.replace(shop.caller, branch=None)

    async def buy_at(number: int, branch: str) -> int:
        purchase = receipt(f"{number}", 500_00, member=members[number], branch=branch)
        return (await shop.queue.commit(caller, purchase)).receipt.outcome.discount_minor

    bought = [await buy_at(n, branch) for n, branch in enumerate(("arbat", "arbat", "center", "center"))]
    assert bought == [100_00, 0, 100_00, 0]
    assert await shop.differences() == ()


async def test_what_is_returned_can_be_given_again(shop: Shop) -> None:
    await shop.publish(with_budgets(Budget("uses", 1), Budget("amount", 100_00, "branch", "month")))
    member_id = await shop.enroll()
    lines = (PurchaseLine("a", 2000, 300_00), PurchaseLine("b", 1000, 200_00))
    await shop.buy("1", 0, member=member_id, lines=lines)
    assert (await buy(shop, "2", member_id)).discount_minor == 0
    await give_back(shop, "r1", "1", (0, 2000))
    assert reasons(await buy(shop, "3", member_id)) == ["budget_spent"]
    assert await shop.differences() == ()
    await give_back(shop, "r2", "1", (1, 1000))
    assert await shop.differences() == ()
    assert (await buy(shop, "4", member_id)).discount_minor == 100_00


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
async def test_partial_returns_give_back_the_same_in_any_order(shop: Shop, order: tuple[int, ...]) -> None:
    await shop.publish(with_budgets(Budget("amount", 100_00), effect=PercentOff(33_33)))
    member_id = await shop.enroll()
    lines = (PurchaseLine("a", 3000, 100_01), PurchaseLine("b", 1000, 77_77))
    booked = await shop.buy("1", 0, member=member_id, lines=lines)
    parts = [(0, 1000), (0, 2000), (1, 1000)]
    for place in order:
        await give_back(shop, f"r{place}", booked.receipt.id, parts[place])
    assert await shop.differences() == ()
    assert (await buy(shop, "2", member_id)).discount_minor == 100_00


async def test_a_repeat_uses_nothing_up(shop: Shop) -> None:
    await shop.publish(with_budgets(Budget("uses", 2)))
    first, second, third = [await shop.enroll(f"+7999000000{number}") for number in range(3)]
    await buy(shop, "1", first)

    async def commit(number: str, member_id: UUID) -> Committed:
        return await shop.buy(number, 500_00, member=member_id)

    repeat, new = await at_once([partial(commit, "1", first), partial(commit, "2", second)])
    assert (repeat.is_repeat, repeat.receipt.outcome.discount_minor) == (True, 100_00)
    assert new.receipt.outcome.discount_minor == 100_00
    assert (await buy(shop, "3", third)).discount_minor == 0
    assert await shop.differences() == ()


async def test_a_quote_shows_what_is_left_and_uses_nothing(shop: Shop) -> None:
    await shop.publish(with_budgets(Budget("uses", 1)))
    member_id = await shop.enroll()

    async def quoted() -> int:
        async with shop.tx() as tx:
            found = await quote(tx, shop.reference, shop.caller, receipt("q", 500_00, member=member_id))
        return found.outcome.discount_minor

    assert [await quoted(), await quoted()] == [100_00, 100_00]
    await buy(shop, "1", member_id)
    assert await quoted() == 0


async def test_a_budget_that_is_set_later_counts_from_then_on(shop: Shop) -> None:
    await shop.publish(with_budgets())
    member_id = await shop.enroll()
    await shop.buy("before", 500_00, member=member_id)
    await shop.publish(with_budgets(Budget("uses", 1)))
    assert [(await buy(shop, n, member_id)).discount_minor for n in ("1", "2")] == [100_00, 0]
    await give_back(shop, "r", "before")
    assert (await buy(shop, "3", member_id)).discount_minor == 0
    assert await shop.differences() == ()
