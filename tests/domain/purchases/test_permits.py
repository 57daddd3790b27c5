"""A member agrees to spend: codes become permits, a permit spends once (S19)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.domain.businesses.operations import change_business
from plushka.domain.businesses.queries import get_business
from plushka.domain.ledger.model import InsufficientPoints
from plushka.domain.members.codes import LIVE_MAX, QR_PREFIX, TTL, IssuedCode, issue_code
from plushka.domain.members.permits import (
    PERMIT_TTL,
    TRIES_MAX,
    TRIES_WINDOW,
    CodesLocked,
    CodeUnknown,
    Permit,
    PermitRequired,
    PermitUnusable,
    permit_by_button,
    present_code,
)
from plushka.domain.purchases.model import Committed, HoldRequest
from plushka.domain.purchases.operations import hold
from plushka.domain.staff.operations import set_up_till
from plushka.platform.database import Database


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    """A shop that spends points only with a permit."""
    async with open_shop(database, clock, CASHBACK) as shop:
        await require_permits(shop)
        yield shop


@pytest.fixture
async def member_id(shop: Shop) -> UUID:
    """A member with 100 points."""
    member_id = await shop.enroll()
    await shop.buy("earned", 1_000_00, member=member_id)
    return member_id


async def require_permits(shop: Shop) -> None:
    async with shop.tx() as tx:
        business = await get_business(tx)
        await change_business(
            tx,
            name=business.name,
            language=business.language,
            time_zone=business.time_zone,
            point_words=business.point_words,
            spending_needs_permit=True,
        )
    shop.reference.forget_places(shop.caller.tenant_id)


async def issue(shop: Shop, member_id: UUID) -> IssuedCode:
    async with shop.tx() as tx:
        return await issue_code(tx, member_id)


async def present(shop: Shop, typed: str) -> Permit | CodeUnknown | CodesLocked:
    async with shop.tx() as tx:
        return await present_code(tx, till_id=shop.caller.till_id, typed=typed)


async def permit_of(shop: Shop, member_id: UUID) -> Permit:
    permit = await present(shop, (await issue(shop, member_id)).digits)
    assert isinstance(permit, Permit)
    return permit


async def other_code(shop: Shop, member_id: UUID) -> str:
    """Return six digits that nobody shows."""
    digits = (await issue(shop, member_id)).digits
    return f"{(int(digits) + 1) % 1_000_000:06}"


@pytest.mark.parametrize("how", ["digits", "qr", "typed in halves", "scanned in small letters"])
async def test_a_code_in_any_spelling_names_the_member_once(shop: Shop, member_id: UUID, how: str) -> None:
    code = await issue(shop, member_id)
    assert code.qr.startswith(QR_PREFIX)
    spelling = {
        "digits": code.digits,
        "qr": code.qr,
        "typed in halves": f" {code.digits[:3]}-{code.digits[3:]} ",
        "scanned in small letters": code.qr.lower(),
    }[how]
    permit = await present(shop, spelling)
    assert isinstance(permit, Permit)
    assert permit.member_id == member_id
    await shop.buy("spent", 200_00, member=member_id, redeem=50, permit_id=permit.id)
    assert isinstance(await present(shop, code.digits), CodeUnknown)
    assert isinstance(await present(shop, code.qr), CodeUnknown)


async def test_a_code_is_good_until_its_last_second(shop: Shop, member_id: UUID, clock: SetClock) -> None:
    early = await issue(shop, member_id)
    clock.advance(TTL - timedelta(seconds=1))
    assert isinstance(await present(shop, early.digits), Permit)
    late = await issue(shop, member_id)
    clock.advance(TTL)
    assert isinstance(await present(shop, late.digits), CodeUnknown)


async def test_screens_of_one_member_do_not_put_out_each_others_codes(shop: Shop, member_id: UUID) -> None:
    codes = [await issue(shop, member_id) for _ in range(LIVE_MAX + 1)]
    assert isinstance(await present(shop, codes[0].digits), CodeUnknown)
    assert isinstance(await present(shop, codes[1].digits), Permit)
    assert isinstance(await present(shop, codes[2].digits), CodeUnknown)


async def test_of_two_tills_with_one_code_one_is_told(shop: Shop, member_id: UUID) -> None:
    async with shop.tx() as tx:
        other = await set_up_till(tx, name="Касса 2")
    code = await issue(shop, member_id)

    async def ask(till_id: UUID) -> object:
        async with shop.tx() as tx:
            return await present_code(tx, till_id=till_id, typed=code.digits)

    answers = await asyncio.gather(ask(shop.caller.till_id), ask(other.id))
    assert sorted(type(answer).__name__ for answer in answers) == ["CodeUnknown", "Permit"]


async def test_a_till_that_lost_the_answer_gets_the_same_permit(shop: Shop, member_id: UUID) -> None:
    code = await issue(shop, member_id)
    assert await present(shop, code.digits) == await present(shop, code.digits)


async def test_five_wrong_codes_lock_the_till_even_for_a_right_one(
    shop: Shop, member_id: UUID, clock: SetClock
) -> None:
    wrong = await other_code(shop, member_id)
    for _ in range(TRIES_MAX - 1):
        assert isinstance(await present(shop, wrong), CodeUnknown)
        clock.advance(timedelta(seconds=5))
    locked = await present(shop, wrong)
    assert isinstance(locked, CodesLocked)
    assert locked.facts == {"retry_after_seconds": 40}
    right = await issue(shop, member_id)
    assert isinstance(await present(shop, right.digits), CodesLocked)
    clock.advance(timedelta(seconds=41))
    assert isinstance(await present(shop, right.digits), Permit)


async def test_wrong_codes_at_the_same_moment_are_all_counted(shop: Shop, member_id: UUID) -> None:
    wrong = await other_code(shop, member_id)
    answers = await asyncio.gather(*(present(shop, wrong) for _ in range(3 * TRIES_MAX)))
    assert sum(isinstance(answer, CodeUnknown) for answer in answers) == TRIES_MAX - 1


async def test_without_a_permit_points_are_earned_but_not_spent(shop: Shop, member_id: UUID) -> None:
    for redeem in (50, "max"):
        with pytest.raises(PermitRequired):
            await shop.buy("spent", 200_00, member=member_id, redeem=redeem)
    assert (await shop.buy("earned too", 200_00, member=member_id)).receipt.outcome.earned_points == 20


async def test_a_permit_spends_once_and_the_same_receipt_may_be_sent_again(
    shop: Shop, member_id: UUID
) -> None:
    permit = await permit_of(shop, member_id)

    async def sell(number: str) -> Committed:
        return await shop.buy(number, 100_00, member=member_id, redeem=10, permit_id=permit.id)

    assert not (await sell("spent")).is_repeat
    assert (await sell("spent")).is_repeat
    with pytest.raises(PermitUnusable) as caught:
        await sell("another")
    assert caught.value.facts == {"reason": "used"}
    assert await shop.differences() == ()


async def test_fifty_receipts_with_one_permit_at_once_spend_once(shop: Shop, member_id: UUID) -> None:
    permit = await permit_of(shop, member_id)
    answers = await asyncio.gather(
        *(shop.buy(f"n{n}", 100_00, member=member_id, redeem=1, permit_id=permit.id) for n in range(50)),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, Committed) for answer in answers) == 1
    assert sum(isinstance(answer, PermitUnusable) for answer in answers) == 49


async def test_a_receipt_that_can_spend_nothing_leaves_its_permit(shop: Shop) -> None:
    poor = await shop.enroll("+79990000002")
    permit = await permit_of(shop, poor)
    first = await shop.buy("nothing to spend", 1_000_00, member=poor, redeem="max", permit_id=permit.id)
    assert first.receipt.outcome.redeemed_minor == 0
    second = await shop.buy("spent", 200_00, member=poor, redeem="max", permit_id=permit.id)
    assert second.receipt.outcome.redeemed_minor == 100_00


async def test_a_permit_is_of_its_till_its_member_and_its_ten_minutes(
    shop: Shop, member_id: UUID, clock: SetClock
) -> None:
    permit = await permit_of(shop, member_id)
    stranger = await shop.enroll("+79990000002")
    await shop.buy("stranger earned", 1_000_00, member=stranger)
    async with shop.tx() as tx:
        elsewhere = await set_up_till(tx, name="Касса 2")
        at_other_till = await permit_by_button(tx, member_id=member_id, till_id=elsewhere.id)

    async def reason_of(member: UUID, permit_id: UUID) -> object:
        with pytest.raises(PermitUnusable) as caught:
            await shop.buy("spent", 100_00, member=member, redeem=10, permit_id=permit_id)
        return caught.value.facts["reason"]

    assert await reason_of(stranger, permit.id) == "other_member"
    assert await reason_of(member_id, at_other_till.id) == "other_till"
    assert await reason_of(member_id, stranger) == "unknown"
    clock.advance(PERMIT_TTL)
    assert await reason_of(member_id, permit.id) == "expired"


async def test_a_hold_uses_the_permit_and_its_capture_needs_none(shop: Shop, member_id: UUID) -> None:
    permit = await permit_of(shop, member_id)
    request = HoldRequest("order", member_id, 60)
    for named, refusal in ((None, PermitRequired), (shop.program_id, PermitUnusable)):
        with pytest.raises(refusal):
            async with shop.tx() as tx:
                await hold(tx, shop.reference, shop.caller, structs.replace(request, permit_id=named))
    async with shop.tx() as tx:
        placed = await hold(tx, shop.reference, shop.caller, structs.replace(request, permit_id=permit.id))
    bought = await shop.buy("order", 200_00, member=member_id, hold_id=placed.id)
    assert bought.receipt.outcome.redeemed_minor == 60_00
    with pytest.raises(PermitUnusable):
        await shop.buy("another", 200_00, member=member_id, redeem=10, permit_id=permit.id)


async def test_a_refused_hold_leaves_its_permit(shop: Shop, member_id: UUID) -> None:
    permit = await permit_of(shop, member_id)
    with pytest.raises(InsufficientPoints):
        async with shop.tx() as tx:
            await hold(
                tx, shop.reference, shop.caller, HoldRequest("order", member_id, 999, permit_id=permit.id)
            )
    await shop.buy("spent", 100_00, member=member_id, redeem=10, permit_id=permit.id)


async def test_the_lock_of_a_till_stands_in_the_trail(shop: Shop, member_id: UUID, clock: SetClock) -> None:
    wrong = await other_code(shop, member_id)
    for _ in range(TRIES_MAX + 2):
        await present(shop, wrong)
    async with shop.tx() as tx:
        rows = await tx.fetch(
            "select action from audit_entries where tenant_id = $1 and action like 'till.codes%'",
            tx.tenant_id,
        )
    assert [row["action"] for row in rows] == ["till.codes_locked"]
    clock.advance(TRIES_WINDOW)
    assert isinstance(await present(shop, wrong), CodeUnknown)
