"""A sender at work: notices one at a time, letters several at once, a storm of 429, a death in the middle."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.messages.recipients import letter, recipient
from tests.sending.virtual import VirtualTime, stir_when_done

from plushka.delivery.sending import desk as desk_module
from plushka.delivery.sending.sender import TAKEN_TOGETHER, Sender
from plushka.domain.businesses.operations import found_business
from plushka.domain.messages.composing import Composed
from plushka.domain.messages.letters import post
from plushka.domain.messages.model import Channel, Failing, Outgoing, Result, Sent, Wait
from plushka.domain.messages.taking import Asking, Look, take_next
from plushka.platform.database import Database, Tx
from plushka.platform.ids import new_id

PATIENCE_SECONDS = 30.0
LETTERS = 25
AT_ONCE = 6


class Road:
    """A channel that is none: what is carried hangs until it is let go, and is answered as ``answers`` say.

    ``time`` is the virtual one that is stirred by what has landed.
    """

    channel: Channel = "telegram"
    per_second = 1e6
    in_flight_max = AT_ONCE
    app_url = ""

    def __init__(self, *answers: Result, is_open: bool = True, time: VirtualTime | None = None) -> None:
        self.answers = list(answers)
        self.time = time
        self.is_open = asyncio.Event()
        self.begun: list[Outgoing] = []
        self.arrived: Counter[str] = Counter()
        if is_open:
            self.is_open.set()

    async def carry(self, message: Outgoing, composed: Composed) -> Result:  # noqa: ARG002  of the protocol
        self.begun.append(message)
        if self.time is not None:
            stir_when_done(self.time)
        await self.is_open.wait()
        result = self.answers.pop() if self.answers else Sent()
        if isinstance(result, Sent):
            self.arrived[message.address] += 1
        return result

    async def note_problem(self, tx: Tx, problem: str) -> None:
        pass

    async def note_well(self, tx: Tx) -> None:
        pass

    async def note_rest(self, tx: Tx, until: datetime) -> None:
        pass

    async def rests_until(self, tx: Tx) -> datetime | None:
        pass


async def until(happened: Callable[[], object], *, seconds: float = PATIENCE_SECONDS) -> None:
    async with asyncio.timeout(seconds):
        while not happened():  # noqa: ASYNC110  what is waited for is another task's
            await asyncio.sleep(0.005)


@pytest.fixture
async def tenant_id(database: Database, clock: SetClock) -> UUID:
    """A business with letters to send."""
    async with database.transaction(new_id(), actor="test", at=clock.now()) as tx:
        await found_business(
            tx, name="Кофейня", currency="RUB", country="RU", language="ru", time_zone="Europe/Moscow"
        )
        await post(tx, [letter(await recipient(tx, number)) for number in range(1, LETTERS + 1)])
        return tx.tenant_id


@pytest.fixture
async def notices(database: Database, clock: SetClock, tenant_id: UUID) -> UUID:
    """A business that has something to tell which is no advertisement."""
    async with database.transaction(tenant_id, actor="test", at=clock.now()) as tx:
        await tx.execute("update outgoing set purpose = 'transactional'")
    return tenant_id


@asynccontextmanager
async def sending(database: Database, clock: SetClock, tenant_id: UUID, road: Road) -> AsyncIterator[Sender]:
    """Let a sender work, and stop it in order."""
    sender = Sender(database, clock, road, tenant_id=tenant_id)
    running = asyncio.create_task(sender.run())
    try:
        yield sender
    finally:
        sender.stop()
        await running


async def look_once(tx: Tx, notices_max: int, letters_max: int) -> Look:
    (look,) = await take_next(tx, [Asking("telegram", notices_max, letters_max)])
    return look


async def states(database: Database, clock: SetClock, tenant_id: UUID) -> dict[str, int]:
    async with database.transaction(tenant_id, actor="test", at=clock.now()) as tx:
        rows = await tx.fetch("select state, count(*) from outgoing group by state")
    return {row["state"]: row["count"] for row in rows}


async def test_letters_are_in_flight_together_and_a_notice_does_not_wait_for_them(
    database: Database, clock: SetClock, tenant_id: UUID
) -> None:
    road = Road(is_open=False)
    async with sending(database, clock, tenant_id, road) as sender:
        await until(lambda: len(road.begun) == AT_ONCE)
        async with database.transaction(tenant_id, actor="test", at=clock.now()) as tx:
            member_id = await recipient(tx, 100, agrees=False)
            await post(tx, [letter(member_id, "notice", purpose="transactional")])
        sender.wake()
        await until(lambda: len(road.begun) == AT_ONCE + 1)
        assert road.begun[-1].member_id == member_id
        road.is_open.set()
        await until(lambda: len(road.arrived) == LETTERS + 1)
    assert set(road.arrived.values()) == {1}
    assert await states(database, clock, tenant_id) == {"sent": LETTERS + 1}


@pytest.mark.parametrize("purpose", ["marketing", "transactional"])
async def test_a_storm_of_429_loses_and_repeats_nothing(
    database: Database, clock: SetClock, tenant_id: UUID, purpose: str
) -> None:
    async with database.transaction(tenant_id, actor="test", at=clock.now()) as tx:
        await tx.execute("update outgoing set purpose = $1", purpose)
    road = Road(*[Wait(0.01)] * 60)
    async with sending(database, clock, tenant_id, road):
        await until(lambda: len(road.arrived) == LETTERS)
    assert set(road.arrived.values()) == {1}
    assert len(road.begun) == LETTERS + 60
    async with database.transaction(tenant_id, actor="test", at=clock.now()) as tx:
        assert await tx.fetchval("select max(attempts) from outgoing") == 1


async def test_nothing_is_begun_by_who_looked_before_the_channel_began_to_rest(
    database: Database, clock: SetClock, tenant_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    road = Road(Wait(3600), is_open=False)
    road.in_flight_max = 2
    looks = 0

    async def take_late(tx: Tx, asked: Sequence[Asking]) -> list[Look]:
        """Look a second time when the first letter has come back, in the transaction that was begun before."""
        nonlocal looks
        (one,) = asked
        looks += one.letters_max > 0
        if looks == 1:
            one = structs.replace(one, letters_max=min(one.letters_max, 1))
        if looks == 2:
            road.is_open.set()
            async with asyncio.timeout(PATIENCE_SECONDS):
                while (await states(database, clock, tenant_id)).get("sending"):  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
        return await take_next(tx, [one])

    monkeypatch.setattr(desk_module, "take_next", take_late)
    async with sending(database, clock, tenant_id, road):
        await until(lambda: looks == 2)
    assert len(road.begun) == 1
    assert await states(database, clock, tenant_id) == {"waiting": LETTERS}


@pytest.mark.parametrize("purpose", ["marketing", "transactional"])
async def test_what_lands_lets_nobody_look_where_nothing_is_left(
    database: Database, clock: SetClock, tenant_id: UUID, monkeypatch: pytest.MonkeyPatch, purpose: str
) -> None:
    async with database.transaction(tenant_id, actor="test", at=clock.now()) as tx:
        await tx.execute(
            "update outgoing set purpose = $1, is_held = address not in ('1001', '1002', '1003')", purpose
        )
    looks = 0

    async def take_counted(tx: Tx, asked: Sequence[Asking]) -> list[Look]:
        nonlocal looks
        looks += 1
        return await take_next(tx, asked)

    monkeypatch.setattr(desk_module, "take_next", take_counted)
    road = Road(is_open=False)
    async with sending(database, clock, tenant_id, road) as sender:
        await until(lambda: road.begun)
        road.is_open.set()
        await until(lambda: len(road.arrived) == 3 and not sender.in_flight)
        # What it would begin by itself it has begun by the next look that something else causes.
        async with database.transaction(tenant_id, actor="test", at=clock.now()) as tx:
            await tx.execute("update outgoing set is_held = false where address = '1004'")
        sender.wake()
        await until(lambda: len(road.arrived) == 4)
        assert looks == 2


async def test_who_dies_in_the_middle_leaves_nobody_with_two(
    database: Database, clock: SetClock, tenant_id: UUID
) -> None:
    dying = Road(is_open=False)
    running = asyncio.create_task(Sender(database, clock, dying, tenant_id=tenant_id).run())
    await until(lambda: len(dying.begun) == AT_ONCE)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    road = Road()
    async with sending(database, clock, tenant_id, road):
        await until(lambda: len(road.arrived) == LETTERS - AT_ONCE)
    # What had begun may have arrived: it is not sent again, and is said to be unknown.
    assert {one.address for one in dying.begun}.isdisjoint(road.arrived)
    assert await states(database, clock, tenant_id) == {"sent": LETTERS - AT_ONCE, "unknown": AT_ONCE}


async def test_of_notices_that_were_taken_up_together_one_at_most_is_sent_again_by_who_comes_after_a_death(
    database: Database, clock: SetClock, notices: UUID
) -> None:
    dying = Road(is_open=False)
    running = asyncio.create_task(Sender(database, clock, dying, tenant_id=notices).run())
    await until(lambda: dying.begun)
    assert (await states(database, clock, notices))["sending"] == TAKEN_TOGETHER
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert len(dying.begun) == 1
    road = Road()
    async with sending(database, clock, notices, road):
        await until(lambda: len(road.arrived) == LETTERS)
    assert set(road.arrived.values()) == {1}
    assert [one.id for one in road.begun] == sorted(one.id for one in road.begun), "in their order"
    assert await states(database, clock, notices) == {"sent": LETTERS}


async def test_of_notices_to_one_address_one_is_taken_up_at_a_time(
    database: Database, clock: SetClock, notices: UUID
) -> None:
    async with database.transaction(notices, actor="test", at=clock.now()) as tx:
        await tx.execute("update outgoing set address = '1001' where address <> '1002'")
        first = await look_once(tx, LETTERS, 1)
        again = await look_once(tx, LETTERS, 1)
    assert [one.address for one in first.taken] == ["1001", "1002"]
    assert [one.address for one in again.taken] == ["1001"]
    assert not first.is_all


async def test_what_is_left_behind_is_told(database: Database, clock: SetClock, notices: UUID) -> None:
    async with database.transaction(notices, actor="test", at=clock.now()) as tx:
        await tx.execute("update outgoing set purpose = 'marketing' where address = '1001'")
        looks = [await look_once(tx, 12, 1) for _ in range(4)]
        assert [(len(look.taken), look.is_all) for look in looks] == [
            (12, False),
            (12, False),
            (1, False),
            (0, True),
        ]
        await tx.execute("update outgoing set state = 'waiting' where address in ('1001', '1002')")
        full = await look_once(tx, 1, 1)
        letters = await look_once(tx, 0, 2)
        await tx.execute("update outgoing set state = 'waiting' where address in ('1001', '1002')")
        both = await look_once(tx, 2, 2)
        await tx.execute("update outgoing set state = 'waiting' where address in ('1001', '1002')")
        last = await look_once(tx, 2, 3)
    assert [([one.address for one in look.taken], look.is_all) for look in (full, letters, both, last)] == [
        (["1002"], False),
        (["1001"], False),
        (["1002", "1001"], False),
        (["1002", "1001"], True),
    ]


async def test_letters_behind_notices_of_which_none_may_go_are_not_kept_waiting(
    database: Database, clock: SetClock, notices: UUID
) -> None:
    async with database.transaction(notices, actor="test", at=clock.now()) as tx:
        await tx.execute("update outgoing set purpose = 'marketing' where address = '1001'")
        await tx.execute(
            "update outgoing set useful_until = $1 where address <> '1001'", tx.at - timedelta(hours=1)
        )
        look = await look_once(tx, 2, 2)
    assert [one.address for one in look.taken] == ["1001"]
    assert not look.is_all


async def test_a_sender_that_stops_begins_none_of_the_notices_that_it_has_taken_up(
    database: Database, clock: SetClock, notices: UUID
) -> None:
    road = Road(is_open=False)
    async with sending(database, clock, notices, road) as sender:
        await until(lambda: road.begun)
        sender.stop()
        road.is_open.set()
    assert len(road.begun) == 1
    assert await states(database, clock, notices) == {"sent": 1, "waiting": LETTERS - 1}
    async with database.transaction(notices, actor="test", at=clock.now()) as tx:
        assert await tx.fetchval("select max(attempts) from outgoing where state = 'waiting'") == 0


async def test_a_channel_that_is_down_fails_no_letter_and_after_half_an_hour_they_go_another_way(
    database: Database, clock: SetClock
) -> None:
    time = VirtualTime(clock.at)
    async with database.transaction(new_id(), actor="test", at=time.now()) as tx:
        await found_business(
            tx, name="Кофейня", currency="RUB", country="RU", language="ru", time_zone="Europe/Moscow"
        )
        either: dict[str, Any] = {"route": ("telegram", "inbox")}
        await post(tx, [letter(await recipient(tx, number), **either) for number in range(1, 4)])
        await post(tx, [letter(await recipient(tx, 4))])
    road = Road(*[Failing("502")] * 10_000, time=time)
    sender = Sender(database, time, road, tenant_id=tx.tenant_id, timing=time)
    running = asyncio.create_task(sender.run())
    await pass_time(time, sender, timedelta(minutes=29))
    assert await states(database, clock, tx.tenant_id) == {"waiting": 4}
    await pass_time(time, sender, timedelta(minutes=11))
    assert await channels(database, clock, tx.tenant_id) == {"inbox": 3, "telegram": 1}
    await pass_time(time, sender, timedelta(hours=5))
    async with database.transaction(tx.tenant_id, actor="test", at=clock.now()) as reading:
        (row,) = await reading.fetch("select state, attempts from outgoing where channel = 'telegram'")
    assert (row["state"], row["attempts"]) == ("waiting", 1), "only its first failure counts"
    road.answers.clear()
    await pass_time(time, sender, timedelta(minutes=3))
    assert set(road.arrived.values()) == {1}
    sender.stop()
    await running


async def test_a_notice_that_always_fails_stands_before_no_other(
    database: Database, clock: SetClock, tenant_id: UUID
) -> None:
    async with database.transaction(tenant_id, actor="test", at=clock.now()) as tx:
        await tx.execute("update outgoing set purpose = 'transactional'")

    class Picky(Road):
        async def carry(self, message: Outgoing, composed: Composed) -> Result:
            return await super().carry(message, composed) if message.address != "1001" else Failing("502")

    time = VirtualTime(clock.at)
    road = Picky(time=time)
    sender = Sender(database, time, road, tenant_id=tenant_id, timing=time)
    running = asyncio.create_task(sender.run())
    await pass_time(time, sender, timedelta(minutes=5))
    assert len(road.arrived) == LETTERS - 1
    sender.stop()
    await running


async def pass_time(time: VirtualTime, sender: Sender, span: timedelta) -> None:
    """Let time pass as the sender wants to be woken."""
    ends_at = time.at + span
    await time.settled(lambda: time.quiet == 1 and not sender.in_flight)
    while time.at < ends_at:
        time.move(min(ends_at, time.next_alarm() or ends_at))
        await time.settled(lambda: time.quiet == 1 and not sender.in_flight)


async def channels(database: Database, clock: SetClock, tenant_id: UUID) -> dict[str, int]:
    async with database.transaction(tenant_id, actor="test", at=clock.now()) as tx:
        rows = await tx.fetch("select channel, count(*) from outgoing group by channel")
    return {row["channel"]: row["count"] for row in rows}
