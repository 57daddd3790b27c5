"""Shares out members and receipts without a card, so that each share takes about as long."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from plushka.domain.simulation.question import Question
from plushka.domain.simulation.reading import Members
from plushka.domain.simulation.strangers import Strangers
from plushka.platform.database import Tx

RECEIPTS_PER_SHARE = 2_000
SHARES = 250
"""As many shares as there are at most, about, however many receipts there are."""
WALLETS_PER_RECEIPT = 10
"""So many members without a receipt take as long as one receipt."""
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)
LONG_AGO, NEVER = datetime(1970, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


TENTHS = 10
"""In so many parts of equal number members are divided by what they spend."""


class Plan(Struct, frozen=True):
    """All shares of a question, and how many receipts each has, about.

    ``bounds``: what members of each tenth but the first spend at least, who bought within the span; ascending.
    """

    shares: tuple[Members | Strangers, ...]
    weights: tuple[int, ...]
    bounds: tuple[int, ...]

    @property
    def receipts(self) -> int:
        return sum(self.weights)


class Weight(NamedTuple):
    """A member with about how many receipts, and what they paid."""

    member_id: UUID
    receipts: int
    spent_minor: int


async def make_plan(tx: Tx, question: Question) -> Plan:
    """Share out what the question is about; every member and every receipt is in exactly one share."""
    weights = await _list_weights(tx, question)
    strangers = await _count_strangers(tx, question)
    receipts = sum(each.receipts for each in weights) + strangers
    size = max(RECEIPTS_PER_SHARE, receipts // SHARES)
    shares: list[tuple[Members | Strangers, int]] = [*_members(weights, size)]
    of_strangers = await _strangers(tx, question, strangers, size)
    shares += [(share, strangers // len(of_strangers)) for share in of_strangers]
    return Plan(
        shares=tuple(share for share, _ in shares),
        weights=tuple(weight for _, weight in shares),
        bounds=bounds_of(each.spent_minor for each in weights if each.receipts),
    )


def bounds_of(spent_minor: Iterable[int]) -> tuple[int, ...]:
    """Return the sums that divide members into tenths; none where nobody bought."""
    ascending = sorted(spent_minor)
    return (
        tuple(ascending[len(ascending) * tenth // TENTHS] for tenth in range(1, TENTHS)) if ascending else ()
    )


def _members(weights: Iterable[Weight], size: int) -> Iterator[tuple[Members, int]]:
    first, weight, receipts, last = FIRST, 0, 0, None
    for each in weights:
        if last is not None and weight >= size * WALLETS_PER_RECEIPT:
            yield Members(first, last), receipts
            first, weight, receipts = UUID(int=last.int + 1), 0, 0
        weight += each.receipts * WALLETS_PER_RECEIPT + 1
        receipts += each.receipts
        last = each.member_id
    yield Members(first, LAST), receipts


async def _list_weights(tx: Tx, question: Question) -> list[Weight]:
    """Return the members of the programme by id."""
    rows = await tx.fetch(
        """
        -- simulation.list_weights
        -- In one pass: with nothing known of tables just loaded, a join reads the receipts again for each member.
        select member_id, sum(receipts)::bigint as receipts, sum(spent_minor)::bigint as spent_minor
        from (
            select member_id, 0 as receipts, 0 as spent_minor, true as is_member from wallets
            where tenant_id = $1 and program_id = $2 and moved_to is null
            union all
            select member_id, 1, payable_minor - refunded_minor, false from receipts
            where tenant_id = $1 and member_id is not null and occurred_at >= $3 and occurred_at < $4
              and version_id = any(array(select id from program_versions where tenant_id = $1 and program_id = $2))
        ) as one
        group by member_id having bool_or(is_member) order by member_id
        """,
        tx.tenant_id,
        question.program_id,
        question.span.start_at,
        question.span.until_at,
    )
    return [Weight(*row) for row in rows]


async def _count_strangers(tx: Tx, question: Question) -> int:
    count: int = await tx.fetchval(
        """
        -- simulation.count_strangers
        select count(*) from receipts
        where tenant_id = $1 and member_id is null and occurred_at >= $3 and occurred_at < $4
          and version_id = any(array(select id from program_versions where tenant_id = $1 and program_id = $2))
        """,
        tx.tenant_id,
        question.program_id,
        question.span.start_at,
        question.span.until_at,
    )
    return count


async def _strangers(tx: Tx, question: Question, count: int, size: int) -> list[Strangers]:
    if not count:
        # Some may be told late, of days before the span.
        return [Strangers(LONG_AGO, NEVER)]
    rows = await tx.fetch(
        """
        -- simulation.list_bounds
        select occurred_at from (
            select occurred_at, row_number() over (order by occurred_at) as place from receipts
            where tenant_id = $1 and member_id is null and occurred_at >= $3 and occurred_at < $4
              and version_id = any(array(select id from program_versions where tenant_id = $1 and program_id = $2))
        ) as numbered
        where place % $5 = 0
        order by occurred_at
        """,
        tx.tenant_id,
        question.program_id,
        question.span.start_at,
        question.span.until_at,
        size,
    )
    bounds = sorted({LONG_AGO, *[row["occurred_at"] for row in rows], NEVER})
    return [Strangers(since, until) for since, until in pairwise(bounds)]
