"""A worker is killed while it sends a broadcast: nobody has a letter twice, and which ones may be lost is known."""

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from aiohttp import web
from tests.domain.campaigns.telling import TEXT, begun, campaign, worked
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop
from tests.faults.servers import environ_of, plushka
from tests.sending.test_sender import until
from tests.serving import free_port, serving

from plushka.delivery.bots.carrying import BotCarrier
from plushka.demo.messengers.people import Person
from plushka.demo.messengers.registry import Registration
from plushka.demo.messengers.telegram import FakeTelegram
from plushka.domain.bots.model import BotAccount
from plushka.domain.bots.operations import connect_bot
from plushka.domain.campaigns.model import LetterPlan, PointsOffered
from plushka.domain.members.channels import Address, bind_address
from plushka.domain.members.consents import note_consent
from plushka.domain.members.model import Identity
from plushka.domain.messages.rules import Rules, change_rules
from plushka.domain.programs.operations import enroll
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.settings import Settings
from plushka.platform.vault import Vault

MEMBERS = 80
KILLED_AFTER = (15, 45)
ANSWER_SECONDS = 0.2
WAIT_SECONDS_MAX = 120
"""A worker begins by loading what it is made of, and machines that test are busy."""
REGISTRATION = Registration("7000000001:AAExampleTokenOfTheCoffeeShop01", "anna_tg", "Кофейня Анны")


class Phones:
    """What arrived in Telegram, by the chat."""

    def __init__(self) -> None:
        self.people = [Person(900_000 + each, f"Гость {each}", f"7999{each:07}") for each in range(MEMBERS)]
        self.fake = FakeTelegram((REGISTRATION,), self.people)

    def arrived(self) -> Counter[str]:
        bot = self.fake.by_username(REGISTRATION.username)
        return Counter({str(each.id): len(self.fake.chat(bot, each).messages) for each in self.people})


def environ_of_sender(folder: Path, dsn: str, api: str) -> dict[str, str]:
    """Return the settings of a Plushka that writes to the Telegram at ``api`` for the shop of a database."""
    return {
        **environ_of(folder, free_port()),
        "DATABASE_URL": dsn,
        "PLUSHKA_TELEGRAM_API": api,
        "PLUSHKA_SECRET_KEY": "only-a-key-of-a-coffee-shop-of-tests-0001",
    }


async def test_nobody_is_told_twice_and_what_may_be_lost_is_known_when_the_worker_is_killed(
    database: Database, dsn: str, tmp_path: Path
) -> None:
    phones, folder = Phones(), tmp_path / "data"
    async with (
        serving(phones.fake.routes(), late) as api,
        open_shop(database, SystemClock(), CASHBACK) as shop,
    ):
        environ = environ_of_sender(folder, dsn, api)
        await settle(shop, Vault.of(Settings.from_environment(environ)), phones)
        campaign_id = await begun(
            shop,
            letter=LetterPlan((TEXT,), route=("telegram",)),
            offer=PointsOffered(shop.program_id, 10),
        )
        await worked(shop, campaign_id)

        for enough in KILLED_AFTER:
            with plushka(["worker"], environ) as process:
                await until(lambda: phones.arrived().total() >= enough, seconds=WAIT_SECONDS_MAX)  # noqa: B023
                process.kill()
        with plushka(["worker"], environ):
            await until_none_waits(shop, campaign_id)
        await worked(shop, campaign_id)

        assert max(phones.arrived().values()) == 1
        states = await states_of(shop, campaign_id)
        assert set(states.values()) == {"sent", "unknown"}
        assert all(phones.arrived()[chat] == 1 for chat, state in states.items() if state == "sent")
        unknown = [chat for chat, state in states.items() if state == "unknown"]
        assert 0 < len(unknown) <= BotCarrier.in_flight_max * len(KILLED_AFTER)
        assert (await campaign(shop, campaign_id)).state == "done"
        assert await shop.differences() == ()


async def settle(shop: Shop, vault: Vault, phones: Phones) -> None:
    """Connect the bot and enrol whoever has begun a chat with it; at no time of day are letters kept back."""
    account = BotAccount(str(REGISTRATION.id), REGISTRATION.username, REGISTRATION.name)
    bot = phones.fake.by_username(REGISTRATION.username)
    async with shop.tx() as tx:
        await change_rules(tx, Rules(quiet_from_minutes=0, quiet_until_minutes=0))
        await connect_bot(
            tx, vault, "telegram", account, credentials=REGISTRATION.credentials(), is_polled=True
        )
        for person in phones.people:
            member = await enroll(tx, name=person.name, identities=[Identity("phone", f"+{person.phone}")])
            await bind_address(tx, member.id, Address("telegram", str(person.id)), language="ru")
            await note_consent(tx, member.id, "marketing", is_given=True, source="office")
            phones.fake.chat(bot, person).was_begun = True


@web.middleware
async def late(request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
    """Let a message be taken at once and answered later, so that a kill falls in between."""
    answer: web.StreamResponse = await handler(request)
    if request.path.endswith("/sendMessage"):
        await asyncio.sleep(ANSWER_SECONDS)
    return answer


async def until_none_waits(shop: Shop, campaign_id: UUID) -> None:
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        while {"waiting", "sending"} & set((await states_of(shop, campaign_id)).values()):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def states_of(shop: Shop, campaign_id: UUID) -> dict[str, str]:
    """Return what became of each letter, by the chat that it is for."""
    async with shop.tx() as tx:
        rows = await tx.fetch(
            """
            select address, state from outgoing where tenant_id = $1 and campaign_id = $2
            """,
            tx.tenant_id,
            campaign_id,
        )
    return {row["address"]: row["state"] for row in rows}
