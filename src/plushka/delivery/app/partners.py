"""“From friends”: what partners of the business give its members, and how one takes a code (F78–F80)."""

from urllib.parse import quote
from uuid import UUID

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER
from msgspec import Struct

from plushka.delivery.app.context import PATH, home_of
from plushka.delivery.app.visit import Visit
from plushka.domain.coupons.codes import LINK
from plushka.domain.partners.handing import take_code
from plushka.domain.partners.model import NoCodesLeft, Offer, PartnershipEnded, UnknownOffer
from plushka.domain.partners.queries import list_handed, list_shown
from plushka.platform.database import Tx


class FriendOffer(Struct, frozen=True):
    """What a partner gives; ``code`` is the member's, empty before they take one, and ``url`` where it is used."""

    issuer: str
    title: str
    gives: str
    last_on: str
    code: str
    url: str
    take_href: str
    is_out: bool


async def list_friend_offers(tx: Tx, visit: Visit) -> list[FriendOffer]:
    """Return what partners give today; one whose codes have run out only to who has one."""
    handed = await list_handed(tx, visit.member.member_id)
    offers = await list_shown(tx, on=visit.today)
    return [_told(offer, handed.get(offer.id, ""), visit) for offer in offers]


@post(f"{PATH}/partner-offers/{{offer_id:uuid}}/take", status_code=HTTP_303_SEE_OTHER)
async def take(visit: NamedDependency[Visit], offer_id: FromPath[UUID]) -> Redirect:
    """Give the member a code of a partner; asked again, the same."""
    try:
        async with visit.writing() as tx:
            await take_code(tx, visit.member.member_id, offer_id)
    except (NoCodesLeft, PartnershipEnded, UnknownOffer):
        return Redirect(f"{visit.home}?said=partner_out", status_code=HTTP_303_SEE_OTHER)
    return Redirect(f"{visit.home}?said=partner_code", status_code=HTTP_303_SEE_OTHER)


HANDLERS = [take]


def _told(offer: Offer, code: str, visit: Visit) -> FriendOffer:
    return FriendOffer(
        issuer=offer.issuer,
        title=offer.title,
        gives=offer.gives,
        last_on=visit.figures().day(offer.last_on) if offer.last_on else "",
        code=code,
        url=f"{home_of(offer.issuer_id)}{LINK}{quote(code, safe='')}" if code else "",
        take_href=f"{visit.home}/partner-offers/{offer.id}/take",
        is_out=offer.left == 0,
    )
