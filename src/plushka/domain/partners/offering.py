"""The issuer writes an offer for its partner, stops it and goes on with it, and says whether money is shown."""

from uuid import UUID

from asyncpg import UniqueViolationError

from plushka.domain.audit import operations as audit
from plushka.domain.coupons.model import Coupon
from plushka.domain.coupons.queries import get_coupon
from plushka.domain.partners.model import (
    OFFERS_MAX,
    POOL_MAX,
    AlreadyOffered,
    NothingToOffer,
    Offer,
    PartnershipEnded,
    PoolTooLarge,
    TooManyOffers,
    UnknownOffer,
)
from plushka.domain.partners.queries import get_offer, get_partnership, list_offers
from plushka.platform.database import Tx
from plushka.platform.ids import new_id


async def offer_coupon(tx: Tx, partnership_id: UUID, coupon: Coupon, *, gives: str, shows_sums: bool) -> UUID:
    """Give a coupon's codes to a partner to hand out, and return the offer's id. ``gives``: what they give, in words.

    :raises UnknownPartnership: the business has none of this id
    :raises PartnershipEnded: it is over, or not accepted yet
    :raises NothingToOffer: the coupon has no codes for whoever has them
    :raises PoolTooLarge: it has too many
    :raises AlreadyOffered: the partner has an offer of this coupon
    :raises TooManyOffers: there are too many already
    """
    partnership = await get_partnership(tx, partnership_id)
    if not partnership.is_active or partnership.other_id is None:
        raise PartnershipEnded
    if len([one for one in await list_offers(tx, partnership_id) if _is_mine(tx, one)]) >= OFFERS_MAX:
        raise TooManyOffers(field="coupon", offers_max=OFFERS_MAX)
    # Who stops the coupon or changes it at this moment waits, and lets this offer follow.
    coupon = await get_coupon(tx, coupon.id, hold=True)
    codes = await _codes_for_anybody(tx, coupon.id)
    if not codes:
        raise NothingToOffer(field="coupon")
    if len(codes) > POOL_MAX:
        raise PoolTooLarge(field="coupon", pool_max=POOL_MAX)
    offer_id, is_word = new_id(), len(codes) == 1
    try:
        await tx.execute(
            """
            -- partners.offer
            insert into partner_offers (
                id, partnership_id, issuer_id, holder_id, coupon_id, title, gives, first_on, last_on, word, pool,
                shows_sums, is_stopped, created_at
            ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            """,
            offer_id,
            partnership_id,
            tx.tenant_id,
            partnership.other_id,
            coupon.id,
            coupon.name,
            gives,
            coupon.first_on,
            coupon.last_on,
            codes[0] if is_word else None,
            0 if is_word else len(codes),
            shows_sums,
            coupon.is_stopped,
            tx.at,
        )
    except UniqueViolationError as error:
        raise AlreadyOffered(field="coupon") from error
    if not is_word:
        await tx.execute(
            """
            -- partners.fill_pool
            insert into partner_codes (offer_id, number, issuer_id, holder_id, code)
            select $1, number, $2, $3, code from unnest($4::text[]) with ordinality as given (code, number)
            """,
            offer_id,
            tx.tenant_id,
            partnership.other_id,
            codes,
        )
    await audit.record(
        tx, action="offer.give", subject=f"offer:{offer_id}", name=coupon.name, partner=partnership.other
    )
    return offer_id


async def follow_coupon(tx: Tx, coupon_id: UUID, *, is_stopped: bool) -> None:
    """Stop the offers of a coupon with it, or let them go on: partners see it at once."""
    await tx.execute(
        """
        -- partners.follow_coupon
        update partner_offers set is_stopped = $3 where issuer_id = $1 and coupon_id = $2 and is_stopped <> $3
        """,
        tx.tenant_id,
        coupon_id,
        is_stopped,
    )


async def follow_terms(tx: Tx, coupon: Coupon) -> None:
    """Let the offers of a coupon be called as it is, and be good on its days."""
    await tx.execute(
        """
        -- partners.follow_terms
        update partner_offers set title = $3, first_on = $4, last_on = $5
        where issuer_id = $1 and coupon_id = $2 and (title, first_on, last_on) is distinct from ($3, $4, $5)
        """,
        tx.tenant_id,
        coupon.id,
        coupon.name,
        coupon.first_on,
        coupon.last_on,
    )


async def set_shows_sums(tx: Tx, offer_id: UUID, *, shows_sums: bool) -> None:
    """Let the holder of an offer see what it brought in money, or no more. Safe to repeat.

    :raises UnknownOffer: the business has made none of this id
    """
    offer = await get_offer(tx, offer_id)
    if not _is_mine(tx, offer):
        raise UnknownOffer
    if offer.shows_sums == shows_sums:
        return
    await tx.execute(
        """
        -- partners.set_shows_sums
        update partner_offers set shows_sums = $3 where issuer_id = $1 and id = $2
        """,
        tx.tenant_id,
        offer_id,
        shows_sums,
    )
    await audit.record(
        tx,
        action="offer.show_sums" if shows_sums else "offer.hide_sums",
        subject=f"offer:{offer_id}",
        name=offer.title,
    )


def _is_mine(tx: Tx, offer: Offer) -> bool:
    return offer.issuer_id == tx.tenant_id


async def _codes_for_anybody(tx: Tx, coupon_id: UUID) -> list[str]:
    rows = await tx.fetch(
        """
        -- partners.codes_for_anybody
        select code from coupon_codes
        where tenant_id = $1 and coupon_id = $2 and member_id is null and (uses_max is null or uses < uses_max)
        order by key limit $3
        """,
        tx.tenant_id,
        coupon_id,
        POOL_MAX + 1,
    )
    return [row["code"] for row in rows]
