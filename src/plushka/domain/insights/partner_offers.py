"""What came of an offer, told to its holder: the one thing of a business that another one is told."""

from uuid import UUID

from msgspec import structs

from plushka.domain.businesses.queries import get_business
from plushka.domain.insights.coupons import CouponFigures, find_coupon_figures
from plushka.domain.partners.model import TOLD_FROM, Came, PartnershipEnded, UnknownOffer
from plushka.domain.partners.queries import get_offer, get_partnership
from plushka.platform.database import Tx

_NONE = CouponFigures()


async def count_for_holder(tx: Tx, offer_id: UUID, *, holder_id: UUID) -> Came:
    """Return what came of an offer that the business of the transaction, its issuer, has made for ``holder_id``.

    The issuer's own rows say whether the holder may know: nothing that the asking side claims is trusted.

    :raises UnknownOffer: it was made for another, or by another
    :raises PartnershipEnded: the two are partners no more
    """
    offer = await get_offer(tx, offer_id)
    if (offer.issuer_id, offer.holder_id) != (tx.tenant_id, holder_id):
        raise UnknownOffer
    if not (await get_partnership(tx, offer.partnership_id)).is_active:
        raise PartnershipEnded
    came = await count_for_issuer(tx, offer.coupon_id)
    are_few = came.receipts > 0 and came.members < TOLD_FROM
    if are_few or not offer.shows_sums:
        came = structs.replace(came, revenue_minor=None, discount_minor=None)
    return structs.replace(came, new_members=None) if are_few else came


async def count_for_issuer(tx: Tx, coupon_id: UUID) -> Came:
    """Return what came of a coupon of the business."""
    figures = (await find_coupon_figures(tx, [coupon_id])).get(coupon_id, _NONE)
    return Came(**structs.asdict(figures), currency=(await get_business(tx)).currency)
