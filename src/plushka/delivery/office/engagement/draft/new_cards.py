"""What a stamp card or a goal begins with."""

from datetime import date

from plushka.engine.program import PointsReward, StampCard
from plushka.engine.stamp_parts import Always, Counted, FromLast, Gift, Lasts, Spend, Units, Visits, Within
from plushka.platform.i18n import Translator, marked

CARD_NAMES = {
    "visits": marked("Every sixth visit"),
    "units": marked("The seventh cup free"),
    "points": marked("Points for ten visits"),
    "goal": marked("A goal for the month"),
}
CARDS_DO = {
    "visits": marked("Six visits, one a day, and a coffee is free"),
    "units": marked("Six cups are paid for, the next one is a gift"),
    "points": marked("100 points, if there are no more than 90 days between visits"),
    "goal": marked("Purchases of 5,000 within a month, and a gift is ready"),
}
_COFFEE = marked("Coffee on the house")
_GIFTS = {"goal": marked("A gift from us")}
_GIFT_DAYS = 30
_COUNTS: dict[str, tuple[Counted, int, Lasts]] = {
    "visits": (Visits(), 6, Always()),
    "units": (Units(), 6, Always()),
    "points": (Visits(), 10, FromLast(90)),
    "goal": (Spend(), 5000_00, Within("month")),
}


def new_card(kind: str, card_id: str, words: Translator, _: date) -> StampCard:
    """Return what a card of ``kind`` begins with: paused, until whoever begins it has looked it over."""
    counts, needed, lasts = _COUNTS[kind]
    gift = Gift(words.gettext(_GIFTS.get(kind, _COFFEE)), _GIFT_DAYS)
    return StampCard(
        card_id,
        words.gettext(CARD_NAMES[kind]),
        needed,
        PointsReward(100) if kind == "points" else gift,
        counts=counts,
        lasts=lasts,
        is_paused=True,
    )
