"""Offers of partners as pages show them."""

from msgspec import Struct

from plushka.delivery.office.engagement.coupons.rows import PATH as COUPONS
from plushka.delivery.office.engagement.period import tell_period
from plushka.delivery.office.visit import Visit
from plushka.domain.partners.model import TOLD_FROM, Came, Offer
from plushka.platform.i18n import format_money

_OFFERS = "/engagement/partners/offers"


class OfferLine(Struct, frozen=True):
    """An offer with what came of it; ``revenue`` and ``discount`` are empty where they are not shown.

    ``told_from``: from how many members on more is told, empty where it is.
    """

    href: str
    coupon_href: str
    title: str
    gives: str
    days: str
    word: str
    handed: str
    left: str
    receipts: str
    members: str
    new_members: str
    revenue: str
    discount: str
    told_from: str
    shows_sums: bool
    is_stopped: bool
    is_hidden: bool


def offer_line(offer: Offer, came: Came | None, visit: Visit) -> OfferLine:
    """Return an offer as it is shown; ``came`` None: nobody tells it."""
    number, language = visit.figures.number, visit.look.language

    def money(minor: int | None) -> str:
        return "" if minor is None or came is None else format_money(minor, came.currency, language)

    return OfferLine(
        href=f"{_OFFERS}/{offer.id}",
        coupon_href=f"{COUPONS}/{offer.coupon_id}",
        title=offer.title,
        gives=offer.gives,
        days=tell_period(offer.first_on, offer.last_on, visit),
        word=offer.word or "",
        handed=number(offer.handed),
        left="" if offer.left is None else number(offer.left),
        receipts=number(came.receipts) if came else "—",
        members=number(came.members) if came else "—",
        new_members=number(came.new_members) if came and came.new_members is not None else "—",
        told_from=number(TOLD_FROM) if came and came.new_members is None else "",
        revenue=money(came.revenue_minor if came else None),
        discount=money(came.discount_minor if came else None),
        shows_sums=offer.shows_sums,
        is_stopped=offer.is_stopped,
        is_hidden=offer.is_hidden,
    )
