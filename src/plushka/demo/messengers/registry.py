"""Bots of the demo, kept in the data folder: both their businesses and the messengers that are none know the tokens."""

import secrets
from collections.abc import Mapping
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.demo import access
from plushka.domain.bots.model import BotAccount, Credentials
from plushka.domain.bots.operations import connect_bot, new_secret
from plushka.domain.bots.queries import find_bot
from plushka.domain.members.channels import Messenger
from plushka.platform.clock import Clock
from plushka.platform.database import Database
from plushka.platform.settings import Settings
from plushka.platform.vault import Vault

FILE = "bots.json"
ACTOR = "operator:demo"
PLAYED: tuple[Messenger, ...] = ("telegram", "max", "vk")
"""Messengers that the demo has in place of the real ones."""


class Registration(Struct, frozen=True):
    """A bot as its maker knows it."""

    token: str
    username: str
    name: str

    @property
    def id(self) -> int:
        return int(self.token.partition(":")[0])

    @property
    def app_secret(self) -> str:
        """What its mini app is signed with, where it has its own secret (VK); the app goes by the bot's id."""
        return self.token.partition(":")[2]

    def credentials(self) -> Credentials:
        """Return what a business connects the bot with."""
        return Credentials(
            token=self.token, secret=new_secret(), app_id=str(self.id), app_secret=self.app_secret
        )


class Registered(Struct, frozen=True):
    """A bot of a business in a messenger."""

    messenger: Messenger
    tenant_id: UUID
    bot: Registration


class Registry(Struct, frozen=True):
    """The demo's bots."""

    bots: tuple[Registered, ...] = ()

    def of(self, messenger: Messenger) -> list[Registered]:
        return [one for one in self.bots if one.messenger == messenger]


def read(settings: Settings) -> Registry:
    """Return the bots that were made so far."""
    path = access.folder(settings) / FILE
    return msgspec.json.decode(path.read_bytes(), type=Registry) if path.exists() else Registry()


async def ensure_bots(
    database: Database, clock: Clock, settings: Settings, businesses: Mapping[UUID, tuple[str, str]]
) -> None:
    """Give each business, by its id, a bot of this username and name in every messenger of the demo.

    Safe to repeat; a messenger in which the business has a bot already is left alone.
    """
    vault = Vault.of(settings)
    for messenger in PLAYED:
        for tenant_id, (username, name) in businesses.items():
            bot = _registration(settings, messenger, tenant_id, username, name)
            async with database.transaction(tenant_id, actor=ACTOR, at=clock.now()) as tx:
                if await find_bot(tx, vault, messenger) is None:
                    await connect_bot(
                        tx,
                        vault,
                        messenger,
                        BotAccount(str(bot.id), username, name),
                        credentials=bot.credentials(),
                        is_polled=True,
                    )


def _registration(
    settings: Settings, messenger: Messenger, tenant_id: UUID, username: str, name: str
) -> Registration:
    """Return the business's bot in a messenger, made if there is none.

    It is kept before it is connected: a bot that the messenger does not know must not be left behind.
    """
    registry = read(settings)
    for known in registry.of(messenger):
        if known.tenant_id == tenant_id:
            return known.bot
    number = 7_000_000_000 + secrets.randbelow(1_000_000_000)
    made = Registration(f"{number}:{secrets.token_urlsafe(26)}", username, name)
    registry = Registry((*registry.bots, Registered(messenger, tenant_id, made)))
    access.write_privately(access.folder(settings) / FILE, msgspec.json.encode(registry))
    return made
