"""What the office needs of a messenger to connect a bot; the shells of ``delivery/bots`` are it."""

from dataclasses import dataclass
from typing import Protocol

from msgspec import Struct

from plushka.domain.bots.model import Bot, BotAccount
from plushka.domain.members.channels import Messenger
from plushka.platform.bell import Bell
from plushka.platform.vault import Vault


class Condition(Struct, frozen=True):
    """How a messenger sees a bot: what waits to be told, and what went wrong last, if anything has."""

    pending_updates: int = 0
    problem: str = ""


class Connector(Protocol):
    """One messenger. Calls raise ``TemporaryFailure`` where nothing else is said."""

    async def identify(self, token: str) -> BotAccount:
        """Return whose a token is.

        :raises TokenRefused: nobody's
        """
        ...

    async def look(self, bot: Bot) -> Condition:
        """Return how the bot is seen.

        :raises TokenRefused: its token was taken back
        """
        ...

    async def let_go(self, bot: Bot) -> None:
        """Take back what was set up for the bot, as far as the messenger still listens."""
        ...


class Connectors(Protocol):
    """The messengers, each opened when it is first needed."""

    async def get(self, messenger: Messenger) -> Connector: ...


@dataclass(frozen=True, slots=True)
class BotDesk:
    """What bots are connected with in a process; ``bell`` tells who keeps them at work.

    ``public_url`` is where messengers reach us; without an address by HTTPS they are asked for news instead.
    """

    vault: Vault
    messengers: Connectors
    bell: Bell
    public_url: str | None

    @property
    def are_polled(self) -> bool:
        return not (self.public_url or "").startswith("https://")
