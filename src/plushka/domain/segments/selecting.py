"""Members of an audience, told by PostgreSQL: the second interpreter of ``engine/audience``."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from plushka.domain.businesses.queries import get_business
from plushka.domain.segments.cards import Needed, asks_for_stamps, read_needed
from plushka.domain.segments.conditions.leaves import condition
from plushka.domain.segments.conditions.query import Query, Today
from plushka.domain.segments.definitions import Definitions, read_definitions
from plushka.engine.audience import Audience
from plushka.platform.database import Tx


async def selected(tx: Tx, audience: Audience, args: list[Any]) -> str:
    """Return a subquery of the audience's members, with one column ``member_id``, each once.

    ``args[0]`` is the tenant's id already; values are appended. Merged and erased members are in no audience.
    The statement that it becomes a part of is to run within ``hashing``.
    """
    business = await get_business(tx)
    definitions = await read_definitions(tx, audience)
    needed = await read_needed(tx) if asks_for_stamps((audience, *definitions.values())) else {}
    today = Today(tx.at, business.time_zone, business.language)
    return _statement(audience, args, today, definitions, needed)


@asynccontextmanager
async def hashing(tx: Tx) -> AsyncIterator[None]:
    """Keep PostgreSQL from looking things up one by one while a statement of ``selected`` runs.

    After a business was loaded it believes in a handful of rows, and would group all purchases anew for each member.
    """
    await tx.execute("set local enable_nestloop = off")
    yield
    await tx.execute("set local enable_nestloop = on")


async def count_members(tx: Tx, audience: Audience) -> int:
    """Return how many members the audience has."""
    args: list[Any] = [tx.tenant_id]
    members = await selected(tx, audience, args)
    async with hashing(tx):
        count: int = await tx.fetchval(
            f"""
            -- segments.count_members
            select count(*) from ({members}) as chosen
            """,  # noqa: S608  composed of fixed parts
            *args,
        )
    return count


async def list_members(tx: Tx, audience: Audience, limit: int | None = None) -> list[UUID]:
    """Return the audience's members, or the first ``limit`` of them in the order of their ids."""
    args: list[Any] = [tx.tenant_id]
    members = await selected(tx, audience, args)
    args.append(limit)
    async with hashing(tx):
        rows = await tx.fetch(
            f"""
            -- segments.list_members
            select member_id from ({members}) as chosen order by member_id limit ${len(args)}
            """,  # noqa: S608  composed of fixed parts
            *args,
        )
    return [row["member_id"] for row in rows]


def _statement(
    audience: Audience, args: list[Any], today: Today, definitions: Definitions, needed: Needed
) -> str:
    query = Query(
        args, today, definitions, needed, lambda other: _statement(other, args, today, definitions, needed)
    )
    asked = condition(audience, query)
    return (
        f"select m.id as member_id from members m{query.joins}"  # noqa: S608  composed of fixed parts
        f" where m.tenant_id = $1 and m.merged_into is null and m.erased_at is null and {asked}"
    )
