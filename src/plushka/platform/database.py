"""The one door to PostgreSQL: a pool, and transactions that know whose, who and when.

A delivery opens the transaction and passes it down; nothing below opens one. ``tenant_id`` stands
explicitly in every statement, and row-level security, switched on by ``plushka.tenant_id``, is the
second lock behind it. (``Tx.copy`` says what stands in its place where PostgreSQL has none.)
"""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from plushka.platform.postgres.priority import give_way
from plushka.platform.vault import Vault

Connection = asyncpg.Connection | PoolConnectionProxy

ACQUIRE_TIMEOUT_SECONDS = 10
"""How long a request waits for a connection before it is told to come again."""
ASIDE_ACQUIRE_TIMEOUT_SECONDS = 30
ASIDE_STATEMENT_SECONDS_MAX = 60
APPLICATION_ROLE = "plushka_app"
"""Owns nothing: may not edit the journal, and sees only the rows of the tenant of its transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalTx:
    """An open transaction outside of any tenant, for the few tables that come before one: accounts, sessions.

    ``actor`` is ``kind:id``, as in ``staff:0192…``, ``till:0192…``, ``job:expire`` or ``operator:cli``;
    every audited write stores it, with the network ``address`` it came from. ``at`` is the moment of the
    request: statements take it as a parameter and never call the database's clock.
    """

    connection: Connection
    actor: str
    at: datetime
    address: str | None = None

    async def fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        return await self.connection.fetch(sql, *args)

    async def fetchrow(self, sql: str, *args: Any) -> asyncpg.Record | None:
        return await self.connection.fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        return await self.connection.fetchval(sql, *args)

    async def execute(self, sql: str, *args: Any) -> str:
        return await self.connection.execute(sql, *args)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tx(GlobalTx):
    """An open transaction of one tenant: the rows of all others do not exist in it."""

    tenant_id: UUID
    branch_ids: frozenset[UUID] = frozenset()
    """The branches that the actor is restricted to; none: all of them."""
    vault: Vault | None = None
    known: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """What all that is done in the transaction asks for, read once; whoever changes it takes it out."""

    def fingerprint(self, text: str) -> bytes:
        """Return by what ``text`` is known again in this business and in no other, without being kept."""
        if self.vault is None:
            raise RuntimeError("this process was given no key to know anybody by")
        return self.vault.fingerprint(f"{self.tenant_id} {text}")

    async def restrict_reading(self) -> None:
        """Hide the receipts and tills of branches that the actor is kept from, as in a transaction for reading."""
        await self.execute(
            """
            -- database.restrict_reading
            select set_config('plushka.branch_ids', $1, true)
            """,
            ",".join(map(str, self.branch_ids)),
        )

    async def copy(self, table: str, *, columns: Sequence[str], records: Iterable[Sequence[Any]]) -> None:
        """Append rows of the tenant to ``table`` through ``COPY``, the fastest way in.

        PostgreSQL refuses ``COPY`` under row-level security, so the owner of the tables does it, for this one
        statement. What the second lock would have caught cannot be said here: ``columns`` leave ``tenant_id``
        out, and every row is given the one of the transaction.
        """
        await self.connection.execute("set local role none")
        of_tenant = ((self.tenant_id, *record) for record in records)
        await self.connection.copy_records_to_table(table, columns=["tenant_id", *columns], records=of_tenant)
        await self.connection.execute(f"set local role {APPLICATION_ROLE}")


class Database:
    """A pool of connections as the application's role; ``dsn`` is where it leads, for processes beside this one."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        dsn: str,
        vault: Vault | None = None,
        *,
        acquire_seconds: float = ACQUIRE_TIMEOUT_SECONDS,
    ) -> None:
        self.dsn = dsn
        self._pool = pool
        self._vault = vault
        self._acquire_seconds = acquire_seconds

    @classmethod
    async def connect(cls, dsn: str, *, connections_max: int, vault: Vault | None = None) -> "Database":
        """Open the pool. Who enrols members has the installation's ``vault``."""
        pool = await asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=connections_max,
            server_settings={"role": APPLICATION_ROLE, "timezone": "UTC", "application_name": "plushka"},
            reset=_leave_as_it_is,
        )
        return cls(pool, dsn, vault)

    @classmethod
    async def connect_aside(
        cls,
        dsn: str,
        *,
        connections_max: int,
        niceness: int,
        statement_seconds_max: int | None = ASIDE_STATEMENT_SECONDS_MAX,
    ) -> "Database":
        """Open a pool for work that gives way to tills; nothing is opened before it is needed.

        So much of it goes on at once as there are connections, the rest waits. A statement has one processor, and by
        its ``niceness`` less of it than others, where PostgreSQL is on this machine.
        """
        settings = {
            "role": APPLICATION_ROLE,
            "timezone": "UTC",
            "application_name": "plushka aside",
            "max_parallel_workers_per_gather": "0",
            "statement_timeout": str((statement_seconds_max or 0) * 1000),
        }
        pool = await asyncpg.create_pool(
            dsn,
            min_size=0,
            max_size=connections_max,
            server_settings=settings,
            init=partial(give_way, niceness=niceness),
            reset=_leave_as_it_is,
        )
        return cls(pool, dsn, acquire_seconds=ASIDE_ACQUIRE_TIMEOUT_SECONDS)

    async def close(self) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def transaction(
        self,
        tenant_id: UUID,
        *,
        actor: str,
        at: datetime,
        address: str | None = None,
        branch_ids: Collection[UUID] = (),
        read_only: bool = False,
        one_moment: bool = False,
        plans_once: bool = False,
    ) -> AsyncIterator[Tx]:
        """Open a transaction on the rows of one tenant; commit at the end, roll back on any exception.

        With ``branch_ids`` the receipts and tills of other branches do not exist for it either while it is
        ``read_only``: a change must see all that it concerns. With ``one_moment`` all its statements see the
        data as of its first one, however long it takes. With ``plans_once`` a statement is planned when its
        connection first meets it, and not each time for the values that it has: for what is done thousands of times
        by rows that are named, where to plan takes longer than to do it.
        """
        isolation = "repeatable read" if one_moment else "read committed"
        access = "read only" if read_only else "read write"
        begin = f"begin isolation level {isolation}, {access}; set local plushka.tenant_id = '{tenant_id}'"
        if branch_ids and read_only:
            begin += f"; set local plushka.branch_ids = '{','.join(map(str, branch_ids))}'"
        if plans_once:
            begin += "; set local plan_cache_mode = force_generic_plan"
        async with self._begun(begin) as connection:
            yield Tx(
                connection=connection,
                tenant_id=tenant_id,
                actor=actor,
                at=at,
                address=address,
                branch_ids=frozenset(branch_ids),
                vault=self._vault,
            )

    @asynccontextmanager
    async def global_transaction(
        self, *, actor: str, at: datetime, address: str | None = None, account_id: UUID | None = None
    ) -> AsyncIterator[GlobalTx]:
        """Open a transaction before a tenant is known.

        It sees no row of any tenant but the staff rows of ``account_id``.
        """
        begin = "begin" if account_id is None else f"begin; set local plushka.account_id = '{account_id}'"
        async with self._begun(begin) as connection:
            yield GlobalTx(connection=connection, actor=actor, at=at, address=address)

    @asynccontextmanager
    async def _begun(self, begin: str) -> AsyncIterator[Connection]:
        """Open a transaction by ``begin``, which sets whose it is in the same round trip; ids are ``UUID`` objects.

        A connection that does not come free in time is refused as one that is not there.
        """
        async with self._pool.acquire(timeout=self._acquire_seconds) as connection:
            await connection.execute(begin)
            try:
                yield connection
            except BaseException:
                if not connection.is_closed():
                    await connection.execute("rollback")
                raise
            # A statement failed and its error was caught: PostgreSQL would pass the rollback off as a commit.
            if await connection.execute("commit") != "COMMIT":
                raise asyncpg.InFailedSQLTransactionError("nothing was committed: a statement had failed")


async def _leave_as_it_is(connection: Connection) -> None:
    """Reset nothing between uses: all that is ever set ends with its transaction, which asyncpg rolls back if open."""
