"""Where the senders of a business take up what they are to send, and note what was sent: together.

What they ask for in the same turn of the event loop, or while something else is written, shares a transaction and its
statements, of whatever channels it is. What one of them asks for and cannot have fails by itself.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from uuid import UUID
from weakref import WeakValueDictionary

from plushka.delivery.sending.gathering import Gathering
from plushka.domain.messages.composing import Composed, compose
from plushka.domain.messages.finishing import Arrived, finish_sent
from plushka.domain.messages.model import Channel, Outgoing
from plushka.domain.messages.taking import Asking, Look, put_back, take_next
from plushka.platform.clock import Clock
from plushka.platform.database import Database, Tx


@dataclass(slots=True)
class Wanted:
    """What a sender may begin to send now by its ``channel``, and what it was given.

    ``busy_chats`` are passed over. ``taken`` stays None, and nothing is taken up, if the channel ``rests`` by then.
    ``is_all``: nothing else is due.
    """

    channel: Channel
    notices_max: int
    letters_max: int
    app_url: str
    busy_chats: Callable[[], Collection[str]]
    rests: Callable[[], bool]
    taken: Sequence[tuple[Outgoing, Composed]] | None = None
    is_all: bool = False
    is_given_up: bool = False


@dataclass(frozen=True, slots=True)
class Noted:
    """A message that was handed over, and what else there is to note of its channel then."""

    arrived: Arrived
    note_channel: Callable[[Tx], Awaitable[None]]


class Desk:
    """One for all bots of a business that a process keeps, and one for all its gateways."""

    def __init__(self, database: Database, clock: Clock, tenant_id: UUID) -> None:
        self._database = database
        self._clock = clock
        self._tenant_id = tenant_id
        self._taking = Gathering(self._take)
        self._noting = Gathering(self._note)

    def tx(self) -> AbstractAsyncContextManager[Tx]:
        """Open a transaction, for what is done alone."""
        return self._database.transaction(
            self._tenant_id, actor="job:messages", at=self._clock.now(), plans_once=True
        )

    async def take(self, wanted: Wanted) -> None:
        """Take up, worded, what is wanted; for who is cancelled meanwhile nothing."""
        try:
            await self._taking.add(wanted)
        except asyncio.CancelledError:
            wanted.is_given_up = True
            raise

    async def note(self, noted: Noted) -> None:
        """Return when it is written down that a message was handed over."""
        await self._noting.add(noted)

    async def _take(self, wanted: Sequence[Wanted]) -> None:
        async with self.tx() as tx:
            asked = [
                Asking(one.channel, one.notices_max, one.letters_max, one.busy_chats()) for one in wanted
            ]
            looks = await take_next(tx, asked)
            taken = await self._worded(tx, wanted, looks)
            goes = [not (one.is_given_up or one.rests()) for one in wanted]
            left = [own for own, one_goes in zip(taken, goes, strict=True) if not one_goes]
            await put_back(tx, [message for own in left for message, _ in own])
        for one, own, look, one_goes in zip(wanted, taken, looks, goes, strict=True):
            if one_goes:
                one.taken, one.is_all = own, look.is_all

    async def _worded(
        self, tx: Tx, wanted: Sequence[Wanted], looks: Sequence[Look]
    ) -> list[list[tuple[Outgoing, Composed]]]:
        """Return what was taken up with its words, by who wanted it; what cannot be said is left out."""
        by_url: dict[str, list[Outgoing]] = {}
        for one, look in zip(wanted, looks, strict=True):
            by_url.setdefault(one.app_url, []).extend(look.taken)
        worded: dict[UUID, Composed] = {}
        for app_url, messages in by_url.items():
            worded |= {message.id: told for message, told in await compose(tx, messages, app_url=app_url)}
        return [
            [(message, worded[message.id]) for message in look.taken if message.id in worded]
            for look in looks
        ]

    async def _note(self, noted: Sequence[Noted]) -> None:
        async with self.tx() as tx:
            await finish_sent(tx, [one.arrived for one in noted])
            for note_channel in dict.fromkeys(one.note_channel for one in noted):
                await note_channel(tx)


class Desks:
    """The desks of businesses, each for as long as somebody works at it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._at_work = WeakValueDictionary[UUID, Desk]()

    def of(self, tenant_id: UUID) -> Desk:
        """Return the one of a business."""
        desk = self._at_work.get(tenant_id)
        if desk is None:
            desk = self._at_work[tenant_id] = Desk(self._database, self._clock, tenant_id)
        return desk
