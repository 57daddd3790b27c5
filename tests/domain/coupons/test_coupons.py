"""Codes of coupons, by channel (F109): who uses them how often, under fifty tills, through returns (S8, S9)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from asyncpg import LockNotAvailableError
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.purchases.test_returning import give_back
from tests.domain.shop import Shop, open_shop, receipt
from tests.faults.test_one_card import at_once

from plushka.delivery.jobs.long_work import do_known_task
from plushka.domain.coupons.codes import ALPHABET, draw_codes, key_of
from plushka.domain.coupons.counters import CouponLimitExceeded, Key, count_uses
from plushka.domain.coupons.model import (
    CodeInvalid,
    CodeTaken,
    Coupon,
    Limits,
    PatternTooNarrow,
    PeriodReversed,
)
from plushka.domain.coupons.operations import add_codes, create_coupon, set_stopped
from plushka.domain.coupons.queries import get_coupon
from plushka.domain.coupons.showing import Showing, read_codes
from plushka.domain.coupons.using import clear
from plushka.domain.coupons.work import DRAW
from plushka.domain.insights.coupons import count_points_given, find_coupon_figures
from plushka.domain.programs.coupon_effects import find_written
from plushka.domain.programs.drafts import get_draft, save_draft
from plushka.domain.purchases.history import load_history
from plushka.domain.purchases.model import Caller, Committed, PurchaseLine, Quote
from plushka.domain.purchases.operations import quote
from plushka.domain.purchases.queue import PurchaseQueue
from plushka.domain.purchases.situation import Item
from plushka.domain.staff.operations import set_up_till
from plushka.domain.tasks import operations as tasks
from plushka.domain.tasks.queries import get_task
from plushka.engine import conditions as c
from plushka.engine.price_effects import AmountOff, PercentOff, RaisedShare
from plushka.engine.program import EarningRule, Fixed, Promotion, Referral
from plushka.engine.referral_parts import BaseShare
from plushka.engine.spans import ALWAYS
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.errors import Fact

CLIENTS = 50


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


async def coupon_of(
    shop: Shop,
    *codes: str,
    member_id: UUID | None = None,
    first_on: date | None = None,
    last_on: date | None = None,
    **limits: int,
) -> Coupon:
    """Make a coupon with codes that takes 100 off, and publish what it gives."""
    async with shop.tx() as tx:
        coupon = await create_coupon(
            tx, name="Весна", first_on=first_on, last_on=last_on, limits=Limits(**limits)
        )
        await add_codes(tx, coupon, codes, member_id=member_id)
    when = c.Coupon((coupon.key,))
    await shop.publish(
        structs.replace(CASHBACK, promotions=(Promotion("spring", "Весна", AmountOff(100_00), when=when),))
    )
    return coupon


async def buy(shop: Shop, number: str, member_id: UUID | None, *codes: str) -> tuple[int, list[str | None]]:
    """Buy for 500 with codes; return what came off, and why each code gave nothing."""
    booked = (await shop.buy(number, 500_00, member=member_id, coupon_codes=codes)).receipt
    return booked.outcome.discount_minor, [code.reason for code in booked.codes]


async def test_a_code_lowers_the_price_however_it_is_typed(shop: Shop) -> None:
    await coupon_of(shop, "SPRING-25")
    member_id = await shop.enroll()
    assert await buy(shop, "1", member_id) == (0, [])
    assert await buy(shop, "2", member_id, " spring 25") == (100_00, [None])
    assert await buy(shop, "3", member_id, "autumn", "") == (0, ["code_unknown", "code_unknown"])
    assert await buy(shop, "4", member_id, "SPRING25", "spring-25") == (100_00, [None, "code_repeated"])
    assert await shop.differences() == ()


@pytest.mark.parametrize(
    ("terms", "days_later", "reason"),
    [
        ({"first_on": date(2030, 3, 10)}, 0, "coupon_not_begun"),
        ({"last_on": date(2026, 3, 10)}, 30, "coupon_over"),
        ({"last_on": date(2030, 12, 31)}, 30, None),
    ],
)
async def test_it_is_good_through_its_last_day(
    shop: Shop, clock: SetClock, terms: dict[str, Any], days_later: int, reason: str | None
) -> None:
    await coupon_of(shop, "A1", **terms)
    clock.at += timedelta(days=days_later)
    assert (await buy(shop, "1", await shop.enroll(), "A1"))[1] == [reason]


async def test_a_stopped_coupon_gives_nothing_until_it_goes_on(shop: Shop) -> None:
    coupon = await coupon_of(shop, "A1")
    member_id = await shop.enroll()
    for is_stopped, expected in ((True, "coupon_stopped"), (False, None)):
        async with shop.tx() as tx:
            await set_stopped(tx, coupon.id, is_stopped=is_stopped)
        assert (await buy(shop, str(is_stopped), member_id, "A1"))[1] == [expected]


async def test_a_personal_code_is_its_members(shop: Shop) -> None:
    owner, other = await shop.enroll("+79990000001"), await shop.enroll("+79990000002")
    await coupon_of(shop, "MINE", member_id=owner)
    assert (await buy(shop, "1", None, "MINE"))[1] == ["code_needs_member"]
    assert (await buy(shop, "2", other, "MINE"))[1] == ["code_of_other_member"]
    assert (await buy(shop, "3", owner, "MINE")) == (100_00, [None])


async def test_a_member_uses_a_coupon_so_often_whatever_the_code(shop: Shop) -> None:
    await coupon_of(shop, "A1", "A2", "A3", uses_per_member=2)
    member_id = await shop.enroll()
    used = [(await buy(shop, code, member_id, code))[1] for code in ("A1", "A2", "A3")]
    assert used == [[None], [None], ["member_limit_reached"]]
    assert (await buy(shop, "none", None, "A3"))[1] == ["code_needs_member"]


async def test_a_member_uses_a_coupon_once_a_day_and_so_often_a_month(shop: Shop, clock: SetClock) -> None:
    await coupon_of(shop, "DAILY", uses_per_member_a_day=1, uses_per_member_a_month=2)
    member_id, other = await shop.enroll("+79990000001"), await shop.enroll("+79990000002")
    reasons = []
    for day in range(3):
        reasons += [(await buy(shop, f"{day}.{number}", member_id, "DAILY"))[1] for number in (1, 2)]
        clock.at += timedelta(days=1)
    assert reasons == [
        [None],
        ["member_limit_today"],
        [None],
        ["member_limit_this_month"],
        ["member_limit_this_month"],
        ["member_limit_this_month"],
    ]
    assert (await buy(shop, "other", other, "DAILY"))[1] == [None]
    clock.at += timedelta(days=31)
    assert (await buy(shop, "next", member_id, "DAILY"))[1] == [None]


async def test_all_members_together_use_a_coupon_so_often_and_a_return_gives_a_use_back(
    shop: Shop, clock: SetClock
) -> None:
    await coupon_of(shop, "FIRST", "SECOND", uses_max=2, uses_max_a_day=1)
    member_id = await shop.enroll()
    assert (await buy(shop, "1", None, "FIRST"))[1] == ["code_gives_nothing"]
    assert (await buy(shop, "2", member_id, "FIRST"))[1] == [None]
    assert (await buy(shop, "3", member_id, "SECOND"))[1] == ["coupon_used_up_today"]
    await give_back(shop, "r2", "2")
    assert (await buy(shop, "4", member_id, "SECOND"))[1] == [None]
    clock.at += timedelta(days=1)
    assert (await buy(shop, "5", member_id, "FIRST"))[1] == [None]
    assert (await buy(shop, "6", member_id, "SECOND"))[1] == ["coupon_used_up"]
    await give_back(shop, "r4", "4")
    assert (await buy(shop, "7", member_id, "SECOND"))[1] == ["coupon_used_up_today"]
    assert await shop.differences() == ()


async def test_fifty_tills_use_a_word_seven_times(database: Database) -> None:
    async with open_shop(database, SystemClock(), CASHBACK) as shop:
        await coupon_of(shop, "WORD", uses_max=8)
        members = [await shop.enroll(f"+7999000{number:04}") for number in range(CLIENTS)]
        # A counter that is there already: beginning one would make the others wait by itself.
        await buy(shop, "first", members[0], "WORD")
        other = PurchaseQueue(database, SystemClock())
        await other.start()

        async def buy_one(number: int) -> Committed:
            purchase = receipt(f"{number}", 500_00, member=members[number], coupon_codes=("WORD",))
            return await (shop.queue, other)[number % 2].commit(shop.caller, purchase)

        answers = await at_once([partial(buy_one, number) for number in range(CLIENTS)])
        await other.stop()
        reasons = [answer.receipt.codes[0].reason for answer in answers]
        assert (reasons.count(None), reasons.count("coupon_used_up")) == (7, CLIENTS - 7)
        assert await shop.differences() == ()


async def test_a_counter_is_locked_before_it_is_read_and_refuses_by_itself_what_is_too_much(
    shop: Shop,
) -> None:
    coupon = await coupon_of(shop, "WORD", uses_max=1)
    member_id = await shop.enroll()
    assert (await buy(shop, "1", member_id, "WORD"))[1] == [None]
    await give_back(shop, "r", "1")
    showing = Showing(codes=("WORD",), till_id=shop.caller.till_id, member_id=member_id, day=date(2026, 3, 1))
    async with shop.tx() as tx:
        await read_codes(tx, [showing], lock=True)
        with pytest.raises(LockNotAvailableError):
            async with shop.tx() as other:
                await other.execute(
                    "select from coupon_counters where coupon_id = $1 for update nowait", coupon.id
                )
        key = Key(coupon.id, "always", ALWAYS)
        await count_uses(tx, Counter({key: 1}))
        with pytest.raises(CouponLimitExceeded):
            await count_uses(tx, Counter({key: 1}))


async def test_fifty_tills_use_a_code_once(database: Database) -> None:
    async with open_shop(database, SystemClock(), CASHBACK) as shop:
        await coupon_of(shop, "ONCE", uses_per_code=1)
        members = [await shop.enroll(f"+7999000{number:04}") for number in range(CLIENTS)]
        other = PurchaseQueue(database, SystemClock())
        await other.start()

        async def buy_one(number: int) -> Committed:
            purchase = receipt(f"{number}", 500_00, member=members[number], coupon_codes=("ONCE",))
            return await (shop.queue, other)[number % 2].commit(shop.caller, purchase)

        answers = await at_once([partial(buy_one, number) for number in range(CLIENTS)])
        await other.stop()
        reasons = [answer.receipt.codes[0].reason for answer in answers]
        assert (reasons.count(None), reasons.count("code_used_up")) == (1, CLIENTS - 1)
        assert sum(answer.receipt.outcome.discount_minor for answer in answers) == 100_00
        assert await shop.differences() == ()


async def test_a_code_is_kept_for_the_till_that_has_asked(shop: Shop, clock: SetClock) -> None:
    await coupon_of(shop, "ONCE", uses_per_code=1)
    member_id = await shop.enroll()
    async with shop.tx() as tx:
        till = await set_up_till(tx, name="Касса 2", branch_id=None)
    second = Caller(shop.caller.tenant_id, till.id, "arbat")

    async def ask(caller: Caller) -> Quote:
        purchase = receipt("q", 500_00, member=member_id, coupon_codes=("ONCE",))
        async with shop.tx() as tx:
            return await quote(tx, shop.reference, caller, purchase, is_reserving=True)

    assert (await ask(shop.caller)).codes[0].reason is None
    assert (await ask(second)).codes[0].reason == "code_reserved"
    purchase = receipt("1", 500_00, member=member_id, coupon_codes=("ONCE",))
    assert (await shop.queue.commit(second, purchase)).receipt.codes[0].reason == "code_reserved"
    clock.at += timedelta(minutes=6)
    assert (await ask(second)).outcome.discount_minor == 100_00
    assert (await buy(shop, "2", member_id, "ONCE"))[1] == ["code_reserved"]
    purchase = receipt("3", 500_00, member=member_id, coupon_codes=("ONCE",))
    assert (await shop.queue.commit(second, purchase)).receipt.outcome.discount_minor == 100_00
    assert (await ask(second)).codes[0].reason == "code_used_up"
    clock.at += timedelta(minutes=6)
    async with shop.tx() as tx:
        await clear(tx)
        assert await tx.fetchval("select count(*) from code_reservations") == 0


async def test_the_last_use_of_a_word_is_kept_for_the_till_that_has_asked(shop: Shop) -> None:
    await coupon_of(shop, "A", "B", uses_max=1)
    member_id = await shop.enroll()
    async with shop.tx() as tx:
        till = await set_up_till(tx, name="Касса 2", branch_id=None)
        purchase = receipt("q", 500_00, member=member_id, coupon_codes=("A",))
        asked = await quote(tx, shop.reference, shop.caller, purchase, is_reserving=True)
    second = Caller(shop.caller.tenant_id, till.id, "arbat")
    theirs = receipt("1", 500_00, member=member_id, coupon_codes=("B",))
    assert asked.codes[0].reason is None
    assert (await shop.queue.commit(second, theirs)).receipt.codes[0].reason == "code_reserved"
    assert (await buy(shop, "2", member_id, "A"))[1] == [None]


async def test_a_code_that_nothing_asks_for_is_not_used_up(shop: Shop) -> None:
    coupon = await coupon_of(shop, "ONCE", uses_per_code=1)
    await shop.publish(
        structs.replace(
            CASHBACK,
            promotions=(
                Promotion("tea", "Чай", PercentOff(10_00), c.Coupon((coupon.key,)), c.Product(("tea",))),
            ),
        )
    )
    member_id = await shop.enroll()
    assert await buy(shop, "1", member_id, "ONCE") == (0, ["code_gives_nothing"])
    tea = (PurchaseLine("tea", 1000, 200_00),)
    booked = await shop.buy("2", 0, member=member_id, lines=tea, coupon_codes=("ONCE",))
    assert (booked.receipt.outcome.discount_minor, booked.receipt.codes[0].reason) == (20_00, None)


async def test_a_code_may_give_points_or_let_more_be_paid_with_them(shop: Shop) -> None:
    coupon = await coupon_of(shop, "A1", "A2", uses_per_code=1)
    when = c.Coupon((coupon.key,))
    gift = EarningRule("gift", "Подарок", Fixed(200), when=when, policy="stack")
    raised = Promotion("more", "Больше баллами", RaisedShare(100_00), when=when)
    await shop.publish(structs.replace(CASHBACK, earning=(*CASHBACK.earning, gift), promotions=(raised,)))
    member_id = await shop.enroll()
    booked = (await shop.buy("1", 500_00, member=member_id, coupon_codes=("A1",))).receipt
    assert (booked.outcome.earned_points, booked.codes[0].reason) == (250, None)
    paid = (await shop.buy("2", 200_00, member=member_id, redeem="max", coupon_codes=("A2",))).receipt
    assert (paid.outcome.payable_minor, paid.codes[0].reason) == (0, None)
    async with shop.tx() as tx:
        assert await count_points_given(tx, coupon) == {shop.program_id: 400}
    await give_back(shop, "r", "1")
    async with shop.tx() as tx:
        assert await count_points_given(tx, coupon) == {shop.program_id: 200}
    assert (await buy(shop, "3", member_id, "A1"))[1] == [None]
    assert await shop.differences() == ()


async def test_a_return_lets_a_code_be_used_again_when_nothing_of_it_is_left(shop: Shop) -> None:
    await coupon_of(shop, "ONCE", uses_per_code=1, uses_per_member=1)
    member_id = await shop.enroll()
    lines = (PurchaseLine("a", 1000, 300_00), PurchaseLine("b", 1000, 200_00))
    await shop.buy("1", 0, member=member_id, lines=lines, coupon_codes=("ONCE",))
    await give_back(shop, "r1", "1", (0, 1000))
    assert (await buy(shop, "2", member_id, "ONCE"))[1] == ["member_limit_reached"]
    await give_back(shop, "r2", "1", (1, 1000))
    assert await buy(shop, "3", member_id, "ONCE") == (100_00, [None])


async def test_a_repeat_of_a_receipt_uses_its_code_once(shop: Shop) -> None:
    await coupon_of(shop, "ONCE", uses_per_code=1)
    member_id = await shop.enroll()
    first = await shop.buy("1", 500_00, member=member_id, coupon_codes=("ONCE",))
    again = await shop.buy("1", 500_00, member=member_id, coupon_codes=("ONCE",))
    assert (again.is_repeat, again.receipt.codes, again.receipt.id) == (
        True,
        first.receipt.codes,
        first.receipt.id,
    )


async def test_what_came_of_a_coupon(shop: Shop) -> None:
    coupon = await coupon_of(shop, "A1")
    first, second = await shop.enroll("+79990000001"), await shop.enroll("+79990000002")
    for number, member_id in (("1", first), ("2", first), ("3", second)):
        await buy(shop, number, member_id, "A1")
    await give_back(shop, "r", "3")
    async with shop.tx() as tx:
        figures = (await find_coupon_figures(tx, [coupon.id]))[coupon.id]
    assert (figures.receipts, figures.members) == (2, 1)
    assert (figures.revenue_minor, figures.discount_minor) == (800_00, 200_00)


async def test_history_in_bulk_uses_codes_as_tills_would_have(shop: Shop, clock: SetClock) -> None:
    coupon = await coupon_of(shop, "A1", uses_per_member_a_day=1)
    first, second = await shop.enroll("+79990000001"), await shop.enroll("+79990000002")
    begun_at = clock.at
    clock.at += timedelta(days=3)
    sold = [(first, 0), (first, 1), (second, 1), (first, 30)]
    items = [
        Item(
            shop.caller,
            receipt(
                f"{number}",
                500_00,
                member=member_id,
                coupon_codes=("a-1",),
                occurred_at=begun_at + timedelta(hours=hours),
            ),
        )
        for number, (member_id, hours) in enumerate(sold)
    ]
    async with shop.tx() as tx:
        assert (await load_history(tx, shop.reference, items)).booked == len(items)
    async with shop.tx() as tx:
        figures = (await find_coupon_figures(tx, [coupon.id]))[coupon.id]
        days = await tx.fetch("select used_at from coupon_uses where tenant_id = $1", tx.tenant_id)
    assert (figures.receipts, figures.members, figures.discount_minor) == (3, 2, 300_00)
    assert {row["used_at"] for row in days} == {items[index].purchase.occurred_at for index in (0, 2, 3)}
    assert await shop.differences() == ()


async def test_what_cannot_be_is_refused(shop: Shop) -> None:
    async with shop.tx() as tx:
        with pytest.raises(PeriodReversed):
            await create_coupon(tx, name="x", first_on=date(2026, 3, 2), last_on=date(2026, 3, 1))
        coupon = await create_coupon(tx, name="x")
        with pytest.raises(CodeInvalid):
            await add_codes(tx, coupon, ["no spaces! or signs"])
        await add_codes(tx, coupon, ["A-1"])
    with pytest.raises(CodeTaken):
        async with shop.tx() as tx:
            await add_codes(tx, coupon, ["B1", "a1"])
    async with shop.tx() as tx:
        assert await tx.fetchval("select count(*) from coupon_codes where tenant_id = $1", tx.tenant_id) == 1


def test_codes_are_drawn_by_their_pattern() -> None:
    drawn = list(draw_codes("SPRING-####-##", 1000))
    assert len(set(map(key_of, drawn))) == 1000
    assert all(code.startswith("SPRING-") and code[11] == "-" for code in drawn)
    assert set("".join(code[7:].replace("-", "") for code in drawn)) <= set(ALPHABET)
    with pytest.raises(PatternTooNarrow):
        draw_codes("A-##", 1000)
    with pytest.raises(CodeInvalid):
        draw_codes("####!", 1)


async def test_a_pattern_that_others_have_used_up_is_told_and_not_drawn_for_ever(
    shop: Shop, database: Database, clock: SetClock
) -> None:
    async with shop.tx() as tx:
        whole = await create_coupon(tx, name="Всё")
        await add_codes(tx, whole, [f"A{one}{two}" for one in ALPHABET for two in ALPHABET])
        late = await create_coupon(tx, name="Опоздавший")
        arguments: dict[str, Fact] = {"coupon": str(late.id), "name": "x", "pattern": "A##", "count": 9}
        task_id = await tasks.leave(tx, kind=DRAW, arguments=arguments, total=9)
    async with asyncio.timeout(20):
        await do_known_task(database, clock, f"{shop.caller.tenant_id} {task_id}".encode())
    async with shop.tx() as tx:
        task = await get_task(tx, task_id)
        assert (task.state, task.failure) == ("failed", "pattern_too_narrow")
        assert (await get_coupon(tx, late.id)).codes == 0


async def test_a_draft_whose_points_for_friends_ask_for_a_coupon_is_found(shop: Shop) -> None:
    async with shop.tx() as tx:
        coupon = await create_coupon(tx, name="Друзья")
        assert await find_written(tx, coupon.key) is None
        draft = await get_draft(tx, shop.program_id)
        asking = Referral((BaseShare(5_00),), when=c.Coupon((coupon.key,)))
        await save_draft(
            tx, shop.program_id, structs.replace(draft.program, referral=asking), mark=draft.mark
        )
        assert await find_written(tx, coupon.key) == shop.program_id
