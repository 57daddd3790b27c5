"""The sender of one channel of a business: takes up what waits, sends it, and writes down what became of it.

A message is marked before it is sent and after: some together, as the pace allows it and as they come back, so that
they share what a transaction costs. Of notices that were taken up together each is sent when what became of the one
before it is written down, so that who dies in between leaves one at most to be sent again. Letters that advertise
wait behind all notices, several of them are in flight, and those whose sender died are not sent again.

Where nothing at all gets through, the channel is down: that counts against no message, and letters that have another
way take it after ``move_on_minutes``.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog

from plushka.delivery.sending.bucket import Pace
from plushka.delivery.sending.carrier import Carrier
from plushka.delivery.sending.desk import Desk, Noted, Wanted
from plushka.delivery.sending.timing import MachineTiming, Timing
from plushka.domain.messages.composing import Composed
from plushka.domain.messages.finishing import Arrived, finish
from plushka.domain.messages.model import Failing, Outgoing, Refused, Result, Sent, Unsure, Wait
from plushka.domain.messages.rules import get_rules
from plushka.domain.messages.taking import put_back, put_back_interrupted
from plushka.platform.clock import Clock
from plushka.platform.database import Database, Tx

BURST = 5.0
CHAT_PER_SECOND = 1.0
CHAT_BURST = 4.0
"""What messengers allow: one a second to a chat, of which a few at once are tolerated."""
LOOK_SECONDS = 15.0
"""How often it looks for what nobody rang for."""
TAKEN_TOGETHER = int(BURST)
"""As many letters are waited for by a sender that has just begun all that it could, unless something rings; and of
notices no more are taken up at once."""
PAUSE_SECONDS_MIN = 1.0
PAUSE_SECONDS_MAX = 60.0

log = structlog.get_logger()


class _BeganToRest(Exception):
    """The channel wants nothing for a while."""


class Sender:
    """Sends what a business says by one channel. There is one for each at a time.

    Those of a business that have a ``desk`` in common share what looks and notes cost.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        carrier: Carrier,
        *,
        tenant_id: UUID,
        timing: Timing | None = None,
        desk: Desk | None = None,
    ) -> None:
        self._timing = timing or MachineTiming()
        self._clock = clock
        self._desk = desk or Desk(database, clock, tenant_id)
        self._carrier = carrier
        self._tenant_id = tenant_id
        self._wake = asyncio.Event()
        self._stop = asyncio.Event()
        self._is_rung = False
        self._is_more = False
        self._is_all = False
        self._may_have_problem = True
        self._is_well = False
        self._failures = 0
        self._failing_since = 0.0
        self._rests_until = self._timing.seconds()
        self._notice: asyncio.Task[None] | None = None
        self._letters: set[asyncio.Task[None]] = set()
        self._pace = Pace(
            per_second=carrier.per_second,
            burst=BURST,
            chat_per_second=CHAT_PER_SECOND,
            chat_burst=CHAT_BURST,
            at=self._timing.seconds(),
        )

    def wake(self) -> None:
        """Look at once: something was left."""
        self._is_rung = True
        self._wake.set()

    def stop(self) -> None:
        """Begin nothing more: ``run`` returns when what is being sent has been written down."""
        self._stop.set()
        self._wake.set()

    async def run(self) -> None:
        """Send until ``stop``. To cancel it instead may send a notice twice, and loses letters that are in flight."""
        async with self._desk.tx() as tx:
            interrupted = await put_back_interrupted(tx, self._carrier.channel)
            rests_until = await self._carrier.rests_until(tx)
        if rests_until is not None:
            seconds = (rests_until - self._clock.now()).total_seconds()
            self._rests_until = max(self._rests_until, self._timing.seconds() + seconds)
        if interrupted.again or interrupted.unknown:
            log.warning(
                "messages_interrupted",
                tenant_id=str(self._tenant_id),
                channel=self._carrier.channel,
                again=interrupted.again,
                unknown=interrupted.unknown,
            )
        try:
            while not self._stop.is_set():
                self._wake.clear()
                seconds = await self._send_what_may_go()
                if seconds > 0 and not self._stop.is_set():
                    await self._timing.wait(self._wake, seconds)
                self._raise_failed()
        except asyncio.CancelledError:
            for task in self._in_flight:
                task.cancel()
            raise
        finally:
            await asyncio.gather(*self._in_flight, return_exceptions=True)
            self._notice = None
            self._letters.clear()

    @property
    def in_flight(self) -> int:
        """How many messages are on their way now."""
        return len(self._in_flight)

    @property
    def _in_flight(self) -> set[asyncio.Task[None]]:
        return self._letters if self._notice is None else self._letters | {self._notice}

    async def _send_what_may_go(self) -> float:
        """Begin to send what may go now; return how long to rest before looking again, unless woken."""
        now = self._timing.seconds()
        together = TAKEN_TOGETHER if self._is_more and not self._is_rung else 1
        if (seconds := max(self._rests_until - now, self._pace.wait_seconds(now, together))) > 0:
            return seconds
        self._is_rung = False
        try:
            taken = await self._take(now)
        except _BeganToRest:
            return max(self._rests_until - self._timing.seconds(), 0.0)
        notices = [one for one in taken if one[0].purpose == "transactional"]
        for message, _ in taken:
            self._pace.sent(message.address, now)
        if notices:
            self._notice = asyncio.create_task(self._send_in_turn(notices))
            self._notice.add_done_callback(self._landed)
        for message, composed in taken[len(notices) :]:
            task = asyncio.create_task(self._send(message, composed))
            task.add_done_callback(self._landed)
            self._letters.add(task)
        if taken and not self._is_all:
            return 0.0
        return self._pace.next_chat_seconds(self._timing.seconds()) or LOOK_SECONDS

    async def _take(self, now: float) -> Sequence[tuple[Outgoing, Composed]]:
        """Take up what may go at ``now``, worded.

        :raises _BeganToRest: one that was in flight has come to that in between, and nothing is taken
        """
        self._is_all = False
        count = self._pace.count(now)
        notices_max = min(TAKEN_TOGETHER, count) if self._notice is None else 0
        letters_max = min(self._carrier.in_flight_max - len(self._letters), count)
        wanted = Wanted(
            self._carrier.channel,
            notices_max,
            letters_max,
            app_url=self._carrier.app_url,
            busy_chats=lambda: self._pace.busy_chats(now),
            rests=lambda: self._rests_until > now,
        )
        await self._desk.take(wanted)
        if wanted.taken is None:
            raise _BeganToRest
        self._is_more = 0 < letters_max == len(wanted.taken)
        self._is_all = wanted.is_all
        return wanted.taken

    async def _send_in_turn(self, notices: Sequence[tuple[Outgoing, Composed]]) -> None:
        """Send one after the other; once the channel rests, or the sender is to stop, the others wait again."""
        for number, (message, composed) in enumerate(notices):
            if number and (self._stop.is_set() or self._rests_until > self._timing.seconds()):
                async with self._desk.tx() as tx:
                    await put_back(tx, [each for each, _ in notices[number:]])
                return
            await self._send(message, composed)

    async def _send(self, message: Outgoing, composed: Composed) -> None:
        result = await self._carrier.carry(message, composed)
        down_seconds = self._timing.seconds() - self._failing_since if self._failures else 0.0
        # Before it is written down: from then on it may be taken up again.
        self._rest_after(message, result)
        if isinstance(result, Sent):
            self._is_well = True
            await self._desk.note(Noted(Arrived(message, result, composed.said), self._note_well))
            return
        async with self._desk.tx() as tx:
            comes_to = await self._of_the_channel(tx, message, result, down_seconds)
            await finish(tx, message, comes_to, said=composed.said)
            await self._note(tx, result)
        # It may wait again, and the channel may rest.
        self._wake.set()

    async def _note_well(self, tx: Tx) -> None:
        # Not if something has gone wrong since one of these went out.
        if self._may_have_problem and self._is_well:
            await self._carrier.note_well(tx)
            self._may_have_problem = False

    async def _of_the_channel(self, tx: Tx, message: Outgoing, result: Result, down_seconds: float) -> Result:
        """Return what a result comes to for a message, of a channel that has taken nothing for ``down_seconds``."""
        if not isinstance(result, Failing) or not down_seconds:
            return result
        patience = timedelta(minutes=(await get_rules(tx)).move_on_minutes)
        if message.route and down_seconds >= patience.total_seconds():
            return Refused(result.reason)
        return Wait(0)

    def _landed(self, task: asyncio.Task[None]) -> None:
        """Look again where what has landed may have kept something from being taken up."""
        if task.cancelled() or task.exception() is not None:
            self._wake.set()
            return
        if not self._is_all and (self._notice is task or len(self._letters) >= self._carrier.in_flight_max):
            self._wake.set()
        if self._notice is task:
            self._notice = None
        self._letters.discard(task)

    def _raise_failed(self) -> None:
        """Raise what went wrong in one that was sent: what is left marked is settled when the sender begins anew."""
        for task in list(self._in_flight):
            if task.done():
                self._notice = None if self._notice is task else self._notice
                self._letters.discard(task)
                task.result()

    async def _note(self, tx: Tx, result: Result) -> None:
        problem = result.problem if isinstance(result, Wait) else ""
        if isinstance(result, Wait):
            await self._carrier.note_rest(tx, self._clock.now() + timedelta(seconds=result.seconds))
        if isinstance(result, Failing | Refused | Unsure):
            problem = result.reason
        if problem:
            log.warning(
                "message_not_sent",
                tenant_id=str(self._tenant_id),
                channel=self._carrier.channel,
                problem=problem,
            )
            await self._carrier.note_problem(tx, problem)
            self._may_have_problem, self._is_well = True, False

    def _rest_after(self, message: Outgoing, result: Result) -> None:
        """Rest as long as was told, or longer each time something fails; of several in flight one counts.

        What failed is passed over for as long again, so that one that always fails does not stand before all others.
        """
        now = self._timing.seconds()
        seconds = 0.0
        if isinstance(result, Wait):
            seconds = result.seconds
        elif not isinstance(result, Failing | Unsure):
            self._failures = 0
        else:
            self._failing_since = self._failing_since if self._failures else now
            self._failures += now >= self._rests_until
            seconds = min(PAUSE_SECONDS_MIN * 2.0 ** (self._failures - 1), PAUSE_SECONDS_MAX)
            self._pace.hold(message.address, now + 2 * seconds)
        self._rests_until = max(self._rests_until, now + seconds)
