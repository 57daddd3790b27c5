"""Bots of the demo, kept in the data folder: both their businesses and the messengers that are none know the tokens."""

import secrets
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.demo import access
from plushka.domain.bots.model import BotAccount, Credentials
from plushka.domain.bots.operations import connect_bot, new_secret
from plushka.domain.bots.queries import find_bot
from plushka.platform.clock import Clock
from plushka.platform.database import Database
from plushka.platform.settings import Settings
from plushka.platform.vault import Vault

FILE = "bots.json"
ACTOR = "operator:demo"


class Registration(Struct, frozen=True):
    """A bot as its maker knows it."""

    token: str
    username: str
    name: str

    @property
    def id(self) -> int:
        return int(self.token.partition(":")[0])


class Registry(Struct, frozen=True):
    """The demo's bots, by messenger."""

    telegram: tuple[Registration, ...] = ()


def read(settings: Settings) -> Registry:
    """Return the bots that were made so far."""
    path = access.folder(settings) / FILE
    return msgspec.json.decode(path.read_bytes(), type=Registry) if path.exists() else Registry()


def keep(settings: Settings, registry: Registry) -> None:
    access.write_privately(access.folder(settings) / FILE, msgspec.json.encode(registry))


async def ensure_bots(
    database: Database, clock: Clock, settings: Settings, businesses: dict[UUID, tuple[str, str]]
) -> None:
    """Give each business, by its id, a bot of this username and name, unless it has one. Safe to repeat."""
    vault = Vault.of(settings)
    for tenant_id, (username, name) in businesses.items():
        registry = read(settings)
        registration = next((one for one in registry.telegram if one.username == username), None)
        if registration is None:
            # Kept before it is connected: a bot that the messenger does not know must not be left behind.
            registration = Registration(_token(), username, name)
            keep(settings, Registry(telegram=(*registry.telegram, registration)))
        async with database.transaction(tenant_id, actor=ACTOR, at=clock.now()) as tx:
            if await find_bot(tx, vault, "telegram") is None:
                await connect_bot(
                    tx,
                    vault,
                    "telegram",
                    BotAccount(str(registration.id), username, name),
                    credentials=Credentials(token=registration.token, secret=new_secret()),
                    is_polled=True,
                )


def _token() -> str:
    return f"{7_000_000_000 + secrets.randbelow(1_000_000_000)}:{secrets.token_urlsafe(26)}"
