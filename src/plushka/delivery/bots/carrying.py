"""A bot as the carrier of its messenger's messages."""

from datetime import datetime
from uuid import UUID

from plushka.delivery.bots.shell import Parcel, Shell
from plushka.domain.bots.model import Bot
from plushka.domain.bots.operations import note_health, note_rest, note_well
from plushka.domain.bots.queries import get_rest
from plushka.domain.messages.composing import Composed
from plushka.domain.messages.model import Channel, Outgoing, Result
from plushka.platform.database import Tx

IN_FLIGHT_MAX = 30
"""As many as a messenger allows in a second: one that takes a second to answer is no brake."""


class BotCarrier:
    """Carries what is composed to chats of one bot."""

    in_flight_max = IN_FLIGHT_MAX

    def __init__(self, shell: Shell, bot: Bot, *, app_url: str) -> None:
        self.channel: Channel = bot.messenger
        self.per_second = shell.per_second
        self._shell = shell
        self._bot = bot
        self.app_url = app_url

    async def carry(self, message: Outgoing, composed: Composed) -> Result:
        parcel = Parcel(
            external_id=message.address,
            message=composed.message,
            language=message.language,
            number=number_of(message.id),
            app_url=self.app_url,
            color=composed.color,
        )
        return await self._shell.send(self._bot, parcel)

    async def note_problem(self, tx: Tx, problem: str) -> None:
        await note_health(tx, self._bot.id, problem=problem)

    async def note_well(self, tx: Tx) -> None:
        await note_well(tx, self._bot.id)

    async def note_rest(self, tx: Tx, until: datetime) -> None:
        await note_rest(tx, self._bot.id, until)

    async def rests_until(self, tx: Tx) -> datetime | None:
        return await get_rest(tx, self._bot.id)


def number_of(message_id: UUID) -> int:
    """Return a number of 31 bits for a message, never 0: the random end of its id."""
    return message_id.int % (2**31 - 1) + 1
