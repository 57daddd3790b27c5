"""Gifts that members win, and those that are withdrawn because what won them came back."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plushka.domain.coupons.codes import draw_own_code
from plushka.platform.database import Tx
from plushka.platform.ids import new_id


class Won(Struct, frozen=True):
    """A gift that a receipt wins, by a card or by a promotion."""

    receipt_id: UUID
    member_id: UUID
    program_id: UUID
    card: str | None
    promotion: str | None
    name: str
    expires_at: datetime | None


class Present(Struct, frozen=True):
    """A gift that no receipt wins; ``key``: what for, once for ever."""

    key: str
    member_id: UUID
    program_id: UUID
    name: str
    expires_at: datetime | None


async def issue(tx: Tx, won: Sequence[Won]) -> None:
    """Give members their gifts, each with a code."""
    await tx.execute(
        """
        -- rewards.issue
        insert into rewards (
            tenant_id, id, receipt_id, member_id, program_id, card_id, promotion_id, name, code, expires_at, issued_at
        )
        select $1, new.*, $2
        from unnest(
            $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::text[],
            $11::timestamptz[]
        ) as new
        """,
        tx.tenant_id,
        tx.at,
        [new_id() for _ in won],
        [one.receipt_id for one in won],
        [one.member_id for one in won],
        [one.program_id for one in won],
        [one.card for one in won],
        [one.promotion for one in won],
        [one.name for one in won],
        [draw_own_code() for _ in won],
        [one.expires_at for one in won],
    )


async def present(tx: Tx, presents: Sequence[Present]) -> None:
    """Give members their gifts, each with a code, and each once by its key."""
    await tx.execute(
        """
        -- rewards.present
        insert into rewards (tenant_id, issued_at, id, gift_key, member_id, program_id, name, code, expires_at)
        select $1, $2, new.* from unnest(
            $3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::timestamptz[]
        ) as new
        on conflict (tenant_id, gift_key) where gift_key is not null do nothing
        """,
        tx.tenant_id,
        tx.at,
        [new_id() for _ in presents],
        [each.key for each in presents],
        [each.member_id for each in presents],
        [each.program_id for each in presents],
        [each.name for each in presents],
        [draw_own_code() for _ in presents],
        [each.expires_at for each in presents],
    )


async def list_untaken(tx: Tx, member_id: UUID, *, program_id: UUID) -> list[tuple[UUID, str | None]]:
    """Return what a member has won and not taken, expired or not: id and card, if one gave it; the latest first."""
    rows = await tx.fetch(
        """
        -- rewards.list_untaken
        select id, card_id from rewards
        where tenant_id = $1 and member_id = $2 and program_id = $3 and state = 'open' and receipt_id is not null
        order by id desc
        """,
        tx.tenant_id,
        member_id,
        program_id,
    )
    return [(row["id"], row["card_id"]) for row in rows]


async def withdraw(tx: Tx, reward_ids: Collection[UUID]) -> int:
    """Withdraw gifts that nobody has taken meanwhile, and return how many; their receipts gave so many fewer."""
    withdrawn: int = await tx.fetchval(
        """
        -- rewards.withdraw
        with gone as (
            update rewards set state = 'withdrawn'
            where tenant_id = $1 and id = any($2::uuid[]) and state = 'open'
            returning receipt_id, card_id
        ), sums as (
            select receipt_id, card_id, count(*)::integer as rewards from gone group by receipt_id, card_id
        ), lowered as (
            update stamps s set rewards_left = s.rewards_left - sums.rewards
            from sums
            where s.tenant_id = $1 and s.receipt_id = sums.receipt_id and s.card_id = sums.card_id
        )
        select count(*) from gone
        """,
        tx.tenant_id,
        list(reward_ids),
    )
    return withdrawn


async def forfeit(tx: Tx, member_id: UUID) -> None:
    """Withdraw all gifts of a member who deletes themselves; what they had bought is in stock again."""
    rows = await tx.fetch(
        """
        -- rewards.list_open_ids
        select id, offer_id from rewards where tenant_id = $1 and member_id = $2 and state = 'open'
        """,
        tx.tenant_id,
        member_id,
    )
    if rows:
        await withdraw(tx, [row["id"] for row in rows])
        await put_back(tx, [row["offer_id"] for row in rows if row["offer_id"] is not None])


async def put_back(tx: Tx, offer_ids: Collection[UUID]) -> None:
    """Let things be in stock again, each as often as it is named; wallets are locked before."""
    if not offer_ids:
        return
    await tx.execute(
        """
        -- rewards.put_back
        with back as (
            select offer_id, count(*)::integer as count from unnest($2::uuid[]) as each (offer_id) group by offer_id
        ), locked as (
            select o.id, back.count from reward_offers o join back on back.offer_id = o.id
            where o.tenant_id = $1
            order by o.id
            for no key update of o
        )
        update reward_offers o set stock_left = o.stock_left + locked.count
        from locked where o.tenant_id = $1 and o.id = locked.id and o.stock_left is not null
        """,
        tx.tenant_id,
        list(offer_ids),
    )
