"""Writing the catalogue: offers, their pictures, their stock and their order."""

from uuid import UUID

from plushka.domain.audit.operations import record
from plushka.domain.businesses.pictures import digest_of
from plushka.domain.coupons.model import PeriodReversed
from plushka.domain.members.model import ReasonMissing, TextMissing, TextTooLong
from plushka.domain.rewards.offers import (
    DESCRIPTION_LENGTH_MAX,
    NAME_LENGTH_MAX,
    OFFERS_MAX,
    STOCK_MAX,
    Offer,
    OfferTerms,
    StockOutOfRange,
    TooManyOffers,
    get_offer,
    list_offers,
)
from plushka.domain.rewards.supplies import find_supply, note_supply
from plushka.platform.database import Tx
from plushka.platform.ids import new_id


async def create_offer(
    tx: Tx, *, program_id: UUID, terms: OfferTerms, stock: int | None = None, offer_id: UUID | None = None
) -> Offer:
    """Put an offer at the end of a programme's catalogue, ``stock`` of it (None: any number).

    :raises Invalid: no name, one that is too long, days the wrong way round
    :raises TooManyOffers: the catalogue has ``OFFERS_MAX``
    """
    _check(terms)
    if stock is not None and not 0 <= stock <= STOCK_MAX:
        raise StockOutOfRange(field="stock", stock_max=STOCK_MAX, stock_left=0)
    there = await list_offers(tx, program_id=program_id)
    if len(there) >= OFFERS_MAX:
        raise TooManyOffers(field="name", offers_max=OFFERS_MAX)
    offer_id = offer_id or new_id()
    await tx.execute(
        """
        -- rewards.create_offer
        insert into reward_offers (
            tenant_id, id, program_id, name, description, price_points, limit_count, limit_span, branch_ids, tiers,
            first_on, last_on, life_days, returns_points, stock_total, stock_left, place, created_at
        ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $16, $17)
        """,
        tx.tenant_id,
        offer_id,
        program_id,
        *_values(terms),
        stock,
        max((offer.place for offer in there), default=0) + 1,
        tx.at,
    )
    if stock:
        await note_supply(tx, offer_id, stock, reason="")
    await record(
        tx,
        action="reward_offer.create",
        subject=f"reward_offer:{offer_id}",
        program_id=str(program_id),
        name=terms.name,
        price_points=terms.price_points,
        stock=stock,
    )
    return await get_offer(tx, offer_id)


async def change_offer(tx: Tx, offer_id: UUID, terms: OfferTerms) -> Offer:
    """Change what an offer is from now on; what was bought stays what it was.

    :raises UnknownOffer: the business has none of this id
    :raises Invalid: as ``create_offer``
    """
    _check(terms)
    before = (await get_offer(tx, offer_id, lock=True)).terms
    await tx.execute(
        """
        -- rewards.change_offer
        update reward_offers
        set name = $3, description = $4, price_points = $5, limit_count = $6, limit_span = $7, branch_ids = $8,
            tiers = $9, first_on = $10, last_on = $11, life_days = $12, returns_points = $13
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        offer_id,
        *_values(terms),
    )
    offer = await get_offer(tx, offer_id)
    await record(
        tx,
        action="reward_offer.change",
        subject=f"reward_offer:{offer_id}",
        program_id=str(offer.program_id),
        name=terms.name,
        changes={
            "name": (before.name, terms.name),
            "price": (before.price_points, terms.price_points),
        },
    )
    return offer


async def supply_offer(
    tx: Tx, offer_id: UUID, change: int, *, reason: str, supply_id: UUID | None = None
) -> Offer:
    """Put more of an offer into stock, or (below 0) write some off; one without a stock has one from now on.

    Safe to repeat with the same ``supply_id``.

    :raises UnknownOffer: the business has none of this id
    :raises StockOutOfRange: fewer are left than are to be written off, or there would be too many
    :raises ReasonMissing: what is written off needs one
    """
    reason = reason.strip()
    if change < 0 and not reason:
        raise ReasonMissing(field="reason")
    offer = await get_offer(tx, offer_id, lock=True)
    if supply_id is not None and await find_supply(tx, offer_id, supply_id):
        return offer
    left, out = offer.stock_left or 0, 0
    if offer.stock_total is None:
        out = await _count_out(tx, offer_id)
    if change == 0 or not 0 <= left + change <= STOCK_MAX:
        raise StockOutOfRange(field="change", stock_max=STOCK_MAX, stock_left=left)
    # Of an offer without a stock some may be out already: they were put in with what begins it.
    await note_supply(tx, offer_id, change + out, reason=reason, supply_id=supply_id)
    await tx.execute(
        """
        -- rewards.supply_offer
        update reward_offers
        set stock_total = coalesce(stock_total, 0) + $3 + $4, stock_left = coalesce(stock_left, 0) + $3
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        offer_id,
        change,
        out,
    )
    await record(
        tx,
        action="reward_offer.supply",
        subject=f"reward_offer:{offer_id}",
        name=offer.terms.name,
        change=change,
        left=left + change,
        reason=reason,
    )
    return await get_offer(tx, offer_id)


async def set_paused(tx: Tx, offer_id: UUID, *, is_paused: bool) -> Offer:
    """Let nobody have an offer for a while, or let it go on. Safe to repeat.

    :raises UnknownOffer: the business has none of this id
    """
    offer = await get_offer(tx, offer_id, lock=True)
    if offer.is_paused == is_paused:
        return offer
    await tx.execute(
        """
        -- rewards.pause_offer
        update reward_offers set is_paused = $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        offer_id,
        is_paused,
    )
    if is_paused:
        await record(
            tx, action="reward_offer.pause", subject=f"reward_offer:{offer_id}", name=offer.terms.name
        )
    else:
        await record(
            tx, action="reward_offer.resume", subject=f"reward_offer:{offer_id}", name=offer.terms.name
        )
    return await get_offer(tx, offer_id)


async def set_archived(tx: Tx, offer_id: UUID, *, is_archived: bool) -> Offer:
    """Take an offer out of the catalogue, or put it back at its place; what was bought is given. Safe to repeat.

    :raises UnknownOffer: the business has none of this id
    :raises TooManyOffers: the catalogue has no room to put it back
    """
    offer = await get_offer(tx, offer_id, lock=True)
    if offer.is_archived == is_archived:
        return offer
    if not is_archived and len(await list_offers(tx, program_id=offer.program_id)) >= OFFERS_MAX:
        raise TooManyOffers(field="name", offers_max=OFFERS_MAX)
    await tx.execute(
        """
        -- rewards.archive_offer
        update reward_offers set archived_at = $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        offer_id,
        tx.at if is_archived else None,
    )
    if is_archived:
        await record(
            tx, action="reward_offer.archive", subject=f"reward_offer:{offer_id}", name=offer.terms.name
        )
    else:
        await record(
            tx, action="reward_offer.restore", subject=f"reward_offer:{offer_id}", name=offer.terms.name
        )
    return await get_offer(tx, offer_id)


async def move_offer(tx: Tx, offer_id: UUID, *, up: bool) -> None:
    """Let an offer change places with its neighbour; the first one, moved up, stays.

    :raises UnknownOffer: the business has none of this id
    """
    offer = await get_offer(tx, offer_id)
    shelf = [each.id for each in await list_offers(tx, program_id=offer.program_id)]
    if offer_id not in shelf:
        return
    at = shelf.index(offer_id)
    to = max(0, at - 1) if up else min(len(shelf) - 1, at + 1)
    shelf[at], shelf[to] = shelf[to], shelf[at]
    await tx.execute(
        """
        -- rewards.order_offers
        update reward_offers o set place = new.place
        from unnest($2::uuid[], $3::integer[]) as new (id, place)
        where o.tenant_id = $1 and o.id = new.id
        """,
        tx.tenant_id,
        shelf,
        list(range(1, len(shelf) + 1)),
    )
    await record(tx, action="reward_offer.move", subject=f"reward_offer:{offer_id}", name=offer.terms.name)


async def set_offer_picture(tx: Tx, offer_id: UUID, picture: bytes | None) -> None:
    """Give an offer a picture, a ``PROGRAM_PICTURE`` drawn anew, or (None) take it away.

    :raises UnknownOffer: the business has none of this id
    """
    offer = await get_offer(tx, offer_id, lock=True)
    await tx.execute(
        """
        -- rewards.set_offer_picture
        update reward_offers set picture = $3, picture_digest = $4 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        offer_id,
        picture,
        digest_of(picture) if picture else "",
    )
    await record(tx, action="reward_offer.picture", subject=f"reward_offer:{offer_id}", name=offer.terms.name)


async def _count_out(tx: Tx, offer_id: UUID) -> int:
    out: int = await tx.fetchval(
        """
        -- rewards.count_out
        select count(*) from rewards where tenant_id = $1 and offer_id = $2 and state in ('open', 'taken')
        """,
        tx.tenant_id,
        offer_id,
    )
    return out


def _values(terms: OfferTerms) -> tuple[object, ...]:
    return (
        " ".join(terms.name.split()),
        terms.description.strip(),
        terms.price_points,
        terms.limit_count,
        terms.limit_span if terms.limit_count is not None else None,
        list(terms.branch_ids),
        list(terms.tiers),
        terms.first_on,
        terms.last_on,
        terms.life_days,
        terms.returns_points,
    )


def _check(terms: OfferTerms) -> None:
    if not terms.name.strip():
        raise TextMissing(field="name")
    for field, text, most in (
        ("name", terms.name, NAME_LENGTH_MAX),
        ("description", terms.description, DESCRIPTION_LENGTH_MAX),
    ):
        if len(text) > most:
            raise TextTooLong(field=field, length_max=most)
    if terms.first_on and terms.last_on and terms.last_on < terms.first_on:
        raise PeriodReversed(field="last_on")
