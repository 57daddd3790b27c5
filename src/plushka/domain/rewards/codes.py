"""Codes of coupons that full cards give, and those that are void because what filled the card came back."""

from collections.abc import Collection, Sequence
from uuid import UUID

from msgspec import Struct

from plushka.domain.coupons.operations import give_codes, void_codes
from plushka.platform.database import Tx


class WonCode(Struct, frozen=True):
    """A code of a coupon that a receipt wins by a card."""

    receipt_id: UUID
    member_id: UUID
    card: str
    coupon_id: UUID


class CodeOfCard(Struct, frozen=True):
    """A code that a card has given and nobody has used."""

    key: str
    card: str


async def issue_codes(tx: Tx, won: Sequence[WonCode]) -> None:
    """Give members their codes; their cards' stamps are written."""
    keys = await give_codes(tx, [(one.coupon_id, one.member_id) for one in won])
    await tx.execute(
        """
        -- rewards.issue_codes
        insert into reward_codes (tenant_id, key, receipt_id, card_id)
        select $1, new.* from unnest($2::text[], $3::uuid[], $4::text[]) as new
        """,
        tx.tenant_id,
        keys,
        [one.receipt_id for one in won],
        [one.card for one in won],
    )


async def list_unused(tx: Tx, member_id: UUID, *, program_id: UUID) -> list[CodeOfCard]:
    """Return the codes that a member's cards have given and nobody has used, the latest first."""
    rows = await tx.fetch(
        """
        -- rewards.list_unused
        select r.key, r.card_id as card
        from stamps s
        join reward_codes r on r.tenant_id = $1 and r.receipt_id = s.receipt_id and r.card_id = s.card_id
        join coupon_codes c on c.tenant_id = $1 and c.key = r.key
        where s.tenant_id = $1 and s.member_id = $2 and s.program_id = $3 and c.uses = 0 and c.uses_max > 0
        order by r.receipt_id desc, r.key
        """,
        tx.tenant_id,
        member_id,
        program_id,
    )
    return [CodeOfCard(**dict(row)) for row in rows]


async def withdraw_codes(tx: Tx, keys: Collection[str]) -> None:
    """Void codes that nobody has used meanwhile; their receipts gave so many fewer."""
    gone = await void_codes(tx, sorted(keys))
    await tx.execute(
        """
        -- rewards.withdraw_codes
        with sums as (
            select receipt_id, card_id, count(*)::integer as rewards from reward_codes
            where tenant_id = $1 and key = any($2::text[]) group by receipt_id, card_id
        )
        update stamps s set rewards_left = s.rewards_left - sums.rewards
        from sums
        where s.tenant_id = $1 and s.receipt_id = sums.receipt_id and s.card_id = sums.card_id
        """,
        tx.tenant_id,
        gone,
    )
