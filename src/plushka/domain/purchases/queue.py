"""Commits gathered into batches: group commit for purchases.

There is no timer: what arrives while batches are being booked is the next batch, so a lone purchase waits for
nothing and a crowd shares one transaction (a window of 2 to 5 ms only lost in measurements).
"""

import asyncio
from collections import deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from plushka.domain.purchases.commit import Answer, commit_batch
from plushka.domain.purchases.model import Caller, Committed, MemberBusy, Purchase, QueueFull, Receipt
from plushka.domain.purchases.reference import Reference
from plushka.domain.purchases.situation import Item
from plushka.platform.clock import Clock
from plushka.platform.database import Database, Tx
from plushka.platform.errors import Refusal

BATCH_SIZE_MAX = 128
WRITERS = 2
"""Batches booked at the same moment: while one waits for the disk, the other is decided.

Where several processes serve, one in each does: two would halve the batches, at a third more work a purchase.
"""

WAITING_MAX = 10_000
"""Purchases that may wait in one process, for a database that is slow or away; more are told to come again."""
WAITING_OF_BUSINESS_MAX = WAITING_MAX // 2
"""Of these, one business's: it leaves room for the others."""
RETRY_AFTER_SECONDS = 2


@dataclass(slots=True)
class _Waiting:
    item: Item
    answer: asyncio.Future[Answer]
    keys: frozenset[Hashable] = field(init=False)
    """What may be in flight only once: the member, and the receipt's number."""

    def __post_init__(self) -> None:
        purchase = self.item.purchase
        number = (self.item.caller.till_id, purchase.external_id)
        self.keys = frozenset({number} if purchase.member is None else {number, purchase.member})


class Witness(Protocol):
    """Is told what was booked: in the transaction that books it, and once that has committed."""

    async def note_purchases(self, tx: Tx, receipts: Sequence[Receipt]) -> bool:
        """Return whether ``committed`` is to follow."""
        ...

    def committed(self, tenant_id: UUID) -> None: ...


class PurchaseQueue:
    """One per process. Purchases of one member are booked in the order in which they came."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        reference: Reference | None = None,
        *,
        writers: int = WRITERS,
        witness: Witness | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self.reference = reference or Reference()
        self._waiting: dict[UUID, deque[_Waiting]] = {}
        self._in_flight: dict[UUID, set[Hashable]] = {}
        self._wake = asyncio.Event()
        self._is_stopping = False
        self._writers_count = writers
        self._witness = witness
        self._writers: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self._writers = [asyncio.create_task(self._write()) for _ in range(self._writers_count)]

    async def stop(self) -> None:
        """Stop after the batches in flight; what still waits was never acknowledged and is cancelled."""
        self._is_stopping = True
        self._wake.set()
        await asyncio.gather(*self._writers)
        for waiting in self._waiting.values():
            for one in waiting:
                one.answer.cancel()

    async def commit(self, caller: Caller, purchase: Purchase) -> Committed:
        """Book a purchase; safe to repeat (S7).

        :raises Refusal: why it was not booked
        :raises QueueFull: it was not even taken: too many wait
        """
        self._make_room(caller.tenant_id, 1)
        answer = await self._enqueue(caller, purchase)
        if isinstance(answer, Refusal):
            raise answer
        return answer

    async def commit_many(self, caller: Caller, purchases: Sequence[Purchase]) -> list[Answer | Exception]:
        """Book purchases of a till that was offline; each is answered on its own, in order, a failure by itself.

        :raises QueueFull: none of them was taken: too many wait
        """
        self._make_room(caller.tenant_id, len(purchases))
        waiting = [self._enqueue(caller, purchase) for purchase in purchases]
        answers: list[Answer | Exception] = []
        for answer in await asyncio.gather(*waiting, return_exceptions=True):
            if not isinstance(answer, Committed | Exception):
                raise answer
            answers.append(answer)
        return answers

    def _make_room(self, tenant_id: UUID, count: int) -> None:
        own = len(self._waiting.get(tenant_id, ())) + count
        if own > WAITING_OF_BUSINESS_MAX or sum(map(len, self._waiting.values())) + count > WAITING_MAX:
            raise QueueFull("too many purchases wait", retry_after_seconds=RETRY_AFTER_SECONDS)

    def _enqueue(self, caller: Caller, purchase: Purchase) -> asyncio.Future[Answer]:
        waiting = _Waiting(Item(caller, purchase), asyncio.get_running_loop().create_future())
        self._waiting.setdefault(caller.tenant_id, deque()).append(waiting)
        self._wake.set()
        return waiting.answer

    async def _write(self) -> None:
        while not self._is_stopping:
            tenant_id, batch = self._next_batch()
            if tenant_id is None:
                self._wake.clear()
                await self._wake.wait()
            else:
                await self._book(tenant_id, batch)

    def _next_batch(self) -> tuple[UUID | None, list[_Waiting]]:
        """Take what may be booked together of the tenant whose turn it is; the tenant goes to the end of the line."""
        for tenant_id in list(self._waiting):
            waiting = self._waiting.pop(tenant_id)
            busy = set(self._in_flight.setdefault(tenant_id, set()))
            batch: list[_Waiting] = []
            left: deque[_Waiting] = deque()
            for one in waiting:
                if len(batch) < BATCH_SIZE_MAX and busy.isdisjoint(one.keys):
                    batch.append(one)
                else:
                    left.append(one)
                busy |= one.keys
            if left:
                self._waiting[tenant_id] = left
            if batch:
                self._in_flight[tenant_id].update(*(one.keys for one in batch))
                return tenant_id, batch
        return None, []

    async def _book(self, tenant_id: UUID, batch: Sequence[_Waiting]) -> None:
        try:
            await self._answer(tenant_id, batch)
        finally:
            in_flight = self._in_flight[tenant_id]
            in_flight.difference_update(*(one.keys for one in batch))
            if not in_flight:
                del self._in_flight[tenant_id]
            self._wake.set()

    async def _answer(self, tenant_id: UUID, batch: Sequence[_Waiting]) -> None:
        try:
            answers = await self._commit(tenant_id, [one.item for one in batch])
        except Exception as failure:  # noqa: BLE001  the waiting request re-raises it
            await self._answer_alone(tenant_id, batch, failure)
            return
        for one, answer in zip(batch, answers, strict=True):
            if isinstance(answer, MemberBusy):
                self._waiting.setdefault(tenant_id, deque()).appendleft(one)
            elif not one.answer.done():
                one.answer.set_result(answer)

    async def _answer_alone(self, tenant_id: UUID, batch: Sequence[_Waiting], failure: Exception) -> None:
        """Find the poison: book each purchase of a failed batch alone, so that only the bad one fails."""
        if len(batch) == 1:
            if not batch[0].answer.done():
                batch[0].answer.set_exception(failure)
            return
        for one in batch:
            await self._answer(tenant_id, [one])

    async def _commit(self, tenant_id: UUID, items: Sequence[Item]) -> list[Answer]:
        is_to_be_told = False
        # Each statement has one possible plan (0051).
        async with self._database.transaction(
            tenant_id, actor="job:purchases", at=self._clock.now(), plans_once=True
        ) as tx:
            answers = await commit_batch(tx, self.reference, items)
            if self._witness is not None:
                booked = [
                    answer.receipt
                    for answer in answers
                    if isinstance(answer, Committed) and not answer.is_repeat
                ]
                is_to_be_told = await self._witness.note_purchases(tx, booked)
        if self._witness is not None and is_to_be_told:
            self._witness.committed(tenant_id)
        return answers
