"""Reading and writing stamps, many members at once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.rewards.model import StampRow
from plushka.engine.purchase import CardState
from plushka.engine.stamps import Stamps, Terms, fill
from plushka.platform.database import Tx

decode_terms = lru_cache(maxsize=4096)(msgspec.json.Decoder(Terms).decode)


@lru_cache(maxsize=4096)
def _encode_terms(terms: Terms) -> str:
    return msgspec.json.encode(terms).decode()


class NewStamps(Struct, frozen=True):
    """Stamps of a receipt that is booked now."""

    receipt_id: UUID
    member_id: UUID
    program_id: UUID
    card: str
    day: date
    count: int
    rewards: int
    terms: Terms


class Lowered(Struct, frozen=True):
    """What a return leaves of a receipt's stamps on a card."""

    card: str
    left: int
    rewards_left: int


async def list_stamps(tx: Tx, member_ids: Collection[UUID], *, program_id: UUID) -> list[StampRow]:
    """Return all that is left of members' stamps, by member and card, each in the order of their purchases."""
    rows = await tx.fetch(
        """
        -- rewards.list_stamps
        select wanted.member_id, found.*
        from unnest($3::uuid[]) as wanted (member_id) cross join lateral (
            select receipt_id, card_id, business_date, count_left, rewards_left, terms
            from stamps s
            where s.tenant_id = $1 and s.program_id = $2 and s.member_id = wanted.member_id
            order by card_id, business_date, receipt_id
        ) as found
        """,
        tx.tenant_id,
        program_id,
        list(member_ids),
    )
    return [
        StampRow(
            receipt_id=row["receipt_id"],
            member_id=row["member_id"],
            card=row["card_id"],
            day=row["business_date"],
            left=row["count_left"],
            rewards_left=row["rewards_left"],
            terms=decode_terms(row["terms"]),
        )
        for row in rows
    ]


async def list_states(
    tx: Tx, days: Mapping[UUID, date], *, program_id: UUID
) -> dict[UUID, dict[str, CardState]]:
    """Return where members stand on their cards, each as of the business day of a purchase."""
    states: dict[UUID, dict[str, CardState]] = {member_id: {} for member_id in days}
    rows = await list_stamps(tx, days, program_id=program_id)
    for (member_id, card), of_card in groupby(rows, key=lambda row: (row.member_id, row.card)):
        states[member_id][card] = state_of(list(of_card), days[member_id])
    return states


def state_of(rows: Sequence[StampRow], day: date) -> CardState:
    """Return where a member stands on one card, for a purchase of ``day``."""
    card = fill(Stamps(row.day, row.left, row.terms) for row in rows)
    return CardState(
        have=card.have,
        first_on=card.first_on,
        last_on=card.last_on,
        ends_on=card.ends_on,
        due=card.finished - sum([row.rewards_left for row in rows]),
        is_day_stamped=any(row.left and row.day == day for row in rows),
    )


def due_of(rows: Sequence[StampRow]) -> int:
    """Return how many rewards the cards of these stamps have earned and not given; below 0: given ahead."""
    finished = fill(Stamps(row.day, row.left, row.terms) for row in rows).finished
    return finished - sum(row.rewards_left for row in rows)


async def insert_stamps(tx: Tx, new: Sequence[NewStamps]) -> None:
    """Write what receipts are worth."""
    await tx.execute(
        """
        -- rewards.insert_stamps
        insert into stamps (
            tenant_id, receipt_id, member_id, program_id, card_id, business_date, count, count_left, rewards,
            rewards_left, terms
        )
        select $1, receipt_id, member_id, program_id, card_id, business_date, count, count, rewards, rewards,
               terms::json
        from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::date[], $7::bigint[], $8::integer[], $9::text[])
            as new (receipt_id, member_id, program_id, card_id, business_date, count, rewards, terms)
        """,
        tx.tenant_id,
        [one.receipt_id for one in new],
        [one.member_id for one in new],
        [one.program_id for one in new],
        [one.card for one in new],
        [one.day for one in new],
        [one.count for one in new],
        [one.rewards for one in new],
        [_encode_terms(one.terms) for one in new],
    )


async def lower_stamps(tx: Tx, receipt_id: UUID, lowered: Sequence[Lowered]) -> None:
    """Write what a return leaves of a receipt's stamps."""
    await tx.execute(
        """
        -- rewards.lower_stamps
        update stamps s set count_left = new.count_left, rewards_left = new.rewards_left
        from unnest($3::text[], $4::bigint[], $5::integer[]) as new (card_id, count_left, rewards_left)
        where s.tenant_id = $1 and s.receipt_id = $2 and s.card_id = new.card_id
        """,
        tx.tenant_id,
        receipt_id,
        [one.card for one in lowered],
        [one.left for one in lowered],
        [one.rewards_left for one in lowered],
    )


async def move_stamps(tx: Tx, source: UUID, target: UUID) -> None:
    """Let one member's stamps and gifts be another's."""
    for table in ("stamps", "rewards"):
        await tx.execute(
            f"""
            -- rewards.move_stamps
            update {table} set member_id = $3 where tenant_id = $1 and member_id = $2
            """,  # noqa: S608  constants
            tx.tenant_id,
            source,
            target,
        )


async def return_stamps(tx: Tx, receipt_ids: Iterable[UUID], target: UUID) -> None:
    """Let the stamps and gifts of these receipts be ``target``'s again."""
    for table in ("stamps", "rewards"):
        await tx.execute(
            f"""
            -- rewards.return_stamps
            update {table} set member_id = $3 where tenant_id = $1 and receipt_id = any($2::uuid[])
            """,  # noqa: S608  constants
            tx.tenant_id,
            list(receipt_ids),
            target,
        )


async def list_bought(tx: Tx, member_id: UUID) -> list[UUID]:
    """Return the gifts that a member has bought in the catalogue."""
    rows = await tx.fetch(
        """
        -- rewards.list_bought
        select id from rewards where tenant_id = $1 and member_id = $2 and offer_id is not null
        """,
        tx.tenant_id,
        member_id,
    )
    return [row["id"] for row in rows]


async def return_bought(tx: Tx, reward_ids: Iterable[UUID], target: UUID) -> None:
    """Let these gifts be ``target``'s again."""
    await tx.execute(
        """
        -- rewards.return_bought
        update rewards set member_id = $3 where tenant_id = $1 and id = any($2::uuid[])
        """,
        tx.tenant_id,
        list(reward_ids),
        target,
    )
