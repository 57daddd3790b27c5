"""Partnerships and offers as one of the two businesses sees them."""

from datetime import date
from uuid import UUID

from plushka.domain.partners.model import (
    OFFERS_MAX,
    PARTNERS_MAX,
    Invitation,
    Offer,
    Partnership,
    UnknownOffer,
    UnknownPartnership,
)
from plushka.platform.database import Tx

_PARTNERSHIPS = """
    select p.id, other.tenant_id as other_id, coalesce(other.name, '') as other, p.inviter_id = $1 as is_mine,
           p.email, p.created_at, p.expires_at, p.accepted_at, p.ended_at
    from partnerships p
    left join businesses other on p.partner_id is not null
        and other.tenant_id = case when p.inviter_id = $1 then p.partner_id else p.inviter_id end
    where $1 in (p.inviter_id, p.partner_id)
"""
_OFFERS = """
    select o.id, o.partnership_id, o.issuer_id, i.name as issuer, o.holder_id, h.name as holder, o.coupon_id, o.title,
           o.gives, o.first_on, o.last_on, o.word, o.pool, o.handed, o.shows_sums, o.is_stopped, o.is_hidden
    from partner_offers o
    join partnerships p on p.id = o.partnership_id
    join businesses i on i.tenant_id = o.issuer_id
    join businesses h on h.tenant_id = o.holder_id
    where $1 in (o.issuer_id, o.holder_id)
"""


async def list_partnerships(tx: Tx) -> list[Partnership]:
    """Return the partnerships and the invitations of a business that are not ended, the latest first."""
    rows = await tx.fetch(
        f"""-- partners.list
        {_PARTNERSHIPS} and p.ended_at is null and (p.accepted_at is not null or p.expires_at > $2)
        order by p.id desc limit $3
        """,
        tx.tenant_id,
        tx.at,
        PARTNERS_MAX,
    )
    return [Partnership(**row) for row in rows]


async def get_partnership(tx: Tx, partnership_id: UUID) -> Partnership:
    """Return a partnership or an invitation of the business, ended ones as well.

    :raises UnknownPartnership: the business has none of this id
    """
    row = await tx.fetchrow(
        f"""-- partners.get
        {_PARTNERSHIPS} and p.id = $2
        """,
        tx.tenant_id,
        partnership_id,
    )
    if row is None:
        raise UnknownPartnership
    return Partnership(**row)


async def list_invitations_to(tx: Tx, email: str) -> list[Invitation]:
    """Return the open invitations of other businesses that are for a person of this address."""
    rows = await tx.fetch(
        """
        -- partners.list_invitations_to
        select p.id, p.inviter_id, b.name as inviter, p.expires_at
        from partnerships p join businesses b on b.tenant_id = p.inviter_id
        where p.email = $2 and $2 <> '' and p.partner_id is null and p.ended_at is null and p.expires_at > $3
          and p.inviter_id <> $1
        order by p.id desc limit $4
        """,
        tx.tenant_id,
        email.strip().lower(),
        tx.at,
        PARTNERS_MAX,
    )
    return [Invitation(**row) for row in rows]


async def list_offers(tx: Tx, partnership_id: UUID) -> list[Offer]:
    """Return the offers of a partnership, of both sides, the latest first."""
    rows = await tx.fetch(
        f"""-- partners.list_offers
        {_OFFERS} and o.partnership_id = $2
        order by o.id desc limit $3
        """,
        tx.tenant_id,
        partnership_id,
        2 * OFFERS_MAX,
    )
    return [Offer(**row) for row in rows]


async def get_offer(tx: Tx, offer_id: UUID) -> Offer:
    """Return an offer that the business has made or holds.

    :raises UnknownOffer: there is none of this id
    """
    row = await tx.fetchrow(
        f"""-- partners.get_offer
        {_OFFERS} and o.id = $2
        """,
        tx.tenant_id,
        offer_id,
    )
    if row is None:
        raise UnknownOffer
    return Offer(**row)


async def list_shown(tx: Tx, *, on: date) -> list[Offer]:
    """Return the offers of partners that a business shows its members on a day."""
    rows = await tx.fetch(
        f"""-- partners.list_shown
        {_OFFERS} and o.holder_id = $1 and not o.is_stopped and not o.is_hidden and p.ended_at is null
            and coalesce(o.first_on, $2) <= $2 and coalesce(o.last_on, $2) >= $2
        order by o.id desc limit $3
        """,
        tx.tenant_id,
        on,
        OFFERS_MAX,
    )
    return [Offer(**row) for row in rows]


async def list_handed(tx: Tx, member_id: UUID) -> dict[UUID, str]:
    """Return the codes of partners that a member has taken, by their offers; those of cards merged into theirs too."""
    rows = await tx.fetch(
        """
        -- partners.list_handed
        select h.offer_id, h.code from handed_codes h
        join members m on m.tenant_id = $1 and m.id = h.member_id
        where h.tenant_id = $1 and (m.id = $2 or m.merged_into = $2)
        """,
        tx.tenant_id,
        member_id,
    )
    return {row["offer_id"]: row["code"] for row in rows}
