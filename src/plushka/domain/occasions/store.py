"""Statements of gifts of points: what was given before, and writing what is given now."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.domain.ledger.bookkeeping import WalletKey
from plushka.domain.ledger.model import Clawback
from plushka.domain.occasions.model import Chance, Gift
from plushka.platform.database import Tx


class Past(Struct, frozen=True):
    """What an occasion gave a member before, or whoever became part of them."""

    key: str
    given_on: date
    happened_on: date | None
    is_cancelled: bool


class NewGift(Struct, frozen=True):
    """A gift to be written."""

    chance: Chance
    gift: Gift
    happened_on: date | None
    given_on: date


async def list_past(tx: Tx, keys: Collection[WalletKey]) -> dict[tuple[WalletKey, str], list[Past]]:
    """Return all that occasions ever gave these members in these programmes, by member and occasion."""
    rows = await tx.fetch(
        """
        -- occasions.list_past
        select holder.id as member_id, g.*
        from unnest($2::uuid[]) as holder (id)
        cross join lateral (
            select m.id from members m where m.tenant_id = $1 and m.id = holder.id
            union all
            select m.id from members m where m.tenant_id = $1 and m.merged_into = holder.id
        ) as own
        cross join lateral (
            select program_id, occasion_id, key, given_on, happened_on, cancelled_at is not null as is_cancelled
            from occasion_gifts where tenant_id = $1 and member_id = own.id
            offset 0
        ) as g
        """,
        tx.tenant_id,
        list({key.member_id for key in keys}),
    )
    found: dict[tuple[WalletKey, str], list[Past]] = {}
    for row in rows:
        key = WalletKey(row["member_id"], row["program_id"]), row["occasion_id"]
        past = Past(row["key"], row["given_on"], row["happened_on"], row["is_cancelled"])
        found.setdefault(key, []).append(past)
    return found


async def lock_budget(tx: Tx, program_id: UUID) -> None:
    """Let nobody else give what counts in a budget of this programme until the transaction ends.

    A statement of its own: what is counted after it includes all that was given while it waited.
    """
    await tx.execute(
        """
        -- occasions.lock_budget
        select from programs where tenant_id = $1 and id = $2 for no key update
        """,
        tx.tenant_id,
        program_id,
    )


async def sum_used(
    tx: Tx, *, program_id: UUID, occasion_id: str, since: date, of: Literal["uses", "points"]
) -> int:
    """Return how often an occasion gave since a day, or how many points, without what was cancelled."""
    row = await tx.fetchrow(
        """
        -- occasions.sum_used
        select count(*) as uses, coalesce(sum(points), 0)::bigint as points from occasion_gifts
        where tenant_id = $1 and program_id = $2 and occasion_id = $3 and given_on >= $4 and cancelled_at is null
        """,
        tx.tenant_id,
        program_id,
        occasion_id,
        since,
    )
    used: int = row[of] if row is not None else 0
    return used


async def insert_gifts(tx: Tx, new: Sequence[NewGift]) -> None:
    """Write gifts down; the table refuses a second one for the same happening."""
    if not new:
        return
    await tx.execute(
        """
        -- occasions.insert_gifts
        insert into occasion_gifts
            (tenant_id, at, id, member_id, program_id, version_id, occasion_id, name, key, event_id, happened_on,
             given_on, points, expires_at)
        select $1, $2, new.* from unnest(
            $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::uuid[],
            $11::date[], $12::date[], $13::bigint[], $14::timestamptz[]
        ) as new
        """,
        tx.tenant_id,
        tx.at,
        [each.gift.id for each in new],
        [each.chance.member_id for each in new],
        [each.chance.program_id for each in new],
        [each.chance.version.id for each in new],
        [each.gift.occasion_id for each in new],
        [each.gift.name for each in new],
        [each.chance.key for each in new],
        [each.chance.event_id for each in new],
        [each.happened_on for each in new],
        [each.given_on for each in new],
        [each.gift.points for each in new],
        [each.gift.expires_at for each in new],
    )


async def write_taken(tx: Tx, gift_id: UUID, taken: Clawback) -> None:
    """Write down what was taken back of a gift."""
    await tx.execute(
        """
        -- occasions.write_taken
        update occasion_gifts set cancelled_at = $3, taken = $4, owed = $5, burned = $6
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        gift_id,
        tx.at,
        taken.taken(),
        taken.owed,
        taken.burned,
    )


async def forget_dates(tx: Tx, member_id: UUID) -> None:
    """Take days of people's lives out of a member's gifts, and out of theirs who became part of them."""
    await tx.execute(
        """
        -- occasions.forget_dates
        update occasion_gifts set happened_on = null, key = 'gone:' || id
        where tenant_id = $1 and happened_on is not null and member_id in (
            select id from members where tenant_id = $1 and $2 in (id, merged_into)
        )
        """,
        tx.tenant_id,
        member_id,
    )
