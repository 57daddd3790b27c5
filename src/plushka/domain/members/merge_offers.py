"""Offers to join two cards of one person: who has proved a phone that is another card's may take one, once."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.domain.members.phone_codes import PROOF_TTL
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

OfferAnswer = Literal["agreed", "declined"]


class MergeOffer(Struct, frozen=True):
    """``member_id`` may take in ``other_id``, who had ``phone`` (E.164) when it was proved; it lives ``PROOF_TTL``."""

    id: UUID
    member_id: UUID
    other_id: UUID
    phone: str


async def make_offer(tx: Tx, *, member_id: UUID, other_id: UUID, phone: str) -> MergeOffer:
    """Offer a member who has just proved ``phone`` to take in whose it is."""
    offer = MergeOffer(new_id(), member_id, other_id, phone)
    await tx.execute(
        """
        -- members.make_offer
        insert into merge_offers (tenant_id, id, member_id, other_id, phone, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        tx.tenant_id,
        offer.id,
        member_id,
        other_id,
        phone,
        tx.at,
        tx.at + PROOF_TTL,
    )
    return offer


async def find_open_offer(tx: Tx, offer_id: UUID, *, member_id: UUID) -> MergeOffer | None:
    """Return an offer to this member that was not answered and has not run out."""
    row = await tx.fetchrow(f"-- members.find_open_offer\n{_OPEN}", tx.tenant_id, offer_id, member_id, tx.at)
    return None if row is None else MergeOffer(**row)


async def lock_open_offer(tx: Tx, offer_id: UUID, *, member_id: UUID) -> MergeOffer | None:
    """Return it as ``find_open_offer`` does, and let nobody else answer it. Members are locked before their offers."""
    row = await tx.fetchrow(
        f"-- members.lock_open_offer\n{_OPEN} for no key update", tx.tenant_id, offer_id, member_id, tx.at
    )
    return None if row is None else MergeOffer(**row)


async def answer_offer(tx: Tx, offer: MergeOffer, answer: OfferAnswer) -> None:
    """Note the answer to an offer that is locked and open."""
    await tx.execute(
        """
        -- members.answer_offer
        update merge_offers set answer = $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        offer.id,
        answer,
    )


_OPEN = """
    select id, member_id, other_id, phone from merge_offers
    where tenant_id = $1 and id = $2 and member_id = $3 and answer is null and expires_at > $4
"""
