"""A coffee shop that writes by bots of three messengers, which are none, over real HTTP and in virtual time."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from msgspec import structs
from tests.bots.fakes import Fake
from tests.conftest import local_settings
from tests.domain.shop import Shop, open_shop
from tests.sending.storms import Door, Weather
from tests.sending.virtual import VirtualTime, stir_when_done
from tests.serving import serving

from plushka.delivery.bots.carrying import BotCarrier
from plushka.delivery.bots.shells import open_shells
from plushka.delivery.jobs.campaigning import send_tenant
from plushka.delivery.jobs.journeys import lead_tenant
from plushka.delivery.jobs.letters import move_letters
from plushka.delivery.sending.desk import Desk
from plushka.delivery.sending.sender import Sender
from plushka.demo.enrolling import Newcomer, enroll_all
from plushka.demo.messengers.max import FakeMax
from plushka.demo.messengers.people import Person
from plushka.demo.messengers.registry import Registration
from plushka.demo.messengers.telegram import FakeTelegram
from plushka.demo.messengers.vk import FakeVk
from plushka.domain.bots.model import BotAccount
from plushka.domain.bots.operations import connect_bot
from plushka.domain.members.channels import MESSENGERS, Address, Messenger, bind_address
from plushka.domain.members.consents import note_consent
from plushka.domain.members.importing import save_consents
from plushka.domain.members.model import Identity
from plushka.domain.messages.composing import Composed
from plushka.domain.messages.model import Outgoing, Purpose, Result
from plushka.domain.programs.operations import enroll
from plushka.engine.program import Program
from plushka.platform.database import Database
from plushka.platform.vault import Vault

FIRST_PERSON = 900_000
STEPS_MAX = 3000
NEVER = datetime.max.replace(tzinfo=UTC)
AT_WORK = timedelta(seconds=1)
"""Who wants to go on so soon has more to send: what is due need not be asked for."""
REGISTRATIONS: Mapping[Messenger, Registration] = {
    "telegram": Registration("7000000001:AAExampleTokenOfTheCoffeeShop01", "anna_tg", "Кофейня Анны"),
    "max": Registration("7000000002:AAExampleTokenOfTheCoffeeShop02", "anna_max", "Кофейня Анны"),
    "vk": Registration("7000000003:AAExampleTokenOfTheCoffeeShop03", "anna_vk", "Кофейня Анны"),
}


def name_of(number: int) -> str:
    return f"Гость {number}"


def phone_of(number: int) -> Identity:
    return Identity("phone", f"+7999{number:07}")


def messenger_of(number: int) -> Messenger:
    return MESSENGERS[number % len(MESSENGERS)]


@dataclass(frozen=True)
class Begun:
    """A message that a sender began to carry, in the order in which they were."""

    at: datetime
    messenger: Messenger
    id: UUID
    chat: str
    purpose: Purpose


class Watched(BotCarrier):
    """A bot's carrier of which it is known what it began when."""

    town: "Town"

    async def carry(self, message: Outgoing, composed: Composed) -> Result:
        messenger: Messenger = self.channel  # type: ignore[assignment]
        stir_when_done(self.town.time)
        self.town.begun.append(
            Begun(self.town.time.at, messenger, message.id, message.address, message.purpose)
        )
        return await super().carry(message, composed)


@dataclass
class Town:
    """The shop, its messengers as fakes, with a door before each if there is weather, and its senders."""

    shop: Shop
    time: VirtualTime
    fakes: Mapping[Messenger, Any]
    doors: Mapping[Messenger, Door]
    carriers: Mapping[Messenger, Watched]
    watching: asyncpg.Connection
    begun: list[Begun] = field(default_factory=list)
    _senders: dict[Messenger, Sender] = field(default_factory=dict)
    _running: list[asyncio.Task[None]] = field(default_factory=list)

    async def settle(self, number: int, messengers: Sequence[Messenger], *, agrees: bool = True) -> UUID:
        """Enrol a member who has begun a chat with the bot of each of these messengers."""
        async with self.shop.tx() as tx:
            member = await enroll(tx, name=name_of(number), identities=[phone_of(number)])
            for messenger in messengers:
                await bind_address(tx, member.id, self._begin_chat(messenger, number), language="ru")
            if agrees:
                await note_consent(tx, member.id, "marketing", is_given=True, source="office")
            return member.id

    async def settle_together(self, birthdays: Mapping[int, date]) -> Mapping[int, UUID]:
        """Enrol so many at once, all of whom agree to advertising, one a messenger after another."""
        async with self.shop.tx() as tx:
            newcomers = [
                Newcomer(tx.at, name_of(number), birthday, (phone_of(number),))
                for number, birthday in birthdays.items()
            ]
            members = dict(zip(birthdays, await enroll_all(tx, newcomers), strict=True))
            await save_consents(tx, {member_id: {"marketing": True} for member_id in members.values()})
            addresses = [
                (
                    *structs.astuple(self._begin_chat(messenger_of(number), number)),
                    member_id,
                    "ru",
                    tx.at,
                    tx.at,
                )
                for number, member_id in members.items()
            ]
            columns = ("messenger", "external_id", "member_id", "language", "created_at", "seen_at")
            await tx.copy("channel_addresses", columns=columns, records=addresses)
            # Else PostgreSQL tells a second later that its tables have changed, and nobody tidies them up.
            await tx.execute("select pg_stat_force_next_flush()")
            return members

    def _begin_chat(self, messenger: Messenger, number: int) -> Address:
        self.chat(messenger, number).was_begun = True
        return Address(messenger, str(FIRST_PERSON + number))

    def chat(self, messenger: Messenger, number: int) -> Any:
        """Return the chat of a member's with the bot, as it is on their phone."""
        fake = self.fakes[messenger]
        bot = fake.by_username(REGISTRATIONS[messenger].username)
        return fake.chat(bot, fake.person(FIRST_PERSON + number))

    def shown(self, number: int) -> Counter[str]:
        """Return what a member has on their phone, in all messengers together, by its first line."""
        return Counter(
            message.html.partition("\n")[0]
            for messenger in MESSENGERS
            for message in self.chat(messenger, number).messages
        )

    def begin(self) -> None:
        """Let a worker begin to send."""
        tenant_id = self.shop.caller.tenant_id
        desk = Desk(self.shop.database, self.time, tenant_id)
        for messenger, carrier in self.carriers.items():
            sender = Sender(
                self.shop.database,
                self.time,
                carrier,
                tenant_id=tenant_id,
                timing=self.time,
                desk=desk,
            )
            self._senders[messenger] = sender
            running = asyncio.create_task(sender.run())
            running.add_done_callback(self.time.stir)
            self._running.append(running)

    async def end(self) -> None:
        """Let the worker stop in order."""
        for sender in self._senders.values():
            sender.stop()
        await asyncio.gather(*self._running)
        self._senders.clear()
        self._running.clear()

    async def restart(self) -> None:
        """Let another worker take the place of the one that is."""
        await self.end()
        self.begin()

    async def work(self) -> None:
        """Let the jobs of a minute run, and what they have left be sent as far as it goes now."""
        for job in (send_tenant, lead_tenant, move_letters):
            await job(self.shop.database, self.time, self.shop.caller.tenant_id)
        self._wake(await self._due())
        await self._settled()

    async def until(self, moment: datetime) -> datetime:
        """Let time pass until ``moment``, and send whatever is due before it; return what comes next is due at."""
        await self._settled()
        due_at = self.time.at
        steps = 0
        while self.time.at < moment:
            steps += 1
            assert steps < STEPS_MAX, "what is due is not sent"
            alarm = self.time.next_alarm() or moment
            if self.time.at < alarm < min(moment, self.time.at + AT_WORK):
                self.time.move(alarm)
                await self._settled()
                continue
            due = await self._due()
            due_at = min(due.values(), default=NEVER)
            if due_at >= moment:
                self.time.skip(moment)
            elif due_at > self.time.at:
                self.time.skip(due_at)
                self._wake(due)
            else:
                self.time.move(min(moment, alarm))
            await self._settled()
        return due_at

    async def _settled(self) -> None:
        def is_settled() -> bool:
            for task in self._running:
                if task.done():
                    task.result()
            return self.time.quiet == len(self._senders) and not any(
                sender.in_flight for sender in self._senders.values()
            )

        await self.time.settled(is_settled)

    def _wake(self, due: Mapping[Messenger, datetime]) -> None:
        """Wake those who would find something: nobody is woken, only to find nothing."""
        for messenger, sender in self._senders.items():
            if messenger in due and due[messenger] <= self.time.at:
                sender.wake()

    async def _due(self) -> Mapping[Messenger, datetime]:
        """Return when the first of what waits is due, by messenger."""
        rows = await self.watching.fetch(
            """
            select channel, waits.due_at from unnest($2::text[]) as channel
            cross join lateral (
                select min(not_before) as due_at from outgoing
                where tenant_id = $1 and state = 'waiting' and not is_held and outgoing.channel = channel.channel
            ) as waits
            where waits.due_at is not null
            """,
            self.shop.caller.tenant_id,
            list(MESSENGERS),
        )
        return {row["channel"]: row["due_at"] for row in rows}


@asynccontextmanager
async def open_town(
    database: Database,
    time: VirtualTime,
    folder: Path,
    program: Program,
    *,
    people: int,
    weather: Mapping[Messenger, Weather] | None = None,
    seed: int = 1,
) -> AsyncIterator[Town]:
    """Open the shop with a bot in each messenger and as many people who may write to it; nobody sends yet."""
    persons = [
        Person(FIRST_PERSON + number, name_of(number), phone_of(number).value.removeprefix("+"))
        for number in range(people)
    ]
    of = {name: (one, "http://127.0.0.1/app") for name, one in REGISTRATIONS.items()}
    fakes: dict[Messenger, Fake] = {
        "telegram": FakeTelegram((REGISTRATIONS["telegram"],), persons),
        "max": FakeMax({REGISTRATIONS["max"].token: of["max"]}, persons),
        "vk": FakeVk({REGISTRATIONS["vk"].token: of["vk"]}, persons, seconds=time.seconds),
    }
    # Where there is no weather there is no door: it reads each request once more.
    doors = {
        messenger: Door(messenger, time, weather.get(messenger, Weather()), seed=seed)
        for messenger in fakes
        if weather is not None
    }
    async with AsyncExitStack() as stack:
        apis = {
            f"{messenger}_api": await stack.enter_async_context(
                serving(fake.routes(), *([doors[messenger].guard] if messenger in doors else []))
            )
            for messenger, fake in fakes.items()
        }
        settings = local_settings(folder, "", **apis)
        vault = Vault.of(settings)
        shop = await stack.enter_async_context(open_shop(database, time, program))
        shells = await stack.enter_async_context(open_shells(settings))
        carriers: dict[Messenger, Watched] = {}
        for messenger, registration in REGISTRATIONS.items():
            account = BotAccount(str(registration.id), registration.username, registration.name)
            async with shop.tx() as tx:
                bot = await connect_bot(
                    tx, vault, messenger, account, credentials=registration.credentials(), is_polled=True
                )
            carriers[messenger] = Watched(await shells.get(messenger), bot, app_url="")
        watching = await asyncpg.connect(
            database.dsn, server_settings={"plan_cache_mode": "force_generic_plan"}
        )
        stack.push_async_callback(watching.close)
        town = Town(shop, time, fakes, doors, carriers, watching)
        for carrier in carriers.values():
            carrier.town = town
        stack.push_async_callback(town.end)
        for fake in fakes.values():
            stack.push_async_callback(fake.close)
        yield town
