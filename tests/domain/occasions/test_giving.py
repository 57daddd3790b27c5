"""Points for occasions (F115, F242): each happening gives once for ever, by any number of clocks and clients (S8)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.messages.next_message import take_next
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop
from tests.faults.test_one_card import at_once

from plushka.delivery.jobs.giving import give_tenant
from plushka.domain.bots.leaving import delete_member
from plushka.domain.events.model import EventDiffers
from plushka.domain.events.queries import EventFilter, list_events
from plushka.domain.events.store import Told, forget_events
from plushka.domain.ledger.bookkeeping import WalletKey, lock_books
from plushka.domain.members.blocking import block
from plushka.domain.members.channels import Address, bind_address
from plushka.domain.members.dates import add_date, list_dates, remove_date
from plushka.domain.members.model import Identity, Profile, UnknownMember
from plushka.domain.members.operations import enroll
from plushka.domain.members.profile import edit_profile
from plushka.domain.messages.contents import PointsGiven
from plushka.domain.occasions.cancelling import Cancelled, cancel_event
from plushka.domain.occasions.model import KeptGift
from plushka.domain.occasions.noting import Noted, note_event
from plushka.domain.occasions.profiles import note_bot_joined, note_profile
from plushka.domain.occasions.queries import list_gifts
from plushka.domain.programs.operations import create_program, join, publish
from plushka.domain.purchases.merging import merge_members, undo_merge
from plushka.engine.occasion_parts import (
    OccasionBudget,
    Often,
    OnBirthday,
    OnBotJoined,
    OnCloseDate,
    OnEvent,
    OnProfileFilled,
)
from plushka.engine.program import AfterDays, Debt, ExpiryFixed, GrantCap, Occasion, Program
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database

CLIENTS = 50
BIRTHDAY = Occasion(
    "birthday",
    "День рождения",
    OnBirthday(days_before=7),
    500,
    expiry=ExpiryFixed(days=15),
    grant_cap=GrantCap(1500),
)
CHILD = Occasion("child", "День рождения ребёнка", OnCloseDate(3, ("birthday",)), 100)
REVIEW = Occasion("review", "За отзыв", OnEvent("review"), 50, expiry=ExpiryFixed(days=7))
BOT = Occasion("bot", "За бота", OnBotJoined(), 30)
PROFILE = Occasion("profile", "За анкету", OnProfileFilled(("name", "birthday")), 40)


def giving(*occasions: Occasion, **terms: object) -> Program:
    return structs.replace(CASHBACK, occasions=occasions, **terms)


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, giving(BIRTHDAY, CHILD, REVIEW, BOT, PROFILE)) as shop:
        yield shop


async def born(shop: Shop, member_id: UUID, birthday: date | None) -> None:
    async with shop.tx() as tx:
        await edit_profile(tx, member_id, Profile("Аня", None, birthday, 0), birthday_reason="тест")


async def gifts(shop: Shop, member_id: UUID) -> list[KeptGift]:
    async with shop.tx() as tx:
        return list(await list_gifts(tx, member_id))


async def run_clock(shop: Shop) -> None:
    await give_tenant(shop.database, shop.clock, shop.caller.tenant_id)


async def tell(shop: Shop, member_id: UUID, number: str | None = None, **data: object) -> Noted:
    async with shop.tx() as tx:
        return await note_event(
            tx,
            shop.reference.versions,
            Told(
                member_id,
                "review",
                data,
                till_id=None if number is None else shop.caller.till_id,
                external_id=number,
            ),
        )


async def test_a_birthday_gives_once_a_year_from_seven_days_before_it(shop: Shop, clock: SetClock) -> None:
    member_id = await shop.enroll()
    await born(shop, member_id, date(1990, 3, 18))
    await run_clock(shop)
    assert await gifts(shop, member_id) == []
    clock.advance(timedelta(days=1))
    await run_clock(shop)
    await run_clock(shop)
    (gift,) = await gifts(shop, member_id)
    assert (gift.points, gift.name, gift.given_on) == (500, "День рождения", date(2026, 3, 11))
    wallet = await shop.wallet(member_id)
    assert wallet.balance.available == 500
    assert wallet.lots[0].expires_at == datetime(2026, 3, 26, 21, tzinfo=UTC)
    assert wallet.lots[0].receipt_share_bp == 1500
    clock.at = datetime(2027, 3, 12, 9, tzinfo=UTC)
    await run_clock(shop)
    assert len(await gifts(shop, member_id)) == 2
    assert await shop.differences() == ()


async def test_nothing_is_given_at_night_and_what_was_missed_is_given_for_three_days(
    shop: Shop, clock: SetClock
) -> None:
    member_id, other_id = await shop.enroll(), await shop.enroll("+79990000002")
    await born(shop, member_id, date(1990, 3, 10))
    await born(shop, other_id, date(1990, 3, 9))
    clock.at = datetime(2026, 3, 13, 6, 59, tzinfo=UTC)
    await run_clock(shop)
    assert await gifts(shop, member_id) == []
    clock.at = datetime(2026, 3, 13, 7, tzinfo=UTC)
    await run_clock(shop)
    assert len(await gifts(shop, member_id)) == 1
    assert await gifts(shop, other_id) == []


async def test_a_leap_day_is_the_28th_in_common_years(shop: Shop, clock: SetClock) -> None:
    member_id = await shop.enroll()
    await born(shop, member_id, date(1992, 2, 29))
    clock.at = datetime(2027, 2, 20, 9, tzinfo=UTC)
    await run_clock(shop)
    assert await gifts(shop, member_id) == []
    clock.at = datetime(2027, 2, 21, 9, tzinfo=UTC)
    await run_clock(shop)
    assert len(await gifts(shop, member_id)) == 1


async def test_a_birthday_that_moved_gives_nothing_more(shop: Shop, clock: SetClock) -> None:
    member_id = await shop.enroll()
    await born(shop, member_id, date(1990, 12, 30))
    clock.at = datetime(2026, 12, 28, 9, tzinfo=UTC)
    await run_clock(shop)
    await born(shop, member_id, date(1990, 1, 10))
    clock.at = datetime(2027, 1, 8, 9, tzinfo=UTC)
    await run_clock(shop)
    assert len(await gifts(shop, member_id)) == 1
    clock.at = datetime(2028, 1, 8, 9, tzinfo=UTC)
    await run_clock(shop)
    assert len(await gifts(shop, member_id)) == 2


async def test_a_day_of_somebody_close_gives_once_although_it_is_written_down_anew(shop: Shop) -> None:
    member_id = await shop.enroll()
    async with shop.tx() as tx:
        await add_date(tx, member_id, whose="Петя", kind="birthday", month=3, day=12)
        await add_date(tx, member_id, whose="муж", kind="wedding", month=3, day=12)
    await run_clock(shop)
    async with shop.tx() as tx:
        for each in await list_dates(tx, member_id):
            await remove_date(tx, member_id, each.id)
        await add_date(tx, member_id, whose="Петя", kind="birthday", month=3, day=12)
    await run_clock(shop)
    assert [gift.name for gift in await gifts(shop, member_id)] == ["День рождения ребёнка"]


async def test_two_workers_give_a_birthday_once(shop: Shop) -> None:
    members = [await shop.enroll(f"+7999000{number:04}") for number in range(20)]
    for member_id in members:
        await born(shop, member_id, date(1990, 3, 12))
    await at_once([partial(run_clock, shop) for _ in range(6)])
    assert [len(await gifts(shop, member_id)) for member_id in members] == [1] * 20
    assert await shop.differences() == ()


async def test_who_is_blocked_or_gone_is_given_nothing(shop: Shop) -> None:
    blocked, gone = await shop.enroll(), await shop.enroll("+79990000002")
    for member_id in (blocked, gone):
        await born(shop, member_id, date(1990, 3, 12))
    async with shop.tx() as tx:
        await block(tx, blocked, reason="злоупотребляет")
        await delete_member(tx, gone)
    await run_clock(shop)
    assert await gifts(shop, blocked) == await gifts(shop, gone) == []
    noted = await tell(shop, blocked, "1")
    assert [each.note.code for each in noted.results.withheld] == ["blocked_gets_nothing"]


async def test_of_two_who_became_one_each_birthday_was_given_once(shop: Shop) -> None:
    kept, merged = await shop.enroll(), await shop.enroll("+79990000002")
    await born(shop, merged, date(1990, 3, 12))
    await run_clock(shop)
    async with shop.tx() as tx:
        merge_id = await merge_members(tx, kept_id=kept, merged_id=merged, reason="одна")
    await run_clock(shop)
    assert [gift.points for gift in await gifts(shop, kept)] == [500]
    assert (await shop.wallet(kept)).balance.available == 500
    async with shop.tx() as tx:
        await undo_merge(tx, merge_id)
    assert await gifts(shop, kept) == []
    assert len(await gifts(shop, merged)) == 1
    assert await shop.differences() == ()


async def test_fifty_clients_who_tell_one_event_give_it_once(database: Database) -> None:
    async with open_shop(database, SystemClock(), giving(REVIEW)) as shop:
        member_id = await shop.enroll()
        answers = await at_once([partial(tell, shop, member_id, "R-1", rating=5) for _ in range(CLIENTS)])
        assert len({answer.event.id for answer in answers}) == 1
        assert sum(not answer.is_repeat for answer in answers) == 1
        assert len({answer.results for answer in answers}) == 1
        assert (await shop.wallet(member_id)).balance.available == 50
        with pytest.raises(EventDiffers):
            await tell(shop, member_id, "R-1", rating=4)
        assert await shop.differences() == ()


async def test_fifty_members_share_a_budget_of_seven(database: Database) -> None:
    budgeted = structs.replace(REVIEW, budget=OccasionBudget("uses", 7))
    async with open_shop(database, SystemClock(), giving(budgeted)) as shop:
        members = [await shop.enroll(f"+7999000{number:04}") for number in range(CLIENTS)]
        answers = await at_once(
            [partial(tell, shop, member_id, f"R-{n}") for n, member_id in enumerate(members)]
        )
        assert sum(bool(answer.results.given) for answer in answers) == 7
        assert {each.note.code for answer in answers for each in answer.results.withheld} == {
            "occasion_budget_spent"
        }
        winner = next(answer.event for answer in answers if answer.results.given)
        async with shop.tx() as tx:
            await cancel_event(tx, shop.reference.versions, winner.id, reason="не было")
        loser = next(n for n, answer in enumerate(answers) if not answer.results.given)
        assert (await tell(shop, members[loser], "again")).results.given


async def test_a_limit_lets_a_member_have_it_so_often(database: Database, clock: SetClock) -> None:
    limited = structs.replace(REVIEW, limit=Often(2, "month"))
    async with open_shop(database, clock, giving(limited)) as shop:
        member_id = await shop.enroll()
        answers = [await tell(shop, member_id, str(number)) for number in range(3)]
        assert [bool(answer.results.given) for answer in answers] == [True, True, False]
        clock.at = datetime(2026, 4, 1, 9, tzinfo=UTC)
        assert (await tell(shop, member_id, "april")).results.given


async def test_a_cancelled_event_takes_back_its_own_points_first_and_then_makes_a_debt(
    shop: Shop, clock: SetClock
) -> None:
    member_id = await shop.enroll()
    await shop.buy("1", 4000_00, member=member_id)
    first, second = await tell(shop, member_id, "1"), await tell(shop, member_id, "2")
    before = (await shop.wallet(member_id)).balance.available
    async with shop.tx() as tx:
        cancelled = await cancel_event(tx, shop.reference.versions, first.event.id, reason="не было")
    assert (cancelled.taken, cancelled.owed, cancelled.burned) == (50, 0, 0)
    assert (await shop.wallet(member_id)).balance.available == before - 50
    async with shop.tx() as tx:
        again = await cancel_event(tx, shop.reference.versions, first.event.id, reason="ещё раз")
    assert again == cancelled
    clock.advance(timedelta(days=30))
    async with shop.tx() as tx:
        late = await cancel_event(tx, shop.reference.versions, second.event.id, reason="не было")
    assert (late.taken, late.owed, late.burned) == (0, 0, 50)
    assert await shop.differences() == ()


async def test_spent_points_of_a_cancelled_event_are_owed(database: Database, clock: SetClock) -> None:
    async with open_shop(database, clock, giving(REVIEW, debt=Debt("debt"))) as shop:
        member_id = await shop.enroll()
        noted = await tell(shop, member_id, "1")
        await shop.buy("1", 100_00, member=member_id, redeem="max")
        spent = 50 - (await shop.wallet(member_id)).balance.available
        assert spent > 0
        async with shop.tx() as tx:
            cancelled = await cancel_event(tx, shop.reference.versions, noted.event.id, reason="не было")
        assert cancelled.taken == 50
        assert cancelled.owed > 0
        assert (await shop.wallet(member_id)).balance.debt == cancelled.owed
        assert await shop.differences() == ()


async def test_joining_a_bot_gives_once_for_each_messenger_and_tells_of_it(shop: Shop) -> None:
    member_id = await shop.enroll()
    for address in (Address("telegram", "1"), Address("telegram", "2"), Address("vk", "1")):
        async with shop.tx() as tx:
            await bind_address(tx, member_id, address, language="ru")
            await note_bot_joined(tx, shop.reference.versions, member_id, address)
    assert [gift.points for gift in await gifts(shop, member_id)] == [30, 30]
    async with shop.tx() as tx:
        told = [await take_next(tx, "telegram") for _ in range(3)]
    assert [one and one.content for one in told] == [*[PointsGiven("За бота", 30, 0)] * 2, None]


async def test_a_filled_profile_gives_once(shop: Shop) -> None:
    member_id = await shop.enroll()
    async with shop.tx() as tx:
        assert not (await note_profile(tx, shop.reference.versions, member_id)).given
    await born(shop, member_id, date(1990, 7, 1))
    for _ in range(2):
        async with shop.tx() as tx:
            await note_profile(tx, shop.reference.versions, member_id)
    assert [gift.name for gift in await gifts(shop, member_id)] == ["За анкету"]


async def test_points_that_wait_are_pending_until_their_day(database: Database, clock: SetClock) -> None:
    waiting = structs.replace(REVIEW, activation=AfterDays(3))
    async with open_shop(database, clock, giving(waiting)) as shop:
        member_id = await shop.enroll()
        noted = await tell(shop, member_id, "1")
        assert (await shop.wallet(member_id)).balance.pending == 50
        async with shop.tx() as tx:
            await cancel_event(tx, shop.reference.versions, noted.event.id, reason="не было")
        assert (await shop.wallet(member_id)).balance.pending == 0
        assert await shop.differences() == ()


async def test_deletion_takes_dates_and_words_out_of_what_is_kept(shop: Shop) -> None:
    member_id = await shop.enroll()
    await born(shop, member_id, date(1990, 3, 12))
    await run_clock(shop)
    await tell(shop, member_id, "1", text="очень вкусно")
    async with shop.tx() as tx:
        await delete_member(tx, member_id)
        left = await tx.fetch(
            "select key, happened_on from occasion_gifts where tenant_id = $1 and event_id is null",
            tx.tenant_id,
        )
        events = await tx.fetch(
            "select data::text, outcome::text from member_events where tenant_id = $1", tx.tenant_id
        )
    assert all(row["happened_on"] is None and row["key"].startswith("gone:") for row in left)
    assert [tuple(row) for row in events] == [("{}", "[]")]
    assert await shop.differences() == ()


async def test_who_deletes_a_member_and_who_cancels_their_event_do_not_wait_in_a_circle(shop: Shop) -> None:
    """Wallets come before events: deletion has the wallet and wants the event."""
    member_id = await shop.enroll()
    noted = await tell(shop, member_id, "1")
    async with shop.tx() as tx:
        await lock_books(tx, [WalletKey(member_id, shop.program_id)])
        cancelling = asyncio.create_task(cancelled(shop, noted))
        await asyncio.sleep(0.2)
        await forget_events(tx, member_id)
    assert (await cancelling).taken == 50


async def test_an_event_of_two_programmes_is_cancelled_in_the_order_of_wallets(shop: Shop) -> None:
    async with shop.tx() as tx:
        later = await create_program(tx, name="Вторая")
        await publish(tx, program_id=later, program=giving(REVIEW), valid_from=tx.at)
        member = await enroll(tx, name="Аня", identities=[Identity("phone", "+79990000001")])
        await join(tx, member.id, program_id=later)
        await join(tx, member.id, program_id=shop.program_id)
    noted = await tell(shop, member.id, "1")
    assert len(noted.results.given) == 2
    async with shop.tx() as tx:
        await lock_books(tx, [WalletKey(member.id, later)])
        cancelling = asyncio.create_task(cancelled(shop, noted))
        await asyncio.sleep(0.2)
        await lock_books(tx, [WalletKey(member.id, shop.program_id)])
    assert (await cancelling).taken == 100
    assert await shop.differences() == ()


async def test_an_event_that_was_on_its_way_says_nothing_of_one_who_is_deleted(shop: Shop) -> None:
    member_id = await shop.enroll()
    async with shop.tx() as tx:
        await delete_member(tx, member_id)
        telling = asyncio.create_task(tell(shop, member_id, "1", text="очень вкусно"))
        await asyncio.sleep(0.2)
    with pytest.raises(UnknownMember):
        await telling
    async with shop.tx() as tx:
        assert await list_events(tx, EventFilter()) == []


async def cancelled(shop: Shop, noted: Noted) -> Cancelled:
    async with shop.tx() as tx:
        return await cancel_event(tx, shop.reference.versions, noted.event.id, reason="не было")
