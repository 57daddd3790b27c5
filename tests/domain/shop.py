"""A coffee shop with a programme, a till and its members: what tests of purchases begin with."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from plushka.delivery.jobs.verification import LAWS
from plushka.domain.businesses.branches import open_branch
from plushka.domain.businesses.operations import found_business
from plushka.domain.ledger.model import WalletView
from plushka.domain.ledger.queries import get_wallet
from plushka.domain.ledger.verify import Difference, check
from plushka.domain.members.model import Identity
from plushka.domain.programs.operations import create_program, enroll, publish
from plushka.domain.purchases.model import Caller, Committed, Purchase, PurchaseLine
from plushka.domain.purchases.queue import PurchaseQueue
from plushka.domain.purchases.reference import Reference
from plushka.domain.staff.operations import set_up_till
from plushka.engine.program import Program
from plushka.platform.clock import Clock
from plushka.platform.database import Database, Tx
from plushka.platform.ids import new_id


@dataclass
class Shop:
    """The business under test, on its own database, at the clock's time."""

    database: Database
    clock: Clock
    caller: Caller
    program_id: UUID
    reference: Reference
    queue: PurchaseQueue

    @asynccontextmanager
    async def tx(self) -> AsyncIterator[Tx]:
        async with self.database.transaction(
            self.caller.tenant_id, actor="test:shop", at=self.clock.now()
        ) as tx:
            yield tx

    async def enroll(self, phone: str = "+79990000001") -> UUID:
        async with self.tx() as tx:
            return (await enroll(tx, name="Аня", identities=[Identity("phone", phone)])).id

    async def publish(self, program: Program) -> None:
        async with self.tx() as tx:
            await publish(tx, program_id=self.program_id, program=program, valid_from=tx.at)

    async def buy(self, external_id: str, amount_minor: int, **purchase: Any) -> Committed:
        """Commit a receipt of one line through the queue."""
        return await self.queue.commit(self.caller, receipt(external_id, amount_minor, **purchase))

    async def wallet(self, member_id: UUID) -> WalletView:
        async with self.tx() as tx:
            return await get_wallet(tx, member_id=member_id, program_id=self.program_id)

    async def differences(self) -> tuple[Difference, ...]:
        async with self.tx() as tx:
            return (await check(tx, also=LAWS))[1]


async def until_it_waits(task: asyncio.Task[Any], tx: Tx) -> None:
    """Return when a task waits for what ``tx`` has locked, or has not waited and is done."""
    waits_for_us = """
        select exists (select from pg_locks where not granted and transactionid = pg_current_xact_id()::xid)
        from pg_sleep(0.01)
    """
    while not task.done() and not await tx.fetchval(waits_for_us):
        pass


def receipt(external_id: str, amount_minor: int, **purchase: Any) -> Purchase:
    """Return a purchase of coffee for ``amount_minor``; ``lines=(…)`` replaces it."""
    coffee = (PurchaseLine(sku="coffee", quantity_milli=1000, amount_minor=amount_minor),)
    return Purchase(**{"external_id": external_id, "lines": coffee, "currency": "RUB", **purchase})


@asynccontextmanager
async def open_shop(database: Database, clock: Clock, program: Program) -> AsyncIterator[Shop]:
    """Found a business in roubles with one branch in Moscow, and publish ``program``."""
    tenant_id = new_id()
    async with database.transaction(tenant_id, actor="test:shop", at=clock.now()) as tx:
        await found_business(
            tx, name="Кофейня Анны", currency="RUB", country="RU", language="ru", time_zone="Europe/Moscow"
        )
        branch = await open_branch(tx, code="arbat", name="Арбат", time_zone="Europe/Moscow")
        till = await set_up_till(tx, name="Касса 1", branch_id=branch.id)
        program_id = await create_program(tx, name=program.name)
        await publish(tx, program_id=program_id, program=program, valid_from=tx.at)
    queue = PurchaseQueue(database, clock)
    await queue.start()
    caller = Caller(tenant_id=tenant_id, till_id=till.id, branch="arbat")
    yield Shop(database, clock, caller, program_id, queue.reference, queue)
    await queue.stop()
