"""The holder gives codes of its partner out: to a member in the app, on printed cards; or shows an offer no more."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from plushka.domain.audit import operations as audit
from plushka.domain.members.store import lock_members
from plushka.domain.partners.model import (
    NoCodesLeft,
    Offer,
    PartnershipEnded,
    UnknownOffer,
)
from plushka.domain.partners.queries import get_offer, get_partnership, list_handed
from plushka.platform.database import Tx
from plushka.platform.ids import new_id


class Printed(Struct, frozen=True):
    """Codes that were printed: of a word as many times the same."""

    offer: Offer
    first: int
    codes: Sequence[str]


async def take_code(tx: Tx, member_id: UUID, offer_id: UUID) -> str:
    """Give a member a code of a partner's offer; who has one gets it again.

    :raises UnknownMember: they are gone, or were merged into another meanwhile
    :raises UnknownOffer: the business holds none of this id, or shows it no more
    :raises PartnershipEnded: the partnership is over
    :raises NoCodesLeft: all codes are given out
    """
    offer = await _get_held(tx, offer_id)
    if offer.is_stopped or offer.is_hidden:
        raise UnknownOffer
    # Asked for twice at once by one member, the second waits here and finds the first one's code.
    await lock_members(tx, [member_id])
    if known := (await list_handed(tx, member_id)).get(offer_id):
        return known
    first = await _count_out(tx, offer, 1)
    code = offer.word or (await _read_pool(tx, offer, first, 1))[0]
    await tx.execute(
        """
        -- partners.note_handed
        insert into handed_codes (tenant_id, offer_id, member_id, code, handed_at) values ($1, $2, $3, $4, $5)
        """,
        tx.tenant_id,
        offer_id,
        member_id,
        code,
        tx.at,
    )
    return code


async def print_codes(tx: Tx, offer_id: UUID, count: int) -> UUID:
    """Take codes of an offer to be printed, and return the id by which they are read again.

    :raises UnknownOffer: the business holds none of this id, or it is stopped
    :raises PartnershipEnded: the partnership is over
    :raises NoCodesLeft: fewer codes are left
    """
    offer = await _get_held(tx, offer_id)
    if offer.is_stopped:
        raise UnknownOffer
    first = await _count_out(tx, offer, count)
    print_id = new_id()
    await tx.execute(
        """
        -- partners.note_printed
        insert into printed_codes (tenant_id, id, offer_id, first, count, printed_at) values ($1, $2, $3, $4, $5, $6)
        """,
        tx.tenant_id,
        print_id,
        offer_id,
        first,
        count,
        tx.at,
    )
    await audit.record(tx, action="offer.print", subject=f"offer:{offer_id}", name=offer.title, count=count)
    return print_id


async def get_printed(tx: Tx, print_id: UUID) -> Printed:
    """Return what was printed.

    :raises UnknownOffer: the business has printed nothing of this id
    """
    row = await tx.fetchrow(
        """
        -- partners.get_printed
        select offer_id, first, count from printed_codes where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        print_id,
    )
    if row is None:
        raise UnknownOffer
    offer = await get_offer(tx, row["offer_id"])
    codes = (
        [offer.word] * row["count"]
        if offer.word is not None
        else await _read_pool(tx, offer, row["first"], row["count"])
    )
    return Printed(offer, row["first"], codes)


async def set_hidden(tx: Tx, offer_id: UUID, *, is_hidden: bool) -> None:
    """Show an offer to the members no more, or again. Safe to repeat.

    :raises UnknownOffer: the business holds none of this id
    :raises PartnershipEnded: the partnership is over
    """
    offer = await _get_held(tx, offer_id)
    if offer.is_hidden == is_hidden:
        return
    await tx.execute(
        """
        -- partners.set_hidden
        update partner_offers set is_hidden = $3 where holder_id = $1 and id = $2
        """,
        tx.tenant_id,
        offer_id,
        is_hidden,
    )
    await audit.record(
        tx,
        action="offer.hide" if is_hidden else "offer.show",
        subject=f"offer:{offer_id}",
        name=offer.title,
    )


async def _get_held(tx: Tx, offer_id: UUID) -> Offer:
    offer = await get_offer(tx, offer_id)
    if offer.holder_id != tx.tenant_id:
        raise UnknownOffer
    if not (await get_partnership(tx, offer.partnership_id)).is_active:
        raise PartnershipEnded
    return offer


async def _count_out(tx: Tx, offer: Offer, count: int) -> int:
    """Count codes as given out and return the number of the first; the row is locked until the transaction ends.

    :raises NoCodesLeft: fewer are left
    """
    handed: int | None = await tx.fetchval(
        """
        -- partners.count_out
        update partner_offers set handed = handed + $3
        where holder_id = $1 and id = $2 and (word is not null or handed + $3 <= pool)
        returning handed
        """,
        tx.tenant_id,
        offer.id,
        count,
    )
    if handed is None:
        raise NoCodesLeft(field="count")
    return handed - count + 1


async def _read_pool(tx: Tx, offer: Offer, first: int, count: int) -> list[str]:
    rows = await tx.fetch(
        """
        -- partners.read_pool
        select code from partner_codes
        where holder_id = $1 and offer_id = $2 and number between $3 and $4
        order by number
        """,
        tx.tenant_id,
        offer.id,
        first,
        first + count - 1,
    )
    return [row["code"] for row in rows]
