"""A member's stamp cards and gifts in words, as the office and the app show them."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from plushka.delivery.web.figures import Figures
from plushka.domain.rewards.model import MemberCard, Reward
from plushka.platform.i18n import Translator

DOTS_MAX = 12
"""Stamps of a card that are drawn one by one."""


class CardTold(Struct, frozen=True):
    """A card: ``dots`` tell of each stamp whether it is there, and are none where there are too many of them.

    ``ends`` is the last day to fill it, empty for none; ``ahead``: the reward of the next full card is given already.
    """

    name: str
    reward: str
    filled: str
    percent: int
    dots: tuple[bool, ...]
    ends: str
    ahead: bool


class GiftTold(Struct, frozen=True):
    """A gift; ``until`` is the last day to take it, empty for none; ``taken`` the day on which it was.

    ``bought`` is the id of one that was got for points and can be cancelled, empty for others.
    """

    name: str
    code: str
    until: str
    taken: str
    is_open: bool
    bought: str


def cards_told(cards: Iterable[MemberCard], figures: Figures, words: Translator) -> list[CardTold]:
    """Return the cards in words."""
    return [_card(card, figures, words) for card in cards]


def gifts_told(rewards: Iterable[Reward], figures: Figures, at: datetime) -> list[GiftTold]:
    """Return the gifts in words, as they are at this moment."""
    return [
        GiftTold(
            name=reward.name,
            code=reward.shown_code,
            until=figures.last_day(reward.expires_at) if reward.expires_at else "",
            taken=figures.day(reward.taken_at) if reward.taken_at else "",
            is_open=reward.is_open(at),
            bought=str(reward.id) if reward.offer_id is not None and reward.is_open(at) else "",
        )
        for reward in rewards
    ]


def _card(card: MemberCard, figures: Figures, words: Translator) -> CardTold:
    of_money = card.counts == "spend"
    have, needed = (
        figures.money(count) if of_money else figures.number(count) for count in (card.have, card.needed)
    )
    return CardTold(
        name=card.name,
        reward=card.gift or figures.points(card.points),
        filled=words.gettext("{have} of {needed}", have=have, needed=needed),
        percent=card.have * 100 // card.needed,
        dots=()
        if of_money or card.needed > DOTS_MAX
        else tuple(place < card.have for place in range(card.needed)),
        ends=figures.day(card.ends_on) if card.ends_on else "",
        ahead=card.ahead > 0,
    )
