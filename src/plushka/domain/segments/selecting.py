"""Members of an audience, told by PostgreSQL: the second interpreter of ``engine/audience``."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from plushka.domain.businesses.queries import get_business
from plushka.domain.segments.cards import Needed, asks_for_stamps, read_needed
from plushka.domain.segments.conditions.leaves import asked
from plushka.domain.segments.conditions.nesting import bound, combined, is_dear, leaves_of
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
    """Have PostgreSQL run a statement of ``selected`` in one process, and look nothing up one by one meanwhile.

    After a business was loaded it believes in a handful of rows, and would group all purchases anew for each member.
    Of the processes that share a statement each would group all of them for itself: none is sooner done, and tills lack
    the processor.
    """
    await tx.execute("set local enable_nestloop = off; set local max_parallel_workers_per_gather = 0")
    yield
    await tx.execute(
        "set local enable_nestloop to default; set local max_parallel_workers_per_gather to default"
    )


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


_HERE = "m.tenant_id = $1 and m.merged_into is null and m.erased_at is null"


def _statement(
    audience: Audience, args: list[Any], today: Today, definitions: Definitions, needed: Needed
) -> str:
    def begun(still_open: str = "") -> Query:
        return Query(args, today, definitions, needed, compiled, still_open=still_open)

    def compiled(other: Audience) -> str:
        return _statement(other, args, today, definitions, needed)

    most, least = bound(audience, most=True), bound(audience, most=False)
    query = begun()
    if most == least or (isinstance(most, bool) and isinstance(least, bool)):
        wanted = combined(audience, lambda leaf: asked(leaf, query))
        return f"select m.id as member_id from members m{query.joins} where {_HERE} and {wanted}"  # noqa: S608  composed of fixed parts

    # What is dear is asked of those alone of whom all else does not tell yet whether they are in the audience.
    told = {leaf: f"m.c{n}" for n, leaf in enumerate(dict.fromkeys(leaves_of(audience))) if not is_dear(leaf)}
    columns = ", ".join(f"{asked(leaf, query)} as {name.removeprefix('m.')}" for leaf, name in told.items())
    possible = "" if isinstance(most, bool) else f" and {combined(most, lambda leaf: asked(leaf, query))}"
    certain = "" if isinstance(least, bool) else f" where not {combined(least, told.__getitem__)}"
    rest = begun(f"select m.id from known m{certain}")  # noqa: S608
    wanted = combined(audience, lambda leaf: told.get(leaf) or asked(leaf, rest))
    return (
        f"with known as materialized (select m.id, {columns} from members m{query.joins} where {_HERE}{possible})"  # noqa: S608
        f" select m.id as member_id from known m{rest.joins} where {wanted}"
    )
