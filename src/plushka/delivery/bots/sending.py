"""The sender of one bot: takes up what waits, one by one, and writes down what became of it.

A message is marked before it is sent and after. Who dies between the two leaves it marked, and whoever comes next sends
it again: one message of a bot at most arrives twice, and none is lost.
"""

import asyncio
import time
from contextlib import AbstractAsyncContextManager, suppress
from uuid import UUID

import structlog

from plushka.delivery.bots.bucket import Pace
from plushka.delivery.bots.shell import Parcel, Shell
from plushka.domain.bots.model import Bot
from plushka.domain.bots.operations import note_health
from plushka.domain.businesses.branding import Branding, get_branding
from plushka.domain.businesses.queries import get_business
from plushka.domain.members.consent_texts import list_consent_texts
from plushka.domain.messages.model import Failing, Outgoing, Refused, Result, Wait
from plushka.domain.messages.outgoing import TOO_LATE, finish, is_late, put_back_interrupted, take_next
from plushka.domain.messages.wording import Voice, worded
from plushka.platform.clock import Clock
from plushka.platform.database import Database, Tx
from plushka.platform.point_words import calling_points

BURST = 5.0
CHAT_PER_SECOND = 1.0
CHAT_BURST = 4.0
"""What messengers allow: one a second to a chat, of which a few at once are tolerated."""
LOOK_SECONDS = 15.0
"""How often it looks for what nobody rang for."""
PAUSE_SECONDS_MIN = 1.0
PAUSE_SECONDS_MAX = 60.0

log = structlog.get_logger()


class Sender:
    """Sends what a business says by one bot. There is one for each bot at a time."""

    def __init__(
        self, database: Database, clock: Clock, shell: Shell, *, tenant_id: UUID, bot: Bot, app_url: str
    ) -> None:
        self._database = database
        self._clock = clock
        self._shell = shell
        self._tenant_id = tenant_id
        self._bot = bot
        self._app_url = app_url
        self._wake = asyncio.Event()
        self._stop = asyncio.Event()
        self._failures = 0
        self._pace = Pace(
            per_second=shell.per_second,
            burst=BURST,
            chat_per_second=CHAT_PER_SECOND,
            chat_burst=CHAT_BURST,
            at=time.monotonic(),
        )

    def wake(self) -> None:
        """Look at once: something was left."""
        self._wake.set()

    def stop(self) -> None:
        """Begin nothing more: ``run`` returns when what is being sent has been written down."""
        self._stop.set()
        self._wake.set()

    async def run(self) -> None:
        """Send until ``stop``. To cancel it instead may send a message twice."""
        async with self._tx() as tx:
            interrupted = await put_back_interrupted(tx, self._bot.messenger)
        if interrupted:
            log.warning("messages_sent_again", bot_id=str(self._bot.id), messages=interrupted)
        while not self._stop.is_set():
            self._wake.clear()
            rest = await self._send_waiting()
            if not self._stop.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), rest)

    async def _send_waiting(self) -> float:
        """Send what may be sent now; return how long to rest before looking again, unless woken."""
        while not self._stop.is_set():
            await self._rest(self._pace.wait_seconds(time.monotonic()))
            async with self._tx() as tx:
                message = await take_next(
                    tx, self._bot.messenger, except_to=self._pace.busy_chats(time.monotonic())
                )
                if message is None:
                    return self._pace.next_chat_seconds(time.monotonic()) or LOOK_SECONDS
                if is_late(message, tx):
                    await finish(tx, message, Refused(TOO_LATE))
                    continue
                business, branding = await get_business(tx), await get_branding(tx)
                texts = await list_consent_texts(tx)
            result = await self._send(
                message, Voice(business=business, language=message.language, texts=texts), branding
            )
            async with self._tx() as tx:
                await finish(tx, message, result)
                await self._note(tx, result)
            await self._rest(self._pause(result))
        return 0.0

    async def _rest(self, seconds: float) -> None:
        if seconds > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), seconds)

    async def _send(self, message: Outgoing, voice: Voice, branding: Branding) -> Result:
        with calling_points(voice.business.point_words):
            said = worded(message.content, voice)
        self._pace.sent(message.address.external_id, time.monotonic())
        parcel = Parcel(
            external_id=message.address.external_id,
            message=said,
            language=message.language,
            number=number_of(message.id),
            app_url=self._app_url,
            color=branding.color,
        )
        return await self._shell.send(self._bot, parcel)

    async def _note(self, tx: Tx, result: Result) -> None:
        problem = result.problem if isinstance(result, Wait) else ""
        if isinstance(result, Failing | Refused):
            problem = result.reason
        if problem:
            log.warning("message_not_sent", bot_id=str(self._bot.id), problem=problem)
            await note_health(tx, self._bot.id, problem=problem)

    def _pause(self, result: Result) -> float:
        """Return how long the whole bot rests: as long as it was told, or longer each time something fails."""
        if isinstance(result, Wait):
            return result.seconds
        if not isinstance(result, Failing):
            self._failures = 0
            return 0.0
        self._failures += 1
        return min(PAUSE_SECONDS_MIN * 2.0 ** (self._failures - 1), PAUSE_SECONDS_MAX)

    def _tx(self) -> AbstractAsyncContextManager[Tx]:
        return self._database.transaction(self._tenant_id, actor="job:messages", at=self._clock.now())


def number_of(message_id: UUID) -> int:
    """Return a number of 31 bits for a message, never 0: the random end of its id."""
    return message_id.int % (2**31 - 1) + 1
