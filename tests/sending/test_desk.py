"""Senders of one business at one desk: what they look for and note is looked for and noted together."""

import asyncio
from collections.abc import Collection, Sequence
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.messages.recipients import letter, recipient
from tests.sending.test_sender import Road, states, until
from tests.sending.virtual import VirtualTime

from plushka.delivery.sending import desk as desk_module
from plushka.delivery.sending.desk import Desk, Desks, Wanted
from plushka.delivery.sending.sender import Sender
from plushka.domain.businesses.operations import found_business
from plushka.domain.messages.finishing import Arrived, finish_sent
from plushka.domain.messages.letters import post
from plushka.domain.messages.model import Channel
from plushka.domain.messages.taking import Asking, Look, take_next
from plushka.platform.database import Database, Tx
from plushka.platform.ids import new_id

EACH = 4


@pytest.fixture
async def tenant_id(database: Database, clock: SetClock) -> UUID:
    """A business with notices to send by two messengers."""
    async with database.transaction(new_id(), actor="test", at=clock.now()) as tx:
        await found_business(
            tx, name="Кофейня", currency="RUB", country="RU", language="ru", time_zone="Europe/Moscow"
        )
        await post(tx, [letter(await recipient(tx, number)) for number in range(1, 2 * EACH + 1)])
        await tx.execute("update outgoing set purpose = 'transactional'")
        await tx.execute("update outgoing set channel = 'max' where address > $1", str(1000 + EACH))
        return tx.tenant_id


async def set_held(database: Database, clock: SetClock, tenant_id: UUID, *, is_held: bool) -> None:
    async with database.transaction(tenant_id, actor="test", at=clock.now()) as tx:
        await tx.execute("update outgoing set is_held = $1", is_held)


def wanted(channel: Channel, notices_max: int, *, busy: Collection[str] = (), rests: bool = False) -> Wanted:
    return Wanted(channel, notices_max, 0, app_url="", busy_chats=lambda: busy, rests=lambda: rests)


def addresses(one: Wanted) -> list[str]:
    return [message.address for message, _ in one.taken or ()]


async def test_senders_of_a_business_look_and_note_together(
    database: Database, clock: SetClock, tenant_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    notes: list[set[Channel]] = []

    async def take_counted(tx: Tx, asked: Sequence[Asking]) -> list[Look]:
        looks.append(len(asked))
        return await take_next(tx, asked)

    async def finish_counted(tx: Tx, arrived: Sequence[Arrived]) -> None:
        notes.append({one.message.channel for one in arrived})
        await finish_sent(tx, arrived)

    monkeypatch.setattr(desk_module, "take_next", take_counted)
    monkeypatch.setattr(desk_module, "finish_sent", finish_counted)
    desk = Desks(database, clock).of(tenant_id)
    telegram, max_ = Road(is_open=False), Road(is_open=False)
    max_.channel = "max"
    time = VirtualTime(clock.at)
    senders = [
        Sender(database, clock, road, tenant_id=tenant_id, timing=time, desk=desk)
        for road in (telegram, max_)
    ]
    await set_held(database, clock, tenant_id, is_held=True)
    running = [asyncio.create_task(sender.run()) for sender in senders]
    await until(lambda: time.quiet == len(senders))
    looks.clear()
    await set_held(database, clock, tenant_id, is_held=False)
    for sender in senders:
        sender.wake()
    await until(lambda: telegram.begun and max_.begun)
    telegram.is_open.set()
    max_.is_open.set()
    await until(lambda: len(telegram.arrived) == len(max_.arrived) == EACH)
    for sender in senders:
        sender.stop()
    await asyncio.gather(*running)
    assert looks[0] == len(senders)
    assert {"telegram", "max"} in notes
    assert await states(database, clock, tenant_id) == {"sent": 2 * EACH}


async def test_each_channel_is_given_what_it_may_send(
    database: Database, clock: SetClock, tenant_id: UUID
) -> None:
    desk = Desk(database, clock, tenant_id)
    asked = [wanted("telegram", 2, busy=["1001", "1006"]), wanted("max", EACH, busy=["1002"])]
    await asyncio.gather(*map(desk.take, asked))
    assert [addresses(one) for one in asked] == [["1002", "1003"], ["1005", "1006", "1007", "1008"]]


async def test_a_channel_that_rests_by_then_is_given_nothing_and_another_its_own(
    database: Database, clock: SetClock, tenant_id: UUID
) -> None:
    desk = Desk(database, clock, tenant_id)
    asked = [wanted("telegram", EACH, rests=True), wanted("max", EACH)]
    await asyncio.gather(*map(desk.take, asked))
    assert asked[0].taken is None
    assert len(addresses(asked[1])) == EACH
    assert await states(database, clock, tenant_id) == {"waiting": EACH, "sending": EACH}
    async with database.transaction(tenant_id, actor="test", at=clock.now()) as tx:
        assert await tx.fetchval("select max(attempts) from outgoing where state = 'waiting'") == 0


async def test_what_a_sender_wanted_that_was_cancelled_waits_on(
    database: Database, clock: SetClock, tenant_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking, may_look = asyncio.Event(), asyncio.Event()

    async def take_late(tx: Tx, asked: Sequence[Asking]) -> list[Look]:
        looking.set()
        await may_look.wait()
        return await take_next(tx, asked)

    monkeypatch.setattr(desk_module, "take_next", take_late)
    desk = Desk(database, clock, tenant_id)
    other = wanted("max", EACH)
    tasks = [asyncio.create_task(desk.take(one)) for one in (wanted("telegram", EACH), other)]
    await looking.wait()
    tasks[0].cancel()
    await asyncio.sleep(0)
    may_look.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert len(addresses(other)) == EACH
    assert await states(database, clock, tenant_id) == {"waiting": EACH, "sending": EACH}


async def test_a_business_has_one_desk_in_a_process(database: Database, clock: SetClock) -> None:
    desks, one, another = Desks(database, clock), new_id(), new_id()
    desk = desks.of(one)
    assert desks.of(one) is desk
    assert desks.of(another) is not desk
