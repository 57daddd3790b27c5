"""Rewards for points: the catalogue, getting one, and the gifts that a member has with their codes."""

from collections.abc import Sequence
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_409_CONFLICT
from markupsafe import Markup
from msgspec import Struct

from plushka.delivery.app import account
from plushka.delivery.app.account import Account
from plushka.delivery.app.context import PATH, AppRequest
from plushka.delivery.app.visit import Visit
from plushka.delivery.web.figures import Figures
from plushka.delivery.web.pictures import picture_response
from plushka.delivery.web.qr import draw_qr
from plushka.domain.businesses.pictures import PROGRAM_PICTURE
from plushka.domain.businesses.queries import list_branches
from plushka.domain.programs.spending import RedemptionRefused
from plushka.domain.programs.telling.refusals import refusal_sentence
from plushka.domain.rewards.buying import Wish, buy, cancel_own, list_chances
from plushka.domain.rewards.model import Reward, RewardUnusable
from plushka.domain.rewards.offers import (
    Chance,
    OfferUnavailable,
    UnknownOffer,
    find_offer_picture,
)
from plushka.domain.rewards.queries import list_rewards
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal
from plushka.platform.i18n import marked
from plushka.platform.ids import new_id

TAKEN_SHOWN = 10
_KEY_LENGTH_MAX = 64
_OFFER = f"{PATH}/rewards/{{offer_id:uuid}}"
_WHY_NOT = {
    "sold_out": marked("All gone for now"),
    "limit_reached": marked("You have had yours"),
}


class OfferTold(Struct, frozen=True):
    """A reward of the catalogue; ``lacks`` tells what keeps the member from it, empty for nothing."""

    href: str
    name: str
    description: str
    picture: str
    price: str
    lacks: str
    left: str


class OwnGift(Struct, frozen=True):
    """A gift that a member has, or had: ``how`` it came or went. ``cancel`` is where it is cancelled, if it can be."""

    name: str
    code: str
    qr: Markup | str
    until: str
    how: str
    back: str
    cancel: str


@get(f"{PATH}/rewards")
async def show_rewards(visit: NamedDependency[Visit]) -> Response[str]:
    """Show the gifts that the member has and what they can get for points, programme by programme."""
    shelves, gifts, gone = [], list[OwnGift](), list[OwnGift]()
    async with visit.reading() as tx:
        for one in await account.list_accounts(tx, visit.member.member_id):
            figures = visit.figures(one.scale)
            rewards = await list_rewards(tx, visit.member.member_id, program_id=one.program.id)
            gifts += [_open(reward, visit, figures) for reward in rewards if reward.is_open(visit.at)]
            gone += [_gone(reward, visit, figures) for reward in rewards if not reward.is_open(visit.at)]
            if offers := await list_on_shelf(tx, one, visit):
                available = figures.points(one.wallet.balance.available) if one.wallet else ""
                shelves.append((one.program.name, available, offers))
    return visit.page(
        "rewards.html",
        tab="card",
        shelves=shelves,
        gifts=gifts,
        gone=gone[:TAKEN_SHOWN],
    )


@get(_OFFER)
async def show_reward(visit: NamedDependency[Visit], offer_id: FromPath[UUID]) -> Response[str]:
    """Show one reward, with the button that gets it."""
    return await _page(visit, offer_id)


@post(_OFFER, status_code=HTTP_303_SEE_OTHER)
async def get_reward_for_points(
    visit: NamedDependency[Visit], offer_id: FromPath[UUID], request: AppRequest
) -> Response[str] | Redirect:
    """Get a reward for the member's points; pressed twice, it is one."""
    form = await visit.typed(request)
    price = form.number("price", least=1)
    key = form.text("key", length_max=_KEY_LENGTH_MAX)
    try:
        if form.is_sound:
            async with visit.writing() as tx:
                wish = Wish(offer_id, visit.member.member_id, price_points=price)
                await buy(tx, wish, key=key, versions=visit.app.reference.versions)
            return Redirect(f"{visit.home}/rewards?said=reward", status_code=HTTP_303_SEE_OTHER)
    except (OfferUnavailable, RedemptionRefused, RewardUnusable) as refusal:
        return await _page(visit, offer_id, refusal=refusal)
    return await _page(visit, offer_id)


@post(f"{PATH}/gifts/{{reward_id:uuid}}/cancel", status_code=HTTP_303_SEE_OTHER)
async def cancel_gift(visit: NamedDependency[Visit], reward_id: FromPath[UUID]) -> Redirect:
    """Give a gift of the catalogue back for its points."""
    async with visit.writing() as tx:
        await cancel_own(tx, reward_id, member_id=visit.member.member_id)
    return Redirect(f"{visit.home}/rewards?said=reward_cancelled", status_code=HTTP_303_SEE_OTHER)


@get(f"{_OFFER}/picture/{{digest:str}}")
async def show_reward_picture(
    visit: NamedDependency[Visit], offer_id: FromPath[UUID], digest: FromPath[str]
) -> Response[bytes]:
    """Return the picture of a reward.

    :raises NotFound: it has none of this digest
    """
    async with visit.reading() as tx:
        picture = await find_offer_picture(tx, offer_id, digest) if digest else None
    return picture_response(picture, PROGRAM_PICTURE)


HANDLERS = [show_rewards, show_reward, get_reward_for_points, cancel_gift, show_reward_picture]


async def list_on_shelf(tx: Tx, one: Account, visit: Visit) -> list[OfferTold]:
    """Return what the catalogue of a programme has for the member now."""
    chances = await list_chances(
        tx, visit.member.member_id, program_id=one.program.id, versions=visit.app.reference.versions
    )
    return [_told(chance, visit, visit.figures(one.scale)) for chance in chances]


async def _page(visit: Visit, offer_id: UUID, *, refusal: Refusal | None = None) -> Response[str]:
    async with visit.reading() as tx:
        found = await _find(tx, visit, offer_id)
        branches = {branch.id: branch.name for branch in await list_branches(tx)}
    if found is None:
        raise UnknownOffer(field="offer")
    one, chance = found
    terms, figures = chance.offer.terms, visit.figures(one.scale)
    problem = (
        refusal_sentence(refusal.code, refusal.facts, visit.look.language, scale=one.scale) if refusal else ""
    )
    return visit.page(
        "reward.html",
        status=HTTP_409_CONFLICT if refusal else 200,
        offer=_told(chance, visit, figures),
        available=figures.points(one.wallet.balance.available) if one.wallet else "",
        price_points=terms.price_points,
        price_object=figures.points_object(terms.price_points),
        key=new_id().hex,
        problem=problem,
        life_days=terms.life_days,
        returns_points=terms.returns_points,
        places=[branches[branch_id] for branch_id in terms.branch_ids if branch_id in branches],
    )


async def _find(tx: Tx, visit: Visit, offer_id: UUID) -> tuple[Account, Chance] | None:
    for one in await account.list_accounts(tx, visit.member.member_id):
        for chance in await list_chances(
            tx, visit.member.member_id, program_id=one.program.id, versions=visit.app.reference.versions
        ):
            if chance.offer.id == offer_id:
                return one, chance
    return None


def _told(chance: Chance, visit: Visit, figures: Figures) -> OfferTold:
    offer, words = chance.offer, visit.words
    href = f"{visit.home}/rewards/{offer.id}"
    lacks = ""
    if chance.reason == "points_missing":
        lacks = words.gettext("{points} more needed", points=figures.points(chance.points_missing))
    elif chance.reason is not None:
        lacks = words.gettext(_WHY_NOT.get(chance.reason, _WHY_NOT["sold_out"]))
    left = offer.stock_left
    return OfferTold(
        href=href,
        name=offer.terms.name,
        description=offer.terms.description,
        picture=f"{href}/picture/{offer.picture_digest}" if offer.picture_digest else "",
        price=figures.points(offer.terms.price_points),
        lacks=lacks,
        left=words.ngettext("{count} left", "{count} left", left, count=left) if left else "",
    )


def _open(reward: Reward, visit: Visit, figures: Figures) -> OwnGift:
    words = visit.words
    return OwnGift(
        name=reward.name,
        code=reward.shown_code,
        qr=draw_qr(reward.code),
        until=figures.last_day(reward.expires_at) if reward.expires_at else "",
        how=words.gettext("for {points}", points=figures.points_object(reward.price_points))
        if reward.price_points
        else "",
        back=words.gettext("{points} come back to you.", points=figures.points(reward.price_points))
        if reward.price_points
        else "",
        cancel=f"{visit.home}/gifts/{reward.id}/cancel" if reward.offer_id else "",
    )


def _gone(reward: Reward, visit: Visit, figures: Figures) -> OwnGift:
    words = visit.words
    if reward.taken_at is not None:
        how = words.gettext("taken on {date}", date=figures.day(reward.taken_at))
    elif reward.returns_points:
        how = words.gettext("not taken in time, its points come back")
    else:
        how = words.gettext("not taken in time")
    return OwnGift(reward.name, reward.shown_code, qr="", until="", how=how, back="", cancel="")


def shelf_of(offers: Sequence[OfferTold], most: int) -> list[OfferTold]:
    """Return the first of them: those that can be had before the others."""
    return sorted(offers, key=lambda offer: bool(offer.lacks))[:most]
