"""Messages on their way: decided once, taken up one by one, finished once."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.messages.next_message import take_next
from tests.domain.shop import open_shop

from plushka.domain.members.channels import Address, bind_address, find_address, mark_unreachable
from plushka.domain.members.model import Identity
from plushka.domain.members.operations import enroll
from plushka.domain.messages.contents import Bought, FriendCame, GiftWaits, Help, SpendCode, TierReached
from plushka.domain.messages.finishing import finish
from plushka.domain.messages.model import (
    ATTEMPTS_MAX,
    USEFUL_FOR,
    Failing,
    Moved,
    Outgoing,
    Refused,
    Result,
    Sent,
    Unreachable,
    Wait,
)
from plushka.domain.messages.notices import tell_of_purchases, tell_of_return
from plushka.domain.messages.outgoing import Notice, say, tell_members
from plushka.domain.messages.taking import Interrupted, put_back_interrupted
from plushka.domain.purchases.model import ReturnRequest
from plushka.domain.purchases.returning import return_purchase
from plushka.domain.rewards.queries import list_won
from plushka.engine.program import EarningRule, Percent, Program, Redemption, StampCard, Welcome
from plushka.engine.stamp_parts import Gift, Visits
from plushka.platform.database import Database, Tx

ANNA = Address("telegram", "100")
BORIS = Address("telegram", "200")


@pytest.fixture
async def anna(tx: Tx) -> UUID:
    member = await enroll(tx, name="Аня", identities=[Identity("phone", "+79990000001")])
    await bind_address(tx, member.id, ANNA, language="ru")
    return member.id


async def taken(tx: Tx, *, except_to: tuple[str, ...] = ()) -> Outgoing:
    message = await take_next(tx, "telegram", except_to=except_to)
    assert message is not None
    return message


async def test_a_notice_is_left_once_however_often_it_is_decided(tx: Tx, anna: UUID) -> None:
    notice = Notice(anna, "friend:1", FriendCame())
    assert await tell_members(tx, [notice]) == 1
    assert await tell_members(tx, [notice]) == 0
    message = await taken(tx)
    assert (message.address, message.content, message.language) == (ANNA.external_id, FriendCame(), "ru")
    assert await take_next(tx, "telegram") is None


async def test_who_has_no_account_or_has_blocked_us_is_not_written_to(tx: Tx, anna: UUID) -> None:
    stranger = await enroll(tx, name="", identities=[Identity("phone", "+79990000002")])
    await mark_unreachable(tx, ANNA, "blocked")
    notices = [Notice(anna, "a", FriendCame()), Notice(stranger.id, "b", FriendCame())]
    assert await tell_members(tx, notices) == 0


async def test_what_is_said_to_one_chat_keeps_its_order_and_a_busy_chat_is_passed_over(tx: Tx) -> None:
    await say(tx, ANNA, [Help(is_member=True), FriendCame()], language="ru", key="u:1")
    await say(tx, BORIS, [FriendCame()], language="ru", key="u:2")
    first = await taken(tx)
    assert first.content == Help(is_member=True)
    await finish(tx, first, Sent())
    assert (await taken(tx, except_to=("100",))).address == BORIS.external_id
    assert (await taken(tx)).content == FriendCame()


@pytest.mark.parametrize(
    ("result", "state"),
    [
        (Sent(), "sent"),
        (Refused("Bad Request: message is too long"), "failed"),
        (Unreachable("blocked"), "blocked"),
        (Failing("502"), "waiting"),
        (Wait(3.0), "waiting"),
        (Moved("101"), "waiting"),
    ],
)
async def test_what_became_of_it(tx: Tx, anna: UUID, result: Result, state: str) -> None:
    await tell_members(tx, [Notice(anna, "k", FriendCame())])
    await finish(tx, await taken(tx), result)
    assert await tx.fetchval("select state from outgoing") == state
    address = await find_address(tx, Address("telegram", "101") if isinstance(result, Moved) else ANNA)
    assert address is not None
    assert address.state == ("blocked" if state == "blocked" else "open")


async def test_failing_is_counted_and_waiting_is_not(tx: Tx, anna: UUID) -> None:
    await tell_members(tx, [Notice(anna, "k", FriendCame())])
    for _ in range(3):
        await finish(tx, await taken(tx), Wait(1.0))
    for attempt in range(1, ATTEMPTS_MAX + 1):
        message = await taken(tx)
        assert message.attempts == attempt
        await finish(tx, message, Failing("502"))
    assert tuple(await tx.fetchrow("select state, failure from outgoing") or ()) == ("failed", "502")


async def test_what_was_interrupted_waits_again(tx: Tx, anna: UUID) -> None:
    await tell_members(tx, [Notice(anna, "k", FriendCame())])
    await taken(tx)
    assert await take_next(tx, "telegram") is None
    assert await put_back_interrupted(tx, "telegram") == Interrupted(again=1, unknown=0)
    assert (await taken(tx)).attempts == 2


async def test_after_a_day_nobody_wants_to_hear_it(tx: Tx, anna: UUID) -> None:
    await tell_members(tx, [Notice(anna, "k", FriendCame())])
    assert await take_next(replace(tx, at=tx.at + USEFUL_FOR + timedelta(seconds=1)), "telegram") is None
    assert tuple(await tx.fetchrow("select state, failure from outgoing") or ()) == ("skipped", "too_late")


async def test_a_code_is_not_kept_once_it_is_told(tx: Tx) -> None:
    await say(tx, ANNA, [SpendCode(digits="481516", qr="PLK1:ABC", minutes=2)], language="ru", key="u")
    message = await taken(tx)
    assert message.content == SpendCode(digits="481516", qr="PLK1:ABC", minutes=2)
    await finish(tx, message, Sent())
    assert "481516" not in await tx.fetchval("select content::text from outgoing")


PROGRAM = Program(
    name="Плюшки",
    currency="RUB",
    earning=(EarningRule(id="all", name="Всем", effect=Percent(rate_bp=10_00)),),
    redemption=Redemption(),
    welcome=Welcome(points=50),
)


async def test_a_purchase_and_its_return_are_told(database: Database, clock: SetClock) -> None:
    async with open_shop(database, clock, PROGRAM) as shop:
        member_id = await shop.enroll()
        bought = await shop.buy("1", 100_00, member=Identity("phone", "+79990000001"), redeem=40)
        async with shop.tx() as tx:
            assert await tell_of_purchases(tx, shop.reference.versions, [bought.receipt]) == 0
            await bind_address(tx, member_id, ANNA, language="ru")
            assert await tell_of_purchases(tx, shop.reference.versions, [bought.receipt]) == 1
            told = (await taken(tx)).content
            assert told == Bought(bought.receipt.id, "Арбат", 60_00, 6, 40, 16, 0)
            back = await return_purchase(tx, shop.reference, shop.caller, ReturnRequest("r", "1"))
            assert await tell_of_return(tx, shop.reference.versions, back) == 1
            returned = (await taken(tx)).content
        assert not isinstance(returned, TierReached)
        assert (returned.back, returned.taken, returned.available) == (40, 6, 50)  # type: ignore[union-attr]


async def test_a_gift_is_told_with_its_code_once(database: Database, clock: SetClock) -> None:
    card = StampCard("coffee", "Карта", 1, Gift("Кофе", days=14), counts=Visits(once_a_day=False))
    async with open_shop(database, clock, structs.replace(PROGRAM, cards=(card,))) as shop:
        member_id = await shop.enroll()
        async with shop.tx() as tx:
            await bind_address(tx, member_id, ANNA, language="ru")
        bought = await shop.buy("1", 100_00, member=member_id)
        async with shop.tx() as tx:
            assert await tell_of_purchases(tx, shop.reference.versions, [bought.receipt]) == 2
            assert await tell_of_purchases(tx, shop.reference.versions, [bought.receipt]) == 0
            (won,) = await list_won(tx, [bought.receipt.id])
            told = [(await taken(tx)).content for _ in range(2)]
        assert GiftWaits("Кофе", won.shown_code, date(2026, 3, 24)) in told
