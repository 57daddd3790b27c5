"""Committing purchases on a real PostgreSQL: what is booked, what a repeat gets, what is refused."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.shop import Shop, open_shop, receipt

from plushka.domain.businesses.model import WrongCurrency
from plushka.domain.ledger.model import Balance
from plushka.domain.members.model import Identity, UnknownMember
from plushka.domain.programs.queries import get_standing
from plushka.domain.purchases.model import (
    KeyReused,
    NoProgram,
    PayableChanged,
    PurchaseLine,
    ReceiptDiffers,
    RedemptionOverMaximum,
    TimeInFuture,
    UnknownBranch,
)
from plushka.engine.program import (
    AfterDays,
    EarningRule,
    ExpiryFixed,
    Percent,
    Program,
    Redemption,
    RedemptionLimits,
    Requirement,
    TierRule,
    Tiers,
)
from plushka.platform.database import Database
from plushka.platform.errors import Refusal

CASHBACK = Program(
    name="Кешбэк 10 %",
    currency="RUB",
    earning=(EarningRule(id="base", name="10 %", effect=Percent(rate_bp=1000)),),
    redemption=Redemption(limits=RedemptionLimits(receipt_share_bp=5000)),
)


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


async def test_a_purchase_earns_and_the_next_one_spends(shop: Shop) -> None:
    member_id = await shop.enroll()

    first = await shop.buy("1", 1_000_00, member=member_id)
    assert first.receipt.outcome.earned_points == 100
    assert first.receipt.balance == Balance(available=100)

    second = await shop.buy("2", 150_00, member=member_id, redeem="max")
    assert second.receipt.outcome.redeemed_minor == 75_00
    assert second.receipt.outcome.payable_minor == 75_00
    assert second.receipt.balance == Balance(available=25 + 7)
    assert await shop.differences() == ()


async def test_a_member_is_found_by_phone(shop: Shop) -> None:
    member_id = await shop.enroll("+79990000007")
    committed = await shop.buy("1", 100_00, member=Identity("phone", "+79990000007"))
    assert committed.receipt.member_id == member_id


async def test_an_anonymous_purchase_is_kept_without_points(shop: Shop) -> None:
    committed = await shop.buy("1", 100_00)
    assert committed.receipt.member_id is None
    assert committed.receipt.balance is None
    assert committed.receipt.outcome.earned_points == 0
    assert await shop.differences() == ()


async def test_a_repeat_gets_the_first_answer_and_books_nothing(shop: Shop, clock: SetClock) -> None:
    member_id = await shop.enroll()
    first = await shop.buy("1", 100_00, member=member_id, idempotency_key="k")
    clock.advance(timedelta(minutes=1))
    again = await shop.buy("1", 100_00, member=member_id, idempotency_key="k")
    assert again.is_repeat
    assert again.receipt == first.receipt
    assert (await shop.wallet(member_id)).balance == Balance(available=10)


async def test_a_repeat_is_recognised_though_its_points_are_gone(shop: Shop) -> None:
    member_id = await shop.enroll()
    await shop.buy("1", 1_000_00, member=member_id)
    first = await shop.buy("2", 200_00, member=member_id, redeem=100)
    again = await shop.buy("2", 200_00, member=member_id, redeem=100)
    assert again.is_repeat
    assert again.receipt == first.receipt


async def test_the_same_number_with_other_content_is_refused(shop: Shop) -> None:
    await shop.buy("1", 100_00)
    with pytest.raises(ReceiptDiffers):
        await shop.buy("1", 100_01)


async def test_the_same_key_with_another_receipt_is_refused(shop: Shop) -> None:
    await shop.buy("1", 100_00, idempotency_key="k")
    with pytest.raises(KeyReused):
        await shop.buy("2", 100_00, idempotency_key="k")


async def test_spending_more_than_allowed_states_the_maximum(shop: Shop) -> None:
    member_id = await shop.enroll()
    await shop.buy("1", 1_000_00, member=member_id)
    with pytest.raises(RedemptionOverMaximum) as refused:
        await shop.buy("2", 150_00, member=member_id, redeem=76)
    assert refused.value.facts == {"points_max": 75}
    assert (await shop.wallet(member_id)).balance == Balance(available=100)


async def test_another_sum_than_the_customer_was_asked_for_is_refused(shop: Shop) -> None:
    with pytest.raises(PayableChanged) as refused:
        await shop.buy("1", 100_00, expected_payable_minor=90_00)
    assert refused.value.facts == {"payable_minor": 100_00}


@pytest.mark.parametrize(
    ("purchase", "refusal"),
    [
        ({"member": uuid4()}, UnknownMember),
        ({"member": Identity("phone", "+79991111111")}, UnknownMember),
        ({"currency": "USD"}, WrongCurrency),
        ({"branch": "moon"}, UnknownBranch),
    ],
)
async def test_what_is_unknown_is_refused(
    shop: Shop, purchase: dict[str, object], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        await shop.buy("1", 100_00, **purchase)


async def test_a_purchase_of_tomorrow_is_refused(shop: Shop, clock: SetClock) -> None:
    with pytest.raises(TimeInFuture):
        await shop.buy("1", 100_00, occurred_at=clock.now() + timedelta(days=1))


async def test_what_a_till_earns_whose_clock_runs_ahead_is_there_at_once(shop: Shop, clock: SetClock) -> None:
    member_id = await shop.enroll()

    booked = await shop.buy(
        "1", 100_00, member=member_id, occurred_at=clock.now() + timedelta(milliseconds=150)
    )

    assert booked.receipt.occurred_at == clock.now()
    balance = (await shop.wallet(member_id)).balance
    assert (balance.available, balance.pending) == (10, 0)


async def test_a_purchase_of_before_the_programme_is_refused(shop: Shop, clock: SetClock) -> None:
    with pytest.raises(NoProgram):
        await shop.buy("1", 100_00, occurred_at=clock.now() - timedelta(days=1))


async def test_a_late_receipt_is_decided_by_the_version_of_its_moment(shop: Shop, clock: SetClock) -> None:
    member_id = await shop.enroll()
    bought_at = clock.now() + timedelta(hours=1)
    clock.advance(timedelta(hours=2))
    await shop.publish(Program(name="Ничего", currency="RUB"))
    clock.advance(timedelta(hours=1))
    late = await shop.buy("1", 100_00, member=member_id, occurred_at=bought_at)
    assert late.receipt.outcome.earned_points == 10
    now = await shop.buy("2", 100_00, member=member_id)
    assert now.receipt.outcome.earned_points == 0


async def test_points_of_a_receipt_that_is_later_than_their_life_are_burned_already(
    database: Database, clock: SetClock
) -> None:
    short = structs.replace(CASHBACK, expiry=ExpiryFixed(days=1))
    async with open_shop(database, clock, short) as shop:
        member_id, bought_at = await shop.enroll(), clock.now()
        clock.advance(timedelta(days=5))

        late = await shop.buy("1", 1_000_00, member=member_id, occurred_at=bought_at)

        assert late.receipt.outcome.earned_points == 100
        assert late.receipt.balance == Balance()
        assert await shop.differences() == ()


async def test_a_late_receipt_under_old_rules_does_not_move_a_tier_of_the_new(
    database: Database, clock: SetClock
) -> None:
    easy = Requirement(metric="spend", at_least=100_00)
    old = structs.replace(CASHBACK, tiers=Tiers(tiers=(TierRule(id="guest", name="Гость"),)))
    gold = TierRule(id="gold", name="Золото", requirements=(easy,))
    new = structs.replace(CASHBACK, tiers=Tiers(tiers=(TierRule(id="new", name="Новичок"), gold)))
    async with open_shop(database, clock, old) as shop:
        member_id, before = await shop.enroll(), clock.now()
        clock.advance(timedelta(hours=1))
        await shop.publish(new)
        await shop.buy("1", 1_000_00, member=member_id)

        await shop.buy("2", 10_00, member=member_id, occurred_at=before)

        async with shop.tx() as tx:
            standing = await get_standing(tx, member_id, versions=shop.reference.versions)
    assert standing.tier == "gold"


async def test_a_batch_answers_each_receipt_on_its_own(shop: Shop) -> None:
    member_id = await shop.enroll()
    answers = await shop.queue.commit_many(
        shop.caller,
        [
            receipt("1", 100_00, member=member_id),
            receipt("2", 100_00, currency="USD"),
            receipt("3", 100_00, member=member_id),
            receipt("1", 100_00, member=member_id),
            receipt("4", 100_00, lines=()),
        ],
    )
    assert [type(answer).__name__ for answer in answers] == [
        "Committed",
        "WrongCurrency",
        "Committed",
        "Committed",
        "LinesMissing",
    ]
    assert (await shop.wallet(member_id)).balance == Balance(available=20)


async def test_one_member_under_two_names_in_one_batch_is_booked_twice(shop: Shop) -> None:
    member_id = await shop.enroll("+79990000001")
    phone = Identity("phone", "+79990000001")
    answers = await asyncio.gather(
        shop.buy("1", 100_00, member=member_id), shop.buy("2", 100_00, member=phone)
    )
    assert {answer.receipt.member_id for answer in answers} == {member_id}
    assert (await shop.wallet(member_id)).balance == Balance(available=20)


async def test_points_activate_and_burn_when_their_time_has_come(database: Database, clock: SetClock) -> None:
    program = Program(
        name="Со следующего дня на 10 дней",
        currency="RUB",
        earning=CASHBACK.earning,
        redemption=Redemption(),
        activation=AfterDays(1),
        expiry=ExpiryFixed(days=10),
    )
    async with open_shop(database, clock, program) as shop:
        member_id = await shop.enroll()
        await shop.buy("1", 100_00, member=member_id)
        assert (await shop.wallet(member_id)).balance == Balance(pending=10)
        clock.advance(timedelta(days=1))
        assert (await shop.wallet(member_id)).balance == Balance(available=10)
        spent = await shop.buy("2", 4_00, member=member_id, redeem=4)
        assert spent.receipt.balance == Balance(available=6)
        clock.advance(timedelta(days=11))
        assert (await shop.wallet(member_id)).balance == Balance()
        later = await shop.buy("3", 100_00, member=member_id)
        assert later.receipt.balance == Balance(pending=10)
        assert await shop.differences() == ()


async def test_lines_by_category_earn_by_the_catalog(shop: Shop) -> None:
    member_id = await shop.enroll()
    lines = (
        PurchaseLine(sku="coffee", quantity_milli=1000, amount_minor=99_99),
        PurchaseLine(sku="bun", quantity_milli=2000, amount_minor=50_01, category="bakery"),
    )
    committed = await shop.buy("1", 0, member=member_id, lines=lines)
    assert committed.receipt.outcome.earned_points == 15
    assert [line.category for line in committed.receipt.lines] == [None, "bakery"]
