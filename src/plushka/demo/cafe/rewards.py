"""The coffee shop's catalogue of rewards, and what guests took out of it, invented like all of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from plushka.demo.access import TillAccess
from plushka.demo.cafe.drawings import draw
from plushka.demo.cafe.guests import guest
from plushka.demo.cafe.year import TIME_ZONE
from plushka.domain.businesses.pictures import PROGRAM_PICTURE, draw_anew
from plushka.domain.members.model import Identity
from plushka.domain.members.queries import find_member_ids
from plushka.domain.programs.queries import get_program_id
from plushka.domain.programs.versions import Versions
from plushka.domain.purchases.model import Caller
from plushka.domain.purchases.taking import take_reward
from plushka.domain.rewards.buying import Wish, buy
from plushka.domain.rewards.offering import create_offer, set_offer_picture
from plushka.domain.rewards.offers import Offer, OfferTerms, OfferUnavailable, list_offers
from plushka.engine.program import Requirement, TierRule, Tiers
from plushka.platform.database import Tx

FRIEND = "friend"
TIERS = Tiers(
    (
        TierRule("guest", "Гость", colour="#8a8f98"),
        TierRule("regular", "Завсегдатай", (Requirement("spend", 5_000_00),), colour="#b0703c"),
        TierRule(FRIEND, "Свой человек", (Requirement("spend", 20_000_00),), colour="#c2503f"),
    )
)
"""The levels change no price and no points: the upper one is who is asked to the tasting."""


class _Shelved(Struct, frozen=True):
    """An offer, how many there are of it (None: any number) and its picture."""

    terms: OfferTerms
    stock: int | None
    picture: str


_SHELF = (
    _Shelved(
        OfferTerms("Плюшка к кофе", 80, "Тёплая, с корицей. Любая из витрины.", life_days=14), None, "bun"
    ),
    _Shelved(OfferTerms("Капучино", 150, "Обычный, 300 мл. На любом молоке.", life_days=14), None, "cup"),
    _Shelved(
        OfferTerms("Шопер «Пар»", 250, "Плотный хлопок, длинные ручки.", limit_count=2, limit_span="year"),
        60,
        "shopper",
    ),
    _Shelved(
        OfferTerms("Кружка ручной работы", 300, "Двух одинаковых нет.", limit_count=1, limit_span="always"),
        9,
        "mug",
    ),
    _Shelved(OfferTerms("Зёрна с собой, 250 г", 450, "Бразилия Сантос, обжарка этой недели."), 40, "bag"),
    _Shelved(
        OfferTerms(
            "Дегустация с обжарщиком",
            350,
            "Три сорта и час разговора, по субботам в парке. Запишем, когда покажете код.",
            limit_count=1,
            limit_span="year",
            tiers=(FRIEND,),
            life_days=60,
        ),
        12,
        "tasting",
    ),
)
TAKERS = 60
"""So many of the first guests look at the catalogue; who has points for what they like takes it."""
_LIKED = (5, 4, 2, 3, 1, 0)
"""Offers by their places on the shelf, the dearest first: who has the points takes the best, but not all do."""
_TAKES_SHARE = 0.6
_GIVEN_SHARE = 0.55
"""How many were given at a till by now; the others have a code."""


async def fill_shelf(tx: Tx) -> None:
    """Put the catalogue together."""
    program_id = await get_program_id(tx)
    for shelved in _SHELF:
        offer = await create_offer(tx, program_id=program_id, terms=shelved.terms, stock=shelved.stock)
        picture = draw_anew(draw(shelved.picture), PROGRAM_PICTURE, field="picture")
        await set_offer_picture(tx, offer.id, picture)


async def take_rewards(tx: Tx, yesterday: date, till: TillAccess, branch: str) -> None:
    """Let guests take rewards since last night, with the points of their year. Safe to repeat."""
    began_at = datetime.combine(yesterday, time(23), ZoneInfo(TIME_ZONE))
    shelf = await list_offers(tx, program_id=await get_program_id(tx))
    cards = [Identity("card", guest(number).card) for number in range(TAKERS)]
    known = await find_member_ids(tx, cards)
    caller = Caller(tenant_id=tx.tenant_id, till_id=till.till_id, branch=branch)
    versions, draw_ = Versions(), Random("cafe rewards")  # noqa: S311 - invention, not secrecy
    for number, card in enumerate(cards):
        bought = replace(tx, at=began_at + (tx.at - began_at) * number / TAKERS)
        takes, is_given = draw_.random() < _TAKES_SHARE, draw_.random() < _GIVEN_SHARE
        if takes and (member_id := known.get(card)) is not None:
            await _take(bought, caller, number, member_id, shelf, versions, is_given=is_given)


async def _take(  # noqa: PLR0917 - all of one guest's wish
    tx: Tx,
    caller: Caller,
    number: int,
    member_id: UUID,
    shelf: Sequence[Offer],
    versions: Versions,
    *,
    is_given: bool,
) -> None:
    liked = _LIKED[number % len(_LIKED) :] + _LIKED[: number % len(_LIKED)]
    for place in liked:
        wish = Wish(shelf[place].id, member_id)
        try:
            reward = await buy(tx, wish, key=f"demo-{number}", versions=versions)
        except OfferUnavailable:
            continue
        if is_given:
            await take_reward(tx, caller, reward.id, idempotency_key=f"demo-{number}")
        return
