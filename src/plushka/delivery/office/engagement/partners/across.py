"""The one place where a page of a business opens a transaction of another: to be told what came of an offer."""

from plushka.delivery.office.visit import Visit
from plushka.domain.insights.partner_offers import count_for_holder
from plushka.domain.partners.model import Came, Offer


async def ask_issuer(visit: Visit, offer: Offer) -> Came:
    """Return what came of a partner's offer.

    :raises Refusal: the issuer's own rows do not let this business know
    """
    async with visit.office.database.transaction(
        offer.issuer_id, actor=f"partner:{visit.business.tenant_id}", at=visit.at, read_only=True
    ) as tx:
        return await count_for_holder(tx, offer.id, holder_id=visit.business.tenant_id)
