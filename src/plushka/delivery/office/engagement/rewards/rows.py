"""A reward of the catalogue as the office tells it."""

from msgspec import Struct

from plushka.delivery.office.engagement.period import tell_period
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.rewards import OfferFigures
from plushka.domain.rewards.offers import Offer

PATH = "/engagement/rewards"


class OfferLine(Struct, frozen=True):
    """A reward in the list, with what came of it; ``stage`` is empty for one that can be had."""

    href: str
    name: str
    program: str
    picture: str
    price: str
    stock: str
    is_out: bool
    stage: str
    days: str
    issued: str
    waiting: str
    taken: str
    expired: str
    cancelled: str
    points: str
    is_paused: bool
    is_archived: bool


def offer_line(offer: Offer, figures: OfferFigures, visit: Visit, *, scale: int) -> OfferLine:
    """Return a reward in words; points are of its programme's ``scale``."""
    told, terms = visit.figures_of(scale), offer.terms
    href = f"{PATH}/{offer.id}"
    stock = visit.words.gettext("any number")
    if offer.stock_left is not None:
        stock = told.number(offer.stock_left)
    return OfferLine(
        href=href,
        name=terms.name,
        program=visit.name_of(offer.program_id),
        picture=f"{href}/picture/{offer.picture_digest}" if offer.picture_digest else "",
        price=told.points(terms.price_points),
        stock=stock,
        is_out=offer.stock_left == 0,
        stage=_stage(offer, visit),
        days=tell_period(terms.first_on, terms.last_on, visit),
        issued=told.number(figures.issued),
        waiting=told.number(figures.waiting),
        taken=told.number(figures.taken),
        expired=told.number(figures.expired),
        cancelled=told.number(figures.cancelled),
        points=told.points_number(figures.points),
        is_paused=offer.is_paused,
        is_archived=offer.is_archived,
    )


def _stage(offer: Offer, visit: Visit) -> str:
    gettext, terms = visit.words.gettext, offer.terms
    if offer.is_archived:
        return gettext("in the archive")
    if offer.is_paused:
        return gettext("paused")
    if terms.last_on is not None and terms.last_on < visit.today:
        return gettext("over")
    if terms.first_on is not None and terms.first_on > visit.today:
        return gettext("to come")
    return gettext("run out") if offer.stock_left == 0 else ""
