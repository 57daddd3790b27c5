"""Shares out members and receipts without a card, so that each share takes about as long."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from uuid import UUID

from msgspec import Struct

from plushka.domain.simulation.question import Question
from plushka.domain.simulation.reading import Members
from plushka.domain.simulation.setting import Span
from plushka.domain.simulation.strangers import Strangers
from plushka.platform.database import Tx

RECEIPTS_PER_SHARE = 2_000
SHARES = 250
"""As many shares as there are at most, about, however many receipts there are: each is a step that commits."""
WALLETS_PER_RECEIPT = 10
"""So many members without a receipt take as long as one receipt."""
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)
LONG_AGO, NEVER = datetime(1970, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Plan(Struct, frozen=True):
    """All shares of a question, and how many receipts they have together, about."""

    shares: tuple[Members | Strangers, ...]
    receipts: int


async def make_plan(tx: Tx, question: Question) -> Plan:
    """Share out what the question is about; every member and every receipt is in exactly one share."""
    span = question.span
    weights = await _list_weights(tx, question)
    strangers = await _count_strangers(tx, span)
    receipts = sum(receipts for _, receipts in weights) + strangers
    size = max(RECEIPTS_PER_SHARE, receipts // SHARES)
    shares: list[Members | Strangers] = [
        *_members(weights, size),
        *await _strangers(tx, span, strangers, size),
    ]
    return Plan(tuple(shares), receipts)


def _members(weights: Iterable[tuple[UUID, int]], size: int) -> Iterator[Members]:
    first, weight, last = FIRST, 0, None
    for member_id, receipts in weights:
        if last is not None and weight >= size * WALLETS_PER_RECEIPT:
            yield Members(first, last)
            first, weight = UUID(int=last.int + 1), 0
        weight += receipts * WALLETS_PER_RECEIPT + 1
        last = member_id
    yield Members(first, LAST)


async def _list_weights(tx: Tx, question: Question) -> list[tuple[UUID, int]]:
    """Return the members of the programme by id, each with about how many receipts."""
    rows = await tx.fetch(
        """
        -- simulation.list_weights
        with bought as (
            select r.member_id, count(*) as receipts from receipts r
            where r.tenant_id = $1 and r.member_id is not null and r.occurred_at >= $3 and r.occurred_at < $4
            group by r.member_id
        )
        select w.member_id, coalesce(b.receipts, 0) as receipts
        from wallets w left join bought b on b.member_id = w.member_id
        where w.tenant_id = $1 and w.program_id = $2 and w.moved_to is null
        order by w.member_id
        """,
        tx.tenant_id,
        question.program_id,
        question.span.start_at,
        question.span.until_at,
    )
    return [(row["member_id"], row["receipts"]) for row in rows]


async def _count_strangers(tx: Tx, span: Span) -> int:
    count: int = await tx.fetchval(
        """
        -- simulation.count_strangers
        select count(*) from receipts
        where tenant_id = $1 and member_id is null and occurred_at >= $2 and occurred_at < $3
        """,
        tx.tenant_id,
        span.start_at,
        span.until_at,
    )
    return count


async def _strangers(tx: Tx, span: Span, count: int, size: int) -> list[Strangers]:
    if not count:
        # Some may be told late, of days before the span.
        return [Strangers(LONG_AGO, NEVER)]
    rows = await tx.fetch(
        """
        -- simulation.list_bounds
        select occurred_at from (
            select occurred_at, row_number() over (order by occurred_at) as place from receipts
            where tenant_id = $1 and member_id is null and occurred_at >= $2 and occurred_at < $3
        ) as numbered
        where place % $4 = 0
        order by occurred_at
        """,
        tx.tenant_id,
        span.start_at,
        span.until_at,
        size,
    )
    bounds = sorted({LONG_AGO, *[row["occurred_at"] for row in rows], NEVER})
    return [Strangers(since, until) for since, until in pairwise(bounds)]
