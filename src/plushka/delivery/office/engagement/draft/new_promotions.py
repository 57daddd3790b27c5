"""What a promotion begins with: the kinds, and those that businesses ask for by name."""

from collections.abc import Callable

from plushka.engine.conditions import All, Birthday, Condition, FirstPurchase, TimeWindow, Weekday
from plushka.engine.price_effects import (
    AmountOff,
    Combo,
    ComboPart,
    PercentOff,
    PriceEffect,
    RaisedShare,
    Sets,
    UnitPrice,
)
from plushka.engine.program import Promotion
from plushka.platform.i18n import Translator, marked

PROMOTION_NAMES = {
    "percent_off": marked("Discount"),
    "amount_off": marked("Money off"),
    "unit_price": marked("Special price"),
    "combo": marked("Cheaper together"),
    "one_plus_one": marked("1+1"),
    "two_plus_one": marked("2+1"),
    "second_half": marked("The second at half price"),
    "happy_hours": marked("Happy hours"),
    "birthday": marked("Birthday discount"),
    "first_purchase": marked("First purchase"),
}
_WORKING_DAYS = (1, 2, 3, 4, 5)
_EFFECTS: dict[str, Callable[[], PriceEffect]] = {
    "percent_off": lambda: PercentOff(10_00),
    "amount_off": lambda: AmountOff(100_00),
    "unit_price": lambda: UnitPrice(100_00),
    "combo": lambda: Combo((ComboPart(), ComboPart(rate_bp=50_00))),
    "one_plus_one": lambda: Sets(2),
    "two_plus_one": lambda: Sets(3),
    "second_half": lambda: Sets(2, rate_bp=50_00),
    "happy_hours": lambda: PercentOff(20_00),
    "birthday": lambda: PercentOff(15_00),
    "first_purchase": lambda: RaisedShare(15_00),
}
_WHEN: dict[str, Condition] = {
    "happy_hours": All((Weekday(_WORKING_DAYS), TimeWindow("14:00", "16:00"))),
    "birthday": Birthday(days_before=3, days_after=3),
    "first_purchase": FirstPurchase(),
}


def new_promotion(kind: str, promotion_id: str, words: Translator) -> Promotion:
    """Return what a promotion of ``kind`` begins with: paused, until whoever begins it has looked it over."""
    return Promotion(
        promotion_id,
        words.gettext(PROMOTION_NAMES[kind]),
        _EFFECTS[kind](),
        when=_WHEN.get(kind),
        is_paused=True,
    )
