"""What a bot sends to who asks for their gift certificates: those that can be used, and those not paid for yet."""

from collections.abc import Sequence
from uuid import UUID

from plushka.domain.businesses.model import Business
from plushka.domain.certificates.certificate import Certificate
from plushka.domain.certificates.ordering import list_open_orders
from plushka.domain.certificates.queries import list_of_member
from plushka.domain.certificates.types import list_types
from plushka.domain.messages.contents import CertificateTold, Content, NoCertificates
from plushka.engine.expiry import last_day
from plushka.platform.database import Tx

SENT_MAX = 5
"""Pictures that one question is answered by; the app shows the rest."""


async def find_told(tx: Tx, member_id: UUID, business: Business) -> Sequence[Content]:
    """Return a content for each certificate, those that expire first first, orders after them."""
    own = [_told(one, business) for one in await list_of_member(tx, member_id)]
    ordered = [
        CertificateTold(number=one.number, amount_minor=one.nominal_minor or 0, is_ordered=True)
        for one in await list_open_orders(tx, member_id)
    ]
    if told := [*own, *ordered][:SENT_MAX]:
        return told
    return [NoCertificates(are_sold=any(kind.retired_at is None for kind in await list_types(tx)))]


def _told(one: Certificate, business: Business) -> CertificateTold:
    return CertificateTold(
        number=one.number,
        amount_minor=one.balance_minor,
        last_on=last_day(one.expires_at, business.time_zone) if one.expires_at else None,
        needs_pin=one.type.needs_pin,
    )
